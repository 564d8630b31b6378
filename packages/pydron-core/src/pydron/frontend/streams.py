"""Generator expressions that a known callee goes through at once: ``sum(f(x) for x in xs)``.

Such a call keeps its text, and gets a *stream* besides: the generator expression as loops, which hand their elements
to a temporary, so that the machine can compute elements ahead of the callee. Which generator expressions are streams is
decided before anything is lowered, because the variables of all others count as captured by nested code. A stream

* is the only argument, or the first one, of a builtin that goes through all of it, or of a method ``join``, and no
  other argument holds a call; or it is lent to an iterator of the library (:mod:`.lent`);
* binds no variable of the function, reads none that nested code binds, and holds nothing that would be taken whole.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable

from pydron.frontend import calls
from pydron.frontend.comprehensions import captured_names, generate_into, is_decomposable, renamed_apart
from pydron.frontend.draft import Leaf, Stream
from pydron.frontend.lent import NAMES, find_loans
from pydron.frontend.lowering import BindingRules, EffectRules, ExpressionRules, Lowering, Positioned, read
from pydron.frontend.native import native_expression
from pydron.frontend.scopes import (
    comprehension_targets,
    inner_parts,
    is_lent,
    is_stream,
    mark_as_stream,
    unmark_stream,
    usage_of,
)
from pydron.ir.fragment import Fragment
from pydron.ir.nodes import Call
from pydron.location import Span

CONSUMERS = frozenset(
    {"all", "any", "dict", "frozenset", "list", "max", "min", "set", "sorted", "sum", "tuple"}
)  # fmt: skip
"""Names of the builtins that go through an iterable before they return."""

SHADOWED = CONSUMERS | NAMES
"""Builtin names of which it matters that a module binds them."""

_WHOLE = (ast.Await, ast.GeneratorExp, ast.Lambda, ast.NamedExpr, ast.Yield, ast.YieldFrom)


def find_streams(nodes: Iterable[ast.AST], local: Iterable[str], shadowed: Iterable[str]) -> None:
    """Mark the generator expressions among the nodes of a function that become streams.

    Args:
        local: The function's variables.
        shadowed: Further names that mean something else than the builtin.
    """
    own = frozenset(local)
    nodes = list(nodes)
    consumers = CONSUMERS.difference(own, shadowed)
    found = [call.args[0] for call in nodes if isinstance(call, ast.Call) and _is_consumed(call, consumers)]
    streams = [node for node in found if isinstance(node, ast.GeneratorExp)]
    for stream in streams:
        mark_as_stream(stream)
    inside: dict[int, list[ast.GeneratorExp]] = {}
    for loan in find_loans(nodes, own, shadowed):
        if loan.generator not in streams:
            mark_as_stream(loan.generator, lent=True)
            streams.append(loan.generator)
            inside[id(loan.generator)] = loan.inside
    rebound = _bound_by_nested_code(nodes)
    while True:
        # What a stream captures no longer, may make another one fit, or not: go on until nothing changes.
        cells = captured_names(nodes) & own & rebound
        wrong = [
            stream
            for stream in streams
            if not _fits(stream, cells) or not all(outer in streams for outer in inside.get(id(stream), ()))
        ]
        if not wrong:
            return
        for stream in wrong:
            unmark_stream(stream)
            streams.remove(stream)


def _is_consumed(call: ast.Call, consumers: frozenset[str]) -> bool:
    if not call.args or not isinstance(call.args[0], ast.GeneratorExp):
        return False
    match call.func:
        case ast.Name(id=name):
            known = name in consumers
        case ast.Attribute(value=ast.Constant(), attr="join"):
            known = True
        case ast.Attribute(value=ast.Name(), attr="join"):
            known = True
        case _:
            known = False
    others = [*call.args[1:], *(keyword.value for keyword in call.keywords)]
    named = not call.keywords or isinstance(call.func, ast.Name) and call.func.id == "sorted"
    named = named and all(keyword.arg is not None for keyword in call.keywords)
    return known and named and all(isinstance(other, (ast.Name, ast.Constant)) for other in others)


def _bound_by_nested_code(nodes: list[ast.AST]) -> set[str]:
    """The variables that a nested function may bind while a generator is gone through."""
    nested = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    parts = (part for node in nodes if isinstance(node, nested) for part in ast.walk(node))
    return {name for part in parts if isinstance(part, ast.Nonlocal) for name in part.names}


def _fits(stream: ast.GeneratorExp, cells: set[str]) -> bool:
    inside = usage_of(inner_parts(stream))
    own = comprehension_targets(stream)
    captured = cells.difference(own).intersection(inside.reads)
    if captured or usage_of([stream]).binds or not is_decomposable(stream):
        return False
    for part in ast.walk(stream):
        if isinstance(part, _WHOLE) and part is not stream and not is_stream(part):
            return False
        if isinstance(part, (ast.ListComp, ast.SetComp, ast.DictComp)) and not is_decomposable(part):
            return False
    return True


def stream_of(node: ast.Call) -> ast.GeneratorExp | None:
    """The stream that a call goes through."""
    first = node.args[0] if node.args else None
    return first if isinstance(first, ast.GeneratorExp) and is_stream(first) and not is_lent(first) else None


def lent(lowering: Lowering, node: ast.GeneratorExp) -> ast.expr:
    """Emit a generator expression; gives the temporary that holds the generator.

    One that is lent becomes ``iter(generator)``, as a stream. Any other runs when something asks it, so it stays whole.
    """
    if not is_lent(node):
        return native_expression(lowering, node, "PD209", "generator expression")
    name = ast.copy_location(ast.Name("iter", ast.Load()), node)
    made = ast.copy_location(ast.Call(name, [node], []), node)
    shown = _lower_parts(lowering, made, node)
    target = lowering.temporary(node)
    _emit(lowering, made, ast.copy_location(ast.Assign([target], made), node), shown, node)
    return read(target)


def call(lowering: Lowering, node: ast.Call) -> ast.expr:
    """Emit a call, with its stream if it goes through one; gives the temporary that holds its result."""
    stream = stream_of(node)
    if stream is None:
        return calls.call(lowering, node)
    shown = _lower_parts(lowering, node, stream)
    target = lowering.temporary(node)
    _emit(lowering, node, ast.copy_location(ast.Assign([target], node), node), shown, stream)
    return read(target)


def bind_call(lowering: Lowering, target: ast.Name, node: ast.Call, at: Positioned) -> None:
    """Emit ``target = call``."""
    stream = stream_of(node)
    if stream is None:
        calls.bind_call(lowering, target, node, at)
        return
    shown = _lower_parts(lowering, node, stream)
    _emit(lowering, node, ast.copy_location(ast.Assign([target], node), at), shown, stream)


def call_effect(lowering: Lowering, node: ast.Call) -> None:
    """Emit a call of which the result is not used."""
    stream = stream_of(node)
    if stream is None:
        calls.call_effect(lowering, node)
        return
    shown = _lower_parts(lowering, node, stream)
    _emit(lowering, node, ast.copy_location(ast.Expr(node), node), shown, stream)


def _lower_parts(lowering: Lowering, node: ast.Call, stream: ast.GeneratorExp) -> str:
    """Callee and source are evaluated where the call stands, in order; gives the callee as the user wrote it."""
    shown = calls.shown_callee(node.func)
    first = stream.generators[0]
    node.func = calls.read_callee(lowering, node.func, lowering.has_operations(first.iter))
    left = lowering.expression(first.iter)
    if not isinstance(left, ast.Name) or not lowering.is_stable(left):
        node.func = lowering.settle(node.func)
        left = lowering.spill(left)
    first.iter = left
    return shown


def _emit(lowering: Lowering, node: ast.Call, statement: ast.stmt, shown: str, stream: ast.GeneratorExp) -> None:
    loops = copy.deepcopy(stream)
    reads, binds = lowering.uses(statement)
    leaf = Leaf(Call, Span.of(node), reads, binds, {"fragment": Fragment.of([statement]), "callee": shown})
    lowering.operations.update(_copied(stream, loops, lowering.operations))
    lowering.kept += ast.walk(loops)
    renamed_apart(lowering, loops)
    with lowering.nested(lowering.bound) as block:
        target = lowering.temporary(stream)
        lowering.assign([target], ast.copy_location(ast.List([], ast.Load()), stream), stream)
        generate_into(lowering, loops, target)
    lowering.emit(Stream(leaf, block, target.id))
    if lowering.bound is not None:
        lowering.bound.update(binds)


def _copied(original: ast.AST, copied: ast.AST, operations: set[int]) -> set[int]:
    """Ids of the parts of a copy whose originals have something to emit."""
    pairs = zip(ast.walk(original), ast.walk(copied))
    return {id(new) for old, new in pairs if id(old) in operations}


EXPRESSIONS: ExpressionRules = {ast.Call: call, ast.GeneratorExp: lent}
BINDERS: BindingRules = {ast.Call: bind_call}
EFFECTS: EffectRules = {ast.Call: call_effect}
