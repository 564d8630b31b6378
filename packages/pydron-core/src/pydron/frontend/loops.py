"""Lowers ``for`` and ``while``."""

from __future__ import annotations

import ast
from collections.abc import Callable

from pydron.frontend.assignments import assign_to, foreign_names, is_simple
from pydron.frontend.continues import without_continue
from pydron.frontend.draft import Block, ComprehensionKind, Loop
from pydron.frontend.lowering import Lowering, Positioned, StatementRules, meet, read
from pydron.frontend.native import native_statement
from pydron.frontend.scopes import usage_of
from pydron.ir.fragment import Fragment
from pydron.location import Span


def lower_for(lowering: Lowering, node: ast.For) -> None:
    """Emit a ``for`` statement."""
    foreign = foreign_names(lowering, [node.target])
    if foreign:
        native_statement(lowering, node, "PD207", ", ".join(foreign))
        return
    iterable = lowering.expression(node.iter)
    body = without_continue(node.body)
    repeat(lowering, node.target, iterable, node, lambda: lowering.statements(body), node.orelse)


def repeat(
    lowering: Lowering,
    target: ast.expr,
    iterable: ast.expr,
    at: Positioned,
    body: Callable[[], None],
    orelse: list[ast.stmt] | None = None,
    kind: ComprehensionKind = "",
) -> None:
    """Emit a loop over a call-free iterable. ``body`` emits what is done for each element.

    A target other than names, as in ``for a.b in xs``, is assigned to at the beginning of the body.
    """
    fragment, reads = lowering.test(iterable)
    place = target if is_simple(target) else lowering.temporary(target)
    placeholder = ast.copy_location(ast.Name("_", ast.Load()), target)
    statement = ast.copy_location(ast.Assign([place], placeholder), target)
    binds = lowering.names.known_only(usage_of([place]).binds)
    begin = _at_entry(lowering, at)
    with lowering.nested(None if begin is None else begin | set(binds)) as block:
        if place is not target:
            assert isinstance(place, ast.Name)
            assign_to(lowering, target, read(place), target)
        body()
    lowering.bound = begin
    otherwise = _otherwise(lowering, orelse or [])
    span = Span.of(at)
    lowering.emit(
        Loop(span, fragment, reads, block, otherwise, target=Fragment.of([statement]), target_binds=binds,
             comprehension=kind)
    )  # fmt: skip


def lower_while(lowering: Lowering, node: ast.While) -> None:
    """Emit a ``while`` statement. What its test needs is computed by the header, before each test."""
    begin = _at_entry(lowering, node)
    with lowering.nested(begin) as header:
        test = lowering.condition(node.test)
        fragment, reads = lowering.test(test)
        tested = lowering.bound
    with lowering.nested(tested) as block:
        lowering.statements(without_continue(node.body))
    lowering.bound = tested
    otherwise = _otherwise(lowering, node.orelse)
    lowering.emit(Loop(Span.of(node), fragment, reads, block, otherwise, header=header))
    endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
    if endless and not _leaves(node.body):
        lowering.bound = None


def _at_entry(lowering: Lowering, node: ast.AST) -> set[str] | None:
    """What is certainly bound whenever an iteration begins."""
    if lowering.bound is None:
        return None
    return lowering.bound.difference(usage_of([node]).deletes)


def _otherwise(lowering: Lowering, statements: list[ast.stmt]) -> Block:
    """The block of ``else``. After it, or after a ``break``, what was bound on entry is bound."""
    before = lowering.bound
    with lowering.nested(before) as block:
        lowering.statements(statements)
        after = lowering.bound
    lowering.bound = meet(before, after)
    return block


def _leaves(statements: list[ast.stmt]) -> bool:
    """Whether a ``break`` among these statements may be that of the loop around them."""
    return any(isinstance(part, ast.Break) for statement in statements for part in ast.walk(statement))


def lower_break(lowering: Lowering, node: ast.Break) -> None:
    """End the block by ``break``."""
    lowering.leave("break", node)


def lower_continue(lowering: Lowering, node: ast.Continue) -> None:
    """End the block by ``continue``."""
    lowering.leave("continue", node)


STATEMENTS: StatementRules = {
    ast.For: lower_for,
    ast.While: lower_while,
    ast.Break: lower_break,
    ast.Continue: lower_continue,
}
