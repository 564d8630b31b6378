"""Folds: builtins that look at each element of an iterable before the next is computed.

The machine keeps to that order where it can be noticed. A *step* per element stands in the queue behind the element's
call. It does nothing if all elements so far are such that taking them in can neither fail nor run code of the user's;
otherwise it waits for its turn, and then does what the builtin would have done by then. So the calls of all elements
overlap, and the first failure in program order is the one that counts.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, repeat
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from pydron_runtime.machine.effects.putting_off import put_off
from pydron_runtime.machine.order.containers import contents
from pydron_runtime.machine.order.current import await_writers, settled
from pydron_runtime.machine.order.stores import MISSING
from pydron_runtime.machine.values.data import is_data
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.safety import is_immutable, is_safe

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame

_NUMBERS: frozenset[type] = frozenset({int, float, complex, bool})
_ORDERED: frozenset[type] = frozenset({int, float, bool})

FOLDING: frozenset[Any] = frozenset({sum, math.prod, min, max, set, frozenset, dict})
"""Builtins that take in elements one by one."""


_NONE: Mapping[str, Any] = MappingProxyType({})


class Plain(Protocol):
    """What elements come from.

    Attributes:
        plain: Whether they come as Python computes them.
    """

    plain: bool

    def stay_plain(self, elements: Iterator[Any]) -> Iterator[Any]:
        """They do to the end; gives what is left of them."""


def fold(
    frame: Frame,
    site: int,
    callee: Any,
    elements: Iterator[Any],
    start: Any = 0,
    tiers: Plain | None = None,
    empty: Mapping[str, Any] = _NONE,
) -> Any:
    """``callee(elements)``, ``sum(elements, start)`` or ``prod(elements, start=start)``.

    Args:
        tiers: What the elements come from. Once they come at Python's own speed, the builtin takes the rest itself.
        empty: Keyword arguments that matter only where there are no elements.
    """
    folding = _Folding(callee, copy.copy(start))  # the program may modify it before the sum is taken
    containers = frame.machine.containers
    last: Any = True
    count = 0
    for element in elements:
        if type(element) is list:
            element = _copied(frame, site, element)
        folding.elements.append(element)
        if tiers is not None and tiers.plain:
            return folding.finished_by(tiers.stay_plain(elements))
        if last is not True or type(element) is Pending or not folding.is_harmless(element):
            inside = (element,) if element in containers else ()
            step = folding.step_to(count)
            last = put_off(frame, site, step, (last, element), snapshots=inside, safe=folding.are_harmless).pending
        count += 1
    if not count:
        return _of_nothing(callee, start, empty)
    if last is True:
        result = folding.end(True, *folding.elements)
        if type(result) in (list, dict):
            containers.track_if(result, *contents(result))
        return result
    inside = tuple(element for element in folding.elements if element in containers)
    operands = (last, *folding.elements)
    return put_off(frame, site, folding.end, operands, snapshots=inside, safe=folding.are_harmless).pending


def _copied(frame: Frame, site: int, element: list[Any]) -> list[Any]:
    """A list as it is when the builtin takes it in: what the program stores in it later does not count."""
    await_writers(frame, site, element)
    made = element[:]
    frame.machine.containers.track_if(made, *made)
    return made


def _of_nothing(callee: Any, start: Any, empty: Mapping[str, Any]) -> Any:
    """What the builtin makes of no elements: a sum is its very start."""
    if callee is sum:
        return sum((), start)
    return math.prod((), start=start) if callee is math.prod else callee((), **empty)


def settled_start(frame: Frame, site: int, start: Any) -> Any:
    """The start of a sum; MISSING where the sum would refuse it, or may run user code on it."""
    start = settled(frame, site, start)
    return start if (is_data(start) or is_safe(start)) and type(start) not in (str, bytes, bytearray) else MISSING


class _Folding:
    """The state of one fold.

    Attributes:
        elements: Those met so far, some still pending.
        done: How many have been taken into ``result``: none as long as all are harmless.
    """

    def __init__(self, callee: Any, start: Any) -> None:
        self.callee = callee
        self.start = start
        self.elements: list[Any] = []
        self.done = 0
        self.result: Any = None

    def is_harmless(self, element: Any) -> bool:
        """Whether taking in the element cannot fail, and runs no code of the user's."""
        kind = type(element)
        if self.callee is sum:
            started = type(self.start)
            return kind in _NUMBERS and started in _NUMBERS or kind is started and kind in (list, tuple)
        if self.callee is math.prod:
            return kind in _NUMBERS and type(self.start) in _NUMBERS
        if self.callee in (min, max):
            return kind in _ORDERED
        if self.callee is dict:
            return kind in (tuple, list) and len(element) == 2 and _is_key(element[0])
        return _is_key(element)

    def are_harmless(self, before: bool, *elements: Any) -> bool:
        """Whether all elements are, those before included."""
        return before and all(map(self.is_harmless, elements))

    def step_to(self, index: int) -> Callable[[bool, Any], bool]:
        """The step behind one element: whether all elements up to it are harmless."""

        def step(before: bool, element: Any) -> bool:
            if before and self.is_harmless(element):
                return True
            if not self.done and index:
                self._begin_with(index)
            while self.done <= index:
                value = self.elements[self.done]
                self._take_in(value.get() if type(value) is Pending else value)
                self.done += 1
            return False

        return step

    def _begin_with(self, count: int) -> None:
        """Take in the first elements, all of them harmless, as the builtin itself does."""
        known = [value.get() if type(value) is Pending else value for value in self.elements[:count]]
        self.result = set(known) if self.callee is frozenset else self.of(known)
        self.done = count

    def of(self, elements: Iterable[Any]) -> Any:
        """What the builtin itself makes of elements."""
        if self.callee is sum:
            return sum(elements, self.start)
        return math.prod(elements, start=self.start) if self.callee is math.prod else self.callee(elements)

    def _take_in(self, value: Any) -> None:
        if self.callee is sum:
            self.result = (sum((), self.start) if self.done == 0 else self.result) + value
        elif self.callee is math.prod:
            self.result = (self.start if self.done == 0 else self.result) * value
        elif self.callee in (min, max):
            if self.done == 0 or (value < self.result if self.callee is min else value > self.result):
                self.result = value
        elif self.callee is dict:
            self.result = {} if self.done == 0 else self.result
            take_in_pair(self.result, self.done, value)
        else:
            self.result = set() if self.done == 0 else self.result
            self.result.add(value)

    def finished_by(self, rest: Iterator[Any]) -> Any:
        """The result, where nothing is outstanding and the rest comes as plain values."""
        known = (value.get() if type(value) is Pending else value for value in self.elements[self.done :])
        if not self.done:
            everything = chain(known, rest)
            return self.of(everything)
        for value in chain(known, rest):
            self._take_in(value)
            self.done += 1
        return self.end(False)

    def end(self, before: bool, *elements: Any) -> Any:
        """The result, when all elements have been looked at."""
        if self.done:
            return frozenset(self.result) if self.callee is frozenset else self.result
        return self.of(elements)


def _is_key(value: Any) -> bool:
    return is_immutable(value) and is_safe(value)


def take_in_pair(mapping: dict[Any, Any], index: int, pair: Any) -> None:
    """One element as ``dict`` takes it in. Its errors name the number of the element."""
    if type(pair) in (tuple, list) and len(pair) == 2:
        mapping[pair[0]] = pair[1]
        return
    filler = object()
    found = dict(chain(repeat((filler, None), index), (pair,)))
    found.pop(filler, None)
    mapping.update(found)
