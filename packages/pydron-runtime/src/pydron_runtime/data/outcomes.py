"""Outcomes: what became of one attempt at a call, and what that means to the program."""

from __future__ import annotations

import msgspec

from pydron_runtime.data.held import Held
from pydron_runtime.data.output import Chunk
from pydron_runtime.data.payload import Payload
from pydron_runtime.data.tasks import Completion, Failed, Skipped, Succeeded, Untransportable

_NOTHING = Payload(b"")


class Outcome(msgspec.Struct, frozen=True):
    """What became of one attempt at a call.

    Attributes:
        kind: ``ok``, ``failed``, ``untransportable`` or ``dropped`` (not begun, because nobody wants it any more).
        payload: The result, or the serialised exception.
        started: When the call began, in nanoseconds of the worker's monotonic clock.
        finished: When its result had been serialised.
        what: The part that could not be transported.
        text: The reason, or the remote traceback.
        error: Type and message of the exception, for the trace.
        phases: Nanoseconds, for the trace: from the arrival of the call at the worker to ``started``, from there until
            its arguments had been read, and from the return of the function to ``finished``.
        stays: In the worker, a result that stays there, serialised or not; ``payload`` then says only how large it is.
        output: What the call has put out.
    """

    task: int
    kind: str
    payload: Payload | None
    started: int
    finished: int
    what: str = ""
    text: str = ""
    error: tuple[str, str] = ("", "")
    phases: tuple[int, int, int] = (0, 0, 0)
    stays: Held | Payload | None = None
    output: tuple[Chunk, ...] = ()


def completion_of(outcome: Outcome, worker: str, attempt: int = 1) -> Completion:
    """The completion that the outcome of an attempt amounts to."""
    if outcome.kind == "ok":
        took = outcome.finished - outcome.started
        _, loading, dumping = outcome.phases
        return Succeeded(outcome.task, outcome.payload or _NOTHING, worker, took, outcome.output, loading + dumping)
    if outcome.kind == "failed":
        return Failed(outcome.task, outcome.payload or _NOTHING, outcome.text, worker, outcome.output, attempt)
    if outcome.kind == "untransportable":
        return Untransportable(outcome.task, outcome.what, outcome.text, worker)
    return Skipped(outcome.task, None)
