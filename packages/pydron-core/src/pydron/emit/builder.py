"""Builds the syntax trees of emitted code: calls of machine operations, with the user's positions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from pydron.ir.syntax import children
from pydron.location import Span

Tree = TypeVar("Tree", bound=ast.AST)

FRAME = "__pydron_frame"
"""Name of the first parameter of every emitted function: the frame it runs in."""

PREFIX = "__pydron_"
"""Beginning of every name that emitted code adds. Such names are not local variables of the user's function."""

OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.MatMult: "matmul", ast.Div: "truediv", ast.Mod: "mod",
    ast.Pow: "pow", ast.LShift: "lshift", ast.RShift: "rshift", ast.BitOr: "or_", ast.BitXor: "xor",
    ast.BitAnd: "and_", ast.FloorDiv: "floordiv", ast.UAdd: "pos", ast.USub: "neg", ast.Invert: "invert",
    ast.Not: "not_", ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge",
    ast.Is: "is_", ast.IsNot: "is_not",
}  # fmt: skip
"""Syntax of an operator -> name of the function in the standard module ``operator``."""

IN_PLACE: dict[type[ast.AST], str] = {
    kind: "i" + name.rstrip("_") for kind, name in OPERATORS.items() if issubclass(kind, ast.operator)
}


class Unsupported(Exception):
    """A graph holds something that cannot be emitted; the function runs as a whole instead."""


class Sites:
    """Places in the user's source that operations refer to by number.

    Attributes:
        places: (node id, span) per site.
        operators: Functions of ``operator`` that the code uses.
        operations: Machine operations that the code uses.
        frame: Name of the frame in which the code that is being emitted runs.
    """

    def __init__(self) -> None:
        self.places: list[tuple[int, Span]] = []
        self.operators: set[str] = set()
        self.operations: set[str] = set()
        self.node_id = 0
        self.frame = FRAME
        self._names = 0

    @contextmanager
    def within(self, frame: str) -> Iterator[None]:
        """Emit code that runs in another frame."""
        before, self.frame = self.frame, frame
        try:
            yield
        finally:
            self.frame = before

    def known(self, name: str) -> ast.Name:
        """Something of the machine's that is no operation."""
        self.operations.add(name)
        return name_of(f"{PREFIX}op_{name}")

    def site(self, at: ast.expr | ast.stmt) -> ast.Constant:
        """The number of a new site at a piece of syntax."""
        self.places.append((self.node_id, Span.of(at)))
        return ast.Constant(len(self.places) - 1)

    def fresh(self, kind: str) -> str:
        """A name that nothing else has."""
        self._names += 1
        return f"{PREFIX}{kind}{self._names}"

    def operator(self, kind: ast.AST, in_place: bool = False) -> ast.expr:
        """The function of an operator."""
        table = IN_PLACE if in_place else OPERATORS
        name = table[type(kind)]
        self.operators.add(name)
        return name_of(f"{PREFIX}{name}")

    def operation(self, name: str, at: ast.expr | ast.stmt, *operands: ast.expr, site: bool = True) -> ast.Call:
        """A call of a machine operation: ``name(frame, site, *operands)``."""
        self.operations.add(name)
        leading: list[ast.expr] = [name_of(self.frame)]
        if site:
            leading.append(self.site(at))
        return place(ast.Call(name_of(f"{PREFIX}op_{name}"), [*leading, *operands], []), at)


def name_of(name: str) -> ast.Name:
    """A reading of a name."""
    return ast.Name(name, ast.Load())


def target_of(name: str) -> ast.Name:
    """A binding of a name."""
    return ast.Name(name, ast.Store())


def place(node: Tree, at: ast.expr | ast.stmt) -> Tree:
    """Give a tree the position of ``at`` wherever it has none of its own.

    Trees are built from their leaves, and each step places what it has built. So a part that has been placed is not
    looked into again, until :func:`place_all` goes through the whole.
    """
    queue: list[ast.AST] = [node]
    for inner in queue:
        if hasattr(inner, _PLACED):
            continue
        setattr(inner, _PLACED, True)
        _put(inner, at)
        queue += children(inner)
    return node


def place_all(node: Tree, at: ast.expr | ast.stmt) -> Tree:
    """The same for a tree that is complete: also for what was put into parts of it after they had been placed."""
    queue: list[ast.AST] = [node]
    for inner in queue:
        _put(inner, at)
        queue += children(inner)
    return node


_PLACED = "pydron_placed"
"""Attribute of syntax nodes: they and all in them have positions."""


def _put(inner: ast.AST, at: ast.expr | ast.stmt) -> None:
    if not hasattr(inner, "lineno") and isinstance(
        inner, (ast.expr, ast.stmt, ast.arg, ast.keyword, ast.excepthandler)
    ):
        inner.lineno, inner.col_offset = at.lineno, at.col_offset
        inner.end_lineno, inner.end_col_offset = at.end_lineno, at.end_col_offset


def assign(name: str, value: ast.expr, at: ast.expr | ast.stmt) -> ast.stmt:
    """``name = value``."""
    return place(ast.Assign([target_of(name)], value), at)


def function_def(name: str, arguments: ast.arguments, body: list[ast.stmt]) -> ast.FunctionDef:
    """``def name(arguments): body``, complete on each version of Python."""
    function = ast.FunctionDef(name, arguments, body, [], None)
    function.type_params = []  # type: ignore[attr-defined]
    return function
