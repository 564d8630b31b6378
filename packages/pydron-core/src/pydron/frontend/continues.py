"""Removes ``continue`` at the ends of branches: what follows the branch becomes its alternative.

    if a: x; continue              if a: x
    y                      is      else: y

    try: r = f(x)                  try: r = f(x)
    except E: continue             except E: pass
    out.append(r)          is      else: out.append(r)

Both do the same. In the second form nothing leaves the turn of the loop from inside a branch, so that the branch can be
put off while the loop goes on.
"""

from __future__ import annotations

import ast

_DEPTH = 12
"""Alternatives within one another; further ``continue`` statements stay."""

_LEAVING = (ast.Continue, ast.Break, ast.Return, ast.Raise)


def without_continue(body: list[ast.stmt], depth: int = _DEPTH) -> list[ast.stmt]:
    """The body of a loop that does the same. Statements that change are replaced by new ones."""
    for number, statement in enumerate(body):
        rest = body[number + 1 :]
        if isinstance(statement, ast.Continue):
            return [*body[:number]] or [ast.copy_location(ast.Pass(), statement)]
        changed: ast.stmt | None = None
        if depth and isinstance(statement, ast.If):
            changed = _choice(statement, rest, depth - 1)
        elif depth and isinstance(statement, ast.Try):
            changed = _attempt(statement, rest, depth - 1)
        if changed is not None:
            return [*body[:number], changed]
    return body


def _ends(statements: list[ast.stmt]) -> bool:
    return bool(statements) and isinstance(statements[-1], ast.Continue)


def _choice(node: ast.If, rest: list[ast.stmt], depth: int) -> ast.stmt | None:
    then, orelse = node.body, node.orelse
    if not rest:
        shorter = without_continue(then, depth), without_continue(orelse, depth)
        if shorter[0] is then and shorter[1] is orelse:
            return None
        return ast.copy_location(ast.If(node.test, *shorter), node)
    if _ends(then):
        orelse = without_continue([*orelse, *rest], depth) if not _ends(orelse) else orelse
        return ast.copy_location(ast.If(node.test, without_continue(then, depth), orelse), node)
    if _ends(orelse):
        then = without_continue([*then, *rest], depth)
        return ast.copy_location(ast.If(node.test, then, without_continue(orelse, depth)), node)
    return None


def _attempt(node: ast.Try, rest: list[ast.stmt], depth: int) -> ast.stmt | None:
    if not any(_ends(handler.body) for handler in node.handlers):
        return None
    orelse = node.orelse
    if rest:
        if node.finalbody or not all(isinstance(handler.body[-1], _LEAVING) for handler in node.handlers):
            return None
        orelse = without_continue([*orelse, *rest], depth)
    handlers = [
        ast.copy_location(ast.ExceptHandler(handler.type, handler.name, without_continue(handler.body, depth)), handler)
        for handler in node.handlers
    ]
    return ast.copy_location(ast.Try(node.body, handlers, orelse, node.finalbody), node)
