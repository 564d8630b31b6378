"""What an operand is now: the first thing every operation asks."""

from __future__ import annotations

from typing import Any

from pydron_runtime.machine.order.claims import is_within, released
from pydron_runtime.machine.order.entries import Entry, State
from pydron_runtime.machine.order.frames import Frame
from pydron_runtime.machine.values.indirect import behind, is_indirect
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.safety import SCALARS, is_immutable


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
        _hand_over(frame, site, operand, value)
    return value


def _hand_over(frame: Frame, site: int, pending: Pending, value: Any) -> None:
    """The program gets hold of a value. If it can be changed, what was put off sees it as it is now.

    Blocks until everything earlier has been done on a container that may hold it.
    """
    if pending.held_in is not None:
        holder, pending.held_in = pending.held_in, None
        if not is_immutable(value):
            await_order(frame, site, holder)
    if pending.readers:
        frame.machine.claims.hand_over(pending, value)


def await_writer(frame: Frame, site: int, pending: Pending) -> None:
    """Block until everything that may change a pending value in place, and stands earlier, has run.

    What an operation gave back is the object that it changed: what changes that one is to be waited for as well.
    """
    stack = [pending]
    while stack:
        changed = stack.pop()
        writer = changed.writer
        if writer is None or writer.order > frame.here or is_within(frame, writer):
            continue
        _await_end(frame, site, writer)
        if changed.writer is not None:
            stack.extend(writer.outputs if isinstance(writer, Frame) else (writer.pending,))  # type: ignore[attr-defined]


def _await_end(frame: Frame, site: int, writer: Entry) -> None:
    if writer.state is State.OPEN:
        frame.machine.wait(frame, lambda: writer.state is not State.OPEN, site, "value", "")


def value_of(frame: Frame, site: int, operand: Any, reason: str = "value") -> Any:
    """The operand's value; blocks the frame's code until it is there.

    Args:
        reason: Code or word that says in traces why it is needed.
    """
    operand = current(frame, site, operand)
    if type(operand) is Pending:
        value = frame.machine.value(frame, operand, site, reason)
        _hand_over(frame, site, operand, value)
        return value
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
    machine, claims = frame.machine, frame.machine.claims
    if machine.changes_pending and value in machine.containers:
        for pending in list(machine.containers.placeholders(value)):
            await_writer(frame, site, pending)
    while claims.any_writer:
        entry = claims.claimed_inside(value, frame)
        if entry is None:
            return
        await_entry(frame, site, entry)


def await_order(frame: Frame, site: int, container: Any) -> None:
    """Block until a store to an object disturbs nothing earlier; call before each store that is made at once."""
    claims = frame.machine.claims
    while claims:
        entry = claims.before(container, frame.here, frame, looks=False)
        if entry is None:
            break
        await_entry(frame, site, entry)
    claims.stored(container)
