"""Streams: calls that go through a generator expression at once, ``sum(f(x) for x in xs)``.

What a callee does with the elements decides how they are computed. ``list``, ``tuple``, ``sorted`` and ``join`` go
through all of them before they look at one: the elements are those of a list comprehension. Others look at each before
the next is computed: they fold (:mod:`..iteration.folding`). Should the name mean anything else, the generator
expression is made and the call is a sync-point.
"""

from __future__ import annotations

from collections.abc import Callable
from types import BuiltinFunctionType
from typing import TYPE_CHECKING, Any

from pydron.analysis.purity import is_known_pure, writes_into
from pydron_runtime.machine.failures.left_generators import left_generator
from pydron_runtime.machine.iteration.folding import FOLDING, fold, settled_start
from pydron_runtime.machine.iteration.lent import lend
from pydron_runtime.machine.iteration.own_pace import at_own_pace, one_by_one
from pydron_runtime.machine.loops.tiers import Tiers
from pydron_runtime.machine.operations.call import call, native
from pydron_runtime.machine.operations.using_up import any_or_all
from pydron_runtime.machine.order.current import settled, value_of
from pydron_runtime.machine.order.stores import MISSING

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame


def go_through(
    frame: Frame,
    site: int,
    callee: Any,
    tiers: Tiers,
    first: bool,
    elements: Callable[..., Any],
    generator: Callable[..., Any],
    captures: tuple[Any, ...],
    /,
    *args: Any,
    **kwargs: Any,
) -> Any:
    """``callee(generator expression, *args, **kwargs)``.

    Args:
        tiers: What the generator expression goes through.
        first: Whether ``elements`` gives a list of all elements, or one at a time.
        elements: Computes the elements on the machine.
        generator: Makes the generator expression as it was written.
        captures: The variables that it uses.
    """
    callee = value_of(frame, site, callee)
    if callee is iter and not args:
        return lend(frame, tiers, elements, generator, captures)
    try:
        if first and _looks_later(callee) and not args:
            try:
                found = elements(frame, tiers, *captures)
            except StopIteration as stop:
                raise left_generator(stop) from stop
            return call(frame, site, callee, found, **kwargs)
        if not first and _is_one_of(callee, FOLDING) and not kwargs and len(args) <= (callee is sum):
            start = settled_start(frame, site, args[0]) if args else 0
            if start is not MISSING:
                return fold(frame, site, callee, elements(frame, tiers, *captures), start, tiers)
        if (callee is any or callee is all) and not first and not args and not kwargs:
            return any_or_all(frame, site, callee, elements(frame, tiers, *captures), tiers)
        if not first and is_known_pure(callee) and not writes_into(callee, 1 + len(args), kwargs):
            given = one_by_one(frame, site, elements(frame, tiers, *captures), tiers)
            found = at_own_pace(frame, site, callee, (given, *args), kwargs)
            if found is not MISSING:
                return found
        values = (settled(frame, site, value) for value in captures)
        return native(frame, site, callee, (generator(tiers.raw, *values), *args), kwargs)
    finally:
        tiers.leave()


def _is_one_of(callee: Any, known: frozenset[Any]) -> bool:
    return (type(callee) is type or type(callee) is BuiltinFunctionType) and callee in known


def _looks_later(callee: Any) -> bool:
    """Whether the callee goes through all elements before it looks at one."""
    if type(callee) is BuiltinFunctionType and callee.__name__ == "join":
        return type(callee.__self__) in (str, bytes)
    return _is_one_of(callee, _FIRST)


_FIRST: frozenset[Any] = frozenset({list, tuple, sorted})
