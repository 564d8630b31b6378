"""Augmented assignment: ``target += operand`` and its relatives.

On an immutable target it computes a new value and modifies nothing. On a list, a dict, a set or an array it modifies
the object in place; everybody who has another name for the object sees that, in program order.
"""

from __future__ import annotations

import functools
import operator
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydron.errors import InternalError
from pydron_runtime.machine.effects.callers import as_written
from pydron_runtime.machine.effects.putting_off import computed, put_off
from pydron_runtime.machine.effects.turns import change, put_in_turn
from pydron_runtime.machine.iteration.lent import is_fed
from pydron_runtime.machine.operations.modify import take_in
from pydron_runtime.machine.order.claims import is_within
from pydron_runtime.machine.order.current import await_writers, await_writers_inside, current, settled, value_of
from pydron_runtime.machine.order.stores import shortened, snapshot
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.safety import CONTAINERS, SCALARS, is_array, is_immutable, is_safe

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame
    from pydron_runtime.machine.order.undo import Inverse


def in_place(frame: Frame, site: int, function: Callable[[Any, Any], Any], target: Any, operand: Any) -> Any:
    """``target <operator>= operand``: the object to bind to the target."""
    if type(target) in SCALARS and type(operand) in SCALARS:
        return function(target, operand)
    return _in_place(frame, site, function, current(frame, site, target), current(frame, site, operand))


def _in_place(frame: Frame, site: int, function: Callable[[Any, Any], Any], target: Any, operand: Any) -> Any:
    machine = frame.machine
    if type(target) is Pending:
        if target.object is not None:
            return _on_object(frame, site, function, target, target.object, operand)
        return _on_pending(frame, site, function, target, operand)
    kind = type(target)
    if (kind is list or kind is deque) and function is operator.iadd and type(operand) in (list, tuple):
        return _extended(frame, site, target, operand)
    if (kind is list or kind is deque) and function is operator.iadd and is_fed(machine, operand):
        take_in(frame, site, target, operand)
        return target
    if is_array(target) and target.dtype.kind != "O" and type(operand) is Pending:
        return _on_array(frame, site, function, target, operand)
    if is_immutable(target):
        if type(operand) is Pending:
            return put_off(frame, site, function, (target, operand), fresh=True).pending
        operand = settled(frame, site, operand)
        if not is_safe(operand):
            machine.fence(frame, site, "PD302", type(operand).__qualname__)
            return as_written(frame, site, function, target, operand)
        return computed(frame, site, function, target, operand)
    if kind in CONTAINERS:
        return _on_object(frame, site, function, target, target, operand)
    operand = settled(frame, site, operand)
    target = settled(frame, site, target)

    if is_safe(target) and is_safe(operand):
        act = functools.partial(computed, frame, site, function, target, operand)
        return change(frame, site, target, lambda: snapshot(target), act, gives=True)
    machine.fence(frame, site, "PD302", type(target).__qualname__)
    return as_written(frame, site, function, target, operand)


def _extended(frame: Frame, site: int, target: Any, operand: Any) -> Any:
    """``target += operand`` on a list: the elements are moved without looking at them."""
    await_writers(frame, site, operand)
    moved = tuple(operand)
    containers = frame.machine.containers

    def act() -> None:
        target.extend(moved)
        containers.track_if(target, *moved)

    change(frame, site, target, lambda: snapshot(target), act, puts=moved)
    return target


def _on_object(
    frame: Frame, site: int, function: Callable[[Any, Any], Any], target: Any, known: Any, operand: Any
) -> Any:
    """A container is modified in its turn. Until then a placeholder stands for it: the operand may turn out to have an
    operator of its own, which gives something else.

    Args:
        known: The container.
    """
    if type(operand) is not Pending:
        await_writers_inside(frame, site, operand)
        if not is_safe(operand) and operand not in frame.machine.containers:
            operand, target = settled(frame, site, operand), settled(frame, site, value_of(frame, site, target))
            frame.machine.fence(frame, site, "PD302", type(target).__qualname__)
            return as_written(frame, site, function, target, operand)

    def prepare(own: Any, other: Any) -> Inverse:
        return shortened(known) if type(known) is list else snapshot(known)

    def safe(own: Any, other: Any) -> bool:
        return is_safe(other) and (type(known) is list or is_safe(own))

    result = change(frame, site, known, prepare, function, (target, operand), safe=safe, mixed=True)
    if type(result) is Pending:
        result.object = known
    return result


def _on_pending(frame: Frame, site: int, function: Callable[[Any, Any], Any], target: Pending, operand: Any) -> Any:
    """Usually the target will be a number. If it is an object after all, the operation waits for its turn to modify
    it, and until then nobody reads it under another name. An object that may be known elsewhere without a placeholder
    has to be there first."""
    if not target.fresh and target.held_in is None:
        return _in_place(frame, site, function, value_of(frame, site, target), operand)
    if type(operand) is not Pending and not is_immutable(operand):
        operand = settled(frame, site, operand)
        if not is_immutable(operand):
            target = value_of(frame, site, target)
            return _in_place(frame, site, function, target, operand)
    if not target.fresh:
        holder = target.held_in
        entry = put_in_turn(frame, site, holder, function, (target, operand), mixed=False, safe=_target_is_immutable)
        entry.pending.held_in = holder
        return entry.pending

    def modify(value: Any, other: Any) -> Any:
        if is_immutable(value):
            target.writer = None
        else:
            frame.machine.passed += 1
        return as_written(frame, site, function, value, other)

    entry = put_off(frame, site, modify, (target, operand), safe=_target_is_immutable, fresh=True)
    if target.writer is None or not is_within(frame, target.writer):
        target.writer = entry
        frame.machine.changes_pending = True
    return entry.pending


def _target_is_immutable(target: Any, operand: Any) -> bool:
    return is_immutable(target) and is_safe(operand)


def _on_array(frame: Frame, site: int, function: Callable[[Any, Any], Any], target: Any, operand: Pending) -> Any:
    """The array is modified in its turn, when the operand is there."""

    def act(value: Any) -> None:
        if computed(frame, site, function, target, value) is not target:
            raise InternalError("an operand of an augmented assignment to an array had an operator of its own")

    change(frame, site, target, lambda value: snapshot(target), act, (operand,))
    return target
