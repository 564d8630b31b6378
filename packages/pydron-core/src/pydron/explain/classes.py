"""Finds which classes of the program's the objects in variables may be of, as far as can be seen.

An object's class shows where it is made, in the function itself or in one that it calls, in annotations, and in the
live objects that global names mean. From there it is followed from variable to variable, into containers and out of
them, without regard to the order of the nodes. What is found may be too much or too little: it tells where code of a
class *may* run.
"""

from __future__ import annotations

import ast
import copy
import dataclasses
import functools
import sys
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydron.explain.callees import Callees, graph_of_programs
from pydron.ir.nodes import Call, For, Graph, Host, Node, Output, Store, With, walk
from pydron.marks import is_scheduled

_BUDGET = 50
"""Functions that are looked into for what they return, on behalf of one."""

_MADE_BY_STATEMENT = 1 << 9
"""Py_TPFLAGS_HEAPTYPE: a class that a class statement made, or something like it."""

_LAZY = 0x20 | 0x80 | 0x100 | 0x200
"""CO_GENERATOR, CO_COROUTINE, CO_ITERABLE_COROUTINE, CO_ASYNC_GENERATOR."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a value may be.

    Attributes:
        own: Classes of the object itself.
        elements: Those of what it gives when somebody goes through it or takes an element.
        parts: The same of each part of its elements, where these are tuples.
    """

    own: frozenset[type] = frozenset()
    elements: frozenset[type] = frozenset()
    parts: tuple[frozenset[type], ...] = ()

    def __or__(self, other: Held) -> Held:
        return Held(self.own | other.own, self.elements | other.elements, self.parts or other.parts)


_NOTHING = Held()


def is_of_program(kind: object) -> bool:
    """Whether this is a class whose operators, properties and methods may be written in Python."""
    if not isinstance(kind, type) or not kind.__flags__ & _MADE_BY_STATEMENT:
        return False
    top = kind.__module__.partition(".")[0]
    return top not in _KNOWN_HOMES or kind.__name__ in _WRITTEN_IN_PYTHON and top == "collections"


_KNOWN_HOMES = sys.stdlib_module_names - {"__main__"} | {"numpy", "pydron"}
"""Modules and packages whose objects are another matter."""

_WRITTEN_IN_PYTHON = frozenset({"UserDict", "UserList", "UserString", "ChainMap"})


