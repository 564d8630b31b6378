"""Emits what keeps the objects of variables that end with the function that a control node became.

A region may be a function of its own in emitted code, and hands on what is read later. In the user's function the
other variables are there as well, to its end or until they are bound anew, and so are the objects.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from pydron.emit.builder import FRAME, Sites, name_of, place
from pydron.emit.plain import located
from pydron.ir.names import own_binds
from pydron.ir.nodes import Node

Names = frozenset[str]


class Staying:
    """Knows which variables the functions around the code that is being emitted hand on.

    Args:
        objects: The variables of which this matters.
        shared: The function's variables that nested code may bind.
    """

    def __init__(self, sites: Sites, objects: Names, shared: Names) -> None:
        self._sites = sites
        self._objects = objects
        self._shared = shared
        self._handed_on: Names | None = None

    @property
    def shared(self) -> Names:
        """The variables that nested code may bind and that are seen here: functions of control nodes receive none."""
        return self._shared if self._handed_on is None else frozenset()

    @contextmanager
    def inside(self, results: Iterable[str]) -> Iterator[None]:
        """Emit the body of a function that a control node becomes, which hands on ``results``."""
        outer = self._handed_on
        self._handed_on = frozenset(results) if outer is None else outer.intersection(results)
        try:
            with self._sites.within(FRAME):
                yield
        finally:
            self._handed_on = outer

    def after(self, node: Node, assigned: Names) -> list[ast.stmt]:
        """What follows a node that binds variables, some of which are ``assigned`` now.

        In the user's function itself, what had stayed under that name ends.
        """
        bound = own_binds(node, self._objects) & self._objects & assigned
        at = located(node.span)
        if self._handed_on is None:
            return [self._stay(name, ast.Constant(None), at) for name in sorted(bound)]
        return [self._stay(name, name_of(name), at) for name in sorted(bound - self._handed_on)]

    def _stay(self, name: str, value: ast.expr, at: ast.stmt) -> ast.stmt:
        return place(ast.Expr(self._sites.operation("stay", at, ast.Constant(name), value, site=False)), at)
