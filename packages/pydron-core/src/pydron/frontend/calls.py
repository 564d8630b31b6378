"""Lowers calls: each becomes a node of its own, with the callee and the arguments evaluated before, in order.

``f(x, g(y))`` becomes ``_1 = f``, ``_2 = g(y)``, ``f`` being read first as Python does, then ``_1(x, _2)``.
A method with the name of one that modifies a container keeps its receiver in the call, ``out.append(_1)``, because
the receiver is what matters. Looking up the method is then part of the call; where arguments are computed in between
and the receiver may lack such a method, a look-up before them fails when Python would.
"""

from __future__ import annotations

import ast

from pydron.frontend.lowering import Lowering, Positioned, read
from pydron.frontend.methods import MUTATING_METHODS
from pydron.frontend.operands import elements
from pydron.ir.nodes import Call, Store


def call(lowering: Lowering, node: ast.Call) -> ast.expr:
    """Emit a call; gives the temporary that holds its result."""
    # Numbered after what it needs, so that temporaries count up in the order in which they are bound.
    shown = _lower_parts(lowering, node)
    target = lowering.temporary(node)
    _emit(lowering, node, ast.copy_location(ast.Assign([target], node), node), shown)
    return read(target)


def bind_call(lowering: Lowering, target: ast.Name, node: ast.Call, at: Positioned) -> None:
    """Emit ``target = call``."""
    shown = _lower_parts(lowering, node)
    _emit(lowering, node, ast.copy_location(ast.Assign([target], node), at), shown)


def call_effect(lowering: Lowering, node: ast.Call) -> None:
    """Emit a call of which the result is not used."""
    shown = _lower_parts(lowering, node)
    _emit(lowering, node, ast.copy_location(ast.Expr(node), node), shown)


def root_of(lowering: Lowering, node: ast.expr) -> str:
    """The variable through which an object is reached; "" where that is a global name, or none."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) and node.id in lowering.names.known else ""


def _emit(lowering: Lowering, node: ast.Call, statement: ast.stmt, shown: str) -> None:
    function = node.func
    if isinstance(function, ast.Attribute) and function.attr in MUTATING_METHODS:
        root = root_of(lowering, function.value)
        lowering.leaf(Store, statement, node, kind="method", root=root, method=function.attr)
    else:
        lowering.leaf(Call, statement, node, callee=shown)


def _lower_parts(lowering: Lowering, node: ast.Call) -> str:
    """Lower callee and arguments in place; gives the callee as the user wrote it."""
    shown = shown_callee(node.func)
    parts = [*node.args, *(keyword.value for keyword in node.keywords)]
    waits = any(lowering.has_operations(part) for part in parts)
    node.func = read_callee(lowering, node.func, waits)
    node.args = elements(lowering, node.args, node)
    if any(lowering.has_operations(keyword.value) for keyword in node.keywords):
        node.args = _settle_arguments(lowering, node)
        node.keywords = _keywords(lowering, node)
    return shown


def shown_callee(node: ast.expr) -> str:
    """A callee as people are shown it."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, (ast.Name, ast.Attribute)):
        return f"{shown_callee(node.value)}.{node.attr}"
    return ast.unparse(node)


def read_callee(lowering: Lowering, node: ast.expr, waits: bool) -> ast.expr:
    """The callee, read before the arguments are computed where ``waits`` says that something is emitted for them."""
    left = lowering.expression(node)
    if not waits:
        return left
    if not (isinstance(left, ast.Attribute) and left.attr in MUTATING_METHODS):
        return lowering.settle(left)
    receiver = left.value = lowering.settle(left.value)
    certain = isinstance(receiver, ast.Name) and receiver.id in lowering.names.containers
    if not certain and not isinstance(receiver, ast.Constant):
        probe = ast.Attribute(receiver, left.attr, ast.Load())
        lowering.host(ast.copy_location(ast.Expr(ast.copy_location(probe, left)), left))
    return left


def _settle_arguments(lowering: Lowering, node: ast.Call) -> list[ast.expr]:
    """Positional arguments that stay as they are while those with keywords are computed."""
    arguments = node.args
    if len(arguments) > 1 and any(isinstance(argument, ast.Starred) for argument in arguments):
        held = lowering.spill(ast.copy_location(ast.List(arguments, ast.Load()), node))
        return [ast.copy_location(ast.Starred(held, ast.Load()), node)]
    # A single ``*a`` is unpacked by the call itself.
    return [lowering.settle(argument) for argument in arguments]


def _keywords(lowering: Lowering, node: ast.Call) -> list[ast.keyword]:
    found: list[ast.keyword] = []
    unpacked: set[int] = set()
    for keyword in node.keywords:
        if lowering.has_operations(keyword.value):
            for earlier in found:
                if earlier.arg is None and id(earlier) not in unpacked:
                    copied = ast.Dict([None], [earlier.value])
                    earlier.value = lowering.spill(ast.copy_location(copied, earlier.value))
                    unpacked.add(id(earlier))
                else:
                    earlier.value = lowering.settle(earlier.value)
        keyword.value = lowering.expression(keyword.value)
        found.append(keyword)
    return found
