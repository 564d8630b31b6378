"""Lowers nested functions and lambdas, which are taken whole, with the variables they capture."""

from __future__ import annotations

import ast

from pydron.frontend.lowering import BindingRules, ExpressionRules, Lowering, Positioned, StatementRules, read
from pydron.frontend.native import native_statement
from pydron.frontend.scopes import definition_parts, usage_of
from pydron.ir.nodes import Def


def function_expression(lowering: Lowering, node: ast.Lambda) -> ast.expr:
    """Emit a lambda; gives the temporary that holds it."""
    target = lowering.temporary(node)
    bind_lambda(lowering, target, node, node)
    return read(target)


def bind_lambda(lowering: Lowering, target: ast.Name, node: ast.Lambda, at: Positioned) -> None:
    """Emit ``target = lambda``."""
    _evaluate_defaults(lowering, node.args)
    _define(lowering, ast.copy_location(ast.Assign([target], node), at), node, "lambda")


def lower_def(lowering: Lowering, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    """Emit a nested function. Where making it calls something, or binds a foreign name, it is taken as it comes."""
    if node.name not in lowering.names.local:
        native_statement(lowering, node, "PD207", node.name)
    elif node.decorator_list or getattr(node, "type_params", None):
        native_statement(lowering, node, "PD101", f"making the function {node.name!r} calls its decorators")
    elif any(lowering.has_operations(part) for part in definition_parts(node)):
        native_statement(lowering, node, "PD101", f"a default or annotation of {node.name!r} is computed by a call")
    else:
        _evaluate_defaults(lowering, node.args)
        _define(lowering, node, node, "def")


def _evaluate_defaults(lowering: Lowering, arguments: ast.arguments) -> None:
    """Defaults are evaluated before, in order: they may come to code of the user's, such as a property."""
    given = [default for default in arguments.kw_defaults if default is not None]
    count = len(arguments.defaults)
    left = lowering.in_order([*arguments.defaults, *given])
    left = [value if isinstance(value, ast.Name) else lowering.settle(value) for value in left]
    arguments.defaults = left[:count]
    values = iter(left[count:])
    arguments.kw_defaults = [None if default is None else next(values) for default in arguments.kw_defaults]


def _define(lowering: Lowering, statement: ast.stmt, at: Positioned, kind: str) -> None:
    captures = lowering.names.known_only(usage_of([statement]).captures)
    lowering.leaf(Def, statement, at, kind=kind, captures=captures)


EXPRESSIONS: ExpressionRules = {ast.Lambda: function_expression}
BINDERS: BindingRules = {ast.Lambda: bind_lambda}
STATEMENTS: StatementRules = {ast.FunctionDef: lower_def, ast.AsyncFunctionDef: lower_def}
