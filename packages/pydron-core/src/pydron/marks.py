"""Which callables carry one of Pydron's two marks."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

FUNCTIONAL = "__pydron_functional__"
SCHEDULED = "__pydron_scheduled__"

_vouched: dict[int, object] = {}
_names: set[str] = set()
_functions: weakref.WeakSet[FunctionType] = weakref.WeakSet()
_generation = [0]
_listeners: list[Callable[[FunctionType], None]] = []


def place_of(function: FunctionType) -> tuple[str, int, str]:
    """Where a function's code was written: what tells it from a wrapper that copied its attributes.

    ``functools.wraps`` copies a function's ``__dict__`` to the wrapper, marks included; but the promise was made for
    the function, not for what the wrapper adds.
    """
    code = function.__code__
    return (code.co_filename, code.co_firstlineno, code.co_name)


def vouch(function: object) -> None:
    """Remember a callable as functional although it cannot carry an attribute (builtins, library functions)."""
    _vouched[id(function)] = function
    _generation[0] += 1


def mark_functional(function: Any) -> None:
    """Record the functional promise on a callable, by an attribute where it can carry one."""
    if isinstance(function, FunctionType):
        function.__dict__[FUNCTIONAL] = place_of(function)
        _names.add(function.__name__)
        _functions.add(function)
        _generation[0] += 1
        for listener in _listeners:
            listener(function)
    else:
        vouch(function)


def generation() -> int:
    """How many times anything was made functional: as long as it is the same, nothing has become so."""
    return _generation[0]


def marked_functions() -> list[FunctionType]:
    """The functional functions of this process that are written in Python."""
    return list(_functions)


def vouched_names() -> list[str]:
    """The names of functional callables that are no Python functions, sorted."""
    return sorted(str(getattr(one, "__qualname__", type(one).__qualname__)) for one in _vouched.values())


def on_mark(listener: Callable[[FunctionType], None]) -> None:
    """Call a function with each function that is made functional from now on."""
    _listeners.append(listener)


def is_functional(function: Any) -> bool:
    """Whether the user promised that calls of this callable are free of side effects.

    A bound method is functional when its function is.
    """
    kind = type(function)
    if kind is MethodType:
        function = function.__func__
        kind = type(function)
    if kind is FunctionType:
        mark = function.__dict__.get(FUNCTIONAL)
        if mark is not None:
            return bool(mark == place_of(function))
    elif kind is BuiltinFunctionType and not _vouched:
        return False
    return id(function) in _vouched


def names_a_functional(name: str) -> bool:
    """Whether some functional function of this process has this name. (What has it need not be that function.)"""
    return name in _names


def scheduled_record(function: Any) -> Any:
    """The record that ``@pydron.schedule`` keeps of a scheduled function (bound or not), else None."""
    kind = type(function)
    if kind is MethodType:
        function = function.__func__
        kind = type(function)
    if kind is FunctionType:
        record = function.__dict__.get(SCHEDULED)
        if record is not None and record.is_record_of(function):
            return record
    return None


def is_scheduled(function: Any) -> bool:
    """Whether the callable is a function made by ``@pydron.schedule``."""
    return scheduled_record(function) is not None
