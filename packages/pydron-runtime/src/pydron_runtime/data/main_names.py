"""Names of the program's main module, where a call runs in another process.

That module is never run again: what a call needs of it travels by value. Code in the call may still ask for it by name:
``pickle`` writes functions and classes as names, and so does every pool of processes. So the ``__main__`` of a worker
answers for what has arrived.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from cloudpickle import cloudpickle as engine

_arrived: weakref.WeakValueDictionary[str, Any] = weakref.WeakValueDictionary()


def note(definition: Any) -> None:
    """A function or class has arrived by value."""
    if definition.__module__ == "__main__":
        _arrived[definition.__qualname__] = definition


def set_state(function: Any, state: Any) -> None:
    """The second step of unpickling a function. Named in pickles: do not move."""
    engine._function_setstate(function, state)
    note(function)


def answer(latest: Callable[[], Any]) -> None:
    """Have this process's ``__main__`` answer for names of the program's.

    Args:
        latest: The function that was called last: what it means by a name comes first.
    """

    def look_up(name: str) -> Any:
        for namespace in _namespaces(latest()):
            if name in namespace:
                return namespace[name]
        try:
            return _arrived[name]
        except KeyError:
            raise AttributeError(f"module '__main__' has no attribute {name!r}") from None

    sys.modules["__main__"].__getattr__ = look_up  # type: ignore[method-assign]


def _namespaces(function: Any) -> Iterator[dict[str, Any]]:
    """Where a callable that was defined in the program's main module finds its names."""
    seen = []
    while function is not None and function not in seen:
        seen.append(function)
        function = getattr(function, "__func__", function)
        namespace = getattr(function, "__globals__", {})
        if namespace.get("__name__") == "__main__":
            yield namespace
        function = getattr(function, "__wrapped__", None)
