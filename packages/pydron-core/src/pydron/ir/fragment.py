"""Fragment: a piece of Python source text that remembers where the user wrote it.

A fragment is what survives serialisation. Its text alone would run, but a traceback through it would point
at the wrong lines, so the position of every syntax node is kept beside the text, in the order in which
``ast.walk`` meets them.
"""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass
from typing import TypeVar

from pydron.ir.syntax import all_nodes

Position = tuple[int, int, int, int]


POSITIONED = (ast.expr, ast.stmt, ast.pattern)
"""Kinds of syntax nodes whose positions a fragment keeps: each may be where a line of a traceback points."""

_Node = TypeVar("_Node", bound=ast.AST)
Positioned = ast.expr | ast.stmt | ast.pattern


def _positioned(tree: ast.AST) -> list[Positioned]:
    return [node for node in all_nodes([tree]) if isinstance(node, POSITIONED)]


@functools.lru_cache(maxsize=2048)
def _parsed(text: str) -> tuple[ast.stmt, ...]:
    return tuple(ast.parse(text).body)


def _copies(module: ast.Module, statements: tuple[ast.stmt, ...]) -> list[Positioned]:
    """Put copies of statements into a module; gives the positioned nodes, in the order of ``ast.walk``.

    Copying takes half as long as parsing the text once more.
    """
    module.body = [_bare(statement) for statement in statements]
    sources: list[ast.AST] = list(statements)
    copies: list[ast.AST] = list(module.body)
    for source, made in zip(sources, copies):  # both grow on the way
        values, target = source.__dict__, made.__dict__
        for name in source._fields:
            value = values.get(name)
            if type(value) is list:
                items = [_bare(item) if isinstance(item, ast.AST) else item for item in value]
                target[name] = items
                sources += [item for item in value if isinstance(item, ast.AST)]
                copies += [item for item in items if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST) and name != "ctx":
                inner = _bare(value)
                target[name] = inner
                sources.append(value)
                copies.append(inner)
    return [node for node in copies if isinstance(node, POSITIONED)]


def _bare(node: _Node) -> _Node:
    """A copy of a node whose parts are still those of the original."""
    kind = type(node)
    made = kind.__new__(kind)
    made.__dict__.update(node.__dict__)
    return made


_READ_BACK = frozenset({
    ast.Module, ast.Expr, ast.Assign, ast.AugAssign, ast.Return, ast.Name, ast.Attribute, ast.Call, ast.keyword,
    ast.Subscript, ast.BinOp, ast.Compare, ast.List, ast.Dict,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.FloorDiv, ast.Pow, ast.MatMult, ast.BitAnd, ast.BitOr, ast.BitXor,
    ast.LShift, ast.RShift, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Is, ast.IsNot, ast.In, ast.NotIn,
})  # fmt: skip
"""Kinds of nodes whose text is read back as the same tree: there is no need to look."""


def _is_read_back(node: ast.AST) -> bool:
    if type(node) is ast.Constant:
        value = node.value
        return value is None or type(value) in (bool, str) or type(value) is int and value >= 0
    return type(node) in _READ_BACK


def _place(node: Positioned) -> Position:
    end_line = node.lineno if node.end_lineno is None else node.end_lineno
    end_column = node.col_offset if node.end_col_offset is None else node.end_col_offset
    return (node.lineno, node.col_offset, end_line, end_column)


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
        nodes = all_nodes([module])
        positioned = [node for node in nodes if isinstance(node, POSITIONED)]
        spans = [_place(node) for node in positioned]
        if not all(map(_is_read_back, nodes)):
            reparsed = _positioned(ast.parse(text))
            if [type(node) for node in reparsed] != [type(node) for node in positioned]:
                # unparse may regroup (nested f-strings, tuples of constants): then only the statement's place is kept.
                spans = [_place(statements[0])] * len(reparsed)
        return cls(text, tuple(spans))

    @classmethod
    def of_expression(cls, expression: ast.expr) -> Fragment:
        """The fragment of a single expression, kept as an expression statement."""
        return cls.of([ast.copy_location(ast.Expr(expression), expression)])

    def statements(self) -> list[ast.stmt]:
        """Fresh syntax trees of the text, carrying the user's positions. Safe to modify."""
        module = ast.Module([], [])
        nodes = _copies(module, _parsed(self.text))
        if len(nodes) == len(self.positions):
            for node, place in zip(nodes, self.positions):
                node.lineno, node.col_offset, node.end_lineno, node.end_col_offset = place
        elif self.positions:
            for node in nodes:
                node.lineno, node.col_offset, node.end_lineno, node.end_col_offset = self.positions[0]
        return module.body

    def syntax(self) -> tuple[ast.stmt, ...]:
        """The syntax trees of the text, to look at only: they are shared, and their positions are those in the text."""
        return _parsed(self.text)

    def expression(self) -> ast.expr:
        """The expression of a fragment made by :meth:`of_expression`.

        Raises:
            ValueError: The text is not a single expression.
        """
        statements = self.statements()
        if len(statements) == 1 and isinstance(statements[0], ast.Expr):
            return statements[0].value
        raise ValueError(f"not a single expression: {self.text!r}")
