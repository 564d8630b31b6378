"""``map`` with a function that comes to functional calls.

The map object is a real one, over iterators that the machine goes through in its place: whoever else gets hold of it
finds it where the machine left off.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from pydron.marks import is_functional, is_scheduled
from pydron_runtime.machine.ops_access import iterate
from pydron_runtime.machine.ops_pure import truth
from pydron_runtime.machine.safety import CONTAINERS, VIEWS
from pydron_runtime.machine.stores import MISSING
from pydron_runtime.machine.undecorated import is_entered

if TYPE_CHECKING:
    from pydron_runtime.machine.frames import Frame


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


def make_filter(frame: Frame, function: Any, iterable: Any) -> Any:
    """``filter(function, iterable)``; MISSING where going through the iterable may do more than compute."""
    kind = type(iterable)
    if kind not in CONTAINERS and kind is not range and kind is not str:
        return MISSING
    source = iter(iterable)
    filtered = filter(function, source)
    frame.machine.maps[filtered] = (function, (source,))
    return filtered


def through_map(frame: Frame, site: int, mapped: Any) -> Iterator[Any]:
    """Go through a map object, or a filter object, of the machine's."""
    from pydron_runtime.machine.ops_call import call  # the two refer to each other

    function, sources = frame.machine.maps.pop(mapped)
    if type(mapped) is filter:
        for element in iterate(frame, site, sources[0]):
            if truth(frame, site, call(frame, site, function, element)):
                yield element
        return
    steps = [iterate(frame, site, source) for source in sources]
    while True:
        elements = []
        for step in steps:
            element = next(step, MISSING)
            if element is MISSING:
                return
            elements.append(element)
        yield call(frame, site, function, *elements)
