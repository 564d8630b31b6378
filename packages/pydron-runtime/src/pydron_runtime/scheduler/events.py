"""Events: everything that can happen to the scheduler. Times are nanoseconds of one monotonic clock."""

from __future__ import annotations

from dataclasses import dataclass

from pydron_runtime.data.outcomes import Outcome
from pydron_runtime.data.tasks import Task


@dataclass(frozen=True, slots=True)
class Announced:
    """Tasks are about to come: workers should be there by then."""

    now: int


@dataclass(frozen=True, slots=True)
class Submitted:
    """The program wants tasks to be run."""

    now: int
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The program does not want these tasks any more."""

    now: int
    tasks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Released:
    """The program will not refer to these tasks' results again."""

    now: int
    tasks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """A worker that was asked for is ready."""

    now: int
    worker: str


@dataclass(frozen=True, slots=True)
class Reported:
    """A worker tells what became of calls."""

    now: int
    worker: str
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Died:
    """A worker process is gone.

    Attributes:
        reason: How it ended: ``killed by signal 9 (SIGKILL)``.
        running: Task that it was working on when it died, 0 for none, None if nobody knows.
    """

    now: int
    worker: str
    reason: str
    running: int | None = None


@dataclass(frozen=True, slots=True)
class StartFailed:
    """No worker can be started at all, and trying again is pointless. ``reason`` is a sentence."""

    now: int
    reason: str


Event = Announced | Submitted | Cancelled | Released | Joined | Reported | Died | StartFailed
