"""The decorators: the whole interface that a program needs."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, ParamSpec, TypeVar, overload

from pydron.marks import is_scheduled, mark_functional, scheduled_record, vouch
from pydron.own_frame import looked_at_with

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])

_LAZY = 0x20 | 0x80 | 0x100 | 0x200
"""CO_GENERATOR, CO_COROUTINE, CO_ITERABLE_COROUTINE, CO_ASYNC_GENERATOR."""


def functional(function: F) -> F:
    """Promise that calls of a function are free of side effects; Pydron may then run them anywhere, early or again.

    The promise: no side effects; the global state it reads is unchanged since its module was loaded; arguments,
    result and exception can be pickled; arguments are not modified.

    Returns:
        The function itself, marked. Outside scheduled functions it behaves, and costs, as before.
    """
    mark_functional(function)
    return function


def assume_functional(*functions: Callable[..., Any]) -> None:
    """Make the promise of :func:`functional` for functions that somebody else wrote.

    Args:
        functions: Callables, for instance ``numpy.linalg.svd``.
    """
    for function in functions:
        vouch(function)


@overload
def schedule(function: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def schedule(*, strict: bool = ...) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def schedule(function: Any = None, /, *, strict: bool = False) -> Any:
    """Run the functional calls of a function in parallel, while it behaves exactly as without the decorator.

    What cannot be taken apart (generators, coroutines, classes, objects that are no plain function) passes through
    and runs as it is.

    Args:
        function: The function that orchestrates.
        strict: Sync-points are an error: the first call raises ``SyncPointError``, before anything of the function
            runs, if it has any that are certain by then. What cannot be taken apart at all is refused here.

    Returns:
        A function with the same name, signature and documentation. ``.sequential`` is the undecorated function,
        ``.graph`` its graph.

    Raises:
        SyncPointError: ``strict``, and the object is no plain function, or a generator or coroutine function.
    """
    if function is None:
        return lambda decorated: schedule_function(decorated, strict)
    return schedule_function(function, strict)


def schedule_function(function: Any, strict: bool) -> Any:
    """The scheduled form of one function, or the object itself where it cannot be taken apart."""
    if isinstance(function, (staticmethod, classmethod)):
        return type(function)(schedule_function(function.__func__, strict))
    if is_scheduled(function) and strict:
        return schedule_function(scheduled_record(function).function, strict)
    if not isinstance(function, FunctionType) or is_scheduled(function):
        if strict:
            _demand_plain(function)
        return function
    # Late: who only imports pydron does not pay for this.
    from pydron.entry import Record, adorn, make_entry

    record = Record(function, strict)
    if function.__code__.co_flags & _LAZY or looked_at_with(function.__code__):
        # Calling a lazy one only makes the lazy object, so there is nothing to schedule; it stays what it is to
        # `inspect`. What looks at its own frame finds the frames that it would have found.
        if strict:
            _demand_plain(function)
        adorn(function, record)
        return function
    return make_entry(record)


def _demand_plain(function: Any) -> None:
    """Refuse what never is taken apart: that is known before it is called."""
    from pydron.explain.strictness import demand_no_sync_points

    name = getattr(function, "__qualname__", None) or repr(function)
    filename = function.__code__.co_filename if isinstance(function, FunctionType) else ""
    demand_no_sync_points(function, name, filename)
