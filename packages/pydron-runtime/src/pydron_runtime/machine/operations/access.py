"""Operations that look into an object: attributes, items, iteration, unpacking."""

from __future__ import annotations

import functools
import operator
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from types import GeneratorType
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.calls.properties import through_property
from pydron_runtime.machine.effects.callers import as_written
from pydron_runtime.machine.effects.putting_off import all_safe, put_off
from pydron_runtime.machine.effects.sharing import in_order, is_own, through_shared
from pydron_runtime.machine.effects.turns import change, look, predecessor
from pydron_runtime.machine.iteration.in_turn import InTurn
from pydron_runtime.machine.iteration.lent import Feed, ask, is_lent, through_lent
from pydron_runtime.machine.operations.pure import pure, tupled
from pydron_runtime.machine.order.current import await_writers, await_writers_behind, current, settled, value_of
from pydron_runtime.machine.order.stores import MISSING, owner_of, restore_item
from pydron_runtime.machine.values.indirect import PAIRING, behind, is_indirect
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.safety import (
    CONTAINERS,
    FACTORIES,
    ITERATORS,
    MAPPINGS,
    SCALARS,
    VIEWS,
    is_array,
    is_immutable,
    is_safe,
    is_safe_type,
    runs_user_code_for_attribute,
)

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame

_SEQUENCES = frozenset({tuple, str, bytes, range})


def attribute(frame: Frame, site: int, target: Any, name: str) -> Any:
    """``target.name``."""
    target = current(frame, site, target)
    if type(target) is Pending:
        getter = operator.attrgetter(name)
        return put_off(frame, site, getter, (target,), safe=lambda v: not runs_user_code_for_attribute(v, name)).pending
    if runs_user_code_for_attribute(target, name):
        found = through_property(frame, site, target, name)
        if found is not MISSING:
            return found
        frame.machine.fence(frame, site, "PD302", type(target).__qualname__)
        return as_written(frame, site, getattr, target, name)
    elif frame.machine.claims.any_writer and not _is_fixed(type(target)):
        await_writers(frame, site, target)
    return getattr(target, name)


def _is_fixed(kind: type) -> bool:
    """Whether attributes of objects of this type are methods, views, or what no store changes."""
    return kind in CONTAINERS or is_safe_type(kind)


def item(frame: Frame, site: int, target: Any, index: Any) -> Any:
    """``target[index]``."""
    target = current(frame, site, target)
    index = current(frame, site, index)
    kind = type(target)
    if kind is Pending:
        if target.parts is not None and type(index) in (int, slice):
            parts = target.parts[index]
            return parts if type(index) is int else tupled(frame, site, *parts)
        if type(index) is Pending or is_immutable(index):
            return put_off(frame, site, operator.getitem, (target, index), safe=_gets_only).pending
        return item(frame, site, value_of(frame, site, target), index)
    if kind is list or kind in MAPPINGS or kind is deque:
        if type(index) is Pending or is_immutable(index) and is_safe(index):
            return _element(frame, site, target, index)
    elif kind in _SEQUENCES:
        if type(index) is not Pending and is_immutable(index):
            result = target[index]
            if type(index) is slice and target in frame.machine.containers:
                frame.machine.containers.track(result)
            return result
    elif is_array(target) and target.dtype.kind != "O":
        found = _cells(frame, site, target, index)
        if found is not MISSING:
            return found
    if kind is defaultdict:
        index = settled(frame, site, index)
        frame.machine.fence(frame, site, "PD302", kind.__qualname__)
        return as_written(frame, site, operator.getitem, target, index)
    return pure(frame, site, operator.getitem, target, index)


def _element(frame: Frame, site: int, target: Any, index: Any) -> Any:
    """``target[index]`` on a list or mapping, as it is at this place; what it gives may be a placeholder."""
    if type(target) is defaultdict:
        return _element_made(frame, site, target, index)
    if not frame.machine.claims and type(index) in SCALARS:
        return target[index]
    containers = frame.machine.containers

    def get(key: Any) -> Any:
        found = target[key]
        if type(key) is slice and target in containers:
            containers.track(found)
        return found

    if type(index) is slice:
        await_writers(frame, site, target)
        return get(index)
    return look(frame, site, target, get, (index,))


def _element_made(frame: Frame, site: int, target: Any, index: Any) -> Any:
    """``target[index]`` on a ``defaultdict``: makes the element if there is none."""
    factory = target.default_factory
    if factory not in FACTORIES:
        index = settled(frame, site, index)
        await_writers(frame, site, target)
        if index not in target:
            frame.machine.fence(frame, site, "PD302", getattr(factory, "__qualname__", str(factory)))
        return as_written(frame, site, operator.getitem, target, index)
    return change(
        frame, site, target, lambda key: restore_item(target, key), lambda key: target[key], (index,),
        gives=True, mixed=factory in _MAKING,
    )  # fmt: skip


_MAKING = frozenset({list, dict, set, deque, Counter})
"""Factories of objects that can be changed."""


