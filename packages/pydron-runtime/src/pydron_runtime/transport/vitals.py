"""Vitals: what the system says of a process: whether it has been stopped, and how much memory it uses.

A worker that computes for an hour, in C, with the interpreter's lock held, looks dead to anybody who waits for an
answer from it. The system knows better: a process that somebody has stopped (SIGSTOP) is in state ``T``. Only that
counts as frozen; a process under a debugger (``t``), one that waits for a disk, and one that is busy, do not.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from pydron.errors import ConfigurationError

LOOK = 0.5
"""Seconds between two looks."""

FROZEN = 10.0
"""Seconds that a worker may be stopped, unless told otherwise, before it is replaced."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at a process.

    Attributes:
        stopped: Whether somebody has stopped it.
        memory: Bytes that it has in memory.
    """

    stopped: bool
    memory: int


def read(pid: int) -> Reading | None:
    """Look at a process. None where it is gone, or where the system does not tell."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stream:
            fields = stream.read().rpartition(b")")[2].split()
    except OSError:
        return None
    return Reading(fields[0] == b"T", int(fields[21]) * os.sysconf("SC_PAGE_SIZE"))


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
        self._memory: dict[str, int] = {}

    def look(self, processes: dict[str, int], now: float) -> list[str]:
        """Look at processes, by name; those that have been stopped for too long.

        Args:
            processes: Names and process ids.
            now: Seconds of any clock that only goes forward.
        """
        frozen = []
        for name, pid in processes.items():
            reading = read(pid)
            if reading is None:
                continue
            self._memory[name] = reading.memory
            if not reading.stopped:
                self._stopped_since.pop(name, None)
            elif now - self._stopped_since.setdefault(name, now) >= self.limit:
                frozen.append(name)
        return frozen

    def memory(self, name: str) -> int | None:
        """Bytes that a process used at the last look."""
        return self._memory.get(name)

    def forget(self, name: str) -> None:
        """A process is gone, or is not looked at any more."""
        self._stopped_since.pop(name, None)
        self._memory.pop(name, None)
