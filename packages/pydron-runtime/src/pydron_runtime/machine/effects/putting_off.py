"""Putting off: pure operations whose operands are not there yet."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.effects.aside import make_room
from pydron_runtime.machine.effects.callers import as_written
from pydron_runtime.machine.effects.warned import Warned, are_kept, keeping_warnings, show_warnings
from pydron_runtime.machine.order.containers import taken
from pydron_runtime.machine.order.contexts import cut_context
from pydron_runtime.machine.order.entries import Entry, Operation, State
from pydron_runtime.machine.order.readiness import when_there
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.safety import SCALARS, is_immutable, is_safe

if TYPE_CHECKING:
    from pydron_runtime.machine.machine import Machine
    from pydron_runtime.machine.order.entries import Order
    from pydron_runtime.machine.order.frames import Frame


def all_safe(*values: Any) -> bool:
    """Whether operations on these values, however deep they look, run no user code."""
    return all(is_safe(value) for value in values)


def keep(frame: Frame, values: tuple[Any, ...]) -> tuple[tuple[Any, ...] | None, tuple[Any, ...]]:
    """The operands in a form that later stores do not reach; None where that would take a deep copy."""
    containers = frame.machine.containers
    kept: list[Any] = []
    snapshots: list[Any] = []
    for value in values:
        kind = type(value)
        if kind is Pending or is_immutable(value):
            kept.append(value)
        elif (kind is list or kind is dict) and _is_flat(value):
            copy = kind(value)
            if value in containers:
                containers.track(copy)
                snapshots.append(copy)
            kept.append(copy)
        elif (kind is set or kind is frozenset) and all(is_immutable(element) for element in value):
            kept.append(kind(value))
        else:
            return None, ()
    return tuple(kept), tuple(snapshots)


def _is_flat(container: Any) -> bool:
    """Whether everything in a list or dict is pending or can never change."""
    elements = container.values() if type(container) is dict else container
    return all(type(element) in SCALARS or type(element) is Pending or is_immutable(element) for element in elements)


def put_off(
    frame: Frame,
    site: int,
    function: Callable[..., Any],
    operands: tuple[Any, ...],
    *,
    snapshots: tuple[Any, ...] = (),
    safe: Callable[..., bool] = all_safe,
    after: Entry | None = None,
    fresh: bool = False,
    sources: tuple[Any, ...] = (),
) -> Operation:
    """Do ``function(*operands)`` when the operands are there.

    Args:
        operands: Plain values that will not change, pending values, and copies of containers.
        snapshots: Those of the operands that are copies of containers which hold pending values.
        safe: Tells, given the operands' values, whether the operation runs no user code.
        after: An earlier operation that has to have run before.
        fresh: The result is no operand and no part of one.
        sources: Those of the operands that can be changed and are no copies: later stores to them wait.
    """
    machine = frame.machine
    entry = Operation(frame, frame.next_order(), site, function, operands, safe)
    entry.pending.fresh = fresh
    wanted: list[Any] = [operand for operand in operands if type(operand) is Pending]
    for pending in wanted:
        pending.read_by(entry)
        sources += pending.sources
    if sources:
        machine.claims.announce(sources, entry)
        if not fresh:
            entry.pending.sources = sources
    wanted.extend(snapshots)
    if isinstance(after, Operation) and after.state is State.OPEN:
        wanted.append(after.pending)
    when_there(machine, entry, wanted, lambda: machine.ready.append(lambda: run_operation(entry)))
    frame.queue.append(entry)  # last: what cannot be begun, because the stack is full, must not be waited for
    machine.window.began(0)
    return entry


def computed(frame: Frame, site: int, function: Callable[..., Any], *operands: Any) -> Any:
    """``function(*operands)``, which runs no user code, here and now; what it warns of is shown in its turn."""
    if not frame.machine.main.queue or are_kept():
        return as_written(frame, site, function, *operands)
    warned = Warned()
    try:
        return keeping_warnings(warned, as_written, frame, site, function, *operands)
    finally:
        if warned:
            put_off(frame, site, lambda: show_warnings(warned), (), safe=_in_turn)


def _in_turn() -> bool:
    return False


@contextlib.contextmanager
def _as_it_was(machine: Machine, place: Order) -> Iterator[None]:
    """While code of the user's runs late, everything earlier having retired: the world as it was at its place."""
    machine.undo.set_aside(place)
    try:
        if len(machine.containers):
            machine.containers.fill()
        yield
    finally:
        machine.undo.resume()


def run_operation(entry: Operation, as_oldest: bool = False) -> None:
    """Run an operation whose operands are there.

    An operand may turn out to be of a class that runs user code. Then the operation waits until everything earlier has
    retired, because user code may do anything.
    """
    if entry.state is State.DROPPED:
        return
    assert entry.frame is not None
    values = []
    for operand in entry.operands:
        if type(operand) is Pending:
            operand = operand.get()
        values.append(operand)
    if not as_oldest and not entry.safe(*values):
        entry.oldest_only = True
        return
    if as_oldest:
        make_room()  # it is output, or code of the user's, which may write
        entry.frame.machine.passed += 1
    around = sys.exc_info()[1]
    try:
        if as_oldest and entry.alone:
            with _as_it_was(entry.frame.machine, entry.order):
                result = as_written(entry.frame, entry.site, entry.function, *values)
        elif as_oldest:
            result = as_written(entry.frame, entry.site, entry.function, *values)
        else:
            entry.warned = warned = Warned()
            result = keeping_warnings(warned, as_written, entry.frame, entry.site, entry.function, *values)
    except BaseException as error:
        cut_context(error, around)
        entry.fail(error, error.__traceback__)
        return
    if type(result) not in SCALARS:
        # The result may be a part of an operand; from now on the program may change it.
        for operand in entry.operands:
            if type(operand) is Pending:
                taken(operand)
    entry.state = State.DONE
    entry.operands = ()
    entry.release()
    entry.pending.forward(result)
