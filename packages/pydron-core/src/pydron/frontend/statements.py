"""Lowers simple statements, ``if``, and what is taken whole by its kind."""

from __future__ import annotations

import ast

from pydron.frontend.assignments import foreign_names, place
from pydron.frontend.calls import root_of
from pydron.frontend.lowering import Lowering, StatementRules, read
from pydron.frontend.native import native_statement
from pydron.frontend.scopes import usage_of
from pydron.ir.nodes import Store

_WHOLE = {
    "TryStar": ("PD201", "try with except*"),
    "AsyncFor": ("PD205", "async for"),
    "AsyncWith": ("PD205", "async with"),
    "ClassDef": ("PD206", "class"),
    "Import": ("PD208", "import"),
    "ImportFrom": ("PD208", "import"),
    "TypeAlias": ("PD217", "type"),
}


def lower_whole(lowering: Lowering, node: ast.stmt) -> None:
    """Emit a statement of a kind that is not taken apart."""
    reason, detail = _WHOLE.get(type(node).__name__, ("PD215", type(node).__name__))
    native_statement(lowering, node, reason, detail)


def lower_expression(lowering: Lowering, node: ast.Expr) -> None:
    """Emit an expression statement. A text or number standing alone does nothing."""
    if not isinstance(node.value, ast.Constant):
        lowering.effect(node.value)


def lower_nothing(lowering: Lowering, node: ast.Pass) -> None:
    """``pass`` needs no node."""


def lower_if(lowering: Lowering, node: ast.If) -> None:
    """Emit an ``if`` statement."""
    test = lowering.condition(node.test)
    lowering.choose(test, node, lambda: lowering.statements(node.body), lambda: lowering.statements(node.orelse))


def lower_return(lowering: Lowering, node: ast.Return) -> None:
    """End the block by ``return``."""
    if node.value is not None:
        node.value = lowering.expression(node.value)
    lowering.leave("return", node, node)


def lower_raise(lowering: Lowering, node: ast.Raise) -> None:
    """End the block by ``raise``."""
    if node.exc is not None and node.cause is not None:
        node.exc, node.cause = lowering.in_order([node.exc, node.cause])
    elif node.exc is not None:
        node.exc = lowering.expression(node.exc)
    lowering.leave("raise", node, node)


def lower_delete(lowering: Lowering, node: ast.Delete) -> None:
    """Emit ``del``, one target at a time, as Python does."""
    foreign = foreign_names(lowering, node.targets)
    if foreign:
        native_statement(lowering, node, "PD207", ", ".join(foreign))
        return
    for target in node.targets:
        _delete(lowering, target, node)


def _delete(lowering: Lowering, target: ast.expr, node: ast.Delete) -> None:
    if isinstance(target, (ast.Tuple, ast.List)):
        for part in target.elts:
            _delete(lowering, part, node)
        return
    statement = ast.copy_location(ast.Delete([target]), target)
    if isinstance(target, (ast.Attribute, ast.Subscript)):
        place(lowering, target)
        lowering.leaf(Store, statement, node, kind="delete", root=root_of(lowering, target))
        return
    if usage_of([target]).deletes.keys() & lowering.names.cells:
        native_statement(lowering, statement, "PD210", ast.unparse(target))
        return
    lowering.host(statement)
    if lowering.bound is not None:
        lowering.bound.difference_update(usage_of([target]).deletes)


def lower_augmented(lowering: Lowering, node: ast.AugAssign) -> None:
    """Emit ``target += value``. Python reads the target before it computes the value."""
    target = node.target
    foreign = foreign_names(lowering, [target])
    if foreign and isinstance(target, ast.Name) and lowering.has_operations(node.value):
        # Only the store is taken whole: the calls in the value are nodes of their own.
        now = ast.copy_location(ast.Name(target.id, ast.Load()), target)
        value = lowering.settle(_augmented(lowering, node, now))
        native_statement(lowering, ast.copy_location(ast.Assign([target], value), node), "PD207", target.id)
        return
    if foreign:
        native_statement(lowering, node, "PD207", ", ".join(foreign))
        return
    if isinstance(target, (ast.Attribute, ast.Subscript)):
        _augment_place(lowering, node, target)
        return
    assert isinstance(target, ast.Name)
    now = ast.copy_location(ast.Name(target.id, ast.Load()), target)
    if not lowering.has_operations(node.value) or lowering.is_stable(now):
        node.value = lowering.expression(node.value)
        lowering.leaf(Store, node, node, kind="augmented", root=target.id)
        return
    lowering.assign([target], _augmented(lowering, node, now), node)


def _augment_place(lowering: Lowering, node: ast.AugAssign, target: ast.Attribute | ast.Subscript) -> None:
    if not lowering.has_operations(node.value):
        place(lowering, target)
        lowering.leaf(Store, node, node, kind="augmented", root=root_of(lowering, target))
        return
    place(lowering, target)
    target.value = lowering.settle(target.value)
    now: ast.expr
    if isinstance(target, ast.Subscript):
        target.slice = lowering.settle(target.slice)
        now = ast.Subscript(target.value, target.slice, ast.Load())
    else:
        now = ast.Attribute(target.value, target.attr, ast.Load())
    value = _augmented(lowering, node, ast.copy_location(now, target))
    kind = "subscript" if isinstance(target, ast.Subscript) else "attribute"
    statement = ast.copy_location(ast.Assign([target], value), node)
    lowering.leaf(Store, statement, node, kind=kind, root=root_of(lowering, target))


def _augmented(lowering: Lowering, node: ast.AugAssign, now: ast.expr) -> ast.Name:
    """The result of the operation: what the target holds now is read first, then the value is computed."""
    held = lowering.spill(now)
    value = lowering.expression(node.value)
    place = ast.copy_location(ast.Name(held.id, ast.Store()), now)
    statement = ast.copy_location(ast.AugAssign(place, node.op, value), node)
    lowering.leaf(Store, statement, node, kind="augmented", root=held.id)
    return read(place)


STATEMENTS: StatementRules = {
    ast.Expr: lower_expression,
    ast.Pass: lower_nothing,
    ast.If: lower_if,
    ast.Return: lower_return,
    ast.Raise: lower_raise,
    ast.Delete: lower_delete,
    ast.AugAssign: lower_augmented,
}
