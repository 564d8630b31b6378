"""``map`` with a function that comes to functional calls.

The map object is a real one, over iterators that the machine goes through in its place: whoever else gets hold of it
finds it where the machine left off.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import dropwhile, filterfalse, starmap, takewhile
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from pydron.marks import is_functional, is_scheduled
from pydron_runtime.machine.calls.undecorated import is_entered
from pydron_runtime.machine.effects.sharing import ANYBODY, made
from pydron_runtime.machine.failures.stopping import may_stop, value_unless_stopped
from pydron_runtime.machine.iteration.lent import Feed, is_lent
from pydron_runtime.machine.iteration.map_ahead import MapAhead
from pydron_runtime.machine.operations.access import iterate
from pydron_runtime.machine.operations.pure import truth
from pydron_runtime.machine.order.stores import MISSING
from pydron_runtime.machine.values.indirect import PAIRING
from pydron_runtime.machine.values.safety import CONTAINERS, VIEWS

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame


def is_mapped(function: Any) -> bool:
    """Whether going through a map of this function is for the machine."""
    if is_functional(function) or is_scheduled(function):
        return True
    return type(function) in (FunctionType, MethodType) and is_entered(function)


_UNTIL = frozenset({takewhile, dropwhile})

MAPPING: frozenset[Any] = frozenset({map, filter, filterfalse, starmap}) | _UNTIL
"""Makers of iterators that call a function for each element."""


class Test:
    """The function of a ``takewhile`` or ``dropwhile``, which is called until it is false.

    Attributes:
        function: As given.
        is_over: Whether the machine has found it to be false. Whoever else asks the iterator itself has to be told.
    """

    __slots__ = ("function", "is_over")

    def __init__(self, function: Any) -> None:
        self.function = function
        self.is_over = False

    def __call__(self, element: Any) -> Any:
        """What the function gives."""
        return not self.is_over and self.function(element)


def make_map(frame: Frame, site: int, maker: Any, args: tuple[Any, ...]) -> Any:
    """``map(function, *iterables)``, or one of its relatives; MISSING where an iterable may do more than compute."""
    machine = frame.machine
    function, *iterables = args
    if maker in _UNTIL:
        function = Test(function)
    sources: list[Any] = []
    given: list[Any] = []
    for iterable in iterables:
        kind = type(iterable)
        if kind in CONTAINERS or kind in VIEWS or kind is range or kind is str:
            sources.append(iter(iterable))
            machine.iterators.own[sources[-1]] = ANYBODY
        elif is_lent(machine, iterable) or kind in PAIRING and iterable in machine.iterators.maps:
            sources.append(Feed(machine, iterable))
        elif kind in PAIRING and iterable in machine.iterators.known:
            sources.append(iterable)
        else:
            return MISSING
        given.append(sources[-1].iterator if type(sources[-1]) is Feed else sources[-1])
    mapped = maker(function, *given)
    machine.iterators.maps[mapped] = (function, tuple(sources))
    return made(frame, site, args, mapped)


def through_map(frame: Frame, site: int, mapped: Any) -> Iterator[Any]:
    """Go through a map object, or a relative of it, of the machine's."""
    from pydron_runtime.machine.operations.call import call  # the two refer to each other

    function, sources = frame.machine.iterators.maps.pop(mapped)
    kind = type(mapped)
    if type(function) is Test:
        yield from _through_until(frame, site, kind, function, sources[0])
        return
    ahead = MapAhead(frame, site, kind, function, sources)
    make = value_unless_stopped if may_stop(function) else call
    if kind is filter or kind is filterfalse:
        for element in iterate(frame, site, sources[0]):
            ahead.taken += 1
            verdict = element if function is None else make(frame, site, function, element)
            if verdict is MISSING:
                return
            if truth(frame, site, verdict) is (kind is filter):
                yield element
        return
    if kind is starmap:
        for element in iterate(frame, site, sources[0]):
            ahead.taken += 1
            found = make(frame, site, function, *iterate(frame, site, element))
            if found is MISSING:
                return
            yield found
        return
    steps = [iterate(frame, site, source) for source in sources]
    while True:
        elements = []
        for step in steps:
            element = next(step, MISSING)
            if element is MISSING:
                return
            elements.append(element)
        ahead.taken += 1
        found = make(frame, site, function, *elements)
        if found is MISSING:
            return
        yield found


def _through_until(frame: Frame, site: int, kind: type, test: Test, source: Any) -> Iterator[Any]:
    """Go through a ``takewhile`` or ``dropwhile``, which may have been begun before."""
    from pydron_runtime.machine.operations.call import call  # the two refer to each other

    ahead = MapAhead(frame, site, kind, test.function, (source,))
    make = value_unless_stopped if may_stop(test.function) else call
    for element in iterate(frame, site, source):
        ahead.taken += 1
        if not test.is_over:
            verdict = make(frame, site, test.function, element)
            if verdict is MISSING:
                return
            test.is_over = not truth(frame, site, verdict)
            if test.is_over:
                ahead.stop()
        if kind is takewhile and test.is_over:
            return
        if kind is takewhile or test.is_over:
            yield element
