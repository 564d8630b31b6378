"""``map`` with a function that comes to functional calls, and builtins that fold what it gives.

The map object is a real one, over iterators that the machine goes through in its place: whoever else gets hold of it
finds it where the machine left off. ``sum``, ``min`` and ``max`` look at each element before the next is computed. The
machine keeps to that order where it can be noticed: a *step* per element stands in the queue behind the element's call.
It does nothing if all elements so far are data; otherwise it waits for its turn, and then does what the builtin would
have done by then.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from pydron.marks import is_functional, is_scheduled
from pydron_runtime.machine.current import settled
from pydron_runtime.machine.data import is_data
from pydron_runtime.machine.ops_access import iterate
from pydron_runtime.machine.pending import Pending
from pydron_runtime.machine.putting_off import put_off
from pydron_runtime.machine.safety import CONTAINERS, VIEWS
from pydron_runtime.machine.stores import MISSING
from pydron_runtime.machine.undecorated import is_entered

if TYPE_CHECKING:
    from pydron_runtime.machine.frames import Frame

FOLDING: frozenset[Any] = frozenset({sum, min, max})
"""Builtins that combine elements one by one."""


def is_mapped(function: Any) -> bool:
    """Whether going through a map of this function is for the machine."""
    if is_functional(function) or is_scheduled(function):
        return True
    return isinstance(function, (FunctionType, MethodType)) and is_entered(function)


def make_map(frame: Frame, function: Any, iterables: tuple[Any, ...]) -> Any:
    """``map(function, *iterables)``; MISSING where going through an iterable may do more than compute."""
    machine = frame.machine
    sources = []
    for iterable in iterables:
        kind = type(iterable)
        if kind in CONTAINERS or kind in VIEWS or kind is range or kind is str:
            sources.append(iter(iterable))
        else:
            return MISSING
    mapped = map(function, *sources)
    machine.maps[mapped] = (function, tuple(sources))
    return mapped


def through_map(frame: Frame, site: int, mapped: Any) -> Iterator[Any]:
    """Go through a map object of the machine's."""
    from pydron_runtime.machine.ops_call import call  # the two refer to each other

    function, sources = frame.machine.maps.pop(mapped)
    steps = [iterate(frame, site, source) for source in sources]
    while True:
        elements = []
        for step in steps:
            element = next(step, MISSING)
            if element is MISSING:
                return
            elements.append(element)
        yield call(frame, site, function, *elements)


def fold(frame: Frame, site: int, callee: Any, elements: Iterator[Any], start: Any = 0) -> Any:
    """``sum(elements, start)``, ``min(elements)`` or ``max(elements)``."""
    folding = _Folding(callee, copy.copy(start))  # the program may modify it before the sum is taken
    last: Any = True
    count = 0
    for element in elements:
        folding.elements.append(element)
        last = put_off(frame, site, folding.step_to(count), (last, element), safe=_all_are_data).pending
        count += 1
    if not count:
        return sum((), start) if callee is sum else callee(())
    return put_off(frame, site, folding.end, (last, *folding.elements), safe=_all_are_data).pending


def _all_are_data(before: bool, *elements: Any) -> bool:
    return before and all(map(is_data, elements))


class _Folding:
    """The state of one fold.

    Attributes:
        elements: Those met so far, some still pending.
        done: How many have been combined into ``result``: none as long as all are data.
    """

    def __init__(self, callee: Any, start: Any) -> None:
        self.callee = callee
        self.start = start
        self.elements: list[Any] = []
        self.done = 0
        self.result: Any = None

    def step_to(self, index: int) -> Callable[[bool, Any], bool]:
        """The step behind one element: whether all elements up to it are data."""

        def step(before: bool, element: Any) -> bool:
            if before and is_data(element):
                return True
            while self.done <= index:
                value = self.elements[self.done]
                self._combine(value.get() if type(value) is Pending else value)
                self.done += 1
            return False

        return step

    def _combine(self, value: Any) -> None:
        if self.callee is sum:
            self.result = (sum((), self.start) if self.done == 0 else self.result) + value
        elif self.done == 0:
            self.result = value
        elif value < self.result if self.callee is min else value > self.result:
            self.result = value

    def end(self, before: bool, *elements: Any) -> Any:
        """The result, when all elements have been looked at."""
        if self.done:
            return self.result
        return self.callee(elements, self.start) if self.callee is sum else self.callee(elements)


def settled_start(frame: Frame, site: int, start: Any) -> Any:
    """The start of a sum; MISSING where the sum would refuse it, or may run user code on it."""
    start = settled(frame, site, start)
    return start if is_data(start) and type(start) not in (str, bytes, bytearray) else MISSING
