"""What a process is doing: how much memory it uses, whether it is stopped. Linux; elsewhere nobody knows."""

from __future__ import annotations

import os

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
