"""Finds operations that may run code which a class of the program's defines: operators, properties, indexing, truth.

The machine knows what these do for numbers, texts, builtin containers and arrays. On an object of any other class it
waits: ``PD302``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from pydron.explain.callees import Callees
from pydron.explain.classes import Classes, Held, method_of, runs_code_for_attribute
from pydron.ir.fragment import Fragment
from pydron.ir.nodes import Call, Graph, Host, If, Match, Node, Output, Store, While, walk

Operation = tuple[Node, ast.expr | ast.stmt, str]
"""The node, the expression or statement in it, with the user's positions, and what of a class is meant, for people."""


def defined_operations(graph: Graph, callees: Callees, classes: Classes) -> Iterator[Operation]:
    """Every such operation of a graph, by what its variables may hold."""
    for node in walk(graph.body):
        found: list[tuple[ast.expr | ast.stmt, Iterable[str]]] = []
        for fragment in _fragments(node):
            for statement in fragment.statements():
                parts = [part for part in ast.walk(statement) if isinstance(part, (ast.expr, ast.stmt))]
                found += [(part, _meant(part, classes)) for part in parts]
                found += [(test, _asked(test, classes)) for test in _tests(node, statement)]
                if isinstance(node, Match):
                    found.append((statement, (_name(kind) for kind in classes.of(node.subject.expression()))))
                if isinstance(node, Call) and callees.named(node.callee).standing == "pure":
                    found.append((statement, _looked_at(statement, classes)))
        yield from ((node, part, ", ".join(names)) for part, meant in found if (names := sorted(set(meant))))


def _fragments(node: Node) -> Iterator[Fragment]:
    match node:
        case Host() | Call() | Store():
            yield node.fragment
        case Output() if node.fragment is not None:
            yield node.fragment
        case If() | While():
            yield node.test
        case Match():
            yield node.subject
        case _:
            return


def _tests(node: Node, statement: ast.stmt) -> Iterator[ast.expr]:
    """What is asked whether it is true."""
    tests = [statement.value] if isinstance(node, (If, While)) and isinstance(statement, ast.Expr) else []
    for part in ast.walk(statement):
        if isinstance(part, ast.IfExp):
            tests.append(part.test)
        elif isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.Not):
            tests.append(part.operand)
        elif isinstance(part, ast.BoolOp):
            tests += part.values
    return iter(tests)


def _asked(test: ast.expr, classes: Classes) -> Iterator[str]:
    kinds = classes.of(test) if isinstance(test, (ast.Name, ast.Attribute, ast.Subscript)) else ()
    return (_name(kind) for kind in kinds if method_of(kind, "__bool__") or method_of(kind, "__len__"))


def _meant(part: ast.AST, classes: Classes) -> Iterable[str]:
    """The classes whose code an expression or statement may run, without what is inside of it."""
    match part:
        case ast.Attribute(value=value, attr=name):
            return [f"{_name(kind)}.{name}" for kind in classes.of(value) if runs_code_for_attribute(kind, name)]
        case ast.Subscript(value=one) | ast.FormattedValue(value=one) | ast.AugAssign(target=one):
            return map(_name, classes.of(one))
        case ast.UnaryOp(op=test, operand=one) if not isinstance(test, ast.Not):
            return map(_name, classes.of(one))
        case ast.BinOp(left=one, right=other):
            return map(_name, classes.of(one) | classes.of(other))
        case ast.Compare(left=one, ops=tests, comparators=others):
            operands = [classes.held(operand) for operand in (one, *others)]
            pairs = zip(operands, tests, operands[1:])
            return [_name(kind) for left, test, right in pairs for kind in _compared(left, test, right)]
        case _:
            return ()


def _compared(left: Held, test: ast.cmpop, right: Held) -> Iterable[type]:
    if isinstance(test, (ast.Is, ast.IsNot)):
        return ()
    within = right.elements if isinstance(test, (ast.In, ast.NotIn)) else frozenset[type]()
    return left.own | right.own | within


def _looked_at(statement: ast.stmt, classes: Classes) -> Iterable[str]:
    """A call of a known function looks at its arguments, and at what is in them."""
    call = getattr(statement, "value", None)
    if not isinstance(call, ast.Call) or isinstance(call.func, ast.Name) and call.func.id in _MOVING:
        return ()
    held = [classes.held(argument) for argument in call.args]
    return [_name(kind) for one in held for kind in one.own | one.elements]


_MOVING = frozenset({"isinstance", "id", "type", "list", "tuple", "range", "enumerate", "zip", "iter", "reversed"})
"""Builtins that hand on what they are given without looking at it."""


def _name(kind: type) -> str:
    return kind.__qualname__
