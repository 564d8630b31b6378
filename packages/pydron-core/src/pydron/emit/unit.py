"""Assembles the emitted code of one function: a unit that makes the function when given the machine's operations.

    def __pydron_unit(<variables of enclosing functions>, <operations>, <operators>):
        def __pydron_helper1(...): ...       # expressions that are put off as a whole
        def __pydron_region2(...): ...       # regions that may be deferred
        def __pydron_function(__pydron_frame, <the user's parameters>): ...
        return __pydron_function

The operations arrive as free variables, so that the emitted code finds them quickly and the user's globals stay as they
are.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from types import CodeType

from pydron.emit.builder import (
    FRAME,
    PREFIX,
    Sites,
    assign,
    function_def,
    name_of,
    place,
    place_all,
    target_of,
)
from pydron.emit.facts import Facts, facts_of, named_callees
from pydron.emit.lookups import Callee
from pydron.emit.regions import Deferrable, Regions
from pydron.emit.signature import arguments_of
from pydron.emit.streams import Extent
from pydron.ir.declarations import declarations
from pydron.ir.names import all_reads
from pydron.ir.nodes import Graph, Native
from pydron.ir.recompiling import compile_again
from pydron.location import Span

UNIT = f"{PREFIX}unit"

FUNCTION = f"{PREFIX}function"
"""What the function itself is called inside the unit. Its own name there would hide the global of that name from it."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Emitted code, compiled, with what the machine has to know about it.

    Attributes:
        code: Code of a module that defines ``__pydron_unit``.
        free_names: Its first parameters: variables of enclosing functions.
        operations: Names of machine operations; the parameter is ``__pydron_op_<name>``.
        operators: Names in the module ``operator``; the parameter is ``__pydron_<name>``.
        places: (node id, span) per site.
        deferrable: Control nodes emitted as functions of their own.
        facts: Facts about the whole function, as something that may be deferred.
        parameters: The function's parameters, in order.
        callees: What the function calls by name, nested functions of its own left out.
        streams: Which sites stand in generator expressions, inner ones first.
    """

    code: CodeType
    free_names: tuple[str, ...]
    operations: tuple[str, ...]
    operators: tuple[str, ...]
    places: tuple[tuple[int, Span], ...]
    deferrable: tuple[Deferrable, ...]
    facts: Facts
    parameters: tuple[str, ...]
    callees: tuple[Callee, ...]
    streams: tuple[Extent, ...] = ()


def is_whole(graph: Graph) -> bool:
    """Whether the graph's function was not taken apart at all."""
    inner = graph.body.nodes[1:-1]
    return (
        graph.kind not in ("function", "lambda")
        or (
            len(inner) == 1
            and isinstance(inner[0], Native)
            and inner[0].fragment.text.lstrip().startswith(("def ", "@"))
        )
        or (len(inner) == 1 and isinstance(inner[0], Native) and not inner[0].fragment.text)
    )


def emit_unit(graph: Graph) -> Unit:
    """Emit and compile a graph's function.

    Raises:
        Unsupported: The graph holds something that cannot be emitted.
    """
    sites = Sites()
    sites.places.append((0, Span(graph.first_line, 0, graph.first_line, 0)))
    regions = Regions(graph, sites)
    arguments = arguments_of(graph)
    parameters = _parameter_names(arguments)
    at = _located(graph)
    body = regions.region(graph.body, frozenset(parameters) - regions.assignment.unstable)
    body += _declare_locals(graph, parameters, at)
    body = [*_declare_foreign(graph, at), *_receive(graph, arguments, parameters, sites, at), *body]
    arguments.posonlyargs.insert(0, ast.arg(FRAME))
    function = function_def(FUNCTION, arguments, body or [ast.Pass()])
    inner = [*regions.expressions.helpers, *regions.functions, function]
    operations, operators = tuple(sorted(sites.operations)), tuple(sorted(sites.operators))
    names = [
        *graph.free_names,
        *(f"{PREFIX}op_{name}" for name in operations),
        *(f"{PREFIX}{name}" for name in operators),
    ]
    unit_arguments = ast.arguments(
        posonlyargs=[], args=[ast.arg(name) for name in names], kwonlyargs=[], kw_defaults=[], defaults=[]
    )
    made: list[ast.stmt] = [*inner, ast.Return(name_of(FUNCTION))]
    unit = function_def(UNIT, unit_arguments, made)
    module = ast.Module([place(unit, at)], [])
    code = _compiled(module, unit, at, graph.filename)
    return Unit(
        code=code,
        free_names=graph.free_names,
        operations=operations,
        operators=operators,
        places=tuple(sites.places),
        deferrable=tuple(regions.deferrable),
        facts=facts_of(graph.body, graph, frozenset(parameters), function=True),
        parameters=tuple(parameters),
        callees=named_callees(graph),
        streams=tuple(regions.streams),
    )


def _compiled(module: ast.Module, unit: ast.FunctionDef, at: ast.stmt, filename: str) -> CodeType:
    try:
        code: CodeType = compile_again(module, filename)
    except TypeError:  # something was put into a part that had been placed, and has no position
        place_all(unit, at)
        code = compile_again(module, filename)
    return code


def _located(graph: Graph) -> ast.stmt:
    line = max(1, graph.first_line)
    return ast.Pass(lineno=line, col_offset=0, end_lineno=line, end_col_offset=0)


def _parameter_names(arguments: ast.arguments) -> list[str]:
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    if arguments.vararg is not None:
        names.append(arguments.vararg.arg)
    names += [argument.arg for argument in arguments.kwonlyargs]
    if arguments.kwarg is not None:
        names.append(arguments.kwarg.arg)
    return names


def _receive(
    graph: Graph, arguments: ast.arguments, parameters: list[str], sites: Sites, at: ast.stmt
) -> list[ast.stmt]:
    """Arguments may be pending. Neither Python's own tuple and dict of the rest nor nested code may show that."""
    received: list[ast.stmt] = []
    sites.node_id = 0
    if arguments.vararg is not None:
        rest = place(ast.Starred(name_of(arguments.vararg.arg), ast.Load()), at)
        received.append(assign(arguments.vararg.arg, sites.operation("tupled", at, rest), at))
    if arguments.kwarg is not None:
        mapped = sites.operation("mapped", at, name_of(arguments.kwarg.arg), site=False)
        received.append(place(ast.Expr(mapped), at))
    for name in parameters:
        if name in graph.cell_names:
            received.append(assign(name, sites.operation("value_of", at, name_of(name)), at))
    return received


def _declare_foreign(graph: Graph, at: ast.stmt) -> list[ast.stmt]:
    """Variables of enclosing functions, and globals, that the function binds."""
    shared, enclosing = declarations(graph)
    declared: list[ast.stmt] = []
    if shared:
        declared.append(place(ast.Global(list(shared)), at))
    if enclosing:
        declared.append(place(ast.Nonlocal(list(enclosing)), at))
    return declared


def _declare_locals(graph: Graph, parameters: list[str], at: ast.stmt) -> list[ast.stmt]:
    """A variable of the user's function stays local although the emitted code may bind it nowhere."""
    unbound = sorted((set(graph.local_names) & all_reads(graph.body, frozenset(graph.local_names))) - set(parameters))
    if not unbound:
        return []
    bindings: list[ast.stmt] = [ast.Assign([target_of(name)], ast.Constant(None)) for name in unbound]
    return [place(ast.If(ast.Constant(False), bindings, []), at)]