class Classes:
    """What the variables of one function may hold.

    Attributes:
        returned: What the function may give.
    """

    def __init__(
        self,
        graph: Graph,
        callees: Callees,
        known: dict[types.CodeType, Held],
        function: types.FunctionType | None = None,
    ) -> None:
        """
        Args:
            known: What functions give, as far as it was looked for; is added to.
        """
        self._callees = callees
        self._known = known
        self._variables = {} if function is None else dict(_of_parameters(function))
        nodes = list(walk(graph.body))
        before: dict[str, Held] | None = None
        while before != self._variables:
            before = dict(self._variables)
            for node in nodes:
                for name, held in self._bound(node):
                    self._variables[name] = self._variables.get(name, _NOTHING) | held
        self.returned = _NOTHING
        for node in nodes:
            if isinstance(node, Output) and node.exit == "return" and node.fragment is not None:
                (statement,) = node.fragment.syntax()
                if isinstance(statement, ast.Return) and statement.value is not None:
                    self.returned |= self.held(statement.value)

    def of(self, expression: ast.expr | None) -> frozenset[type]:
        """The classes that the value of an expression in normal form may be of."""
        return self.held(expression).own

    def held(self, expression: ast.expr | None) -> Held:
        """The same, with what is in it."""
        match expression:
            case ast.Name(id=name) if name in self._variables:
                return self._variables[name]
            case ast.Name() | ast.Attribute():
                found = self._callees.meant(expression)
                if found is not None:
                    return _of_object(found)
                own = self.of(expression.value) if isinstance(expression, ast.Attribute) else ()
                return _joined(_of_attribute(kind, expression.attr) for kind in own)  # type: ignore[union-attr]
            case ast.Subscript(value=value, slice=index):
                inside = self.held(value)
                return inside if isinstance(index, ast.Slice) else Held(inside.elements)
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                return Held(elements=frozenset().union(*map(self.of, parts)))
            case ast.Dict(values=parts):
                return Held(elements=frozenset().union(*map(self.of, parts)))
            case ast.IfExp(body=one, orelse=other):
                return self.held(one) | self.held(other)
            case ast.BoolOp(values=parts):
                return _joined(map(self.held, parts))
            case ast.BinOp(left=one, right=other):
                # Most operators of a class give an object of it, those of a list one with the elements of both.
                return self.held(one) | self.held(other)
            case ast.UnaryOp(operand=one) if not isinstance(expression.op, ast.Not):
                return self.held(one)
            case _:
                return _NOTHING

    def _bound(self, node: Node) -> Iterator[tuple[str, Held]]:
        """What a node puts into variables."""
        match node:
            case Host():
                for statement in node.fragment.syntax():
                    for target in statement.targets if isinstance(statement, ast.Assign) else ():
                        yield from self._assigned(target, statement.value)  # type: ignore[attr-defined]
            case Call():
                held = self._given(node)
                yield from ((name, held) for name in node.binds)
            case For():
                held = self.held(node.iterable.expression())
                for statement in node.target.syntax():
                    if isinstance(statement, ast.Assign):
                        yield from _unpacked(statement.targets[0], Held(held.elements, parts=held.parts))
            case Store() if node.root:
                (statement,) = node.fragment.syntax()
                value = getattr(statement, "value", None)
                given = value.args if isinstance(value, ast.Call) else [value]
                own = frozenset[type]().union(*(self.of(one) for one in given))
                if node.kind == "augmented" and node.binds:
                    yield node.root, self.held(value)
                elif not isinstance(getattr(statement, "targets", [None])[0], ast.Attribute):
                    yield node.root, Held(elements=own)
                if node.kind == "method":
                    yield from ((name, Held(self._variables.get(node.root, _NOTHING).elements)) for name in node.binds)
            case With() if node.target is not None:
                held = self.held(node.manager.expression())
                for statement in node.target.syntax():
                    if isinstance(statement, ast.Assign):
                        yield from _unpacked(statement.targets[0], held)
            case _:
                return

    def _assigned(self, target: ast.expr, value: ast.expr) -> Iterator[tuple[str, Held]]:
        displays = (ast.Tuple, ast.List)
        if isinstance(target, displays) and isinstance(value, displays) and len(target.elts) == len(value.elts):
            for one, other in zip(target.elts, value.elts):
                yield from self._assigned(one, other)
        else:
            yield from _unpacked(target, self.held(value))

    def _given(self, node: Call) -> Held:
        """What a call gives."""
        (statement,) = node.fragment.syntax()
        call = getattr(statement, "value", None)
        arguments = [self.held(argument) for argument in call.args] if isinstance(call, ast.Call) else []
        callee = self._callees.named(node.callee).function
        if callee is not None:
            if is_of_program(callee):
                return Held(frozenset({callee}))
            return _passed(callee, arguments) if callee in _PASSING else self._returned_by(callee)
        function = call.func if isinstance(call, ast.Call) else None
        if not isinstance(function, ast.Attribute):
            return _NOTHING
        held, name = self.held(function.value), function.attr
        if name in ("get", "pop", "copy"):
            return held if name == "copy" else Held(held.elements)
        if name in ("values", "items"):
            return Held(elements=held.elements if name == "values" else frozenset(), parts=(frozenset(), held.elements))
        return _joined(self._returned_by(method_of(kind, name)) for kind in held.own)

    def _returned_by(self, function: Any) -> Held:
        """What a function of the program gives, by its annotation or its source."""
        function = getattr(function, "__func__", function)
        if is_scheduled(function):
            function = function.__dict__["sequential"]
        if type(function) is not types.FunctionType or function.__code__.co_flags & _LAZY:
            return _NOTHING
        code = function.__code__
        if code not in self._known:
            found = _of_annotation(function.__annotations__.get("return"), function.__globals__)
            self._known[code] = found
            if found == _NOTHING and len(self._known) < _BUDGET:
                graph = graph_of_programs(function)
                if graph is not None:
                    self._known[code] = Classes(graph, Callees(graph, function), self._known, function).returned
        return self._known[code]


def method_of(kind: type, name: str) -> types.FunctionType | None:
    """The function that a class has as the method of that name; None if it has none that is written in Python."""
    found = _member(kind, name)
    found = found.__func__ if isinstance(found, (staticmethod, classmethod)) else found
    return found if isinstance(found, types.FunctionType) else None


