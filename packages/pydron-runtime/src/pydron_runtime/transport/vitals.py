"""Vitals: what the system says of a process: whether it has been stopped.

A worker that computes for an hour, in C, with the interpreter's lock held, looks dead to anybody who waits for an
answer from it. The system knows better: a process that somebody has stopped (SIGSTOP) is in state ``T``. Only that
counts as frozen; a process under a debugger (``t``), one that waits for a disk, and one that is busy, do not.
"""

from __future__ import annotations

import os

from pydron.errors import ConfigurationError

LOOK = 0.5
"""Seconds between two looks."""

FROZEN = 3.0
"""Seconds that a worker may be stopped, unless told otherwise, before it is replaced."""


def is_stopped(pid: int) -> bool | None:
    """Whether somebody has stopped a process. None where it is gone, or where the system does not tell."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stream:
            return stream.read().rpartition(b")")[2].split()[0] == b"T"
    except OSError:
        return None


def frozen_limit() -> float:
    """Seconds that a worker may be stopped before it is replaced: ``PYDRON_FROZEN_SECONDS``.

    Raises:
        ConfigurationError: That is not a positive number.
    """
    text = os.environ.get("PYDRON_FROZEN_SECONDS")
    if not text:
        return FROZEN
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not seconds > 0:
        raise ConfigurationError(
            f"The environment variable PYDRON_FROZEN_SECONDS is {text!r}; it has to be a number of seconds above 0."
        )
    return seconds


class Watch:
    """Looks at processes again and again. Pure but for the looking."""

    def __init__(self, limit: float) -> None:
        """
        Args:
            limit: Seconds that a process may be stopped.
        """
        self.limit = limit
        self._stopped_since: dict[str, float] = {}

    def look(self, processes: dict[str, int], now: float) -> list[str]:
        """Look at processes, by name; those that have been stopped for too long.

        Args:
            processes: Names and process ids.
            now: Seconds of any clock that only goes forward.
        """
        frozen = []
        for name, pid in processes.items():
            stopped = is_stopped(pid)
            if stopped is None:
                continue
            if not stopped:
                self._stopped_since.pop(name, None)
            elif now - self._stopped_since.setdefault(name, now) >= self.limit:
                frozen.append(name)
        return frozen

    def forget(self, name: str) -> None:
        """A process is gone, or is not looked at any more."""
        self._stopped_since.pop(name, None)
