"""Reach: whether a plain function may come to functional calls, as far as the names in its bytecode show.

Looks at what the names of a function mean, and what the names of those functions mean, without running or compiling
anything. A wrong answer costs parallelism or time, never a result: a function that is said to reach functional calls is
executed by the machine, one that is not runs as it is.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from pydron.analysis.provenance import is_of_library, is_of_python
from pydron.marks import is_functional, is_scheduled, names_a_functional, scheduled_record

_BUDGET = 300
"""Functions looked at on behalf of one."""

_LAZY_CODE = 0x20 | 0x80 | 0x100 | 0x200
"""CO_GENERATOR, CO_COROUTINE, CO_ITERABLE_COROUTINE, CO_ASYNC_GENERATOR."""

_known: weakref.WeakKeyDictionary[FunctionType, bool] = weakref.WeakKeyDictionary()


def reaches_functional(function: Any, args: Iterable[Any] = ()) -> bool:
    """Whether calling a function, or a method of one, may come to a functional call, or to one of another scheduled
    function.

    Args:
        args: What it is called with: functions among them may be called.
    """
    owner: type | None = None
    if type(function) is MethodType:
        owner, function = type(function.__self__), function.__func__
    if type(function) is not FunctionType or function.__code__.co_flags & _LAZY_CODE or is_of_python(function):
        return False
    if any(is_functional(arg) or is_scheduled(arg) for arg in args if callable(arg)) and not is_of_library(function):
        return True
    if function not in _known:
        _known[function] = _search(function, None)
    return _known[function] or owner is not None and _search(function, owner)


def names_functional(function: FunctionType) -> bool:
    """Whether a scheduled function will almost certainly come to functional calls: it names functional functions, or
    functions of the program do, scheduled or not, that it names."""
    return _search(function, None, by_name=True)


def is_recursive(function: FunctionType) -> bool:
    """Whether a call of a function may come to another call of it, through functions of the program by their names."""
    seen: set[int] = set()
    stack: list[FunctionType] = [function]
    while stack and len(seen) < _BUDGET:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        for found in _named(current, None):
            if found is function:
                return True
            if type(found) is FunctionType and not is_of_python(found) and not is_of_library(found):
                stack.append(found)
    return False


def _search(function: FunctionType, owner: type | None, by_name: bool = False) -> bool:
    """
    Args:
        by_name: What may be a functional method does not count, nor does a scheduled function unless it comes to a
            functional one.
    """
    seen: set[int] = set()
    stack: list[FunctionType] = [function]
    while stack and len(seen) < _BUDGET:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        if not by_name and not is_of_library(current) and _names_a_method(current):
            return True
        for found in _named(current, owner):
            if is_functional(found) or not by_name and is_scheduled(found) and not _is_entry_of(found, function):
                return True
            if type(found) is MethodType:
                found = found.__func__
            if by_name and is_scheduled(found):
                found = scheduled_record(found).function
            if type(found) is FunctionType and not is_of_python(found):
                stack.append(found)
    return False


def _is_entry_of(found: Any, function: FunctionType) -> bool:
    """Whether what users call in place of a function is this: it calls itself."""
    record = scheduled_record(found)
    return record is not None and record.function is function


def _names_a_method(function: FunctionType) -> bool:
    """Whether it names what may be a functional method of an object that is known only later."""
    return any(name not in function.__globals__ and names_a_functional(name) for name in _names(function.__code__))


def _named(function: FunctionType, owner: type | None) -> Iterator[Any]:
    """What the names in a function, and in the functions nested in it, mean: globals, free variables, members."""
    names = set(_names(function.__code__))
    homes: list[Any] = []
    for name in names:
        if name in function.__globals__:
            found = function.__globals__[name]
            homes.append(found)
            yield found
    for cell in function.__closure__ or ():
        try:
            found = cell.cell_contents
        except ValueError:
            continue
        homes.append(found)
        yield found
    yield from function.__defaults__ or ()
    if owner is not None:
        homes.append(owner)
    for home in homes:
        if type(home) is ModuleType:
            yield from (vars(home)[name] for name in names if name in vars(home))
        elif issubclass(type(home), type):
            for base in home.__mro__:
                for name in names & vars(base).keys():
                    found = vars(base)[name]
                    yield found.__func__ if isinstance(found, (staticmethod, classmethod)) else found


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
