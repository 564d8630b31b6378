"""What an operand is now: the first thing every operation asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.claims import released
from pydron_runtime.machine.entries import Entry, State
from pydron_runtime.machine.indirect import behind, is_indirect
from pydron_runtime.machine.pending import Pending
from pydron_runtime.machine.safety import SCALARS

if TYPE_CHECKING:
    from pydron_runtime.machine.frames import Frame


def current(frame: Frame, site: int, operand: Any) -> Any:
    """The operand's value if it is there, else the operand, still pending.

    Waits for an operation that may change the value in place and stands earlier in the program.
    """
    if type(operand) is not Pending:
        return operand
    await_writer(frame, site, operand)
    if not operand.done:
        return operand
    value = operand.get()
    if type(value) not in SCALARS:
        operand.task = None
    return value


def await_writer(frame: Frame, site: int, pending: Pending) -> None:
    """Block until an operation that may change a pending value in place, and stands earlier, has run."""
    writer = pending.writer
    if writer is not None and writer.order < frame.here:
        if writer.state is State.OPEN:
            frame.machine.wait(frame, lambda: writer.state is not State.OPEN, site, "value", "")
        pending.writer = None


def value_of(frame: Frame, site: int, operand: Any) -> Any:
    """The operand's value; blocks the frame's code until it is there."""
    operand = current(frame, site, operand)
    if type(operand) is Pending:
        return frame.machine.value(frame, operand, site)
    return operand


def settled(frame: Frame, site: int, operand: Any) -> Any:
    """The operand's value with no placeholder in it, however deep, and everything earlier done to it; blocks."""
    operand = value_of(frame, site, operand)
    kind = type(operand)
    if kind in SCALARS:
        return operand
    await_writers_inside(frame, site, operand)
    machine = frame.machine
    if len(machine.containers):
        for container in behind(operand) if is_indirect(kind) else (operand,):
            if container in machine.containers:
                for pending in list(machine.containers.inside(container)):
                    machine.value(frame, pending, site)
                machine.containers.fill()
    return operand


def await_entry(frame: Frame, site: int, entry: Entry | None) -> None:
    """Block until an earlier claim on an object is given up."""
    if entry is not None:
        frame.machine.wait(frame, lambda: released(entry), site, "order", "")


def await_writers(frame: Frame, site: int, container: Any) -> None:
    """Block until everything earlier that modifies an object has done so."""
    claims = frame.machine.claims
    while claims.any_writer:
        entry = claims.writer_before(container, frame)
        if entry is None:
            return
        await_entry(frame, site, entry)


def await_writers_behind(frame: Frame, site: int, containers: tuple[Any, ...]) -> None:
    """Block until everything earlier that modifies one of some objects has done so."""
    if frame.machine.claims.any_writer:
        for container in containers:
            await_writers(frame, site, container)


def await_writers_inside(frame: Frame, site: int, value: Any) -> None:
    """Block until everything earlier that modifies what can be reached from a value has done so."""
    claims = frame.machine.claims
    while claims.any_writer:
        entry = claims.claimed_inside(value, frame)
        if entry is None:
            return
        await_entry(frame, site, entry)


def await_order(frame: Frame, site: int, container: Any) -> None:
    """Block until a store to an object disturbs nothing earlier; call before each store."""
    claims = frame.machine.claims
    while claims:
        entry = claims.writer_before(container, frame) or claims.reader_before(container, frame)
        if entry is None:
            break
        await_entry(frame, site, entry)
    claims.stored(container)
