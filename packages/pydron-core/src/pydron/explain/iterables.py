"""Finds what goes through an object whose values come from code that nobody knows: ``PD402``.

Such an object is made by calling a class with an ``__iter__`` of its own, or a generator function, or is a file; or it
is handed on: by another name, by a ``with`` statement, or by an iterator of the library that is made over it. What a
parameter or a result may turn out to be is not said.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import types
from collections.abc import Callable, Iterator
from typing import Any

from pydron.ir.nodes import Call, For, Graph, Host, Node, With, walk

_HANDS_ON = frozenset({zip, enumerate, map, filter, iter, reversed})

_GOES_THROUGH = frozenset({list, tuple, set, frozenset, dict, sum, min, max, any, all, sorted})

_GENERATES = 0x20
"""CO_GENERATOR."""

Named = Callable[[str], Any]
"""Told a dotted name, the live object that it means; None where there is none at hand."""


def gone_through(graph: Graph, named: Named) -> Iterator[tuple[Node, ast.expr]]:
    """The nodes that go through such an object, each with what is gone through, with the user's positions.

    Args:
        named: Runs no code of the user's.
    """
    strange = _strange(graph, named)
    variables = {*graph.local_names, *graph.temporaries}

    def is_strange(expression: ast.expr) -> bool:
        if isinstance(expression, ast.Name) and expression.id in variables:
            return expression.id in strange
        return isinstance(expression, ast.Name) and _runs_code(type(named(expression.id)))

    for node in walk(graph.body):
        for source in _sources(node, named):
            if is_strange(source):
                yield node, source
                break


def _strange(graph: Graph, named: Named) -> set[str]:
    """The variables that hold such an object."""
    strange: set[str] = set()
    size = -1
    while size != len(strange):
        size = len(strange)
        for node in walk(graph.body):
            if isinstance(node, Call) and _gives(node, strange, named):
                strange.update(node.binds)
            if isinstance(node, Host):
                strange.update(_renamed(node, strange))
            if isinstance(node, With) and node.target is not None and node.manager.text in strange:
                strange.update(_bound(node))
    return strange


def _gives(node: Call, strange: set[str], named: Named) -> bool:
    """Whether a call gives such an object."""
    callee = named(node.callee)
    if _hands_on(callee):
        return not strange.isdisjoint(node.reads)
    if _reads_lines(callee):
        return True
    return _runs_code(callee) if isinstance(callee, type) else _generates(callee)


def _renamed(node: Host, strange: set[str]) -> Iterator[str]:
    """The variables that an assignment binds to such an object."""
    for statement in node.fragment.syntax():
        for target in statement.targets if isinstance(statement, ast.Assign) else ():
            assert isinstance(statement, ast.Assign)
            value = statement.value
            pairs = [(target, value)]
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
                pairs = list(zip(target.elts, value.elts))
            for name, given in pairs:
                if isinstance(name, ast.Name) and isinstance(given, ast.Name) and given.id in strange:
                    yield name.id


def _bound(node: With) -> set[str]:
    assert node.target is not None
    parts = [part for statement in node.target.syntax() for part in ast.walk(statement)]
    return {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}


def _sources(node: Node, named: Named) -> Iterator[ast.expr]:
    """What a node goes through."""
    match node:
        case For():
            yield node.iterable.expression()
        case Host():
            for statement in node.fragment.statements():
                if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], (ast.Tuple, ast.List)):
                    yield statement.value
                yield from _within(statement)
        case Call():
            (statement,) = node.fragment.statements()
            yield from _within(statement)
            call = getattr(statement, "value", None)
            if isinstance(call, ast.Call) and _goes_through(named(node.callee)):
                yield from call.args
        case _:
            pass


def _within(statement: ast.stmt) -> Iterator[ast.expr]:
    """What is gone through within an expression: after a star, or to find an element."""
    for part in ast.walk(statement):
        if isinstance(part, ast.Starred) and isinstance(part.ctx, ast.Load):
            yield part.value
        elif isinstance(part, ast.Compare):
            yield from (
                value for kind, value in zip(part.ops, part.comparators) if isinstance(kind, (ast.In, ast.NotIn))
            )


def _hands_on(callee: Any) -> bool:
    return _is_in(callee, _HANDS_ON) or isinstance(callee, type) and callee.__module__ == itertools.__name__


def _reads_lines(callee: Any) -> bool:
    """Whether this opens a file, whose lines are taken one after the other, or goes through one."""
    return callee is open or getattr(callee, "__module__", "") in ("_csv", "csv") and _name(callee) in _READERS


def _name(callee: Any) -> str:
    return str(getattr(callee, "__name__", ""))


_READERS = frozenset({"reader", "DictReader"})


def _goes_through(callee: Any) -> bool:
    return _is_in(callee, _GOES_THROUGH)


def _is_in(callee: Any, known: frozenset[Any]) -> bool:
    return isinstance(callee, (type, types.BuiltinFunctionType)) and any(callee is one for one in known)


def _generates(callee: Any) -> bool:
    return isinstance(callee, types.FunctionType) and bool(callee.__code__.co_flags & _GENERATES)


def _runs_code(kind: type) -> bool:
    """Whether going through objects of a class runs code written in Python."""
    if kind is types.GeneratorType:
        return True
    found = inspect.getattr_static(kind, "__iter__", None)
    return isinstance(found, types.FunctionType)
