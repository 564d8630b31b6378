"""Emits the ends of temporaries: ``name = None`` after the last use."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from pydron.emit.builder import PREFIX, name_of, place, target_of
from pydron.ir.lifetimes import Lifetimes, given_up
from pydron.ir.names import all_reads
from pydron.ir.nodes import For, Node, Try


class Releases:
    """Emits where the temporaries of a graph are let go."""

    def __init__(self, lifetimes: Lifetimes) -> None:
        self._lifetimes = lifetimes
        self.objects = lifetimes.objects

    def ending(self, node: Node, at: ast.expr | ast.stmt) -> list[ast.stmt]:
        """The statements that end a node."""
        return let_go(self._lifetimes.after.get(node.id, ()), at)

    def beginning(self, node: Node, at: ast.expr | ast.stmt) -> list[ast.stmt]:
        """The statements that begin what a choice or a loop comes to when its test has been looked at."""
        return let_go(self._lifetimes.entering.get(node.id, ()), at)

    def used_up(self, node: For, iterable: ast.expr | None) -> list[ast.stmt]:
        """What a loop does when it has begun: from then on only its iterator has what it goes through.

        Args:
            iterable: What it goes through, emitted.
        """
        at = node.iterable.expression()
        names = {part.id for part in (iterable, at) if isinstance(part, ast.Name)}
        return let_go(sorted(name for name in names if self._only_looped_over(name, node)), at)

    def taken(self, node: For, iterable: ast.expr) -> ast.expr:
        """What a loop goes through, emitted, so that from then on only its iterator has it."""
        if isinstance(iterable, ast.Name) and self._only_looped_over(iterable.id, node):
            return given_up(iterable)
        return iterable

    def _only_looped_over(self, name: str, node: For) -> bool:
        """Whether nothing but a loop has to do with what a name holds."""
        own = name.startswith(PREFIX) or name in self._lifetimes.after.get(node.id, ())
        return own and name not in all_reads(node.body, frozenset({name}))

    def handed_over(self, node: For, iterable: ast.expr, captures: Iterable[str]) -> list[ast.expr]:
        """What a loop that is a function of its own is given: what it goes through, which nobody else has from then on,
        and the variables that it captures.

        Args:
            iterable: What it goes through, emitted.
        """
        at = node.iterable.expression()
        name = at.id if isinstance(at, ast.Name) and self._only_looped_over(at.id, node) else ""
        captured = (ast.Constant(None) if capture == name else name_of(capture) for capture in captures)
        return [self.taken(node, iterable), *captured]

    def handling(self, node: Try, at: ast.expr | ast.stmt) -> list[ast.stmt]:
        """The statements that begin a handler."""
        return let_go(self._lifetimes.handling.get(node.id, ()), at)

    def raised(self, error: ast.expr) -> ast.expr:
        """What a statement raises; no temporary holds it."""
        return self._lifetimes.raised(error)


def let_go(names: Iterable[str], at: ast.expr | ast.stmt) -> list[ast.stmt]:
    """``name = None`` for each name, as one statement."""
    targets: list[ast.expr] = [target_of(name) for name in names]
    return [place(ast.Assign(targets, ast.Constant(None)), at)] if targets else []
