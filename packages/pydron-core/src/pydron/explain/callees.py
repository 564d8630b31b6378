"""What the calls of a function are known to call: looked up in the live function, or in what its graph carries."""

from __future__ import annotations

import ast
import builtins
import collections
import functools
import inspect
import sys
import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pydron.explain.nested import functions_within, unbound_names
from pydron.explain.users_text import UsersText
from pydron.ir.generators import handled
from pydron.ir.nodes import Call, Effect, Global, Graph, walk
from pydron.marks import is_functional, is_scheduled

Standing = Literal["functional", "scheduled", "entered", "pure", "inferred", "changing", "output", "unknown", "late"]
"""functional, scheduled: marked. entered: a plain function that may come to functional calls, taken apart as well.
pure: known to compute only. inferred: a plain function that was found to. changing: one that does so unless an argument
can be changed. output: known to write out only. unknown: may do anything.
late: which function it is turns out at run time."""

_ABSENT = object()

_LAZY = 0x20 | 0x80 | 0x100 | 0x200
"""CO_GENERATOR, CO_COROUTINE, CO_ITERABLE_COROUTINE, CO_ASYNC_GENERATOR."""

CONTAINERS = (
    *(list, dict, set, collections.deque),
    *(collections.defaultdict, collections.OrderedDict, collections.Counter),
)
"""Containers whose modifications wait for nothing, whoever else can see them."""

_EFFECTS: dict[Standing, Effect] = {"unknown": "world", "output": "output"}


@dataclass(frozen=True, slots=True)
class Callee:
    """What is known of a function that is called.

    Attributes:
        function: The live object, or None where there is none at hand.
    """

    standing: Standing
    function: Any = None


class Callees:
    """Looks up what names of a function mean.

    Attributes:
        within: The functions that it defines, by name.
    """

    def __init__(self, graph: Graph, function: types.FunctionType | None = None) -> None:
        self._text = UsersText(graph)
        self._locals = frozenset((*graph.local_names, *graph.temporaries))
        self._table = {entry.name: entry for entry in graph.globals}
        self._layers: list[dict[str, Any]] = []
        self.within: dict[str, types.FunctionType] = {}
        if function is not None:
            self.within = functions_within(graph, function)
            self._locals = self._locals - self.within.keys() | unbound_names(function)
            self._layers = [self.within, _cells(function), function.__globals__]

    def of(self, callee: ast.expr) -> Callee:
        """What a callee expression calls. Looks at modules and classes, runs no code of the user's."""
        if isinstance(callee, ast.Attribute) and isinstance(callee.value, (ast.Constant, ast.JoinedStr)):
            kind = type(callee.value.value) if isinstance(callee.value, ast.Constant) else str
            return Callee("pure" if _is_pure_method(kind, callee.attr) else "late")
        parts = _dotted(self._text.callee(callee))
        if parts is None or parts[0] in self._locals:
            return Callee("late")
        entry = self._table.get(parts[0])
        found = self._lookup(parts[0], entry)
        for part in parts[1:]:
            found = _member(found, part)
        if found is not _ABSENT:
            # What a nested function sees of the variables around it may make it pure.
            meant = known(found)
            return Callee("late") if meant.standing == "unknown" and parts[0] in self.within else meant
        if entry is not None and entry.mark and len(parts) == 1:
            return Callee("functional" if entry.mark == "functional" else "scheduled")
        if self._is_loaded_late(parts):
            return Callee("late")
        return Callee("unknown" if len(parts) == 1 or entry is not None else "late")

    def meant(self, expression: ast.expr | None) -> Any:
        """The live object that a global name, or a dotted one, means now; None where there is none at hand."""
        parts = None if expression is None else _dotted(expression)
        if parts is None or parts[0] in self._locals:
            return None
        found = self._lookup(parts[0], self._table.get(parts[0]))
        for part in parts[1:]:
            found = _member(found, part)
        return None if found is _ABSENT else found

    def named(self, name: str) -> Callee:
        """What a dotted name calls."""
        return self.of(ast.parse(name, mode="eval").body)

    def shown(self, name: str) -> str:
        """A callee's name as the user wrote it."""
        return ast.unparse(self._text.callee(ast.parse(name, mode="eval").body))

    def _is_loaded_late(self, parts: list[str]) -> bool:
        """Whether a module in a dotted name brings what is not there yet when it is asked for it, as numpy does."""
        found = self._lookup(parts[0], self._table.get(parts[0]))
        for part in parts[1:]:
            inner = _member(found, part)
            if inner is _ABSENT:
                return isinstance(found, types.ModuleType) and "__getattr__" in vars(found)
            found = inner
        return False

    def _lookup(self, name: str, entry: Global | None) -> Any:
        for layer in self._layers:
            if name in layer:
                return layer[name]
        if entry is not None:
            # Nothing is imported for an explanation; what is there already may be looked at.
            home = sys.modules.get(entry.module, _ABSENT) if entry.kind in ("module", "attribute") else _ABSENT
            for part in entry.qualname.split(".") if entry.kind == "attribute" else ():
                home = _member(home, part)
            return home
        return getattr(builtins, name, _ABSENT)


