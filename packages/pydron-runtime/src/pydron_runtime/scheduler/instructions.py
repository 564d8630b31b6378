"""Instructions: everything that the scheduler can want done."""

from __future__ import annotations

import msgspec

from pydron_runtime.data.outcomes import Outcome
from pydron_runtime.data.payload import Payload
from pydron_runtime.data.tasks import Completion, Task


class Assignment(msgspec.Struct, frozen=True):
    """One call for a worker.

    Attributes:
        attempt: Counts from 1.
        define: Whether the worker has not seen the function yet.
        values: Results of other tasks that go along.
        kept: Results of other tasks that the worker has.
        hold: Whether the worker may hold the result.
        coming: Results of other tasks that the worker will be given.
    """

    task: Task
    attempt: int
    define: bool
    values: tuple[tuple[int, Payload], ...] = ()
    kept: tuple[int, ...] = ()
    hold: bool = False
    coming: tuple[int, ...] = ()


class Dispatch(msgspec.Struct, frozen=True):
    """Send calls to a worker, in this order."""

    worker: str
    assignments: tuple[Assignment, ...]


class Drop(msgspec.Struct, frozen=True):
    """Tell a worker that calls are not wanted any more."""

    worker: str
    tasks: tuple[int, ...]


class Forget(msgspec.Struct, frozen=True):
    """Tell a worker to forget values."""

    worker: str
    numbers: tuple[int, ...]


class Share(msgspec.Struct, frozen=True):
    """Tell a worker to serialise values that it holds: at once, or if it is ``late``, when its call has ended."""

    worker: str
    numbers: tuple[int, ...]
    late: bool = False


class Hold(msgspec.Struct, frozen=True):
    """Tell a worker that it may hold the result of a call that it was sent before."""

    worker: str
    task: int


class Move(msgspec.Struct, frozen=True):
    """Have a worker give a value that it keeps to another one. Answered by one ``Moved`` of this number.

    Attributes:
        late: The source has the value only when its call has ended.
    """

    source: str
    target: str
    number: int
    move: int
    late: bool = False


class Give(msgspec.Struct, frozen=True):
    """Send a value to a worker that has a call which waits for it."""

    worker: str
    number: int
    payload: Payload


class Provide(msgspec.Struct, frozen=True):
    """Give the program the value that it waits for, or the reason why there is none."""

    completion: Completion


class Deliver(msgspec.Struct, frozen=True):
    """Give the program a completion."""

    owner: int
    completion: Completion


class StartWorkers(msgspec.Struct, frozen=True):
    """Start workers of these names."""

    names: tuple[str, ...]


class Stop(msgspec.Struct, frozen=True):
    """End a worker at once; no event about it will follow that matters."""

    worker: str


class NoteReady(msgspec.Struct, frozen=True):
    """For the trace: all that these tasks need is there."""

    tasks: tuple[int, ...]


class NoteEnd(msgspec.Struct, frozen=True):
    """For the trace: an attempt has ended with an outcome."""

    worker: str
    attempt: int
    outcome: Outcome


class NoteLost(msgspec.Struct, frozen=True):
    """For the trace: an attempt has ended with the death of its worker."""

    task: int
    worker: str
    attempt: int
    sent: int
    reason: str


Instruction = (
    Dispatch
    | Drop
    | Forget
    | Share
    | Hold
    | Move
    | Give
    | Provide
    | Deliver
    | StartWorkers
    | Stop
    | NoteReady
    | NoteEnd
    | NoteLost
)
