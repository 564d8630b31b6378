"""Instructions: everything that the scheduler can want done."""

from __future__ import annotations

from dataclasses import dataclass

from pydron_runtime.data.outcomes import Outcome
from pydron_runtime.data.payload import Payload
from pydron_runtime.data.tasks import Completion, Task


@dataclass(frozen=True, slots=True)
class Assignment:
    """One call for a worker.

    Attributes:
        attempt: Counts from 1.
        define: Whether the worker has not seen the function yet.
        values: Results of other tasks that go along.
        kept: Results of other tasks that the worker has.
    """

    task: Task
    attempt: int
    define: bool
    values: tuple[tuple[int, Payload], ...] = ()
    kept: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Send calls to a worker, in this order."""

    worker: str
    assignments: tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class Drop:
    """Tell a worker that calls are not wanted any more."""

    worker: str
    tasks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Forget:
    """Tell a worker to forget values."""

    worker: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Deliver:
    """Give the program a completion."""

    owner: int
    completion: Completion


@dataclass(frozen=True, slots=True)
class StartWorkers:
    """Start workers of these names."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """End a worker at once; no event about it will follow that matters."""

    worker: str


@dataclass(frozen=True, slots=True)
class NoteReady:
    """For the trace: all that these tasks need is there."""

    tasks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NoteEnd:
    """For the trace: an attempt has ended with an outcome."""

    worker: str
    attempt: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class NoteLost:
    """For the trace: an attempt has ended with the death of its worker."""

    task: int
    worker: str
    attempt: int
    sent: int
    reason: str


Instruction = Dispatch | Drop | Forget | Deliver | StartWorkers | Stop | NoteReady | NoteEnd | NoteLost
