"""The functions that a function defines, as if they were there: its code has them before it has ever run.

What their free variables will hold is known only where it is such a function as well, or comes from further outside.
"""

from __future__ import annotations

import ast
from collections import Counter
from types import CellType, CodeType, FunctionType

from pydron.ir.nodes import Def, Graph, Input, subregions, walk


def functions_within(graph: Graph, function: FunctionType) -> dict[str, FunctionType]:
    """The nested functions and lambdas of a function by the variable that holds them, if nothing else ever does."""
    leaves = (node for node in walk(graph.body) if not isinstance(node, Input) and not subregions(node))
    bound = Counter(name for node in leaves for name in node.binds)
    found: dict[str, FunctionType] = {}
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or ()))
    for node in walk(graph.body):
        if isinstance(node, Def) and node.kind != "class" and len(node.binds) == 1:
            (name,) = node.binds
            code = _code_of(node, function.__code__)
            if code is not None and bound[name] == 1:
                closure = tuple(cells.setdefault(free, CellType()) for free in code.co_freevars)
                found[name] = FunctionType(code, function.__globals__, code.co_name, None, closure)
                cells.setdefault(name, CellType()).cell_contents = found[name]
    return found


def unbound_names(function: FunctionType) -> frozenset[str]:
    """The free variables of which it is not known what they hold."""
    free = zip(function.__code__.co_freevars, function.__closure__ or ())
    return frozenset(name for name, cell in free if not _is_filled(cell))


def _is_filled(cell: CellType) -> bool:
    return cell != CellType()  # empty ones are equal


def _code_of(node: Def, around: CodeType) -> CodeType | None:
    """The code of a definition: by name and line, if there is one such only."""
    (statement,) = node.fragment.syntax()
    name = statement.name if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) else "<lambda>"
    line = node.span.line if isinstance(statement, ast.FunctionDef) else _line_of_lambda(node)
    codes = [code for code in around.co_consts if isinstance(code, CodeType)]
    codes = [code for code in codes if code.co_name == name and code.co_firstlineno == line]
    return codes[0] if len(codes) == 1 else None


def _line_of_lambda(node: Def) -> int:
    (statement,) = node.fragment.statements()
    return getattr(statement, "value", statement).lineno if isinstance(statement, ast.Assign) else node.span.line
