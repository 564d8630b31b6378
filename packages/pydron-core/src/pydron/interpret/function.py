"""Makes a callable function of a graph."""

from __future__ import annotations

import ast
import types
from collections.abc import Callable, Mapping
from typing import Any

from pydron.interpret.rebuild import Definition, rebuild
from pydron.ir.nodes import Graph
from pydron.ir.recompiling import compile_again
from pydron.location import NOWHERE


def function(
    graph: Graph,
    namespace: dict[str, Any],
    *,
    defaults: tuple[Any, ...] | None = None,
    kwdefaults: Mapping[str, Any] | None = None,
    closure: Mapping[str, Any] | tuple[types.CellType, ...] | None = None,
) -> Callable[..., Any]:
    """A function that executes a graph sequentially, in plain Python.

    Args:
        namespace: Its globals.
        defaults: Values of positional parameters. None: evaluated from the signature, in the namespace.
        kwdefaults: Values of keyword-only parameters. None: likewise.
        closure: The variables of enclosing functions: cells in the order of ``free_names``, or values by name.
            A variable that is not given is unbound.

    Raises:
        GraphError: The graph holds no code.
    """
    code = compiled(graph)
    cells = _cells(graph, closure)
    if defaults is None or kwdefaults is None:
        signature = _evaluated_signature(graph, namespace, cells)
        defaults = signature.__defaults__ if defaults is None else defaults
        kwdefaults = signature.__kwdefaults__ if kwdefaults is None else kwdefaults
    captured = tuple(cells[name] for name in code.co_freevars)
    made = types.FunctionType(code, namespace, graph.name, defaults or None, captured or None)
    made.__kwdefaults__ = dict(kwdefaults) if kwdefaults else None
    made.__qualname__ = graph.qualname
    made.__module__ = graph.module
    return made


def compiled(graph: Graph) -> types.CodeType:
    """The code of a graph: under the user's file name, lines and qualified name.

    Raises:
        GraphError: The graph holds no code.
    """
    definition = rebuild(graph)
    first = ast.Name("_", ast.Load())
    # A function's first line is that of its first decorator; the code is taken out before one would be called.
    definition.decorator_list = [first]
    module = ast.Module(body=[_nested(graph, definition)], type_ignores=[])
    ast.fix_missing_locations(module)
    first.lineno = first.end_lineno = graph.first_line
    code: types.CodeType = compile_again(module, graph.filename)
    for name in _path(graph):
        # The last of that name: code of its defaults stands before it.
        found = [part for part in code.co_consts if isinstance(part, types.CodeType) and part.co_name == name]
        code = found[-1]
    return code


_ENCLOSING = "_enclosing"


def _path(graph: Graph) -> list[str]:
    """Names of the scopes around the function, from outside, and its own."""
    parts = [part for part in graph.qualname.split(".")[:-1] if part != "<locals>"]
    return [_ENCLOSING, *parts, graph.name]


def _nested(graph: Graph, definition: Definition) -> ast.stmt:
    """The definition inside of such scopes as give it, and all in it, the right qualified names."""
    parts = graph.qualname.split(".")[:-1]
    free = list(graph.free_names)
    statement: ast.stmt = definition
    inside_function = False
    outermost = definition.name
    while parts:
        part = parts.pop()
        if part == "<locals>":
            inside_function = True
            continue
        statement = _scope(part, statement, free if inside_function else None)
        free = [] if inside_function else free
        inside_function, outermost = False, part
    # Declared global, a name is not qualified by the function around it.
    shared = ast.Global([outermost])
    wrapper = _scope(_ENCLOSING, statement, free)
    assert isinstance(wrapper, ast.FunctionDef)
    wrapper.body.insert(0, shared)
    return wrapper


def _scope(name: str, statement: ast.stmt, variables: list[str] | None) -> ast.stmt:
    """A function with these local variables, or, without variables, a class, around a statement."""
    if variables is None:
        outer: ast.stmt = ast.parse("class _: pass").body[0]
        assert isinstance(outer, ast.ClassDef)
        outer.name, outer.body = name, [statement]
        return outer
    outer = ast.parse("def _(): pass").body[0]
    assert isinstance(outer, ast.FunctionDef)
    declared: list[ast.stmt] = [
        ast.AnnAssign(ast.Name(variable, ast.Store()), ast.Constant(None), None, 1) for variable in variables
    ]
    outer.name, outer.body = name, [*declared, statement]
    return outer


def _cells(graph: Graph, closure: Mapping[str, Any] | tuple[types.CellType, ...] | None) -> dict[str, types.CellType]:
    if isinstance(closure, tuple):
        return dict(zip(graph.free_names, closure))
    given = closure or {}
    return {name: types.CellType(given[name]) if name in given else types.CellType() for name in graph.free_names}


def _evaluated_signature(graph: Graph, namespace: dict[str, Any], cells: Mapping[str, types.CellType]) -> Any:
    """A function with the defaults that the signature's text gives."""
    definition = ast.parse(f"def _({graph.signature}): pass").body[0]
    for node in ast.walk(definition):
        if isinstance(node, ast.arg):
            node.annotation = None
        if graph.body.input.span != NOWHERE and isinstance(node, (ast.expr, ast.arg, ast.stmt)):
            node.lineno = node.end_lineno = graph.first_line
    module = ast.Module(body=[definition], type_ignores=[])
    made: dict[str, Any] = {name: value for name, cell in cells.items() for value in _contents(cell)}
    exec(compile_again(module, graph.filename), namespace, made)
    return made["_"]


def _contents(cell: types.CellType) -> list[Any]:
    """What is in a cell: one thing, or nothing."""
    try:
        return [cell.cell_contents]
    except ValueError:
        return []
