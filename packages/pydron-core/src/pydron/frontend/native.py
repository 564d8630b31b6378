"""Takes a statement or an expression whole: what is not, or not yet, taken apart.

The text stays as the user wrote it. What it reads, binds and captures, and the ways in which it may leave the region,
are stated exactly.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from pydron.frontend.draft import Leaf
from pydron.frontend.lowering import Lowering, Positioned, read
from pydron.frontend.scopes import usage_of
from pydron.ir.fragment import Fragment
from pydron.ir.nodes import Exit, Native
from pydron.location import Span

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_CERTAIN = (ast.Import, ast.ImportFrom, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.ClassDef, ast.FunctionDef)


def native_statement(lowering: Lowering, node: ast.stmt, reason: str, detail: str = "") -> None:
    """Emit a statement as it is."""
    _emit(lowering, node, node, reason, detail, certain=isinstance(node, (*_CERTAIN, ast.AsyncFunctionDef)))


def native_expression(lowering: Lowering, node: ast.expr, reason: str, detail: str = "") -> ast.expr:
    """Emit an expression as it is; gives the temporary that holds its value."""
    target = lowering.temporary(node)
    statement = ast.copy_location(ast.Assign([target], node), node)
    _emit(lowering, statement, node, reason, detail, certain=True)
    return read(target)


def _emit(lowering: Lowering, statement: ast.stmt, at: Positioned, reason: str, detail: str, *, certain: bool) -> None:
    usage = usage_of([statement])
    reads = lowering.names.known_only([*usage.reads, *usage.captures])
    binds = lowering.names.known_only(usage.binds)
    exits = tuple(dict.fromkeys(_exits([statement], in_loop=False)))
    fields = {"fragment": Fragment.of([statement]), "reason": reason, "detail": detail, "exits": exits}
    lowering.emit(Leaf(Native, Span.of(at), reads, binds, fields, certain=certain and not usage.deletes))
    if lowering.bound is not None:
        if certain:
            lowering.bound.update(binds)
        lowering.bound.difference_update(usage.deletes)


def _exits(nodes: Iterable[ast.AST], *, in_loop: bool) -> Iterable[Exit]:
    """The ways in which statements leave, that are not caught by a loop among them."""
    for node in nodes:
        if isinstance(node, ast.Return):
            yield "return"
        elif isinstance(node, ast.Break) and not in_loop:
            yield "break"
        elif isinstance(node, ast.Continue) and not in_loop:
            yield "continue"
        elif isinstance(node, _LOOPS):
            yield from _exits(node.body, in_loop=True)
            yield from _exits(node.orelse, in_loop=in_loop)
        elif isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case) and not isinstance(node, _SCOPES):
            yield from _exits(ast.iter_child_nodes(node), in_loop=in_loop)
