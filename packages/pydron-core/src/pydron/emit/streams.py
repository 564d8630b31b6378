"""Emits calls that go through a generator expression at once: ``sum(f(x) for x in xs)``.

The elements are computed by a function of their own, in one of two forms, whichever the callee allows::

    def __pydron_elements1(frame, tiers, captures):     # list, tuple, sorted, join: all of them first
        (the loops of a list comprehension)
        return elements
    def __pydron_elements1(frame, tiers, captures):     # all others: look at each before the next is computed
        (the same loops, with ``yield element``)

A third function makes the generator expression as it was written, for when the name turns out to mean something else.

A generator expression that is lent to an iterator of the library, ``enumerate(f(x) for x in xs)``, stands in the graph
as the call ``iter(generator)``. There the third function makes the generator that the program gets, and gives what puts
the values of its variables into it::

    def __pydron_generator1(source, captures):
        def values(*given): nonlocal captures; captures = given
        return (generator expression over source), values, number of its loops
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydron.emit.assignment import Names
from pydron.emit.builder import FRAME, PREFIX, Unsupported, function_def, name_of, place, target_of
from pydron.emit.uses import spans_of_use
from pydron.ir.generators import makes_generator
from pydron.ir.names import own_binds
from pydron.ir.nodes import Call, For, Host, Region
from pydron.location import Span

if TYPE_CHECKING:
    from pydron.emit.regions import Regions

ELEMENTS = f"{PREFIX}elements"
"""Beginning of the names of functions that compute elements: tracebacks show them as generator expressions."""


@dataclass(frozen=True, slots=True)
class Extent:
    """The sites of a stream: from ``begin``, up to ``end`` left out; the call itself stands at ``span``."""

    begin: int
    end: int
    span: Span


_FIRST = frozenset({"list", "tuple", "sorted", "join"})
"""What goes through all of an iterable before it looks at an element."""


def emit_stream(regions: Regions, node: Call, assigned: Names) -> list[ast.stmt]:
    """The statements of a call with a stream."""
    assert node.stream is not None
    statement = node.fragment.statements()[0]
    call = statement.value if isinstance(statement, (ast.Assign, ast.Expr)) else None
    if not isinstance(call, ast.Call) or not isinstance(call.args[0], ast.GeneratorExp):
        raise Unsupported("a stream of an unknown form")
    written = call.args[0]
    source = written.generators[0].iter
    if not isinstance(source, ast.Name):
        raise Unsupported("a stream from something that has no name")
    captures = tuple(sorted(_captures(regions, node.stream)))
    if not assigned.issuperset({*captures, source.id}):
        return regions.statements.written(node)
    begin = len(regions.sites.places)
    tiers = regions.sites.operation("tiers", source, source, ast.Constant(0))
    elements = _elements(regions, node, captures, written)
    lent = makes_generator(node)
    end = len(regions.sites.places)
    spans = spans_of_use(regions.graph, node) if lent else [Span.of(call)]
    regions.streams.extend(Extent(begin, end, span) for span in spans)
    generator = _written(regions, written, source, captures, lent)
    regions.sites.node_id = node.id
    regions.expressions.assigned = assigned
    held = ast.Tuple([name_of(name) for name in captures], ast.Load())
    callee = regions.expressions.emit(call.func)
    rest = [regions.expressions.emit(argument) for argument in call.args[1:]]
    invoked = regions.sites.operation(
        "go_through",
        call,
        callee,
        tiers,
        ast.Constant(_is_first(node)),
        name_of(elements),
        name_of(generator),
        held,
        *rest,
    )
    invoked.keywords = [
        place(ast.keyword(keyword.arg, regions.expressions.emit(keyword.value)), call) for keyword in call.keywords
    ]
    place(invoked, call)
    if isinstance(statement, ast.Assign):
        return regions.statements.bind(statement.targets[0], invoked)
    return [place(ast.Expr(invoked), statement)]


def _is_first(node: Call) -> bool:
    return node.callee.rpartition(".")[2] in _FIRST


def _captures(regions: Regions, stream: Region) -> Names:
    """The variables that the elements are computed from; the source counts only where it is used once more."""
    _, loop = stream.nodes[1:-1]
    assert isinstance(loop, For)
    targets = own_binds(loop, regions.variables)
    sink = frozenset(stream.nodes[1].binds)
    needed = regions.assignment.needs(loop.body, targets | sink)[0]
    return needed & regions.variables  # those of enclosing functions are read where they are


def _elements(regions: Regions, node: Call, captures: tuple[str, ...], at: ast.expr) -> str:
    """The function that computes the elements on the machine."""
    assert node.stream is not None
    begin, loop = node.stream.nodes[1:-1]
    if not isinstance(begin, Host) or not isinstance(loop, For):
        raise Unsupported("a stream of an unknown form")
    sink = begin.binds[0]
    tiers = regions.sites.fresh("tiers")
    first = _is_first(node)
    received = frozenset(captures)
    with regions.stream("" if first else sink), regions.aheads.stream(node):
        body = regions.statements.host(begin) if first else []
        body += regions.stream_loop(loop, tiers, at, received | {sink})
    if first:
        body.append(ast.Return(name_of(sink)))
    name = regions.sites.fresh("elements")
    regions.functions.append(place(_define(name, [FRAME, tiers, *captures], body), at))
    return name


def _written(
    regions: Regions, written: ast.GeneratorExp, source: ast.Name, captures: tuple[str, ...], lent: bool
) -> str:
    """The function that makes the generator expression as it was written."""
    parameter = regions.sites.fresh("source")
    written.generators[0].iter = place(name_of(parameter), source)
    name = regions.sites.fresh("generator")
    body: list[ast.stmt] = [ast.Return(written)]
    if lent:
        values = regions.sites.fresh("values")
        body = [*_giving(values, captures), ast.Return(_tuple(written, name_of(values), len(written.generators)))]
    regions.functions.append(place(_define(name, [parameter, *captures], body), written))
    return name


def _tuple(*parts: ast.expr | int) -> ast.Tuple:
    return ast.Tuple([ast.Constant(part) if isinstance(part, int) else part for part in parts], ast.Load())


def _giving(name: str, captures: tuple[str, ...]) -> list[ast.stmt]:
    """The function that puts values into the variables that a generator expression has captured."""
    if not captures:
        return [ast.Assign([target_of(name)], ast.Constant(None))]
    given = f"{name}_given"
    targets = ast.Tuple([target_of(captured) for captured in captures], ast.Store())
    function = _define(name, [], [ast.Nonlocal(list(captures)), ast.Assign([targets], name_of(given))])
    function.args.vararg = ast.arg(given)
    return [function]


def _define(name: str, parameters: list[str], body: list[ast.stmt]) -> ast.FunctionDef:
    arguments = ast.arguments(
        posonlyargs=[],
        args=[ast.arg(parameter) for parameter in parameters],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=[],
    )
    return function_def(name, arguments, body)


def handed_over(statement: ast.stmt, emit: Callable[[ast.expr], ast.expr] | None = None) -> list[ast.stmt]:
    """``sink.append(element)`` as ``yield element``; the element as ``emit`` gives it, if it is given."""
    match statement:
        case ast.Expr(value=ast.Call(args=[element])):
            value = element if emit is None else emit(element)
            return [place(ast.Expr(place(ast.Yield(value), statement)), statement)]
        case _:
            raise Unsupported("an element of an unknown form")
