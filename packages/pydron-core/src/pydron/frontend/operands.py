"""Lowers expressions of which all operands are always evaluated: operators, subscripts, displays, walrus."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from pydron.frontend.lowering import ExpressionRules, Lowering, Positioned, read
from pydron.frontend.native import native_expression


def _binary(lowering: Lowering, node: ast.BinOp) -> ast.expr:
    node.left, node.right = lowering.in_order([node.left, node.right])
    return node


def _unary(lowering: Lowering, node: ast.UnaryOp) -> ast.expr:
    node.operand = lowering.expression(node.operand)
    return node


def _negation(lowering: Lowering, node: ast.UnaryOp) -> ast.expr:
    """``not`` where only the truth of the whole counts."""
    lower = lowering.condition if isinstance(node.op, ast.Not) else lowering.expression
    node.operand = lower(node.operand)
    return node


def _attribute(lowering: Lowering, node: ast.Attribute) -> ast.expr:
    node.value = lowering.expression(node.value)
    return node


def _subscript(lowering: Lowering, node: ast.Subscript) -> ast.expr:
    node.value, node.slice = lowering.in_order([node.value, node.slice])
    return node


def _slice(lowering: Lowering, node: ast.Slice) -> ast.expr:
    names = [name for name in ("lower", "upper", "step") if getattr(node, name) is not None]
    for name, value in zip(names, lowering.in_order([getattr(node, name) for name in names])):
        setattr(node, name, value)
    return node


def _sequence_display(lowering: Lowering, node: ast.List | ast.Tuple | ast.Set) -> ast.expr:
    node.elts = elements(lowering, node.elts, node, is_set=isinstance(node, ast.Set))
    return node


def elements(lowering: Lowering, nodes: Sequence[ast.expr], at: Positioned, *, is_set: bool = False) -> list[ast.expr]:
    """Lower the elements of a display, or positional arguments. ``*a`` is unpacked before what stands after it."""
    found: list[ast.expr] = []
    unpacked = 0
    for node in nodes:
        if lowering.has_operations(node):
            rest = found[unpacked:]
            # A set puts in what it has as soon as something is unpacked into it.
            begun = is_set and rest and (unpacked or isinstance(node, ast.Starred))
            if begun or any(isinstance(part, ast.Starred) for part in rest):
                whole = ast.Set(found) if is_set else ast.List(found, ast.Load())
                held = lowering.spill(ast.copy_location(whole, at))
                found, unpacked = [ast.copy_location(ast.Starred(held, ast.Load()), at)], 1
            found[unpacked:] = [lowering.settle(part) for part in found[unpacked:]]
        if isinstance(node, ast.Starred):
            node.value = lowering.expression(node.value)
            found.append(node)
        else:
            found.append(lowering.expression(node))
    return found


def _dictionary(lowering: Lowering, node: ast.Dict) -> ast.expr:
    """Keys and values alternate; ``**d`` is unpacked, into what is before it, before what stands after it."""
    keys: list[ast.expr | None] = []
    values: list[ast.expr] = []
    unpacked = 0
    for key, value in zip(node.keys, node.values):
        if lowering.has_operations(key) or lowering.has_operations(value):
            done = len(keys) if key is None else max((n + 1 for n, part in enumerate(keys) if part is None), default=0)
            if done > unpacked:
                held = lowering.spill(ast.copy_location(ast.Dict(keys[:done], values[:done]), node))
                keys[:done], values[:done], unpacked = [None], [held], 1
            keys = [None if part is None else lowering.settle(part) for part in keys]
            values = [lowering.settle(part) for part in values]
        if key is None:
            values.append(lowering.expression(value))
            keys.append(None)
        else:
            left, right = lowering.in_order([key, value])
            keys.append(left)
            values.append(right)
    node.keys, node.values = keys, values
    return node


def _walrus(lowering: Lowering, node: ast.NamedExpr) -> ast.expr:
    if node.target.id not in lowering.names.local:
        return native_expression(lowering, node, "PD207", node.target.id)
    lowering.bind(ast.copy_location(ast.Name(node.target.id, ast.Store()), node.target), node.value, node)
    return read(node.target)


EXPRESSIONS: ExpressionRules = {
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.List: _sequence_display,
    ast.Tuple: _sequence_display,
    ast.Set: _sequence_display,
    ast.Dict: _dictionary,
    ast.NamedExpr: _walrus,
}
CONDITIONS: ExpressionRules = {ast.UnaryOp: _negation}
