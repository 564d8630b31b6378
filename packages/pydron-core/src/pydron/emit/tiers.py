"""Emits outermost loops in several forms: on the machine, as written, and with answers that were made ahead."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from pydron.emit.assignment import Names
from pydron.emit.builder import assign, name_of, place, target_of
from pydron.emit.fusing import fused
from pydron.emit.plain import Plain, stepped_at, target_of_loop
from pydron.emit.ranges import WithAnswers, answerable
from pydron.emit.statements import Statements
from pydron.ir.names import all_binds, all_reads
from pydron.ir.nodes import For, Region, While


def in_tiers(
    statements: Statements,
    node: For,
    tiers: str,
    iterable: ast.expr | None,
    assigned: Names,
    machine: ast.For,
    orelse: list[ast.stmt],
    notes: list[ast.stmt],
    sink: str = "",
) -> list[ast.stmt]:
    """An outermost loop in several forms, which take turns over one iterator::

    tiers = op_tiers(frame, site, iterable, node)
    while tiers.more():
        if tiers.plain:
            (variables that the loop reads get their values)
            if tiers.answered: (the loop with answers; absent where it has no calls)
            for target in tiers.chunk: (body as written)
            else: continue
            break
        else:
            for target in tiers.chunk: (body on the machine)
            else: continue
            break
    else:
        (the loop's own else branch)

    Args:
        tiers: The variable that holds the loop's tiers.
        iterable: What the loop goes through, emitted; None for the loop of a stream, whose tiers are there.
        assigned: Variables that are bound for certain where the loop begins.
        machine: The loop on the machine.
        orelse: The emitted else branch.
        notes: What tells attempts around the loop which values its variables have.
        sink: The temporary to which elements are handed over by ``yield``.
    """
    sites, variables = statements.sites, statements.variables
    at = node.iterable.expression()
    go_on: list[ast.stmt] = [ast.Continue()]
    chunk = ast.Attribute(name_of(tiers), "chunk", ast.Load())
    machine.iter, machine.orelse, machine.body = chunk, go_on, machine.body or [ast.Pass()]
    plain_body = fused(Plain(sites, statements.releases, sink).region(node.body), statements.temporaries - {sink})
    written: ast.stmt = ast.For(target_of_loop(node), chunk, plain_body or [ast.Pass()], go_on, None)
    reads = all_reads(node.body, variables)
    statements.expressions.assigned = assigned
    settle = statements.settle(at, set(reads) - {sink})
    calls = {} if iterable is None else answerable(node.body, variables)
    if calls:
        fixed = sorted((reads - all_binds(Region((node,)), variables) - statements.cells) & assigned)
        given = ast.Dict([ast.Constant(name) for name in fixed], [name_of(name) for name in fixed])
        settle.append(ast.Assign([ast.Attribute(name_of(tiers), "given", ast.Store())], given))
        answered = ast.Attribute(name_of(tiers), "answered", ast.Load())
        written = ast.If(answered, _with_answers(statements, node, tiers, chunk, calls), [written])
    loop = _taking_turns(tiers, settle, _noted(written, notes), machine, orelse)
    if iterable is None:
        return [place(loop, stepped_at(node))]
    number = ast.Constant(node.id if calls else 0)
    begin = assign(tiers, statements.expressions.operation("tiers", at, iterable, number), at)
    return [begin, place(loop, stepped_at(node))]


def left_behind(tiers: str, loop: list[ast.stmt], ended: list[ast.stmt], begun: list[ast.stmt]) -> list[ast.stmt]:
    """A loop that drops its iterator however it is left.

    Args:
        loop: What begins its tiers, and the rest.
        ended: What else is done when it is left.
        begun: What is done when its tiers have begun.
    """
    begin, *rest = loop
    leave = ast.Expr(ast.Call(ast.Attribute(name_of(tiers), "leave", ast.Load()), [], []))
    return [begin, *begun, place(ast.Try(rest, [], [], [*ended, place(leave, begin)]), begin)]


def _taking_turns(
    tiers: str, settle: list[ast.stmt], written: ast.stmt, machine: ast.stmt, orelse: list[ast.stmt]
) -> ast.While:
    """The loop around the forms."""
    switch = ast.If(ast.Attribute(name_of(tiers), "switched", ast.Load()), settle or [ast.Pass()], [])
    choice = ast.If(ast.Attribute(name_of(tiers), "plain", ast.Load()), [switch, written], [machine])
    more = ast.Call(ast.Attribute(name_of(tiers), "more", ast.Load()), [], [])
    return ast.While(more, [choice, ast.Break()], orelse)


def _noted(written: ast.stmt, notes: list[ast.stmt]) -> ast.stmt:
    return ast.Try([written], [], [], notes) if notes else written


def _with_answers(
    statements: Statements, node: For, tiers: str, chunk: ast.expr, calls: Mapping[int, tuple[str, ...]]
) -> list[ast.stmt]:
    """The loop with answers; the chunk goes through the answers of each iteration, followed by its element."""
    sites, releases = statements.sites, statements.releases
    answers = {call: sites.fresh("answer") for call in calls}
    callees = {call: sites.fresh("callee") for call in calls}
    asked: list[ast.stmt] = [
        ast.Assign(
            [target_of(name)],
            ast.Call(ast.Attribute(name_of(tiers), "asked", ast.Load()), [ast.Constant(call)], []),
        )
        for call, name in callees.items()
    ]
    body = fused(WithAnswers(sites, releases, answers, callees).region(node.body), statements.temporaries)
    target = ast.Tuple([*map(target_of, answers.values()), target_of_loop(node)], ast.Store())
    return [*asked, ast.For(target, chunk, body or [ast.Pass()], [ast.Continue()], None)]


def while_in_tiers(
    statements: Statements,
    node: While,
    assigned: Names,
    machine: list[ast.stmt],
    leave: list[ast.stmt],
    notes: list[ast.stmt],
) -> list[ast.stmt]:
    """An outermost ``while`` loop in its forms, which take turns::

        tiers = op_turns(frame, site)
        while tiers.more():
            if tiers.plain:
                (variables that the loop reads get their values)
                for turn in tiers.chunk: (test as written, which may leave the loop; body as written)
                else: continue
                break
            else:
                for turn in tiers.chunk: (one turn on the machine)
                else: continue
                break

    Args:
        assigned: Variables that are bound for certain where the loop begins.
        machine: The statements of one turn on the machine.
        leave: What leaves the loop when the test is false.
        notes: What tells attempts around the loop which values its variables have.
    """
    sites, variables = statements.sites, statements.variables
    test = node.test.expression()
    tiers, turn = sites.fresh("tiers"), sites.fresh("turn")
    plain, released = Plain(sites, statements.releases), statements.releases.beginning(node, test)
    check = place(ast.If(ast.UnaryOp(ast.Not(), test), [*released, *leave], []), test)
    written = fused([*plain.region(node.header), check, *released, *plain.region(node.body)], statements.temporaries)
    statements.expressions.assigned = assigned
    settle = statements.settle(test, set(all_reads(Region((node,)), variables)))
    chunk = ast.Attribute(name_of(tiers), "chunk", ast.Load())

    def turns_of(body: list[ast.stmt]) -> ast.For:
        return ast.For(target_of(turn), chunk, body, [ast.Continue()], None)

    begin = assign(tiers, statements.expressions.operation("turns", test), test)
    loop = _taking_turns(tiers, settle, _noted(turns_of(written), notes), turns_of(machine), [])
    return [begin, place(loop, test)]
