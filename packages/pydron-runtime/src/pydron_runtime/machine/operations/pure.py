"""Operations that compute: operators, comparisons, truth, displays, formatting.

On plain values of builtin types they are Python's own. On pending values they are put off. On an object whose class may
run user code they are sync-points.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from types import GeneratorType
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.effects.callers import as_written
from pydron_runtime.machine.effects.putting_off import all_safe, computed, keep, put_off
from pydron_runtime.machine.effects.turns import look
from pydron_runtime.machine.order.containers import Containers, taken
from pydron_runtime.machine.order.current import await_writers, await_writers_inside, current, settled, value_of
from pydron_runtime.machine.values.indirect import is_indirect
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.safety import CONTAINERS, MAPPINGS, SCALARS, is_immutable, is_safe, is_safe_type

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame

_SHALLOW = frozenset({operator.add, operator.iadd, operator.mul, operator.imul})
"""Operators that move a list's elements without looking at them."""

_FRESH = frozenset(
    {
        operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow,
        operator.matmul, operator.and_, operator.or_, operator.xor, operator.lshift, operator.rshift, operator.neg,
        operator.invert, operator.not_, operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge,
        operator.contains, abs, bool, bytes, complex, float, int, len, repr, round, str,
    }
)  # fmt: skip
"""What makes a new object of builtin operands."""


