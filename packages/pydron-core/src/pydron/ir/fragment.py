"""Fragment: a piece of Python source text that remembers where the user wrote it.

A fragment is what survives serialisation. Its text alone would run, but a traceback through it would point
at the wrong lines, so the position of every syntax node is kept beside the text, in the order in which
``ast.walk`` meets them.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from pydron.location import Span

Position = tuple[int, int, int, int]


POSITIONED = (ast.expr, ast.stmt, ast.pattern)
"""Kinds of syntax nodes whose positions a fragment keeps: each may be where a line of a traceback points."""

Positioned = ast.expr | ast.stmt | ast.pattern


def _positioned(tree: ast.AST) -> list[Positioned]:
    return [node for node in ast.walk(tree) if isinstance(node, POSITIONED)]


@dataclass(frozen=True, slots=True)
class Fragment:
    """Source text of one or more statements, with the user's positions.

    Attributes:
        text: Python statements; parses on its own.
        positions: (line, column, end line, end column) per expression, statement and pattern node of the
            parsed text, in ``ast.walk`` order. Empty where the text has no place in the user's file.
    """

    text: str
    positions: tuple[Position, ...] = ()

    @classmethod
    def of(cls, statements: list[ast.stmt]) -> Fragment:
        """The fragment of syntax trees whose positions are already those of the user's file."""
        module = ast.Module(body=statements, type_ignores=[])
        text = ast.unparse(module)
        spans = [Span.of(node) for node in _positioned(module)]
        reparsed = _positioned(ast.parse(text))
        if [type(node) for node in reparsed] != [type(node) for node in _positioned(module)]:
            # unparse may regroup (nested f-strings, tuples of constants): then only the statement's place is kept.
            outer = Span.of(statements[0])
            spans = [outer] * len(reparsed)
        return cls(text, tuple((s.line, s.column, s.end_line, s.end_column) for s in spans))

    @classmethod
    def of_expression(cls, expression: ast.expr) -> Fragment:
        """The fragment of a single expression, kept as an expression statement."""
        return cls.of([ast.copy_location(ast.Expr(expression), expression)])

    def statements(self) -> list[ast.stmt]:
        """Fresh syntax trees of the text, carrying the user's positions. Safe to modify."""
        module = ast.parse(self.text)
        nodes = _positioned(module)
        if len(nodes) == len(self.positions):
            for node, (line, column, end_line, end_column) in zip(nodes, self.positions):
                node.lineno, node.col_offset = line, column
                node.end_lineno, node.end_col_offset = end_line, end_column
        elif self.positions:
            line, column, end_line, end_column = self.positions[0]
            for node in nodes:
                node.lineno, node.col_offset = line, column
                node.end_lineno, node.end_col_offset = end_line, end_column
        return module.body

    def expression(self) -> ast.expr:
        """The expression of a fragment made by :meth:`of_expression`.

        Raises:
            ValueError: The text is not a single expression.
        """
        statements = self.statements()
        if len(statements) == 1 and isinstance(statements[0], ast.Expr):
            return statements[0].value
        raise ValueError(f"not a single expression: {self.text!r}")