def is_straight(function: object) -> bool:
    """Whether it is a plain function of the user's without loops, generators and coroutines left out."""
    loops = (ast.For, ast.While, ast.AsyncFor)
    tree = _own_source(function)
    return tree is not None and not any(isinstance(node, loops) for node in ast.walk(tree))


def calls_its_variables(function: object) -> bool:
    """Whether it is a plain function of the user's that calls what it is given, or what it finds there."""
    tree = _own_source(function)
    if tree is None:
        return False
    callees = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return any(isinstance(callee, ast.Name) and callee.id in function.__code__.co_varnames for callee in callees)  # type: ignore[attr-defined]


def _own_source(function: object) -> ast.AST | None:
    """The syntax of a plain function of the user's; None for generators and coroutines, and where there is none."""
    if not isinstance(function, types.FunctionType) or function.__code__.co_flags & _LAZY:
        return None
    from pydron.analysis.provenance import is_of_library
    from pydron.frontend.source import find_source

    source = None if is_of_library(function) else find_source(function)
    return None if source is None else source.tree


def entered_functions(graph: Graph, callees: Callees) -> Iterator[tuple[str, types.FunctionType]]:
    """The functions that may run as a part of a function, each once; "" is the name of one from outside.

    A nested one also does when it is handed to a known function that calls it, such as ``map``.
    """
    met: set[int] = set()
    for node in walk(graph.body):
        if not isinstance(node, Call):
            continue
        callee = callees.named(node.callee)
        inner = [(name, callees.within[name]) for name in node.reads if name in callees.within]
        if callee.standing == "entered" and isinstance(callee.function, types.FunctionType):
            inner = [pair for pair in inner if pair[1] is callee.function] or [("", callee.function)]
        elif callee.standing != "pure":
            continue
        for name, function in inner:
            if id(function) not in met and known(function).standing == "entered":
                met.add(id(function))
                yield name, function


def is_changeable(function: object) -> bool:
    """Whether it is a function whose source the user can change: one of the program's, not of a library."""
    from pydron.analysis.provenance import is_of_library

    return isinstance(function, types.FunctionType) and not is_of_library(function)


def graph_of_programs(function: types.FunctionType) -> Graph | None:
    """The graph of a plain function of the program's; None for one of a library."""
    from pydron.analysis.provenance import is_of_library
    from pydron.frontend.build import build_graph

    return None if is_of_library(function) else build_graph(function)


def effects_of_calls(graph: Graph, function: types.FunctionType | None = None) -> dict[int, Effect]:
    """The effect of calls, by node id; of those whose callee turns out at run time nothing is said."""
    callees = Callees(graph, function)
    found: dict[int, Effect] = {}
    generators = handled(graph)
    for node in walk(graph.body):
        if isinstance(node, Call):
            standing = "pure" if node.id in generators else callees.named(node.callee).standing
            if standing != "late":
                found[node.id] = _EFFECTS.get(standing, "pure")
    return found


