"""Lowers ``match``: the subject is evaluated into a temporary, then the cases are tried in order.

What a guard needs is computed by a block of its own, which runs when the pattern has matched.
"""

from __future__ import annotations

import ast

from pydron.frontend.draft import Arm, Selection
from pydron.frontend.lowering import Lowering, StatementRules, meet, read
from pydron.frontend.native import native_statement
from pydron.frontend.scopes import usage_of
from pydron.ir.fragment import Fragment
from pydron.location import Span


def lower_match(lowering: Lowering, node: ast.Match) -> None:
    """Emit a ``match`` statement."""
    captured = usage_of([case.pattern for case in node.cases]).binds
    foreign = [name for name in captured if name not in lowering.names.local]
    if foreign:
        native_statement(lowering, node, "PD207", ", ".join(foreign))
        return
    subject = lowering.expression(node.subject)
    if not isinstance(subject, ast.Name) or not lowering.is_temporary(subject):
        target = lowering.temporary(node.subject)
        lowering.assign([target], subject, node.subject)
        subject = read(target)
    fragment, reads = lowering.test(subject)
    before = lowering.bound
    arms: list[Arm] = []
    after: set[str] | None = None
    for case in node.cases:
        lowering.bound = before
        arms.append(_arm(lowering, case, node))
        after = meet(after, lowering.bound)
    lowering.bound = after if _takes_everything(node.cases[-1]) else meet(after, before)
    lowering.emit(Selection(Span.of(node), fragment, reads, arms))


def _arm(lowering: Lowering, case: ast.match_case, node: ast.Match) -> Arm:
    reads, binds = lowering.uses(case.pattern)
    test: Fragment | None = None
    test_reads: tuple[str, ...] = ()
    with lowering.nested(None if lowering.bound is None else lowering.bound | set(binds)) as guard:
        if case.guard is not None:
            test, test_reads = lowering.test(lowering.condition(case.guard))
        tested = lowering.bound
    with lowering.nested(tested) as body:
        lowering.statements(case.body)
        after = lowering.bound
    lowering.bound = after
    return Arm(_pattern(case.pattern), reads, binds, guard, test, test_reads, body)


def _pattern(pattern: ast.pattern) -> Fragment:
    nothing = ast.copy_location(ast.Pass(), pattern)
    subject = ast.copy_location(ast.Name("_", ast.Load()), pattern)
    alone = ast.match_case(pattern, None, [nothing])
    return Fragment.of([ast.copy_location(ast.Match(subject, [alone]), pattern)])


def _takes_everything(case: ast.match_case) -> bool:
    return case.guard is None and isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None


STATEMENTS: StatementRules = {ast.Match: lower_match}
