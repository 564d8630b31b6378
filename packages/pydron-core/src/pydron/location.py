"""Positions in the user's source: every node, message and trace row points at one."""

from __future__ import annotations

import ast
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of source text.

    Lines are 1-based lines of the user's file. Columns are 0-based UTF-8 byte offsets, as in ``ast``.
    """

    line: int
    column: int
    end_line: int
    end_column: int

    @classmethod
    def of(cls, node: ast.expr | ast.stmt | ast.pattern) -> Span:
        """The span that CPython's parser recorded for a syntax node."""
        end_line = node.lineno if node.end_lineno is None else node.end_lineno
        end_column = node.col_offset if node.end_col_offset is None else node.end_col_offset
        return cls(node.lineno, node.col_offset, end_line, end_column)

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


NOWHERE = Span(0, 0, 0, 0)
"""The span of something that no source text shows."""
