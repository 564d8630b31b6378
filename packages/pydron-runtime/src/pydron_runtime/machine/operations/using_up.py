"""Calls that use up an iterator which is the machine's: ``list(zip(xs, (f(x) for x in xs)))``.

What the callee does with the elements decides how they are taken. Some go through all of them before they look at
one: these get a list. Others look at each before the next is computed: so does the machine, or it folds
(:mod:`..iteration.folding`).
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Iterator
from itertools import chain
from types import GeneratorType
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.effects.sharing import ANYBODY
from pydron_runtime.machine.iteration.folding import FOLDING, fold, settled_start
from pydron_runtime.machine.iteration.lent import is_fed, is_lent, is_map
from pydron_runtime.machine.iteration.lulls import Lull
from pydron_runtime.machine.iteration.own_pace import one_by_one
from pydron_runtime.machine.operations.access import iterate
from pydron_runtime.machine.operations.keyed import best_by_key
from pydron_runtime.machine.operations.pure import listed, truth
from pydron_runtime.machine.order.current import await_writers, current, value_of
from pydron_runtime.machine.order.stores import MISSING

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame

_SEQUENCES = frozenset({list, tuple, range, str, bytes})


def used_up(frame: Frame, site: int, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """``callee(iterator, ...)``; MISSING where the machine does not know how the callee takes elements."""
    if callee is functools.reduce:
        return _reduced(frame, site, args) if len(args) in (2, 3) and not kwargs else MISSING
    if not args or not is_fed(frame.machine, args[0]):
        return MISSING
    if callee is sum or callee is math.prod:
        return _totalled(frame, site, callee, args, kwargs)
    if len(args) > 1:
        return MISSING
    taking = Taking(frame, site, args[0])
    if (callee is any or callee is all) and not kwargs:
        return any_or_all(frame, site, callee, iter(taking), taking)
    if (callee is min or callee is max) and set(kwargs) <= {"key", "default"}:
        kwargs = {name: value_of(frame, site, value) for name, value in kwargs.items()}
        if kwargs.get("key") is not None:
            return best_by_key(frame, site, callee, iter(taking), kwargs, taking)
        kwargs.pop("key", None)
        return fold(frame, site, callee, iter(taking), tiers=taking, empty=kwargs)
    if callee in FOLDING and not kwargs:
        return fold(frame, site, callee, iter(taking), tiers=taking)
    return MISSING


def given_one_by_one(frame: Frame, site: int, args: tuple[Any, ...], changes: bool = False) -> tuple[Any, ...]:
    """Arguments of a known function, with generators of values in place of the iterables that are the machine's.

    Args:
        changes: The function may change something with each element.
    """

    def given(value: Any) -> Any:
        if not is_fed(frame.machine, value):
            return value
        taking = Taking(frame, site, value)
        return one_by_one(frame, site, iter(taking), taking, changes)

    return tuple(map(given, args))


def _totalled(frame: Frame, site: int, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """``sum`` or ``prod``, with or without a start."""
    iterable, *starts = (*args, *kwargs.values())
    if set(kwargs) - {"start"} or len(starts) > 1 or len(args) > 1 and callee is not sum:
        return MISSING
    first = starts[0] if starts else 0 if callee is sum else 1
    start = settled_start(frame, site, first)
    if start is MISSING:
        return MISSING
    taking = Taking(frame, site, iterable)
    return fold(frame, site, callee, iter(taking), start, taking)


def collected(frame: Frame, site: int, iterable: Any) -> list[Any]:
    """All elements of an iterable of the machine's, for what goes through all of it before it looks at one."""
    taking = Taking(frame, site, iterable)
    found: list[Any] = []
    for element in (elements := iter(taking)):
        found.append(element)
        if taking.plain:
            found = [current(frame, site, value) for value in found]  # nothing is under way
            found.extend(taking.stay_plain(elements))
            return found
    return listed(frame, found)


class Taking:
    """Goes through an iterable of the machine's that is used up at once.

    When for a while no call was handed out, as each takes less time than that, and nothing is under way, the rest comes
    as Python computes it.

    Attributes:
        plain: Whether it does.
    """

    def __init__(self, frame: Frame, site: int, iterable: Any) -> None:
        self._frame = frame
        self._site = site
        self._iterable = iterable
        lent = frame.machine.iterators.lent.get(iterable) if type(iterable) is GeneratorType else None
        self._lull = Lull(frame, possible=lent is None or lent.resumes)
        self.plain = False

    def stay_plain(self, elements: Iterator[Any]) -> Iterator[Any]:
        """The rest, at Python's own speed; ``elements`` are those of this object."""
        return iter(self._iterable)

    def __iter__(self) -> Iterator[Any]:
        for element in iterate(self._frame, self._site, self._iterable):
            yield element
            if self._lull.begins():
                self.plain = True
                yield from self._iterable
                return


def any_or_all(frame: Frame, site: int, callee: Any, elements: Iterator[Any], tiers: Any = None) -> bool:
    """``any(elements)`` or ``all(elements)``: goes no further than Python does.

    Args:
        tiers: What the elements come from. Once they come at Python's own speed, the builtin takes the rest itself.
    """
    for element in elements:
        if tiers is not None and tiers.plain:
            return bool(callee(chain((element,), tiers.stay_plain(elements))))
        if truth(frame, site, element) is (callee is any):
            return callee is any
    return callee is all


def _reduced(frame: Frame, site: int, args: tuple[Any, ...]) -> Any:
    """``functools.reduce(function, iterable[, initial])``; MISSING where neither of them is for the machine."""
    from pydron_runtime.machine.operations.call import call  # these, too
    from pydron_runtime.machine.operations.mapping import is_mapped  # the two refer to each other

    function, iterable, *initial = args
    if not is_fed(frame.machine, iterable):
        if not is_mapped(function) or type(iterable) not in _SEQUENCES:
            return MISSING
        await_writers(frame, site, iterable)
        iterable = iter(iterable)
        frame.machine.iterators.own[iterable] = ANYBODY
    taking = Taking(frame, site, iterable)
    steps = iter(taking)
    result = initial[0] if initial else next(steps, MISSING)
    if result is MISSING:
        return functools.reduce(operator.add, ())  # raises Python's own error
    for element in steps:
        if taking.plain:
            return functools.reduce(
                function, chain((element,), taking.stay_plain(steps)), value_of(frame, site, result)
            )
        result = call(frame, site, function, result, element)
    return result


def following(frame: Frame, site: int, args: tuple[Any, ...]) -> Any:
    """``next(iterator[, default])``; MISSING where the iterator is not the machine's."""
    if not 1 <= len(args) <= 2:
        return MISSING
    if not is_lent(frame.machine, args[0]) and not is_map(frame.machine, args[0]):
        return MISSING
    steps = iterate(frame, site, args[0])
    found = next(steps, MISSING)
    if found is MISSING:
        return next(iter(()), *args[1:])
    return found