def _gets_only(target: Any, index: Any) -> bool:
    """Whether ``target[index]`` runs no user code, and modifies nothing."""
    return all_safe(target, index) and not (type(target) is defaultdict and index not in target)


def _cells(frame: Frame, site: int, target: Any, index: Any) -> Any:
    """``target[index]`` on an array of numbers: a view does not look at the elements, an element is looked at in turn.

    MISSING for any other index.
    """
    parts = index if type(index) is tuple else (index,)
    if not all(type(part) in _BASIC for part in parts):
        return MISSING
    owner = owner_of(target)
    if predecessor(frame, owner, looks=True) is None:
        return target[index]
    if len(parts) == target.ndim and all(type(part) is int for part in parts):
        return look(frame, site, target, lambda: target[index], (), flat=True)
    return target[index]


_BASIC = frozenset({int, slice, type(None), type(Ellipsis)})


def index_slice(frame: Frame, site: int, lower: Any, upper: Any, step: Any) -> slice:
    """``lower:upper:step`` inside an index."""
    return slice(value_of(frame, site, lower), value_of(frame, site, upper), value_of(frame, site, step))


def iterate(frame: Frame, site: int, iterable: Any) -> Iterator[Any]:
    """What a ``for`` loop goes through."""
    iterable = current(frame, site, iterable)
    kind = type(iterable)
    if kind is Pending:
        if iterable.parts is not None:
            return map(functools.partial(current, frame, site), iterable.parts)  # those that are there by then
        iterable = value_of(frame, site, iterable)
        kind = type(iterable)
    if kind is range or kind is str or kind is bytes or kind is tuple:
        return iter(iterable)
    if kind is list:
        return _through_list(frame, site, iterable)
    if kind in CONTAINERS or kind in VIEWS:
        return _through_mapping(frame, site, iterable, behind(iterable) if kind in VIEWS else (iterable,))
    if kind in PAIRING and iterable in frame.machine.iterators.known:
        frame.machine.iterators.known.discard(iterable)
        own = is_own(frame, site, iterable)
        if iterable in frame.machine.iterators.feeding:
            frame.machine.iterators.feeding.discard(iterable)
            steps = _through_feeding(frame, site, iterable)
            return steps if own else in_order(frame, site, iterable, steps)
        if not own:
            return through_shared(frame, site, iterable)
        return _through_mapping(frame, site, iterable, behind(iterable))
    if kind in PAIRING and iterable in frame.machine.iterators.maps:
        from pydron_runtime.machine.operations.mapping import through_map  # the two refer to each other

        own = is_own(frame, site, iterable)
        steps = through_map(frame, site, iterable)
        return steps if own else in_order(frame, site, iterable, steps)
    if type(iterable) is Feed:
        return iterable.steps(frame, site)
    if kind is GeneratorType and iterable in frame.machine.iterators.lent:
        elements = through_lent(frame, iterable)
        if elements is not None:
            return elements
    if kind in ITERATORS:
        if not is_own(frame, site, iterable):
            return through_shared(frame, site, iterable)
        return _through_mapping(frame, site, iterable, behind(iterable))
    if is_array(iterable) and iterable.dtype.kind != "O" and iterable.ndim:
        return _through_array(frame, site, iterable)
    return _through_unknown(frame, site, iterable)


def _through_list(frame: Frame, site: int, elements: list[Any]) -> Iterator[Any]:
    # As the list's own iterator does: it looks at the present length each time.
    index = 0
    claims = frame.machine.claims
    while True:
        if claims.any_writer:
            await_writers(frame, site, elements)
        if index >= len(elements):
            return
        yield elements[index]
        index += 1


def _through_array(frame: Frame, site: int, array: Any) -> Iterator[Any]:
    for index in range(len(array)):
        yield item(frame, site, array, index)


def _through_mapping(frame: Frame, site: int, iterable: Any, containers: tuple[Any, ...]) -> Iterator[Any]:
    await_writers_behind(frame, site, containers)
    iterator = iter(iterable)
    while True:
        await_writers_behind(frame, site, containers)
        try:
            element = next(iterator)
        except StopIteration:
            return
        yield _lenient(frame, site, element)


def _through_feeding(frame: Frame, site: int, iterator: Iterator[Any]) -> Iterator[Any]:
    """Go through an iterator of the library that goes through feeds."""
    containers = behind(iterator)
    while True:
        await_writers_behind(frame, site, containers)
        try:
            element = ask(frame, site, iterator)
        except StopIteration:
            return
        yield _lenient(frame, site, element)


_WITHIN_ONE_ANOTHER = 16
"""Iterators of the interpreter that go through one another, as in ``enumerate(zip(...))``: no more than this."""


def _lenient(frame: Frame, site: int, element: Any, depth: int = _WITHIN_ONE_ANOTHER) -> Any:
    """A tuple that an iterator of the interpreter made around placeholders, in the form user code may be given.

    Any other tuple is the user's, and stays the object that it is.
    """
    if type(element) is not tuple or not depth:
        return element
    parts = [_lenient(frame, site, part, depth - 1) for part in element]
    if any(type(part) is Pending or part is not before for part, before in zip(parts, element)):
        return tupled(frame, site, *parts)
    return element


