"""What a process is doing: how much memory it uses, whether it is stopped. Linux; elsewhere nobody knows."""

from __future__ import annotations

import os
from collections.abc import Mapping

from pydron_runtime.cluster.status import size

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def in_use(pid: int) -> int:
    """Bytes that a process holds for itself alone: what it shares with its parent and others is not counted."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as stream:
            fields = stream.read().split()
        return (int(fields[1]) - int(fields[2])) * _PAGE
    except (OSError, IndexError, ValueError):
        return 0


def is_stopped(pid: int) -> bool:
    """Whether somebody has stopped a process with a signal. One that computes, sleeps or waits is not stopped."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stream:
            return stream.read().rpartition(b")")[2].split()[0] == b"T"
    except (OSError, IndexError):
        return False


def load() -> float:
    """Processors in use on this machine."""
    try:
        return os.getloadavg()[0]
    except OSError:
        return 0.0


def too_large(used: Mapping[str, int], limit: int, host: str) -> tuple[str, str]:
    """The worker that has to be ended because all together use too much memory, and a sentence why; else empty texts.

    Args:
        used: Bytes of each worker.
        limit: Bytes of all; 0 is no limit.
        host: Name of the host, for the sentence.
    """
    total = sum(used.values())
    if not limit or total <= limit:
        return "", ""
    largest = max(used, key=used.__getitem__)
    return largest, (
        f"stopped because the workers of {host} used {size(total)} of memory, more than the limit of {size(limit)};"
        f" this one used {size(used[largest])}"
    )
