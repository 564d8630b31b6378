"""Builds the graph of a Python function.

``build_graph`` never refuses a function. What cannot be taken apart becomes a ``Native`` node with a reason: an
expression, a statement, or the function as a whole.
"""

from __future__ import annotations

import ast
import builtins
import types
from collections.abc import Iterable

from pydron.frontend.comprehensions import captured_names
from pydron.frontend.lowering import Lowering
from pydron.frontend.names import Names, names_of
from pydron.frontend.ports import close_function
from pydron.frontend.prepare import prepared, strip_declarations
from pydron.frontend.rules import OPERATIONS, PLAIN, RULES
from pydron.frontend.scopes import FunctionLike, locals_of
from pydron.frontend.source import Source, find_source
from pydron.frontend.streams import SHADOWED, find_streams
from pydron.frontend.whole import reason_to_take_whole, whole_function
from pydron.ir.nodes import Graph
from pydron.ir.syntax import all_nodes, children
from pydron.location import Span

_FUTURE_ANNOTATIONS = 0x1000000


def build_graph(function: types.FunctionType, *, strict: bool = False) -> Graph:
    """The graph of a function, in normal form.

    Reads the function's source file. Executes nothing of the user's.

    Args:
        strict: Let an unexpected failure show, for tests. Otherwise the function is then taken whole (PD215).
    """
    source = find_source(function)
    if source is None:
        return whole_function(function, None, None, "PD212", "")
    stringify = bool(function.__code__.co_flags & _FUTURE_ANNOTATIONS)
    tree = None
    try:
        tree = prepared(source.tree, source.class_name, stringify)
        reason, detail = reason_to_take_whole(function, tree)
        if reason:
            return whole_function(function, source, tree, reason, detail)
        return _taken_apart(function, source, tree)
    except Exception as error:
        if strict:
            raise
        return _fallback(function, source, stringify, f"{type(error).__name__}: {error}")


def _fallback(function: types.FunctionType, source: Source, stringify: bool, detail: str) -> Graph:
    try:
        tree = prepared(source.tree, source.class_name, stringify)
        return whole_function(function, source, tree, "PD215", detail)
    except Exception:
        return whole_function(function, None, None, "PD215", detail)


def _taken_apart(function: types.FunctionType, source: Source, tree: FunctionLike) -> Graph:
    code = function.__code__
    local, usage = locals_of(tree)
    strip_declarations(tree)
    statements = _statements(tree)
    nodes = [node for statement in statements for node in all_nodes([statement])]
    shadowed = [name for name in ("AssertionError",) if name in function.__globals__]
    shadowed += [name for name in ("AssertionError",) if not hasattr(builtins, name)]
    redefined = {name for name in SHADOWED if name in function.__globals__ or name in code.co_freevars}
    find_streams(nodes, local, redefined)
    names = names_of(tree, local, usage, code.co_freevars, captured_names(nodes), nodes, shadowed)
    lowering = Lowering(names, RULES, _operations(nodes), set(names.parameters))
    lowering.statements(statements)
    if lowering.bound is not None:
        lowering.leave("return", statements[-1])
    cells = _cells(lowering.names)
    known = (*names.local, *names.free, *names.temporaries)
    body = close_function(lowering.block, names.parameters, names.free, cells, known, Span.of(source.tree))
    return Graph(
        name=code.co_name,
        qualname=str(getattr(code, "co_qualname", function.__qualname__)),
        module=function.__module__ or "",
        filename=code.co_filename,
        first_line=code.co_firstlineno,
        signature=ast.unparse(tree.args),
        kind="lambda" if isinstance(tree, ast.Lambda) else "function",
        body=body,
        local_names=names.local,
        cell_names=cells,
        free_names=names.free,
        temporaries=tuple(names.temporaries),
        source=source.text,
    )


def _cells(names: Names) -> tuple[str, ...]:
    return tuple(name for name in (*names.local, *names.temporaries) if name in names.cells)


def _statements(tree: FunctionLike) -> list[ast.stmt]:
    if isinstance(tree, ast.Lambda):
        return [ast.copy_location(ast.Return(tree.body), tree.body)]
    return tree.body


def _operations(nodes: Iterable[ast.AST]) -> set[int]:
    """Ids of the expressions in which something has to be emitted on its own."""
    found: set[int] = set()
    # Children come after their parents in the walk of each statement.
    for node in reversed(list(nodes)):
        if isinstance(node, OPERATIONS) or isinstance(node, ast.expr) and not isinstance(node, PLAIN):
            found.add(id(node))
        elif isinstance(node, ast.expr) and any(id(child) in found for child in children(node)):
            found.add(id(node))
    return found