def _through_unknown(frame: Frame, site: int, iterable: Any) -> Iterator[Any]:
    """Each step of an iterator of a user's class, or of a generator, is a sync-point."""
    machine = frame.machine
    detail = type(iterable).__qualname__
    machine.fence(frame, site, "PD402", detail)
    return InTurn(frame, site, detail, as_written(frame, site, iter, iterable))


@functools.cache
def _shape(before: int, after: int) -> Callable[[Any], tuple[Any, ...]]:
    """A function that unpacks as ``a, b, *c, d = value`` does, with Python's own error messages."""
    names = [f"a{i}" for i in range(before)]
    targets = list(names)
    if after >= 0:
        targets.append("*rest")
        names.append("rest")
        tail = [f"b{i}" for i in range(after)]
        targets += tail
        names += tail
    left = ", ".join(targets) + ("," if targets else "")
    namespace: dict[str, Any] = {}
    source = f"def unpack(value):\n [{left}] = value\n return ({', '.join(names)}{',' if names else ''})"
    exec(compile(source, __file__, "exec"), namespace)
    unpack_function: Callable[[Any], tuple[Any, ...]] = namespace["unpack"]
    return unpack_function


def unpack(frame: Frame, site: int, value: Any, before: int, after: int) -> tuple[Any, ...]:
    """The values for the targets of an unpacking assignment.

    Args:
        before: Number of targets before the starred one, or of all.
        after: Number of targets after the starred one; -1 if there is none.
    """
    shape = _shape(before, after)
    containers = frame.machine.containers
    value = current(frame, site, value)
    if type(value) is Pending:
        if value.parts is not None:
            result = shape(value.parts)
        else:
            whole = put_off(frame, site, shape, (value,)).pending
            count = before if after < 0 else before + 1 + after
            return tuple(item(frame, site, whole, index) for index in range(count))
    elif type(value) in (list, tuple):
        await_writers(frame, site, value)
        result = shape(value)
    elif type(value) in SCALARS or is_safe_type(type(value)):
        result = shape(value)
    elif hasattr(type(value), "__iter__") or hasattr(type(value), "__getitem__"):
        result = shape(iterate(frame, site, value))
    else:
        return shape(value)  # raises Python's own error
    if after >= 0:
        containers.track_if(result[before], *result[before])
    return result


def spread(frame: Frame, site: int, operand: Any, callee: Any = None) -> Any:
    """What ``*operand`` goes through in a call or a display.

    Args:
        callee: The callee of a call of which this is the only argument by position: Python's error names it.
    """
    operand = current(frame, site, operand)
    if type(operand) is not Pending or operand.parts is None:
        operand = value_of(frame, site, operand)
        kind = type(operand)
        if not hasattr(kind, "__iter__") and not hasattr(kind, "__getitem__"):
            place = "Value" if callee is None else f"{described(value_of(frame, site, callee))} argument"
            raise TypeError(f"{place} after * must be an iterable, not {kind.__name__}")
        if (
            not is_safe_type(kind)
            and kind not in CONTAINERS
            and not is_indirect(kind)
            and not is_lent(frame.machine, operand)
        ):
            frame.machine.fence(frame, site, "PD402", kind.__qualname__)
            return operand  # Python asks for the length, too
    return iterate(frame, site, operand)


def described(callee: Any) -> str:
    """A callee as Python's own error messages name it."""
    name, module = getattr(callee, "__qualname__", None), getattr(callee, "__module__", None)
    if not isinstance(name, str):
        return str(callee)
    return f"{name}()" if module is None or module == "builtins" else f"{module}.{name}()"


def keywords(frame: Frame, site: int, callee: Any, /, *arguments: Any) -> dict[str, Any]:
    """The keyword arguments of a call with ``**``, put together as Python does.

    Args:
        arguments: Name and value by turns; the name is None where the value is a mapping.

    Raises:
        TypeError: As Python: what stands after ``**`` is no mapping, or a name comes twice.
    """
    merged: dict[str, Any] = {}
    for name, value in zip(arguments[::2], arguments[1::2]):
        if name is None:
            mapping = value_of(frame, site, value)
            if not hasattr(mapping, "keys"):
                kind = type(mapping).__name__
                name = described(value_of(frame, site, callee))
                raise TypeError(f"{name} argument after ** must be a mapping, not {kind}")
            added: Any = spread_mapping(frame, site, mapping)
            if type(added) is not dict:
                added = {**added}
        else:
            added = {name: value}
        for key in added:
            if key in merged:
                name = described(value_of(frame, site, callee))
                raise TypeError(f"{name} got multiple values for keyword argument '{key}'")
        merged.update(added)
    return merged


def spread_mapping(frame: Frame, site: int, operand: Any) -> Any:
    """What ``**operand`` goes through in a call or a display."""
    operand = value_of(frame, site, operand)
    if type(operand) in MAPPINGS:
        await_writers(frame, site, operand)
        return operand
    operand = settled(frame, site, operand)
    frame.machine.fence(frame, site, "PD302", type(operand).__qualname__)
    return operand
