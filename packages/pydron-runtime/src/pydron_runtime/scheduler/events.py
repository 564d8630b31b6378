"""Events: everything that can happen to the scheduler. Times are nanoseconds of one monotonic clock."""

from __future__ import annotations

import msgspec

from pydron_runtime.data.outcomes import Outcome
from pydron_runtime.data.payload import Payload
from pydron_runtime.data.tasks import Task


class Announced(msgspec.Struct, frozen=True):
    """Tasks are about to come: workers should be there by then."""

    now: int


class Submitted(msgspec.Struct, frozen=True):
    """The program wants tasks to be run."""

    now: int
    tasks: tuple[Task, ...]


class Cancelled(msgspec.Struct, frozen=True):
    """The program does not want these tasks any more."""

    now: int
    tasks: tuple[int, ...]


class Released(msgspec.Struct, frozen=True):
    """The program will not refer to these tasks' results again."""

    now: int
    tasks: tuple[int, ...]


class Joined(msgspec.Struct, frozen=True):
    """A worker that was asked for is ready."""

    now: int
    worker: str


class Reported(msgspec.Struct, frozen=True):
    """A worker tells what became of calls."""

    now: int
    worker: str
    outcomes: tuple[Outcome, ...]


class Died(msgspec.Struct, frozen=True):
    """A worker process is gone.

    Attributes:
        reason: How it ended: ``killed by signal 9 (SIGKILL)``. On further lines, what its call last wrote to the error
            stream.
        running: Task that it was working on when it died, 0 for none, None if nobody knows.
    """

    now: int
    worker: str
    reason: str
    running: int | None = None


class StartFailed(msgspec.Struct, frozen=True):
    """No worker can be started at all, and trying again is pointless. ``reason`` is a sentence."""

    now: int
    reason: str


class Withdrawn(msgspec.Struct, frozen=True):
    """Workers are gone through no fault of their calls: their host was cut off, or somebody else needs it."""

    now: int
    workers: tuple[str, ...]
    reason: str


class Resized(msgspec.Struct, frozen=True):
    """There may be so many workers now. Of those too many, idle ones go at once, busy ones after their calls."""

    now: int
    size: int


class Wanted(msgspec.Struct, frozen=True):
    """The program waits for the value of a task that a worker holds."""

    now: int
    task: int


class Shared(msgspec.Struct, frozen=True):
    """A worker has serialised a value that it holds. No payload: it cannot; ``reason`` is a sentence."""

    now: int
    worker: str
    number: int
    payload: Payload | None
    reason: str = ""


class Moved(msgspec.Struct, frozen=True):
    """A value that was to go from one worker to another has arrived; with a ``reason``, it has not, and will not."""

    now: int
    worker: str
    number: int
    move: int
    reason: str = ""


class Ticked(msgspec.Struct, frozen=True):
    """It is as late as the scheduler wanted to be told (``state.due``)."""

    now: int


Event = (
    Wanted
    | Ticked
    | Shared
    | Moved
    | Announced
    | Submitted
    | Cancelled
    | Released
    | Joined
    | Reported
    | Died
    | StartFailed
    | Withdrawn
    | Resized
)