def is_overridden(kind: type, name: str) -> bool:
    """Whether a class that is derived from this one has another method of that name."""
    classes: list[type] = type.__subclasses__(kind)
    return any(name in vars(derived) or is_overridden(derived, name) for derived in classes)


def runs_code_for_attribute(kind: type, name: str) -> bool:
    """Whether reading an attribute of an object of a class runs code: a property, say, or ``__getattr__``."""
    found = _member(kind, name)
    if isinstance(found, (property, functools.cached_property)):
        return True
    active = "__getattribute__" if found is not None else "__getattr__"
    return method_of(kind, active) is not None and name not in _annotations(kind)


def _member(kind: type, name: str) -> Any:
    return next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), None)


_FIRST = frozenset({min, max, next})
_SAME = frozenset({list, tuple, set, frozenset, sorted, reversed, iter})
_COPIES = frozenset({copy.copy, copy.deepcopy, dataclasses.replace})
_PASSING: frozenset[Any] = _FIRST | _SAME | _COPIES | {zip, enumerate, sum}
"""Functions of the library that give what they are given, or what is in it."""


def _passed(callee: Any, arguments: list[Held]) -> Held:
    if not arguments:
        return _NOTHING
    inside = [argument.elements for argument in arguments]
    if callee in _COPIES:
        return arguments[0]
    if callee in _FIRST or callee is sum:
        return Held(inside[0] if len(arguments) == 1 or callee is not max else inside[0] | arguments[0].own)
    if callee is enumerate:
        return Held(parts=(frozenset(), inside[0]))
    return Held(parts=tuple(inside)) if callee is zip else Held(elements=inside[0], parts=arguments[0].parts)


def _joined(several: Iterable[Held]) -> Held:
    found = _NOTHING
    for held in several:
        found |= held
    return found


def _unpacked(target: ast.expr, held: Held) -> Iterator[tuple[str, Held]]:
    """What an assignment binds."""
    if isinstance(target, ast.Name):
        yield target.id, held
    elif isinstance(target, (ast.Tuple, ast.List)):
        fitting = len(held.parts) == len(target.elts)
        for index, part in enumerate(target.elts):
            yield from _unpacked(part, Held(held.parts[index] if fitting else held.elements))


def _of_object(found: Any) -> Held:
    """What a live object is, and what is in it if it is a builtin container."""
    inside: Iterable[Any] = ()
    if type(found) in (list, tuple, set, frozenset):
        inside = found
    elif type(found) is dict:
        inside = found.values()
    kinds = {type(element) for element, _ in zip(list(inside), range(_LOOKED_AT))}
    own = frozenset({type(found)}) if is_of_program(type(found)) else frozenset[type]()
    return Held(own, frozenset(filter(is_of_program, kinds)))


_LOOKED_AT = 100
"""Elements of a live container."""


def _of_parameters(function: types.FunctionType) -> Iterator[tuple[str, Held]]:
    """What annotations say of parameters, and of the object of a method."""
    code = function.__code__
    for name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]:
        yield name, _of_annotation(function.__annotations__.get(name), function.__globals__)
    owner: Any = function.__globals__
    for part in function.__qualname__.split(".")[:-1]:
        owner = (owner if isinstance(owner, dict) else getattr(owner, "__dict__", {})).get(part)
    member = owner.__dict__.get(function.__name__) if isinstance(owner, type) else None
    if member is not None and code.co_argcount and not isinstance(member, (staticmethod, classmethod)):
        if is_of_program(owner):
            yield code.co_varnames[0], Held(frozenset({owner}))


def _of_attribute(kind: type, name: str) -> Held:
    annotations = _annotations(kind)
    namespace = vars(sys.modules.get(kind.__module__, types))
    return _of_annotation(annotations.get(name), namespace)


def _annotations(kind: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        found.update(base.__dict__.get("__annotations__", {}))
    return found


def _of_annotation(annotation: Any, namespace: Mapping[str, Any]) -> Held:
    """What an annotation says: a class, its name, or a container of one."""
    if isinstance(annotation, str):
        annotation = namespace.get(annotation.strip("'\""))
    if is_of_program(annotation):
        return Held(frozenset({annotation}))
    inside = getattr(annotation, "__args__", ())
    kinds = inside if isinstance(inside, tuple) else ()
    return Held(elements=frozenset(kind for kind in kinds if is_of_program(kind)))
