"""Verdicts: what is known, now, of a plain Python function that nobody marked.

The syntax of a function is looked at once per code object. What its global and free names mean is looked up once per
function, and checked again before each use: a verdict holds as long as each name still means the same object.
"""

from __future__ import annotations

import builtins
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

from pydron.analysis.expressions import CALLING_NAMES, Conditions
from pydron.analysis.inference import conditions
from pydron.analysis.names import Path
from pydron.analysis.provenance import is_of_library
from pydron.analysis.purity import (
    has_pure_methods,
    is_calling,
    is_fresh,
    is_known_pure,
    is_lazy,
    is_pure_class_method,
    is_pure_method,
    member_method,
    writes_into,
)
from pydron.frontend.source import find_source
from pydron.marks import is_functional, is_scheduled

_LAZY_CODE = 0x20 | 0x80 | 0x100 | 0x200
"""CO_GENERATOR, CO_COROUTINE, CO_ITERABLE_COROUTINE, CO_ASYNC_GENERATOR."""

_NOTHING: Any = object()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A function that only computes, on the conditions that are left.

    Attributes:
        immutable: No argument may be changeable, however deep. Otherwise arguments have to be data.
        reads: What it reads besides its arguments; this has to be data as well, and may change between two calls.
        guards: (namespace, name, value): the verdict holds while each name means this object.
        cells: (cell, value): the same for free variables.
    """

    immutable: bool
    reads: tuple[Any, ...]
    guards: tuple[tuple[Mapping[str, Any], str, Any], ...]
    cells: tuple[tuple[CellType, Any], ...]

    def holds(self) -> bool:
        """Whether all names still mean what they meant."""
        for namespace, name, value in self.guards:
            if namespace.get(name, _NOTHING) is not value:
                return False
        return all(_content(cell) is value for cell, value in self.cells)


_conditions: dict[int, tuple[weakref.ref[CodeType], Conditions | None]] = {}
_verdicts: dict[int, tuple[FunctionType, Verdict | None]] = {}
_KEPT = 512
"""Functions whose verdict is remembered at most; they are kept alive meanwhile."""


def verdict_on(function: FunctionType) -> Verdict | None:
    """The verdict on a function, if it only computes on some conditions. Reads its source the first time.

    Functions of libraries are not judged: their files may be large, and the tables say what is known of them.
    """
    kept = _verdicts.get(id(function))
    if kept is not None:
        known = kept[1]
        if known is None or known.holds():
            return known
    found = _judge(function, frozenset())
    if len(_verdicts) >= _KEPT:
        del _verdicts[next(iter(_verdicts))]
    _verdicts[id(function)] = (function, found)
    return found


def forget_verdicts() -> None:
    """Keep no function alive any longer. What is known of the syntax of functions stays."""
    _verdicts.clear()


def is_inferred_pure(function: Any) -> bool:
    """Whether the function was found to compute only, given data."""
    return type(function) is FunctionType and not _is_marked(function) and verdict_on(function) is not None


def conditions_on(code: CodeType, function: FunctionType) -> Conditions | None:
    """What the syntax of a function asks for; by the identity of its code, which local functions share."""
    key = id(code)
    kept = _conditions.get(key)
    if kept is not None and kept[0]() is code:
        return kept[1]
    found: Conditions | None = None
    if not code.co_flags & _LAZY_CODE and not is_of_library(function):
        source = find_source(function)
        try:
            found = None if source is None else conditions(source.tree)
        except RecursionError:
            found = None
    _conditions[key] = (weakref.ref(code, partial(_conditions.pop, key)), found)
    return found


def _is_marked(function: FunctionType) -> bool:
    return is_functional(function) or is_scheduled(function)


def _judge(function: FunctionType, above: frozenset[int]) -> Verdict | None:
    """Judge a function; ``above`` are those being judged, of which the best is assumed."""
    asked = conditions_on(function.__code__, function)
    if asked is None or _is_marked(function):
        return None
    return _Trial(function, asked, above | {id(function)}).verdict()


class _Rejected(Exception):
    """A name means something of which nothing is known."""


class _Trial:
    """Looks up the names of one function."""

    def __init__(self, function: FunctionType, asked: Conditions, above: frozenset[int]) -> None:
        self._function = function
        self._asked = asked
        self._above = above
        self._reads: list[Any] = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
        self._guards: list[tuple[Mapping[str, Any], str, Any]] = []
        self._cells: list[tuple[CellType, Any]] = []

    def verdict(self) -> Verdict | None:
        asked, code = self._asked, self._function.__code__
        if asked.hidden & {*code.co_names, *code.co_freevars}:
            return None
        try:
            for path in asked.callees:
                self._callee(self._look_up(path))
            for path, count, keywords in asked.counts:
                if writes_into(self._look_up(path), count, keywords):
                    raise _Rejected
            if any(is_calling(self._look_up(path)) for path in asked.careless):
                raise _Rejected
            for path in asked.callees | asked.lazy:
                if is_calling(self._look_up(path)) and path[-1] not in CALLING_NAMES:
                    raise _Rejected  # the syntax did not show which argument is called
            for path in asked.lazy:
                found = self._look_up(path)
                if not is_lazy(found):
                    self._callee(found)
            for path in asked.fresh:
                if not is_fresh(self._look_up(path)):
                    raise _Rejected
            for name in asked.builtin:
                if self._look_up((name,)) is not getattr(builtins, name):
                    raise _Rejected
            for path in asked.passed:
                found = self._look_up(path)
                if isinstance(found, FunctionType) or is_known_pure(found):
                    self._callee(found)
                else:
                    self._value(found)
            for path in asked.values:
                self._value(self._look_up(path))
        except _Rejected:
            return None
        return Verdict(asked.immutable, tuple(self._reads), tuple(self._guards), tuple(self._cells))

    def _value(self, found: Any) -> None:
        if isinstance(found, (FunctionType, ModuleType, type)):
            raise _Rejected
        self._reads.append(found)

    def _callee(self, found: Any) -> None:
        if is_known_pure(found) and not is_lazy(found) or found is _METHOD:
            return
        if type(found) is not FunctionType:
            raise _Rejected
        if id(found) in self._above:
            return
        inner = _judge(found, self._above)
        if inner is None or inner.immutable:
            raise _Rejected
        self._reads += inner.reads
        self._guards += inner.guards
        self._cells += inner.cells

    def _look_up(self, path: Path) -> Any:
        """What a dotted name means; a method of a known class is ``_METHOD``, and its object is read."""
        found = self._root(path[0])
        for index, name in enumerate(path[1:], 1):
            last = index == len(path) - 1
            if type(found) is ModuleType:
                member = vars(found).get(name, _NOTHING)
                self._guards.append((vars(found), name, member))
                found = member
            elif isinstance(found, type) and last and has_pure_methods(found):
                if is_pure_class_method(found, name):
                    return _METHOD
                found = vars(found).get(name, _NOTHING)
            elif last and is_pure_method(type(found), name):
                self._reads.append(found)
                return _METHOD
            elif last and member_method(found, name) is not None:
                return _METHOD
            else:
                raise _Rejected
        if found is _NOTHING:
            raise _Rejected
        return found

    def _root(self, name: str) -> Any:
        function = self._function
        if name in function.__code__.co_freevars:
            cell = (function.__closure__ or ())[function.__code__.co_freevars.index(name)]
            found = _content(cell)
            self._cells.append((cell, found))
            return found
        found = function.__globals__.get(name, _NOTHING)
        self._guards.append((function.__globals__, name, found))
        if found is _NOTHING:
            found = vars(builtins).get(name, _NOTHING)
            self._guards.append((vars(builtins), name, found))
        return found


_METHOD: Any = object()
"""Stands for a method that is known to compute only."""


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return _NOTHING
