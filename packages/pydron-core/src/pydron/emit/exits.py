"""Emits the ends of regions that say nothing but where control goes."""

from __future__ import annotations

import ast

from pydron.emit.builder import place
from pydron.ir.nodes import Output


def bare_exit(node: Output) -> list[ast.stmt] | None:
    """The statements of an end without operands; None for one whose statement stands in the fragment."""
    if node.exit == "next":
        return []
    if node.fragment is not None:
        return None
    at = node.span
    located = ast.Pass(lineno=at.line, col_offset=at.column, end_lineno=at.end_line, end_col_offset=at.end_column)
    match node.exit:
        case "break":
            leave: ast.stmt = ast.Break()
        case "continue":
            leave = ast.Continue()
        case _:
            leave = ast.Return(ast.Constant(None))
    return [place(leave, located)]
