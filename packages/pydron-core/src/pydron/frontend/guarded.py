"""Lowers ``try`` and ``with``.

A ``with`` statement with several managers is lowered as several within one another, and one with ``except`` and
``finally`` as a ``try`` with the one in a ``try`` with the other, which is what Python means by them.
Kept whole are ``except*``, a call among the types of an ``except`` clause (it would run, or not, in the midst of a
failure), and names that are global or belong to an enclosing function.
"""

from __future__ import annotations

import ast

from pydron.frontend.assignments import assign_to, foreign_names, is_simple
from pydron.frontend.draft import Attempt, Block, Catch, Within
from pydron.frontend.lowering import Lowering, StatementRules, meet, read
from pydron.frontend.native import native_statement
from pydron.frontend.scopes import usage_of
from pydron.ir.fragment import Fragment
from pydron.location import Span

Bound = set[str] | None


def lower_try(lowering: Lowering, node: ast.Try) -> None:
    """Emit a ``try`` statement."""
    named = [ast.Name(handler.name, ast.Store()) for handler in node.handlers if handler.name]
    foreign = foreign_names(lowering, list(named))
    if foreign:
        native_statement(lowering, node, "PD207", ", ".join(foreign))
        return
    if any(lowering.has_operations(handler.type) for handler in node.handlers):
        native_statement(lowering, node, "PD201", "try")
        return
    if node.handlers and node.finalbody:
        inner = ast.copy_location(ast.Try(node.body, node.handlers, node.orelse, []), node)
        node = ast.copy_location(ast.Try([inner], [], [], node.finalbody), node)
    before = _kept(lowering, [node])
    body, after_body = _block(lowering, node.body, lowering.bound)
    catches: list[Catch] = []
    ends: list[Bound] = []
    begin = _kept(lowering, node.body)
    for handler in node.handlers:
        catch, after = _catch(lowering, handler, begin)
        catches.append(catch)
        ends.append(after)
    orelse, after_orelse = _block(lowering, node.orelse, after_body)
    final, after_final = _block(lowering, node.finalbody, before)
    lowering.emit(Attempt(Span.of(node), body, catches, orelse, final))
    joined = after_orelse
    for after in ends:
        joined = meet(joined, after)
    if joined is None or after_final is None:
        lowering.bound = None
    else:
        # What ``finally`` unbinds is gone, what it binds is there.
        lowering.bound = (joined - set(usage_of(node.finalbody).deletes)) | (after_final - (before or set()))


def _catch(lowering: Lowering, handler: ast.ExceptHandler, begin: Bound) -> tuple[Catch, Bound]:
    fragment, reads = (None, ()) if handler.type is None else lowering.test(handler.type)
    name = {handler.name} if handler.name else set()
    block, after = _block(lowering, handler.body, None if begin is None else begin | name)
    span = Span(handler.lineno, handler.col_offset, handler.end_lineno or 0, handler.end_col_offset or 0)
    return Catch(span, fragment, reads, handler.name or "", block), None if after is None else after - name


def _block(lowering: Lowering, statements: list[ast.stmt], bound: Bound) -> tuple[Block, Bound]:
    """The block of some statements, and what is bound after it. Where no control gets, nothing is emitted."""
    with lowering.nested(bound) as block:
        lowering.statements(statements)
        return block, lowering.bound


def _kept(lowering: Lowering, nodes: list[ast.stmt]) -> Bound:
    """What is bound now and is not unbound by any of these statements."""
    return None if lowering.bound is None else lowering.bound.difference(usage_of(nodes).deletes)


def lower_with(lowering: Lowering, node: ast.With) -> None:
    """Emit a ``with`` statement."""
    targets = [item.optional_vars for item in node.items if item.optional_vars is not None]
    foreign = foreign_names(lowering, targets)
    if foreign:
        native_statement(lowering, node, "PD207", ", ".join(foreign))
        return
    _enter(lowering, node, 0)


def _enter(lowering: Lowering, node: ast.With, number: int) -> None:
    """The managers of a statement from one on, and its body."""
    if number == len(node.items):
        lowering.statements(node.body)
        return
    item = node.items[number]
    fragment, reads = lowering.test(lowering.expression(item.context_expr))
    target = item.optional_vars
    place = target if target is None or is_simple(target) else lowering.temporary(target)
    statement: ast.stmt | None = None
    binds: tuple[str, ...] = ()
    if place is not None:
        placeholder = ast.copy_location(ast.Name("_", ast.Load()), place)
        statement = ast.copy_location(ast.Assign([place], placeholder), place)
        binds = lowering.names.known_only(usage_of([place]).binds)
    before = None if lowering.bound is None else lowering.bound.difference(usage_of([node]).deletes)
    with lowering.nested(None if lowering.bound is None else lowering.bound | set(binds)) as block:
        if target is not None and place is not target:
            assert isinstance(place, ast.Name)
            assign_to(lowering, target, read(place), target)
        _enter(lowering, node, number + 1)
    bound_to = None if statement is None else Fragment.of([statement])
    lowering.emit(Within(Span.of(node), fragment, reads, bound_to, binds, block))
    # A manager may swallow a failure: what the body binds may not be there.
    lowering.bound = before


STATEMENTS: StatementRules = {ast.Try: lower_try, ast.With: lower_with}
