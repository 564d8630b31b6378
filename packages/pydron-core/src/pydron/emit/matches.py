"""Emits ``match``: the machine gives the subject its value, then Python's own matching finds the case.

A match on a value that is not there yet is a region that is put off, as an ``if`` is. What the patterns look up is
handed to the machine, so that it knows whether trying them may run code of the user's.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydron.emit.assignment import Names
from pydron.emit.builder import assign, name_of, place
from pydron.emit.planning import plan_of
from pydron.emit.releases import let_go
from pydron.ir.matching import Arm, match_statements, pattern_of
from pydron.ir.nodes import Case, Match

if TYPE_CHECKING:
    from pydron.emit.regions import Regions


@dataclass(frozen=True, slots=True)
class Looked:
    """A name in a pattern, with the attributes that follow.

    Attributes:
        root: The name.
        spelling: Whether a class is meant, then the name and the attributes.
    """

    root: str
    spelling: tuple[bool | str, ...]


@dataclass(frozen=True, slots=True)
class Lookups:
    """All that the patterns of a match look up.

    Attributes:
        local: Through variables of the function.
        foreign: Through global and free names.
        compares: Whether something is compared by ``==``.
        simple: Whether everything that is looked up is named.
    """

    local: tuple[Looked, ...]
    foreign: tuple[Looked, ...]
    compares: bool
    simple: bool


def lookups(node: Match, variables: Names) -> Lookups:
    """What finding the case of a match looks up, however many cases are tried."""
    found: dict[Looked, None] = {}
    compares = False
    simple = True
    for case in node.cases:
        for part in ast.walk(pattern_of(case)):
            meant: list[tuple[bool, ast.expr]] = []
            if isinstance(part, ast.MatchClass):
                meant = [(True, part.cls)]
            elif isinstance(part, ast.MatchValue):
                compares = True
                meant = [(False, part.value)]
            elif isinstance(part, ast.MatchMapping):
                compares = compares or bool(part.keys)
                meant = [(False, key) for key in part.keys]
            for is_class, expression in meant:
                looked = _looked(expression, is_class)
                if looked is not None:
                    found[looked] = None
                elif any(isinstance(inner, ast.Name) for inner in ast.walk(expression)):
                    simple = False
    local = tuple(looked for looked in found if looked.root in variables)
    foreign = tuple(looked for looked in found if looked.root not in variables)
    return Lookups(local, foreign, compares, simple)


def _looked(expression: ast.expr, is_class: bool) -> Looked | None:
    attributes: list[str] = []
    while isinstance(expression, ast.Attribute):
        attributes.insert(0, expression.attr)
        expression = expression.value
    if not isinstance(expression, ast.Name):
        return None
    return Looked(expression.id, (is_class, expression.id, *attributes))


def emit_match(regions: Regions, node: Match, assigned: Names) -> list[ast.stmt]:
    """The statements of a match."""
    subject = node.subject.expression()
    emitted = regions.expressions.emit(subject)
    plan = plan_of(regions, node, assigned, "if")
    if plan is None:
        return _cases(regions, node, regions.aheads.looked(emitted, subject), assigned)
    parameter = regions.sites.fresh("subject")
    with regions.staying.inside(plan.results), regions.aheads.apart():
        body = _cases(regions, node, name_of(parameter), frozenset(plan.captures))
    regions.function(plan, [parameter, *plan.captures], body, subject)
    regions.sites.node_id = node.id
    return regions.invoke("choose", plan, [emitted], subject)


def _cases(regions: Regions, node: Match, emitted: ast.expr, assigned: Names) -> list[ast.stmt]:
    """The subject with its value, all the way down; then Python's own matching."""
    at = node.subject.expression()
    regions.expressions.assigned = assigned
    found = lookups(node, regions.variables)
    roots = {looked.root for looked in found.local}
    certain = found.simple and assigned.issuperset(roots)
    settled = regions.statements.settle(at, roots, "settled")
    local = [ast.Tuple([_constant(looked.spelling), name_of(looked.root)], ast.Load()) for looked in found.local]
    subject = regions.expressions.operation(
        "matched", at, emitted, ast.Constant(certain), ast.Constant(found.compares),
        _constant(tuple(looked.spelling for looked in found.foreign)), *(local if certain else []),
    )  # fmt: skip
    held = regions.sites.fresh("subject")
    arms = [_arm(regions, case, assigned, node.id) for case in node.cases]
    matching = match_statements(arms, lambda: place(name_of(held), at), lambda: regions.sites.fresh("open"), at)
    return [*settled, assign(held, subject, at), *matching, *let_go([held], at)]


def _constant(value: Any) -> ast.Constant:
    return ast.Constant(value)


def _arm(regions: Regions, case: Case, assigned: Names, node_id: int) -> Arm:
    inside = assigned | (frozenset(case.captures) - regions.assignment.unstable)
    noted = regions.guarded.notes(node_id, frozenset(case.captures), inside, case.pattern.statements()[0])
    guard = [*noted, *regions.region(case.guard, inside)]
    tested = regions.assignment.matched(case, assigned)
    test: ast.expr | None = None
    if case.test is not None:
        regions.expressions.assigned, regions.sites.node_id = tested, node_id
        written = case.test.expression()
        test = regions.expressions.operation("truth", written, regions.expressions.emit(written))
    return Arm(pattern_of(case), guard, test, regions.region(case.body, tested))
