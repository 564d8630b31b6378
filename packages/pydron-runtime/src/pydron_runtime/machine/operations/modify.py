"""Operations that call a known mutating method of one of the library's containers.

Each takes its turn on its object. What a method only moves may be a placeholder; what it has to look at is waited for
by the operation, not by the program.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterable
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.effects.turns import change
from pydron_runtime.machine.iteration.folding import take_in_pair
from pydron_runtime.machine.iteration.lent import is_fed
from pydron_runtime.machine.operations.keyed import sort_by_key
from pydron_runtime.machine.operations.known import gone_through
from pydron_runtime.machine.operations.store import set_item
from pydron_runtime.machine.operations.using_up import Taking
from pydron_runtime.machine.order.current import await_writers, await_writers_inside, current, settled, value_of
from pydron_runtime.machine.order.stores import MISSING, restore_item, shortened, snapshot
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.safety import MAPPINGS, SCALARS, is_immutable, is_safe

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame
    from pydron_runtime.machine.order.undo import Inverse

_TAKING: dict[type, frozenset[str]] = {
    list: frozenset({"extend"}),
    collections.deque: frozenset({"extend"}),
    set: frozenset({"update"}),
    **dict.fromkeys(MAPPINGS - {collections.Counter}, frozenset({"update"})),
}
"""Methods that take in the elements of an iterable one by one, as they come."""

_GIVING = frozenset({"pop", "popitem", "popleft", "setdefault"})
"""Methods that return something; the others return None."""

_BLIND = frozenset({"pop", "popitem", "popleft", "clear", "reverse", "rotate"})
"""Methods that look at no element."""


def modify(frame: Frame, site: int, target: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """``target.name(...)`` for a mutating method of a container; MISSING where it takes a sync-point."""
    kind = type(target)
    if len(args) == 1 and not kwargs and name in _TAKING.get(kind, ()):
        operand = current(frame, site, args[0])
        if is_fed(frame.machine, operand):
            return take_in(frame, site, target, operand)
    if not kwargs:
        lenient = _LENIENT.get((kind, name, len(args)))
        if lenient is not None:
            found = lenient(frame, site, target, *args)
            if found is not MISSING:
                return found
    if kind in MAPPINGS and kind is not collections.Counter and name == "update" and len(args) <= 1:
        return _update(frame, site, target, args, kwargs)
    if kind is list and name == "sort" and "key" in kwargs and not args:
        found = sort_by_key(frame, site, target, {**kwargs, "key": current(frame, site, kwargs["key"])})
        if found is not MISSING:
            return found
    if kwargs:
        return _with_keywords(frame, site, target, name, args, kwargs)
    operands = tuple(current(frame, site, arg) for arg in args)
    for value in operands:
        if type(value) not in SCALARS and type(value) is not Pending:
            await_writers_inside(frame, site, value)
            if not is_safe(value) and value not in frame.machine.containers or callable(value):
                return MISSING
    method, prepare = getattr(target, name), _inverse_of(target, name, operands)
    if name in _BLIND or kind is set:
        result = change(
            frame, site, target, prepare, method, operands, puts=operands if kind is set else (), gives=name in _GIVING
        )
    else:  # it looks at the elements of its own object, too
        result = change(
            frame, site, target, lambda own, *values: prepare(*values), lambda own, *values: method(*values),
            (target, *operands), gives=name in _GIVING,
        )  # fmt: skip
    return result if name in _GIVING else None


def take_in(frame: Frame, site: int, target: Any, iterator: Any) -> None:
    """``target.extend(iterator)``, or ``update``: an iterator that is the machine's."""
    kind = type(target)
    taking = Taking(frame, site, iterator)
    for index, element in enumerate(elements := iter(taking)):
        if taking.plain:
            _take_in_rest(target, index, chain((element,), taking.stay_plain(elements)))
            return
        if kind is set:
            _add(frame, site, target, element)
        elif kind in MAPPINGS:
            _add_pair(frame, site, target, index, element)
        else:
            _append(frame, site, target, element)


def _take_in_rest(target: Any, index: int, elements: Iterable[Any]) -> None:
    """The same, where nothing is under way and the elements come as Python computes them."""
    if type(target) in MAPPINGS:
        key = next(iter(target))
        before = repeat((key, target[key]), index)  # what is there is stored again: Python's errors count the elements
        target.update(chain(before, elements))
    elif type(target) is set:
        target.update(elements)
    else:
        target.extend(elements)


def _add(frame: Frame, site: int, target: set[Any], element: Any) -> None:
    if modify(frame, site, target, "add", (element,), {}) is MISSING:
        element = settled(frame, site, element)
        frame.machine.fence(frame, site, "PD302", type(element).__qualname__)
        target.add(element)


def _add_pair(frame: Frame, site: int, target: Any, index: int, pair: Any) -> None:
    """One element of what a mapping is updated from: key and value."""
    pair = current(frame, site, pair)
    if type(pair) is Pending:
        pair = pair.parts if pair.parts is not None else value_of(frame, site, pair)
    if type(pair) in (tuple, list) and len(pair) == 2:
        set_item(frame, site, target, *pair)
        return
    pair = settled(frame, site, pair)
    frame.machine.fence(frame, site, "PD302", type(pair).__qualname__)
    take_in_pair(target, index, pair)