def calls_in(statements: Iterable[ast.stmt]) -> Iterator[ast.Call]:
    """Every call in some statements, nested code included, in the order of the source."""
    calls = [node for statement in statements for node in ast.walk(statement) if isinstance(node, ast.Call)]
    return iter(sorted(calls, key=lambda call: (call.lineno, call.col_offset)))


def known(function: Any) -> Callee:
    """What is known of a live object that is called."""
    if is_functional(function):
        return Callee("functional", function)
    if is_scheduled(function):
        return Callee("scheduled", function)
    # A door of its own: explain is below the analysis.
    from pydron.analysis.output import is_output
    from pydron.analysis.purity import is_known_pure, is_lazy
    from pydron.analysis.reach import reaches_functional
    from pydron.analysis.verdicts import is_inferred_pure, verdict_on

    if is_harmless_manager(function):
        return Callee("pure", function)
    if is_output(function):
        return Callee("output", function)
    if is_known_pure(function) or is_lazy(function) or function is functools.partial:
        return Callee("pure", function)
    if reaches_functional(function):
        return Callee("entered", function)
    if type(function) is type or function in (setattr, getattr) or _makes_generator(function):
        return Callee("late", function)  # most classes only fill an object, most objects are plain
    if not is_inferred_pure(function):
        return Callee("unknown", function)
    verdict = verdict_on(function)
    return Callee("changing" if verdict is not None and verdict.immutable else "inferred", function)


def _makes_generator(function: Any) -> bool:
    """Whether this is numpy's function that makes a random generator: from a seed it only fills an object, too."""
    return function is getattr(sys.modules.get("numpy.random"), "default_rng", _ABSENT)


def is_harmless_manager(found: Any) -> bool:
    """Whether this is a class of managers that are known to do nothing that others can see."""
    from pydron.analysis.entering import HARMLESS_MANAGERS

    return isinstance(found, type) and found in HARMLESS_MANAGERS


def _is_pure_method(kind: type, name: str) -> bool:
    from pydron.analysis.purity import is_pure_method

    return is_pure_method(kind, name)


def _cells(function: types.FunctionType) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        try:
            found[name] = cell.cell_contents
        except ValueError:
            found[name] = _ABSENT
    return found


def _dotted(callee: ast.expr) -> list[str] | None:
    parts: list[str] = []
    while isinstance(callee, ast.Attribute):
        parts.append(callee.attr)
        callee = callee.value
    if not isinstance(callee, ast.Name):
        return None
    return [callee.id, *reversed(parts)]


def _member(owner: Any, name: str) -> Any:
    """An attribute of a module or class, without running a property or ``__getattr__`` of the user's."""
    if isinstance(owner, types.ModuleType):
        return vars(owner).get(name, _ABSENT)
    if isinstance(owner, type):
        found = inspect.getattr_static(owner, name, _ABSENT)
        if isinstance(found, types.ClassMethodDescriptorType):
            return getattr(owner, name)
        return found.__func__ if isinstance(found, (staticmethod, classmethod)) else found
    return _method(owner, name)


def _method(owner: Any, name: str) -> Any:
    """A method of an object, if it is known what it does."""
    # A door of its own: explain is below the analysis.
    from pydron.analysis.output import is_output, is_stream
    from pydron.analysis.purity import is_known_pure, member_method
    from pydron.analysis.reach import reaches_functional

    if is_stream(owner):
        return getattr(owner, name, _ABSENT)
    found = inspect.getattr_static(type(owner), name, _ABSENT)
    if isinstance(found, types.MethodDescriptorType) and is_known_pure(found):
        return found
    if isinstance(found, types.FunctionType) and inspect.getattr_static(owner, name) is found:
        method = types.MethodType(found, owner)
        if is_output(method) or is_functional(method) or is_scheduled(method) or reaches_functional(method):
            return method
    return member_method(owner, name) or _ABSENT
