"""Turns: operations on one object keep their order, and none of them stops the program.

A store such as ``table[key] = value`` may meet a key that is not there yet, or an object that earlier work, put off
itself, will modify. Then the store is put off itself: it claims the object, and is made when its operands are there and
everything before it on that object has been done. A look at such an object, ``table[key]``, is put off likewise, and
what it gives is pending. Operations on other objects do not wait.

A look is put off only where it cannot give an object that the program may modify meanwhile under another name;
otherwise the program waits for its turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.effects.putting_off import all_safe, run_operation
from pydron_runtime.machine.order.current import await_order, await_writers, value_of
from pydron_runtime.machine.order.entries import Entry, Operation
from pydron_runtime.machine.order.readiness import when_there
from pydron_runtime.machine.order.stores import owner_of, store
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.safety import MAPPINGS, SCALARS, is_immutable

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame
    from pydron_runtime.machine.order.undo import Inverse

_LIMIT = 4096
"""Elements of a container that are looked at to put off a look."""


def predecessor(frame: Frame, owner: Any, looks: bool = False) -> Entry | None:
    """What an operation of this frame, here, on an object has to come after; None if it is its turn.

    Args:
        looks: The operation only looks at the object.
    """
    claims = frame.machine.claims
    return claims.before(owner, frame.here, frame, looks) if claims else None


def put_in_turn(
    frame: Frame,
    site: int,
    owner: Any,
    function: Callable[..., Any],
    operands: tuple[Any, ...],
    *,
    looks: bool = False,
    mixed: bool = True,
    safe: Callable[..., bool] = all_safe,
) -> Operation:
    """Do ``function(*operands)`` when the operands are there and it is its turn on an object.

    Args:
        owner: The object; for a view of an array, the array.
        looks: The object is not modified.
        mixed: It may put an object into it that can be changed, and that the program knows otherwise.
        safe: Tells, given the operands' values, whether the operation runs no user code.
    """
    machine = frame.machine
    earlier = predecessor(frame, owner)
    entry = Operation(frame, frame.next_order(), site, function, operands, safe)
    entry.looks = looks
    entry.mixed = mixed or earlier is not None and earlier.mixed
    wanted = [operand for operand in operands if type(operand) not in SCALARS]
    for operand in wanted:
        if type(operand) is Pending:
            operand.read_by(entry)
            machine.claims.announce(operand.sources, entry)
    when_there(machine, entry, wanted, lambda: _take_turn(entry, owner, wanted))
    machine.claims.claim(owner, entry)
    machine.claims.announce(tuple(v for v in wanted if type(v) is not Pending and not is_immutable(v)), entry)
    frame.queue.append(entry)  # last: what cannot be begun, because the stack is full, must not be waited for
    machine.window.began(0)
    return entry


def _take_turn(entry: Operation, owner: Any, wanted: list[Any]) -> None:
    assert entry.frame is not None
    machine = entry.frame.machine
    earlier = machine.claims.before(owner, entry.order, entry.frame, entry.looks)
    if earlier is not None:
        earlier.followers.append(lambda: machine.ready.append(lambda: _take_turn(entry, owner, wanted)))
    else:  # what came before may have put something in that is not there yet
        when_there(machine, entry, wanted, lambda: machine.ready.append(lambda: run_operation(entry)))


def change(
    frame: Frame,
    site: int,
    target: Any,
    prepare: Callable[..., Inverse],
    act: Callable[..., Any],
    operands: tuple[Any, ...] = (),
    *,
    safe: Callable[..., bool] = all_safe,
    puts: Iterable[Any] = (),
    mixed: bool = False,
    gives: bool = False,
) -> Any:
    """Modify an object in its turn: now, if it is its turn and the operands are there.

    Args:
        prepare: Given the operands' values, looks at the object before; gives the inverse.
        act: Given the operands' values, makes the modification.
        safe: Tells, given the operands' values, whether it runs no user code.
        puts: What ``act`` puts into the object as it is, placeholder or not.
        mixed: It may put other objects into it that the program knows otherwise.
        gives: The program wants what ``act`` returns.

    Returns:
        What ``act`` returns, or a pending value that stands for it.
    """
    machine = frame.machine
    owner = owner_of(target)
    holds_pending = machine.containers.holds_pending
    earlier = predecessor(frame, owner)
    if gives and (earlier is not None or any(map(holds_pending, operands))) and not _is_flat(frame, target, earlier):
        operands = tuple(value_of(frame, site, operand) for operand in operands)
        await_order(frame, site, owner)
        earlier = None
    if earlier is None and not any(map(holds_pending, operands)):
        machine.claims.stored(owner)
        if not operands:
            return store(frame, frame.here, prepare, act)
        return store(frame, frame.here, lambda: prepare(*operands), lambda: act(*operands))

    def in_turn(*values: Any) -> Any:
        machine.claims.stored(owner)
        if machine.oldest is entry:
            return act(*values)  # it counts already; to look at the object before may run code of the user's
        return store(frame, entry.order, lambda: prepare(*values), lambda: act(*values))

    for value in puts:
        if type(value) is Pending:
            value.held_in = owner
        elif not is_immutable(value):
            mixed = True
    entry = put_in_turn(frame, site, owner, in_turn, operands, mixed=mixed, safe=safe)
    return entry.pending


def look(
    frame: Frame,
    site: int,
    target: Any,
    function: Callable[..., Any],
    operands: tuple[Any, ...],
    *,
    safe: Callable[..., bool] = all_safe,
    flat: bool = False,
) -> Any:
    """``function(*operands)``, which looks at the target as it is at this place in program order; put off if need be.

    Args:
        flat: What it gives cannot be changed, whatever the target holds.
    """
    owner = owner_of(target)
    earlier = predecessor(frame, owner, looks=True)
    if earlier is None and not any(type(operand) is Pending for operand in operands):
        return function(*operands)
    if not flat and not _is_flat(frame, target, earlier):
        operands = tuple(value_of(frame, site, operand) for operand in operands)
        await_writers(frame, site, owner)
        return function(*operands)
    found = put_in_turn(frame, site, owner, function, operands, looks=True, mixed=False, safe=safe).pending
    if flat:
        found.fresh = True
    else:
        found.held_in = owner
    return found


def _is_flat(frame: Frame, target: Any, earlier: Entry | None) -> bool:
    """Whether nothing in a container can be changed by a name that the program may have for it.

    Placeholders are marked: whoever gets hold of such a value comes after what is put off on this container.
    """
    latest = earlier or predecessor(frame, target)
    if latest is not None and latest.mixed or len(target) > _LIMIT:
        return False
    elements = target.values() if type(target) in MAPPINGS else target
    if SCALARS.issuperset(map(type, elements)):
        return True
    elements = list(elements)
    if not all(type(element) is Pending or is_immutable(element) for element in elements):
        return False
    for element in elements:
        if type(element) is Pending:
            element.held_in = target
    return True
