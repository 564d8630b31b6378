"""Exchanges the code of functional functions, so that whoever calls them is seen.

``@pydron.functional`` returns the function itself: it may have been imported under other names, kept in tables and
bound to objects. So it is not wrapped. While a check is on, its code is another one, with the same name, place and
parameters (:mod:`pydron.stand_in`), that passes the arguments on to a watcher; afterwards it has its own code again.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from types import CodeType, FunctionType
from typing import Any

from pydron import runner
from pydron.stand_in import stand_in

Watch = Callable[[FunctionType, tuple[Any, ...], Mapping[str, Any]], Any]
"""Called with a function that has the original code, and the arguments of a call."""

_originals: dict[FunctionType, CodeType] = {}
_entrances: weakref.WeakValueDictionary[int, _Entrance] = weakref.WeakValueDictionary()


class _Entrance:
    """What the exchanged code calls. A constant of that code, which may be pickled by value: hence by number."""

    def __init__(self, original: FunctionType, watch: Watch) -> None:
        self._original, self._watch = original, watch
        self._number = id(self)
        _entrances[self._number] = self

    def __call__(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        return self._watch(self._original, args, kwargs)

    def __reduce__(self) -> Any:
        return (_entrance, (self._number,))


def _entrance(number: int) -> _Entrance:
    return _entrances[number]


def exchange(function: FunctionType, watch: Watch) -> None:
    """Let calls of a function go through a watcher, until :func:`restore`. Does nothing if they do already."""
    if function in _originals:
        return
    original = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    original.__kwdefaults__ = function.__kwdefaults__
    original.__qualname__ = function.__qualname__
    original.__module__ = function.__module__
    original.__doc__ = function.__doc__
    original.__dict__ = function.__dict__  # the same: what one sets, the other sees
    code = stand_in(function.__code__, _Entrance(original, watch))
    _originals[function] = function.__code__
    runner.show_as(code, function.__code__, "caller")
    function.__code__ = code


def restore() -> None:
    """Give every function its own code again."""
    while _originals:
        function, code = _originals.popitem()
        function.__code__ = code
