"""Augmented assignment: ``target += operand`` and its relatives.

On an immutable target it computes a new value and modifies nothing. On a list, a dict, a set or an array it modifies
the object in place; everybody who has another name for the object sees that, in program order.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.claims import is_within
from pydron_runtime.machine.current import await_order, await_writers, current, settled, value_of
from pydron_runtime.machine.entries import Operation, State
from pydron_runtime.machine.pending import Pending
from pydron_runtime.machine.putting_off import put_off
from pydron_runtime.machine.safety import SCALARS, is_array, is_immutable, is_safe
from pydron_runtime.machine.stores import remember, snapshot

if TYPE_CHECKING:
    from pydron_runtime.machine.frames import Frame


def in_place(frame: Frame, site: int, function: Callable[[Any, Any], Any], target: Any, operand: Any) -> Any:
    """``target <operator>= operand``: the object to bind to the target."""
    if type(target) in SCALARS and type(operand) in SCALARS:
        return function(target, operand)
    return _in_place(frame, site, function, current(frame, site, target), current(frame, site, operand))


def _in_place(frame: Frame, site: int, function: Callable[[Any, Any], Any], target: Any, operand: Any) -> Any:
    machine = frame.machine
    if type(target) is Pending:
        return _on_pending(frame, site, function, target, operand)
    if type(target) is list and function is operator.iadd and type(operand) in (list, tuple):
        await_writers(frame, site, operand)
        await_order(frame, site, target)
        remember(frame, target, snapshot(target))
        target += operand
        machine.containers.track_if(target, operand)
        return target
    if is_array(target) and target.dtype.kind != "O" and type(operand) is Pending:
        return _on_array(frame, site, function, target, operand)
    if is_immutable(target):
        if type(operand) is Pending:
            return put_off(frame, site, function, (target, operand), fresh=True).pending
        operand = settled(frame, site, operand)
        if not is_safe(operand):
            machine.fence(frame, site, "PD302", type(operand).__qualname__)
        return function(target, operand)
    operand = settled(frame, site, value_of(frame, site, operand))
    target = settled(frame, site, target)
    if is_safe(target) and is_safe(operand):
        await_order(frame, site, target)
        remember(frame, target, snapshot(target))
    else:
        machine.fence(frame, site, "PD302", type(target).__qualname__)
    return function(target, operand)


def _on_pending(frame: Frame, site: int, function: Callable[[Any, Any], Any], target: Pending, operand: Any) -> Any:
    """Usually the target will be a number. If it is an object after all, the operation waits for its turn to modify
    it, and until then nobody reads it under another name. An object that may be known elsewhere without a placeholder
    has to be there first."""
    if not target.fresh:
        return _in_place(frame, site, function, value_of(frame, site, target), operand)
    if type(operand) is not Pending and not is_immutable(operand):
        operand = settled(frame, site, operand)
        if not is_immutable(operand):
            target = value_of(frame, site, target)
            return _in_place(frame, site, function, target, operand)

    def change(value: Any, other: Any) -> Any:
        if is_immutable(value):
            target.writer = None
        return function(value, other)

    entry = put_off(frame, site, change, (target, operand), safe=_target_is_immutable, fresh=True)
    if target.writer is None or not is_within(frame, target.writer):
        target.writer = entry
        frame.machine.changes_pending = True
    return entry.pending


def _target_is_immutable(target: Any, operand: Any) -> bool:
    return is_immutable(target) and is_safe(operand)


def _on_array(frame: Frame, site: int, function: Callable[[Any, Any], Any], target: Any, operand: Pending) -> Any:
    """The array is modified when the operand is there; it is claimed until then, and one such operation follows
    another in program order."""
    machine = frame.machine
    owner = target
    while owner.base is not None and is_array(owner.base):
        owner = owner.base
    before = machine.claims.writer_before(owner, frame)
    if before is not None and not isinstance(before, Operation):
        await_order(frame, site, owner)
        before = None
    reader = machine.claims.reader_before(owner, frame)
    if reader is not None:
        await_order(frame, site, owner)
        before = None

    def modify(value: Any) -> Any:
        machine.undo.add(entry.order, snapshot(target))
        return function(target, value)

    entry = put_off(frame, site, modify, (operand,), after=before)
    if entry.state is State.OPEN:
        machine.claims.claim(owner, entry)
    return target
