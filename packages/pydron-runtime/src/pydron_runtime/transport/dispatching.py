"""From the scheduler's instructions to messages, and from workers' messages to the scheduler's events."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from pydron_runtime.data.outcomes import Outcome
from pydron_runtime.data.payload import Payload, adopted
from pydron_runtime.protocol.codec import Frames, pack, unpack
from pydron_runtime.protocol.messages import (
    KEEP_BYTES,
    Call,
    Definition,
    Drop,
    Ended,
    Execute,
    Forget,
    Given,
    Hold,
    Report,
    Shared,
    Value,
)
from pydron_runtime.scheduler import events
from pydron_runtime.scheduler import instructions as want
from pydron_runtime.scheduler.instructions import Assignment, Dispatch

Carry = Callable[[str, Payload], Payload]
"""What has to be done to a payload so that a worker of this name can have it: nothing on this machine."""


def _as_it_is(_: str, payload: Payload) -> Payload:
    return payload


def message_of(dispatch: Dispatch, carry: Carry = _as_it_is) -> tuple[Execute, Frames]:
    """The message that carries assignments to a worker, and its payload frames."""
    frames: Frames = []
    definitions: list[Definition] = []
    calls: list[Call] = []
    for assignment in dispatch.assignments:
        if assignment.define:
            function = assignment.task.function
            definitions.append(Definition(function.digest, pack(Payload(function.blob), frames)))
        calls.append(_call(dispatch.worker, assignment, frames, carry))
    return Execute(tuple(definitions), tuple(calls)), frames


def _call(worker: str, assignment: Assignment, frames: Frames, carry: Carry) -> Call:
    task = assignment.task
    arguments = pack(carry(worker, task.arguments), frames)
    if not task.bindings and not task.needs:
        return Call(task.id, task.function.digest, arguments, hold=assignment.hold)
    values = [Value(number, pack(carry(worker, payload), frames), False) for number, payload in task.bindings.items()]
    values += [
        Value(number, pack(carry(worker, payload), frames), payload.size >= KEEP_BYTES)
        for number, payload in assignment.values
    ]
    return Call(
        task.id, task.function.digest, arguments, tuple(values), assignment.kept, assignment.hold, assignment.coming
    )


def told(
    instruction: want.Forget | want.Drop | want.Hold | want.Give, carry: Carry = _as_it_is
) -> tuple[Forget | Drop | Hold | Given, Frames]:
    """The message that tells a worker what the scheduler wants of it, and its payload frames."""
    if isinstance(instruction, want.Forget):
        return Forget(instruction.numbers), []
    if isinstance(instruction, want.Drop):
        return Drop(instruction.tasks), []
    if isinstance(instruction, want.Hold):
        return Hold((instruction.task,)), []
    frames: Frames = []
    payload = instruction.payload
    return Given(
        instruction.number, pack(carry(instruction.worker, payload), frames), payload.size >= KEEP_BYTES
    ), frames


def shared_value(message: Shared, frames: Sequence[bytes], worker: str, now: int) -> events.Shared | None:
    """What an answer to a wish for a value says; None if the worker died meanwhile, and the value with it.

    Raises:
        ProtocolError: It points at frames that are not there.
    """
    payload = None if message.parcel is None else unpack(message.parcel, frames)
    try:
        safe = None if payload is None else adopted(payload)
    except OSError:
        return None
    return events.Shared(now, worker, message.number, safe, message.text)


def outcomes_of(report: Report, frames: Sequence[bytes]) -> tuple[Outcome, ...]:
    """What a report says.

    Raises:
        ProtocolError: It points at frames that are not there.
    """
    return tuple([_outcome(ended, frames) for ended in report.ended])


def adopted_outcomes(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """Outcomes whose large results this process holds as well. Those whose results are gone are left out: the worker
    that made them is dead, and its calls will be made again."""
    safe: list[Outcome] = []
    for outcome in outcomes:
        if outcome.payload is not None and outcome.payload.buffers:
            try:
                outcome = msgspec.structs.replace(outcome, payload=adopted(outcome.payload))
            except OSError:
                continue
        safe.append(outcome)
    return tuple(safe)


def _outcome(ended: Ended, frames: Sequence[bytes]) -> Outcome:
    payload = None if ended.parcel is None else unpack(ended.parcel, frames)
    return Outcome(
        ended.task, ended.kind, payload, ended.started, ended.finished, ended.what, ended.text, ended.error,
        ended.phases, output=ended.output,
    )  # fmt: skip