def binary(frame: Frame, site: int, function: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """``left <operator> right``."""
    if type(left) in SCALARS and type(right) in SCALARS:
        return function(left, right)
    left = current(frame, site, left)
    right = current(frame, site, right)
    kind = type(left)
    if function in _SHALLOW and (kind is list or kind is tuple) and type(right) in (kind, int):
        await_writers(frame, site, left)
        await_writers(frame, site, right)
        result = function(left, right)
        frame.machine.containers.track_if(result, left, right)
        return result
    if function is operator.is_ or function is operator.is_not:
        return _identity(frame, site, function, left, right)
    return pure(frame, site, function, left, right)


def _identity(frame: Frame, site: int, function: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    if type(left) is Pending or type(right) is Pending:
        if left is right:
            return function(1, 1) if function is operator.is_ else False
        return put_off(frame, site, function, (left, right), safe=_always).pending
    return function(left, right)


def _always(*values: Any) -> bool:
    return True


def contains(frame: Frame, site: int, element: Any, container: Any) -> Any:
    """``element in container``."""
    element = current(frame, site, element)
    container = current(frame, site, container)
    kind = type(container)
    if kind in MAPPINGS or kind is set or kind is frozenset:
        if type(element) in SCALARS and not frame.machine.claims:
            return element in container
        if type(element) is Pending or is_immutable(element) and is_safe(element):
            return look(frame, site, container, lambda key: key in container, (element,), flat=True)
    return pure(frame, site, operator.contains, container, element)


def unary(frame: Frame, site: int, function: Callable[[Any], Any], operand: Any) -> Any:
    """``<operator> operand``; also ``not``."""
    if type(operand) in SCALARS and function is not operator.invert:  # of a truth value, that is deprecated
        return function(operand)
    operand = current(frame, site, operand)
    if function is operator.not_ and type(operand) is not Pending:
        return not truth(frame, site, operand)
    return pure(frame, site, function, operand)


def pure(
    frame: Frame, site: int, function: Callable[..., Any], *operands: Any, safe: Callable[..., bool] = all_safe
) -> Any:
    """``function(*operands)``, which only looks at its operands, however deep.

    Args:
        safe: Tells, given the operands' values, whether the operation runs no user code.
    """
    machine = frame.machine
    values = tuple(current(frame, site, operand) for operand in operands)
    for value in values:
        if type(value) not in SCALARS and type(value) is not Pending:
            await_writers_inside(frame, site, value)
    if len(machine.containers):
        values = tuple(settled(frame, site, value) if is_indirect(type(value)) else value for value in values)
    if any(machine.containers.holds_pending(value) for value in values):
        prepared, snapshots = keep(frame, values)
        if prepared is not None:
            return put_off(
                frame, site, function, prepared, snapshots=snapshots, safe=safe, fresh=function in _FRESH
            ).pending
        put = _put_off_uncopied(frame, site, function, values, safe)
        if put is not None:
            return put
        values = tuple(settled(frame, site, value) for value in values)
    if not safe(*values):
        reason = "PD402" if any(type(value) is GeneratorType for value in values) else "PD302"
        machine.fence(frame, site, reason, _class_names(values))
        return as_written(frame, site, function, *values)
    return computed(frame, site, function, *values)


def _put_off_uncopied(
    frame: Frame, site: int, function: Callable[..., Any], values: tuple[Any, ...], safe: Callable[..., bool]
) -> Pending | None:
    """Put an operation off on objects that can be changed: later stores to them wait. None where it may do more."""
    containers = frame.machine.containers
    if not all(type(value) is Pending or value in containers or is_safe(value) for value in values):
        return None
    sources = tuple(value for value in values if type(value) is not Pending and not is_immutable(value))
    inside = tuple(value for value in values if value in containers)
    fresh = function in _FRESH
    entry = put_off(frame, site, function, values, snapshots=inside, safe=safe, fresh=fresh, sources=sources)
    return entry.pending


def _class_names(values: tuple[Any, ...]) -> str:
    return ", ".join(type(value).__qualname__ for value in values if not is_safe(value))


def truth(frame: Frame, site: int, operand: Any) -> bool:
    """Whether the operand counts as true. Waits for its value: control depends on it."""
    if type(operand) in SCALARS:
        return bool(operand)
    operand = value_of(frame, site, operand)
    kind = type(operand)
    if kind in CONTAINERS:
        await_writers(frame, site, operand)
        return bool(operand)
    if not is_safe_type(kind) and (hasattr(kind, "__bool__") or hasattr(kind, "__len__")):
        frame.machine.fence(frame, site, "PD302", kind.__qualname__)
        return bool(as_written(frame, site, bool, operand))
    return bool(computed(frame, site, bool, operand))


def listed(frame: Frame, elements: list[Any]) -> list[Any]:
    """A list that was just made."""
    frame.machine.containers.track_if(elements, *elements)
    return elements


def mapped(frame: Frame, mapping: dict[Any, Any]) -> dict[Any, Any]:
    """A dict that was just made."""
    frame.machine.containers.track_if(mapping, *mapping.values())
    return mapping


def tupled(frame: Frame, site: int, *elements: Any) -> Any:
    """A tuple of the elements; pending, with known parts, while an element is."""
    containers = frame.machine.containers
    for element in elements:
        if type(element) is Pending:
            if all(type(part) in SCALARS or type(part) is Pending and part.task is not None for part in elements):
                return _tuple_of_results(frame, elements)
            entry = put_off(frame, site, _tuple_maker(containers), elements, safe=_always)
            entry.pending.parts = elements
            return entry.pending
    containers.track_if(elements, *elements)
    return elements


def _tuple_of_results(frame: Frame, elements: tuple[Any, ...]) -> Pending:
    """A tuple of results of calls, which is made when somebody looks at it: until then they stay where they are."""
    made = Pending()
    made.parts = elements
    claims = frame.machine.claims
    missing = [part for part in elements if type(part) is Pending and not part.done]
    left = len(missing)

    def make() -> tuple[Any, ...]:
        values = [taken(part) if type(part) is Pending else part for part in elements]
        for part, value in zip(elements, values):
            if type(part) is Pending:
                claims.hand_over(part, value)
        return tuple(values)

    def arrived() -> None:
        nonlocal left
        left -= 1
        if not left:
            made.settle_later(make)

    for part in missing:
        part.waiters.append(arrived)
    if not missing:
        made.settle_later(make)
    return made


def _tuple_maker(containers: Containers) -> Callable[..., Any]:
    def make(*elements: Any) -> Any:
        containers.track_if(elements, *elements)
        return elements

    return make


def gathered(frame: Frame, site: int, *elements: Any) -> Any:
    """A set of the elements; pending while one of them is."""
    elements = tuple(current(frame, site, element) for element in elements)
    if any(map(frame.machine.containers.holds_pending, elements)):
        return put_off(frame, site, _set_of, elements, fresh=True).pending
    for element in elements:
        key(frame, site, element)
    result: set[Any] = as_written(frame, site, set, elements)
    return result


def _set_of(*elements: Any) -> set[Any]:
    return set(elements)


def kept_under(frame: Frame, site: int, key: Any, value: Any) -> Any:
    """A value for a dict. Under a key with a hash of the user's it has to be there: filling it in would ask again."""
    if type(value) is Pending and not (type(key) in SCALARS or (is_immutable(key) and is_safe(key))):
        return value_of(frame, site, value)
    return value


def key(frame: Frame, site: int, operand: Any) -> Any:
    """A value to be hashed: there, and without user code in its hash unless everything earlier has retired."""
    if type(operand) in SCALARS:
        return operand
    operand = settled(frame, site, operand)
    if not is_safe(operand):
        frame.machine.fence(frame, site, "PD302", type(operand).__qualname__)
    return operand
