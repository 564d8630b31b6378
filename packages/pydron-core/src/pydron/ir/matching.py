"""Writes the cases of a ``Match`` node as ``match`` statements again.

A guard that holds calls computes them in statements of its own, which have no room in Python's ``case ... if``. Then
the statement ends with that case, and what follows stands in a second one, for when no case has been taken::

    open = True
    match subject:
        case P1 if t1: open = False; (body 1)
        case P2:
            (guard 2)
            if t2: open = False; (body 2)
    if open:
        match subject:
            case P3: (body 3)
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydron.ir.nodes import Case, Match

_Tree = TypeVar("_Tree", bound=ast.AST)


@dataclass(frozen=True, slots=True)
class Arm:
    """One case, written out.

    Attributes:
        guard: Statements that compute what the test needs; they run when the pattern has matched.
        test: None where the case has none.
    """

    pattern: ast.pattern
    guard: list[ast.stmt]
    test: ast.expr | None
    body: list[ast.stmt]


def pattern_of(case: Case) -> ast.pattern:
    """A case's pattern, in fresh syntax with the user's positions.

    Raises:
        ValueError: The fragment is of another form.
    """
    statements = case.pattern.statements()
    if len(statements) == 1 and isinstance(statements[0], ast.Match) and len(statements[0].cases) == 1:
        return statements[0].cases[0].pattern
    raise ValueError(f"not a single pattern: {case.pattern.text!r}")


def pattern_parts(case: Case) -> list[ast.expr]:
    """The expressions in a pattern: values to compare with, keys, classes."""
    return [part for part in ast.walk(pattern_of(case)) if isinstance(part, ast.expr)]


def takes_everything(node: Match) -> bool:
    """Whether the last case is sure to run if no other does."""
    last = node.cases[-1]
    pattern = pattern_of(last)
    return last.test is None and isinstance(pattern, ast.MatchAs) and pattern.pattern is None


def match_statements(
    arms: Sequence[Arm], subject: Callable[[], ast.expr], flag: Callable[[], str], at: ast.expr
) -> list[ast.stmt]:
    """The statements of a match.

    Args:
        subject: Makes a reading of what is matched.
        flag: Invents a variable.
        at: Gives its position to what has none.
    """
    end = next((number for number, arm in enumerate(arms, 1) if arm.guard), len(arms))
    rest = arms[end:]
    name = flag() if rest else ""
    cases = [_case(arm, name, at) for arm in arms[:end]]
    statement = _placed(ast.Match(subject(), cases), at)
    if not rest:
        return [statement]
    reading = _placed(ast.Name(name, ast.Load()), at)
    following = _placed(ast.If(reading, match_statements(rest, subject, flag, at), []), at)
    return [_assigned(name, True, at), statement, following]


def _case(arm: Arm, flag: str, at: ast.expr) -> ast.match_case:
    body = arm.body or [_placed(ast.Pass(), at)]
    if flag:
        body = [_assigned(flag, False, at), *body]
    if not arm.guard:
        return ast.match_case(arm.pattern, arm.test, body)
    if arm.test is not None:
        body = [_placed(ast.If(arm.test, body, []), arm.test)]
    return ast.match_case(arm.pattern, None, [*arm.guard, *body])


def _assigned(name: str, value: bool, at: ast.expr) -> ast.stmt:
    target = _placed(ast.Name(name, ast.Store()), at)
    return _placed(ast.Assign([target], _placed(ast.Constant(value), at)), at)


def _placed(node: _Tree, at: ast.expr) -> _Tree:
    return ast.copy_location(node, at)
