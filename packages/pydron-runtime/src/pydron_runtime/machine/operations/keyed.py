"""``sorted``, ``sort``, ``min``, ``max`` and ``filter`` with a function that comes to functional calls.

The function is called for all elements first; the calls overlap. What is done with the keys is an operation of its own,
which is put off until they are there. Where Python looks at one key before it computes the next, the operation has a
step for each key, so that the first failure in program order is the one that counts.

When the calls turn out to be short, Python takes the rest of the elements (:mod:`..iteration.lulls`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice, tee
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.effects.putting_off import all_safe, put_off
from pydron_runtime.machine.effects.turns import change
from pydron_runtime.machine.iteration.lulls import Lull
from pydron_runtime.machine.operations.access import iterate
from pydron_runtime.machine.operations.mapping import is_mapped
from pydron_runtime.machine.order.current import await_order, await_writers, current, settled
from pydron_runtime.machine.order.stores import MISSING, snapshot
from pydron_runtime.machine.values.safety import CONTAINERS, ITERATORS, SCALARS

if TYPE_CHECKING:
    from pydron_runtime.machine.iteration.folding import Plain
    from pydron_runtime.machine.order.frames import Frame
    from pydron_runtime.machine.order.undo import Inverse

_ORDERED = frozenset({list, tuple, range, str, bytes})
_NOTHING: Any = object()


def by_key(frame: Frame, site: int, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """``sorted(xs, key=...)``, ``min(xs, key=...)`` or ``max(xs, key=...)``; MISSING for anything else."""
    key = kwargs.get("key")
    if (
        len(args) != 1
        or not is_mapped(key)
        or set(kwargs) - {"key", "reverse"}
        or ("reverse" in kwargs) > (callee is sorted)
    ):
        return MISSING
    elements = _elements(frame, site, args[0])
    if elements is MISSING or not elements:
        return MISSING
    if callee is not sorted:
        return _best(frame, site, callee is min, key, elements)
    backwards = bool(settled(frame, site, kwargs.get("reverse", False)))
    keys = _keys(frame, site, key, elements)
    containers = frame.machine.containers

    def arrange(*values: Any) -> list[Any]:
        made = _arranged(elements, values, backwards)
        containers.track_if(made, *made)
        return made

    return _with_keys(frame, site, arrange, keys)


def sort_by_key(frame: Frame, site: int, target: list[Any], kwargs: dict[str, Any]) -> Any:
    """``target.sort(key=...)``; MISSING where the key is another matter."""
    key = kwargs.get("key")
    if not is_mapped(key) or set(kwargs) - {"key", "reverse"}:
        return MISSING
    backwards = bool(settled(frame, site, kwargs.get("reverse", False)))
    await_order(frame, site, target)
    keys = _keys(frame, site, key, list(target))

    def prepare(*values: Any) -> Inverse:
        return snapshot(target)

    def arrange(*values: Any) -> None:
        target[:] = _arranged(target, values, backwards)

    change(frame, site, target, prepare, arrange, tuple(keys))
    return None


def select(frame: Frame, site: int, function: Any, iterable: Any) -> Any:
    """What ``filter(function, iterable)`` gives, as a list."""
    elements: list[Any] = []
    iterable = current(frame, site, iterable)
    steps = iterate(frame, site, iterable)
    verdicts: list[Any] = []
    lull = Lull(frame)
    for verdict in _verdicts(frame, site, function, steps, elements):
        verdicts.append(verdict)
        if lull.begins() and SCALARS.issuperset(map(type, _values(frame, site, verdicts))):
            rest = islice(iterable, len(elements), None) if type(iterable) in _ORDERED else steps
            if type(iterable) in ITERATORS:
                rest = iterable  # it is where the steps have got to
            return [*_selected(elements, _values(frame, site, verdicts)), *filter(function, rest)]
    containers = frame.machine.containers

    def choose(*values: Any) -> list[Any]:
        made = _selected(elements, values)
        containers.track_if(made, *made)
        return made

    return _with_keys(frame, site, choose, verdicts)


def _selected(elements: list[Any], verdicts: Iterable[Any]) -> list[Any]:
    return [element for element, verdict in zip(elements, verdicts) if verdict]


def _values(frame: Frame, site: int, values: list[Any]) -> list[Any]:
    """What stands for values that are there, as these."""
    return [current(frame, site, value) for value in values]


def _verdicts(frame: Frame, site: int, function: Any, iterable: Iterator[Any], elements: list[Any]) -> Iterator[Any]:
    """What the function of a filter says of each element; the elements themselves are gathered in a list."""
    from pydron_runtime.machine.operations.call import call  # the two refer to each other

    for element in iterable:
        elements.append(element)
        yield element if function is None or function is bool else call(frame, site, function, element)


def _elements(frame: Frame, site: int, iterable: Any) -> Any:
    iterable = current(frame, site, iterable)
    if type(iterable) not in CONTAINERS and type(iterable) not in _ORDERED:
        return MISSING
    await_writers(frame, site, iterable)
    return list(iterable)


def _keys(frame: Frame, site: int, key: Any, elements: list[Any]) -> list[Any]:
    from pydron_runtime.machine.operations.call import call  # the two refer to each other

    keys: list[Any] = []
    lull, left = Lull(frame), iter(elements)
    for element in left:
        keys.append(call(frame, site, key, element))
        if lull.begins():
            return [*_values(frame, site, keys), *map(key, left)]
    return keys


def _arranged(elements: list[Any], keys: Iterable[Any], backwards: bool) -> list[Any]:
    return [element for _, element in sorted(zip(keys, elements), key=itemgetter(0), reverse=backwards)]


def _with_keys(frame: Frame, site: int, function: Callable[..., Any], keys: list[Any]) -> Any:
    if SCALARS.issuperset(map(type, keys)):
        return function(*keys)
    entry = put_off(frame, site, function, tuple(keys))
    entry.pending.fresh = True
    return entry.pending


def best_by_key(
    frame: Frame, site: int, callee: Any, elements: Iterator[Any], kwargs: dict[str, Any], tiers: Plain
) -> Any:
    """``min`` or ``max`` with a key, of elements that come one by one.

    Args:
        tiers: What the elements come from.
    """
    first = next(elements, _NOTHING)
    if first is _NOTHING:
        return callee((), **kwargs)
    return _best(frame, site, callee is min, kwargs["key"], chain((first,), elements), tiers)


def _best(frame: Frame, site: int, least: bool, key: Any, iterable: Iterable[Any], tiers: Plain | None = None) -> Any:
    """The first element with the least, or greatest, key."""
    from pydron_runtime.machine.operations.call import call  # the two refer to each other

    best: Any = (_NOTHING, 0)
    elements: list[Any] = []
    lull, left = Lull(frame, possible=tiers is None), iter(iterable)
    for index, element in enumerate(left):
        if tiers is not None and tiers.plain:
            return _best_of_rest(frame, site, least, key, best, elements, chain((element,), left))
        elements.append(element)
        found = call(frame, site, key, element)
        best = put_off(frame, site, _step(least, index), (best, found), safe=_compares_safely).pending
        if lull.begins():
            return _best_of_rest(frame, site, least, key, best, elements, left)
    return put_off(frame, site, lambda last: elements[last[1]], (best,), safe=lambda last: True).pending


def _best_of_rest(
    frame: Frame, site: int, least: bool, key: Any, best: Any, elements: list[Any], rest: Iterator[Any]
) -> Any:
    """The same, as Python does it, where the best of the elements up to here is there with its key."""
    known, index = current(frame, site, best)
    compared, kept = tee(rest)
    found = (min if least else max)(
        chain(((known, current(frame, site, elements[index])),), zip(map(key, compared), kept)), key=itemgetter(0)
    )
    return found[1]


def _step(least: bool, index: int) -> Callable[[Any, Any], tuple[Any, int]]:
    def step(best: tuple[Any, int], found: Any) -> tuple[Any, int]:
        if best[0] is _NOTHING or (found < best[0] if least else found > best[0]):
            return found, index
        return best

    return step


def _compares_safely(best: tuple[Any, int], found: Any) -> bool:
    return best[0] is _NOTHING or all_safe(best[0], found)
