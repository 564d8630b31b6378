"""Lowers assignments: simple, unpacking, annotated; to names, attributes and subscripts.

Python computes the value first, then stores from left to right, computing each target's object and index just
before its store.
"""

from __future__ import annotations

import ast

from pydron.frontend.calls import root_of
from pydron.frontend.lowering import Lowering, Positioned, StatementRules, read
from pydron.frontend.native import native_statement
from pydron.frontend.scopes import usage_of
from pydron.ir.nodes import Store, StoreKind


def is_simple(target: ast.expr) -> bool:
    """Whether a target consists of names only."""
    if isinstance(target, (ast.Tuple, ast.List)):
        return all(is_simple(part) for part in target.elts)
    if isinstance(target, ast.Starred):
        return is_simple(target.value)
    return isinstance(target, ast.Name)


def foreign_names(lowering: Lowering, targets: list[ast.expr]) -> list[str]:
    """Names among targets that are declared global or belong to an enclosing function."""
    own = {*lowering.names.local, *lowering.names.temporaries}
    return [name for name in usage_of(targets).binds if name not in own]


def lower_assign(lowering: Lowering, node: ast.Assign) -> None:
    """Emit an assignment statement."""
    foreign = foreign_names(lowering, node.targets)
    if foreign:
        if lowering.has_operations(node.value) and all(isinstance(target, ast.Name) for target in node.targets):
            # Only the store is taken whole: the calls in the value are nodes of their own.
            node.value = lowering.settle(lowering.expression(node.value))
        native_statement(lowering, node, "PD207", ", ".join(foreign))
        return
    if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        lowering.bind(node.targets[0], node.value, node)
        return
    value = lowering.expression(node.value)
    if all(is_simple(target) for target in node.targets):
        lowering.assign(node.targets, value, node)
        return
    if len(node.targets) > 1 and not isinstance(value, (ast.Name, ast.Constant)):
        value = lowering.spill(value)
    for number, target in enumerate(node.targets):
        if number + 1 < len(node.targets):
            # The name the value was read from may be what this target binds.
            value = _kept(lowering, value, node.targets)
        assign_to(lowering, target, value, node)


def _kept(lowering: Lowering, value: ast.expr, targets: list[ast.expr]) -> ast.expr:
    if isinstance(value, ast.Name) and not lowering.is_temporary(value):
        if not lowering.is_stable(value) or value.id in usage_of(targets).binds:
            return lowering.spill(value)
    return value


def lower_annotated(lowering: Lowering, node: ast.AnnAssign) -> None:
    """Emit an annotated assignment. Functions do not evaluate the annotations of their variables."""
    if node.value is not None:
        plain = ast.copy_location(ast.Assign([node.target], node.value), node)
        lower_assign(lowering, plain)
    elif isinstance(node.target, ast.Attribute):
        lowering.effect(node.target.value)
    elif isinstance(node.target, ast.Subscript):
        for part in (node.target.value, node.target.slice):
            lowering.effect(part)


def assign_to(lowering: Lowering, target: ast.expr, value: ast.expr, at: Positioned) -> None:
    """Emit the assignment of a call-free expression to one target."""
    if is_simple(target):
        lowering.assign([target], value, at)
    elif isinstance(target, ast.Starred):
        assign_to(lowering, target.value, value, at)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(lowering, target, value, at)
    else:
        _store(lowering, target, value, at)


def _unpack(lowering: Lowering, target: ast.Tuple | ast.List, value: ast.expr, at: Positioned) -> None:
    """Unpacking with a store in it: from there on, each element waits in a temporary for its turn."""
    first = next(number for number, part in enumerate(target.elts) if not is_simple(part))
    waiting: list[tuple[ast.expr, ast.Name]] = []
    parts = list(target.elts[:first])
    for part in target.elts[first:]:
        inner = part.value if isinstance(part, ast.Starred) else part
        name = lowering.temporary(inner)
        waiting.append((inner, name))
        parts.append(ast.copy_location(ast.Starred(name, ast.Store()), part) if inner is not part else name)
    pattern = ast.copy_location(ast.Tuple(parts, ast.Store()), target)
    lowering.assign([pattern], value, at)
    for inner, name in waiting:
        assign_to(lowering, inner, read(name), at)


def _store(lowering: Lowering, target: ast.expr, value: ast.expr, at: Positioned) -> None:
    kind: StoreKind = "attribute" if isinstance(target, ast.Attribute) else "subscript"
    if isinstance(target, (ast.Attribute, ast.Subscript)):
        if lowering.has_operations(target):
            value = lowering.settle(value)
            place(lowering, target)
        statement = ast.copy_location(ast.Assign([target], value), at)
        lowering.leaf(Store, statement, at, kind=kind, root=root_of(lowering, target))


def place(lowering: Lowering, target: ast.Attribute | ast.Subscript) -> None:
    """Lower the object and the index of a target in place."""
    if isinstance(target, ast.Attribute):
        target.value = lowering.expression(target.value)
    else:
        target.value, target.slice = lowering.in_order([target.value, target.slice])


STATEMENTS: StatementRules = {ast.Assign: lower_assign, ast.AnnAssign: lower_annotated}