def _inverse_of(target: Any, name: str, operands: tuple[Any, ...]) -> Callable[..., Inverse]:
    """How to prepare for taking back a method."""
    if name == "add":
        return lambda element: _nothing if element in target else lambda: target.discard(element)
    if name == "pop" and type(target) is list and not operands:
        return lambda: _put_back(target, target.append, target[-1]) if target else _nothing
    if name == "popleft":
        return lambda: _put_back(target, target.appendleft, target[0]) if target else _nothing
    return lambda *values: snapshot(target)


def _put_back(target: Any, method: Callable[[Any], Any], value: Any) -> Inverse:
    length = len(target)

    def restore() -> None:
        if len(target) < length:
            method(value)

    return restore


def _nothing() -> None:
    """The inverse of what changed nothing."""


def _with_keywords(
    frame: Frame, site: int, target: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    args = tuple(settled(frame, site, arg) for arg in args)
    kwargs = {keyword: settled(frame, site, value) for keyword, value in kwargs.items()}
    values = (*args, *kwargs.values())
    if not all(is_safe(value) and not callable(value) for value in values):
        return MISSING
    method = getattr(target, name)
    result = change(
        frame, site, target, lambda own: snapshot(target), lambda own: method(*args, **kwargs), (target,),
        gives=name in _GIVING,
    )  # fmt: skip
    return result if name in _GIVING else None


def _append(frame: Frame, site: int, target: Any, value: Any) -> None:
    value = current(frame, site, value)
    containers = frame.machine.containers

    def act() -> None:
        target.append(value)
        containers.track_if(target, value)

    short = type(target) is list or target.maxlen is None
    change(frame, site, target, lambda: shortened(target) if short else snapshot(target), act, puts=(value,))


def _append_left(frame: Frame, site: int, target: Any, value: Any) -> None:
    value = current(frame, site, value)
    containers = frame.machine.containers

    def act() -> None:
        target.appendleft(value)
        containers.track_if(target, value)

    change(
        frame,
        site,
        target,
        lambda: snapshot(target) if target.maxlen else shortened(target, target.popleft),
        act,
        puts=(value,),
    )


def _insert(frame: Frame, site: int, target: list[Any], index: Any, value: Any) -> None:
    index = value_of(frame, site, index)
    value = current(frame, site, value)
    containers = frame.machine.containers

    def act() -> None:
        target.insert(index, value)
        containers.track_if(target, value)

    change(frame, site, target, lambda: snapshot(target), act, puts=(value,))


def _extend(frame: Frame, site: int, target: Any, values: Any) -> Any:
    """``target.extend(values)``: elements of a list or tuple are moved without looking at them."""
    values = current(frame, site, values)
    if type(values) is Pending and values.parts is not None:
        values = values.parts
    values = gone_through(frame, site, values)
    if type(values) is not Pending and type(values) not in (list, tuple):
        values = settled(frame, site, values)
        if not is_safe(values):
            return MISSING
    containers = frame.machine.containers
    if type(values) is not Pending:
        await_writers(frame, site, values)
        values = list(values)  # as it is now; whoever modifies it later does not disturb this

    def prepare(*operands: Any) -> Inverse:
        return shortened(target) if type(target) is list else snapshot(target)

    def act(*operands: Any) -> None:
        moved = operands[0] if operands else values
        target.extend(moved)
        containers.track_if(target, *(v for v in moved if containers.holds_pending(v)))

    waited, moved_now = ((values,), ()) if type(values) is Pending else ((), values)
    change(frame, site, target, prepare, act, waited, puts=moved_now, mixed=bool(waited))
    return None


def _set_default(frame: Frame, site: int, target: Any, key: Any, default: Any) -> Any:
    key, default = current(frame, site, key), current(frame, site, default)
    containers = frame.machine.containers
    if type(key) is not Pending and not (is_immutable(key) and is_safe(key)):
        return MISSING

    def act(name: Any) -> Any:
        found = target.setdefault(name, default)
        containers.track_if(target, default)
        return found

    return change(
        frame, site, target, lambda name: restore_item(target, name), act, (key,), puts=(default,), gives=True
    )


def _update(frame: Frame, site: int, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """``target.update(...)``: values of a dict are moved without looking at them."""
    source = current(frame, site, args[0]) if args else {}
    containers = frame.machine.containers
    named = {name: current(frame, site, value) for name, value in kwargs.items()}
    if type(source) in MAPPINGS:
        await_writers(frame, site, source)
        source = dict(source)
    elif type(source) is not Pending:
        source = settled(frame, site, source)
        if not is_safe(source):
            return MISSING
        if hasattr(type(source), "__next__"):
            source = list(source)
    operands = (source,) if type(source) is Pending else ()
    placed = (*(source.values() if type(source) is dict else ()), *named.values())

    def act(*values: Any) -> None:
        target.update(*(values or (source,)), **named)
        containers.track_if(target, *placed)

    change(frame, site, target, lambda *values: snapshot(target), act, operands, puts=placed, mixed=bool(operands))
    return None


_LENIENT: dict[tuple[type, str, int], Callable[..., Any]] = {
    (list, "append", 1): _append,
    (list, "insert", 2): _insert,
    (list, "extend", 1): _extend,
    (collections.deque, "append", 1): _append,
    (collections.deque, "appendleft", 1): _append_left,
    (collections.deque, "extend", 1): _extend,
    **{(kind, "setdefault", 2): _set_default for kind in MAPPINGS},
}
"""Methods that move an argument without looking at it, by type and number of arguments."""
