"""The names in a piece of syntax: what it calls, and which variables it binds."""

from __future__ import annotations

import ast
from collections.abc import Sequence

Path = tuple[str, ...]
"""A name, and attributes."""

MANY = 1000
"""More arguments than any call has."""


def positional(node: ast.Call) -> int:
    """The number of positional arguments of a call; many where that is not known."""
    return MANY + 1 if any(isinstance(argument, ast.Starred) for argument in node.args) else len(node.args)


def dotted(node: ast.expr) -> Path | None:
    """A name with attributes, ``a.b.c``; None where it is something else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return (node.id, *reversed(parts)) if isinstance(node, ast.Name) else None


_INNER = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)


def bound_names(body: Sequence[ast.stmt]) -> tuple[set[str], set[str]]:
    """Variables that the function itself binds, and those of its comprehensions and lambdas."""
    own: set[str] = set()
    inner: set[str] = set()

    def visit(node: ast.AST, names: set[str]) -> None:
        if isinstance(node, ast.NamedExpr):
            own.add(node.target.id)
            visit(node.value, names)
            return
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        for child in ast.iter_child_nodes(node):
            visit(child, inner if isinstance(node, _INNER) else names)

    for statement in body:
        visit(statement, own)
    return own, inner
