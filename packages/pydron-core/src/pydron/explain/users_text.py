"""Finds the user's own words for a node: what stands at its place in the source, not what the compiler made of it."""

from __future__ import annotations

import ast

from pydron.ir.fragment import Fragment
from pydron.ir.nodes import Graph, Host, Node, walk
from pydron.location import Span

_LIMIT = 80


class UsersText:
    """The source of a graph, by places in the user's file."""

    def __init__(self, graph: Graph) -> None:
        self._first = graph.first_line
        self._lines = [line.encode("utf-8", "surrogatepass") for line in graph.source.splitlines()]
        self._removed = self._indentation(graph)
        self._aliases = _aliases(graph)

    def at(self, span: Span, otherwise: str) -> str:
        """The text of a place on one line, shortened; ``otherwise`` where the source does not have it."""
        start, end = span.line - self._first, span.end_line - self._first
        if self._removed is None or not 0 <= start <= end < len(self._lines):
            return _short(otherwise)
        lines = self._lines[start : end + 1]
        lines[-1] = lines[-1][: max(span.end_column - self._removed, 0)]
        lines[0] = lines[0][max(span.column - self._removed, 0) :]
        text = " ".join(line.decode("utf-8", "replace").strip() for line in lines)
        return _short(text) if text else _short(otherwise)

    def callee(self, callee: ast.expr) -> ast.expr:
        """A callee with the temporary that holds it replaced by what was read into it."""
        if isinstance(callee, ast.Name) and callee.id in self._aliases:
            return self.callee(self._aliases[callee.id])
        if isinstance(callee, ast.Attribute):
            return ast.Attribute(self.callee(callee.value), callee.attr, ast.Load())
        return callee

    def _indentation(self, graph: Graph) -> int | None:
        """How many columns the source was moved to the left: methods stand indented in their file."""
        found: int | None = None
        for node in walk(graph.body):
            for line, column, _, _ in _positions(node):
                if 0 < line - self._first < len(self._lines):
                    text = self._lines[line - self._first]
                    moved = column - (len(text) - len(text.lstrip()))
                    found = moved if found is None else min(found, moved)
        return found if found is None or found >= 0 else None


def _positions(node: Node) -> tuple[tuple[int, int, int, int], ...]:
    fragment = getattr(node, "fragment", None)
    span = node.span
    own = ((span.line, span.column, span.end_line, span.end_column),) if span.line > 0 else ()
    return own + (fragment.positions if isinstance(fragment, Fragment) else ())


def _aliases(graph: Graph) -> dict[str, ast.expr]:
    """What temporaries were read from, where that is a name or an attribute."""
    temporaries = set(graph.temporaries)
    found: dict[str, ast.expr] = {}
    for node in walk(graph.body):
        if isinstance(node, Host) and len(node.binds) == 1 and node.binds[0] in temporaries:
            match node.fragment.statements():
                case [ast.Assign(targets=[ast.Name(id=name)], value=ast.Name() | ast.Attribute() as value)]:
                    if not (isinstance(value, ast.Name) and value.id == name):
                        found[name] = value
                case _:
                    continue
    return found


def _short(text: str) -> str:
    text = " ".join(text.split("\n"))
    return text if len(text) <= _LIMIT else text[: _LIMIT - 3] + "..."
