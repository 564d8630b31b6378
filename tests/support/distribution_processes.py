"""Looking at processes from outside, and waiting, with a bound, for what they do."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from distribution_calls import PATIENCE


def until(condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Return as soon as the condition holds.

    Raises:
        AssertionError: It does not hold after ``patience`` seconds.
    """
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"this did not happen within {patience} s: {what}"
        time.sleep(0.002)


def alive(pid: int) -> bool:
    """Whether a process exists and is not a zombie."""
    try:
        with open(f"/proc/{pid}/stat") as stream:
            return stream.read().rpartition(")")[2].split()[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False


def read_when_there(path: str) -> str:
    """The contents of a file that somebody else moves into place."""
    until(lambda: os.path.exists(path), f"{path} appears")
    with open(path) as stream:
        return stream.read()
