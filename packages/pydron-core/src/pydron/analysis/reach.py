"""Reach: whether a plain function may come to functional calls, as far as the names in its bytecode show.

Looks at what the names of a function mean, and what the names of those functions mean, without running or compiling
anything. A wrong answer costs parallelism or time, never a result: a function that is said to reach functional calls is
executed by the machine, one that is not runs as it is.

Functions are also found where programs keep them: in tables and lists, in attributes of objects that the function
names, behind properties, and where making an object, or calling one, calls a method of its class.
"""

from __future__ import annotations

import functools
import sys
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from pydron.analysis.provenance import is_of_library, is_of_python
from pydron.marks import is_functional, is_scheduled, marked_functions, names_a_functional, scheduled_record

_BUDGET = 300
"""Functions looked at on behalf of one."""

_LAZY_CODE = 0x20 | 0x80 | 0x100 | 0x200
"""CO_GENERATOR, CO_COROUTINE, CO_ITERABLE_COROUTINE, CO_ASYNC_GENERATOR."""

_FEW = 8
"""Elements of a table or list of functions that are looked at."""

_DATA = frozenset({int, float, complex, bool, str, bytes, type(None), range})


@dataclass(slots=True)
class _Known:
    """What has been found out about a function.

    Attributes:
        names: In its code, and in that of the functions nested in it.
        alone: Whether it reaches a functional call whatever it is given; None where nobody has asked.
        by_name: Whether it almost certainly does; None where nobody has asked.
        owned: The same as a method of a class, by the id of that. (Another class in its place costs time at most.)
    """

    names: frozenset[str]
    alone: bool | None = None
    by_name: bool | None = None
    owned: dict[int, bool] = field(default_factory=dict)


_known: weakref.WeakKeyDictionary[FunctionType, _Known] = weakref.WeakKeyDictionary()


def reaches_functional(function: Any, args: tuple[Any, ...] = ()) -> bool:
    """Whether calling a function, or a method of one, may come to a functional call, or to one of another scheduled
    function.

    Args:
        args: What it is called with: functions among them, or kept in them, may be called. The object of a method may
            come first, or not.
    """
    if type(function) is MethodType and not (args and args[0] is function.__self__):
        args = (function.__self__, *args)
    if _reaches(function):
        return True
    function = _function_of(function)
    if type(function) is not FunctionType or is_of_library(function):
        return False
    names = _what_is_known_of(function).names
    return any(_hands_on(arg, names) for arg in args if type(arg) not in _DATA)


def _reaches(function: Any) -> bool:
    """The same, whatever it is given."""
    owner = type(function.__self__) if type(function) is MethodType else None
    function = _function_of(function)
    if type(function) is not FunctionType or function.__code__.co_flags & _LAZY_CODE or is_of_python(function):
        return False
    known = _what_is_known_of(function)
    if known.alone is None:
        known.alone = _search(function, None)
    if known.alone or owner is None:
        return known.alone
    found = known.owned.get(id(owner))
    if found is None:
        found = known.owned[id(owner)] = _search(function, owner)
    return found


def _function_of(callee: Any) -> Any:
    return callee.__func__ if type(callee) is MethodType else callee


def _what_is_known_of(function: FunctionType) -> _Known:
    known = _known.get(function)
    if known is None:
        known = _known[function] = _Known(frozenset(_names(function.__code__)))
    return known


def names_functional(function: FunctionType) -> bool:
    """Whether a scheduled function will almost certainly come to functional calls: it names functional functions, or
    functions of the program do, scheduled or not, that it names."""
    known = _what_is_known_of(function)
    if known.by_name is None:
        known.by_name = _search(function, None, by_name=True)
    return known.by_name


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
            if found is function and _loads(current, function):
                return True
            if type(found) is FunctionType and not is_of_python(found) and not is_of_library(found):
                stack.append(found)
    return False


def functional_functions(function: FunctionType) -> tuple[set[Any], set[Any]] | None:
    """The functional functions that a call of a scheduled one may come to, as far as names show.

    Args:
        function: Undecorated.

    Returns:
        Those that it names, and those that may be methods of objects known only later, as far as their names show.
        None where there are too many functions to look at, or the function comes to itself through another one.
    """
    found: set[Any] = set()
    methods: set[Any] = set()
    seen: set[int] = set()
    stack: list[FunctionType] = [function]
    while stack:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        if len(seen) > _BUDGET:
            return None
        unknown = _what_is_known_of(current).names - current.__globals__.keys()
        if any(map(names_a_functional, unknown)):
            methods.update(one for one in marked_functions() if one.__name__ in unknown)
        for named in _named(current, None):
            if type(named) is MethodType:
                named = named.__func__
            record = scheduled_record(named)
            if record is not None:
                named = record.function
                if named is function and current is not function:
                    return None
            if is_functional(named):
                found.add(named)
            elif type(named) is FunctionType and not is_of_python(named):
                stack.append(named)
    return found, methods


