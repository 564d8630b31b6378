"""``sorted``, ``sort``, ``min``, ``max`` and ``filter`` with a function that comes to functional calls.

The function is called for all elements first; the calls overlap. What is done with the keys is an operation of its own,
which is put off until they are there. Where Python looks at one key before it computes the next, the operation has a
step for each key, so that the first failure in program order is the one that counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.current import await_order, await_writers, current, settled
from pydron_runtime.machine.mapping import is_mapped
from pydron_runtime.machine.ops_access import iterate
from pydron_runtime.machine.putting_off import all_safe, put_off
from pydron_runtime.machine.safety import CONTAINERS, SCALARS
from pydron_runtime.machine.stores import MISSING, snapshot
from pydron_runtime.machine.turns import change

if TYPE_CHECKING:
    from pydron_runtime.machine.folding import Plain
    from pydron_runtime.machine.frames import Frame
    from pydron_runtime.machine.undo import Inverse

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
        made = [elements[index] for index in _order(values, backwards)]
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
        target[:] = [target[index] for index in _order(values, backwards)]

    change(frame, site, target, prepare, arrange, tuple(keys))
    return None


def select(frame: Frame, site: int, function: Any, iterable: Any) -> Any:
    """What ``filter(function, iterable)`` gives, as a list."""
    elements: list[Any] = []
    verdicts = [*_verdicts(frame, site, function, iterate(frame, site, iterable), elements)]
    containers = frame.machine.containers

    def choose(*values: Any) -> list[Any]:
        made = [element for element, verdict in zip(elements, values) if verdict]
        containers.track_if(made, *made)
        return made

    return _with_keys(frame, site, choose, verdicts)


def _verdicts(frame: Frame, site: int, function: Any, iterable: Iterator[Any], elements: list[Any]) -> Iterator[Any]:
    """What the function of a filter says of each element; the elements themselves are gathered in a list."""
    from pydron_runtime.machine.ops_call import call  # the two refer to each other

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
    from pydron_runtime.machine.ops_call import call  # the two refer to each other

    return [call(frame, site, key, element) for element in elements]


def _order(keys: tuple[Any, ...], backwards: bool) -> list[int]:
    return sorted(range(len(keys)), key=keys.__getitem__, reverse=backwards)


def _with_keys(frame: Frame, site: int, function: Callable[..., Any], keys: list[Any]) -> Any:
    if all(type(key) in SCALARS for key in keys):
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
    from pydron_runtime.machine.ops_call import call  # the two refer to each other

    best: Any = (_NOTHING, 0)
    elements: list[Any] = []
    for index, element in enumerate(iterable):
        if tiers is not None and tiers.plain:
            known = current(frame, site, best)  # nothing is under way
            rest = chain((element,), iterable)
            return _best_of_rest(least, key, current(frame, site, elements[known[1]]), known[0], rest)
        elements.append(element)
        found = call(frame, site, key, element)
        best = put_off(frame, site, _step(least, index), (best, found), safe=_compares_safely).pending
    return put_off(frame, site, lambda last: elements[last[1]], (best,), safe=lambda last: True).pending


def _best_of_rest(least: bool, key: Any, best: Any, known: Any, rest: Iterator[Any]) -> Any:
    """The same, as Python does it, where the best up to here is known with its key."""
    for element in rest:
        found = key(element)
        if found < known if least else found > known:
            best, known = element, found
    return best


def _step(least: bool, index: int) -> Callable[[Any, Any], tuple[Any, int]]:
    def step(best: tuple[Any, int], found: Any) -> tuple[Any, int]:
        if best[0] is _NOTHING or (found < best[0] if least else found > best[0]):
            return found, index
        return best

    return step


def _compares_safely(best: tuple[Any, int], found: Any) -> bool:
    return best[0] is _NOTHING or all_safe(best[0], found)