def _loads(function: FunctionType, wanted: FunctionType) -> bool:
    """Whether the names by which a function reaches another one mean that one, and no attribute of the same name.

    ``def norm(v): return np.linalg.norm(v)`` does not call itself.
    """
    if any(found is wanted for found in _contents(function.__closure__ or ())):
        return True
    values = [function.__globals__.get(name) for name in _globals_loaded(function.__code__)]
    return any(
        value is wanted or type(value) is ModuleType and vars(value).get(wanted.__name__) is wanted for value in values
    )


def _globals_loaded(code: CodeType) -> Iterator[str]:
    """The global names that a function's bytecode, and that of the functions nested in it, loads."""
    from opcode import EXTENDED_ARG, opmap  # late: hardly any program needs it

    loads = opmap["LOAD_GLOBAL"]
    shift = sys.version_info >= (3, 11)  # the lowest bit says whether it is about to be called
    instructions, high = code.co_code, 0
    for opcode, low in zip(instructions[::2], instructions[1::2]):
        argument = high | low
        high = argument << 8 if opcode == EXTENDED_ARG else 0
        if opcode == loads:
            yield code.co_names[argument >> shift]
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _globals_loaded(constant)


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
    names = _what_is_known_of(function).names
    return any(name not in function.__globals__ and names_a_functional(name) for name in names)


def _named(function: FunctionType, owner: type | None) -> Iterator[Any]:
    """What the names in a function, and in the functions nested in it, mean: globals, free variables, members."""
    names = _what_is_known_of(function).names
    homes: list[Any] = [] if owner is None else [owner]
    found = [function.__globals__[name] for name in names if name in function.__globals__]
    found += _contents(function.__closure__ or ())
    for value in found:
        homes.append(value if issubclass(type(value), (ModuleType, type)) else type(value))
        yield from _callable_parts(value, names)
    yield from function.__defaults__ or ()
    for home in homes:
        if type(home) is ModuleType:
            for name in names & vars(home).keys():
                yield from _callable_parts(vars(home)[name], names)
        elif home.__module__ != "builtins":
            yield from _members(home, names)


def _contents(cells: Iterable[CellType]) -> Iterator[Any]:
    for cell in cells:
        try:
            yield cell.cell_contents
        except ValueError:
            continue


def _members(kind: type, names: frozenset[str]) -> Iterator[Any]:
    """The functions behind members of a class."""
    for base in kind.__mro__:
        for name in names & vars(base).keys():
            found = vars(base)[name]
            kind = type(found)
            if kind is staticmethod or kind is classmethod:
                yield found.__func__
            else:
                yield found.fget if kind is property else found.func if kind is functools.cached_property else found


def _callable_parts(value: Any, names: frozenset[str], depth: int = 2) -> Iterator[Any]:
    """A value, and the functions that calling it, or what is kept in it, calls.

    Args:
        names: Attributes of objects that are looked at.
    """
    yield value
    kind = type(value)
    if kind in _DATA or kind is FunctionType or kind is MethodType or not depth:
        return
    if kind is list or kind is tuple:
        parts: Iterable[Any] = value[:_FEW]
    elif kind is dict:
        parts = tuple(islice(value.values(), _FEW))
    elif kind is functools.partial:
        parts = (value.func,)
    elif issubclass(kind, type):
        yield from () if value.__module__ == "builtins" else _members(value, _MAKING)
        return
    elif kind.__module__ == "builtins":
        return
    else:
        found = _members(kind, names | _CALLING)
        yield from (MethodType(member, value) if type(member) is FunctionType else member for member in found)
        parts = _attributes(value, names)
    for part in parts:
        yield from _callable_parts(part, names, depth - 1)


_MAKING = frozenset({"__init__", "__post_init__"})
_CALLING = frozenset({"__call__"})


def _attributes(value: Any, names: frozenset[str]) -> Iterable[Any]:
    """What an object's own dictionary has under some names, found without running code of its class."""
    if not type(value).__dictoffset__:
        return ()
    own = object.__getattribute__(value, "__dict__")
    return [own[name] for name in names & own.keys()] if type(own) is dict else ()


def _hands_on(argument: Any, names: frozenset[str]) -> bool:
    """Whether a function that is given this may come to functional calls by it."""
    for part in _callable_parts(argument, names):
        if is_functional(part) or is_scheduled(part) or _reaches(part):
            return True
    return False


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
