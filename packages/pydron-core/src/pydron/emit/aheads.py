"""Emits what lets a loop look ahead while it waits for a decision (:mod:`.scouts`)::

ahead = op_ahead(frame, site, tiers, node, names, captures...)
(the loop; where it waits for a result: op_looked(frame, site, ahead, result); sync-points look ahead, too)
ahead = None

A ``while`` loop says when an iteration begins (:mod:`.forecasts`)::

ahead = op_forecast(frame, site, node, "ahead")
while True:
    ahead.iteration += 1
    ...
ahead = None
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from pydron.emit.assignment import Names
from pydron.emit.builder import assign, name_of, place
from pydron.emit.expressions import Expressions
from pydron.emit.forecasts import can_be_forecast
from pydron.emit.scouts import captures_of, may_leave, may_stop
from pydron.ir.generators import makes_generator
from pydron.ir.nodes import Call, For, If, Match, While, walk


class Aheads:
    """The loops that look ahead, in the function that is being emitted.

    Attributes:
        name: The variable that looks ahead for the loop around the present node; "" where there is none.
        asking: The elements of the present stream are looked at one by one, each before the next is computed.
        lent: The present stream is lent to an iterator: what is done with an element is not known here.
    """

    def __init__(self, expressions: Expressions) -> None:
        self._expressions = expressions
        self.name = ""
        self.asking = False
        self.lent = False
        self._sink: Names = frozenset()

    def looked(self, value: ast.expr, at: ast.expr) -> ast.expr:
        """An emitted value that is about to be waited for."""
        if not self.name:
            return value
        return self._expressions.operation("looked", at, name_of(self.name), value)

    def handed(self, element: ast.expr) -> ast.expr:
        """An element that a stream hands on, emitted."""
        emitted = self._expressions.emit(element)
        return self.looked(emitted, element) if self.asking else emitted

    @contextmanager
    def stream(self, node: Call) -> Iterator[None]:
        """Emit the elements of a stream."""
        assert node.stream is not None
        kept = self.asking, self.lent, self._sink
        self.asking, self.lent = node.callee in ("any", "all"), makes_generator(node)
        self._sink = frozenset(node.stream.nodes[1].binds)
        try:
            yield
        finally:
            self.asking, self.lent, self._sink = kept

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Emit code that does not see the variables of the function around it."""
        kept, self.name = self.name, ""
        try:
            yield
        finally:
            self.name = kept

    @contextmanager
    def around(self, node: For, streams: bool, outermost: bool) -> Iterator[str]:
        """Emit the body of a loop; gives the variable that looks ahead for it, "" where nothing does.

        Args:
            streams: The loop hands elements on as they are computed.
            outermost: No loop is around it. What it goes through may stop the program at each step.
        """
        calls = any(isinstance(inner, Call) for inner in walk(node.body))
        chooses = streams and any(isinstance(inner, (If, Match)) for inner in node.body.nodes)
        stops = (outermost or not node.comprehension and not streams) and may_stop(node.body)
        waits = may_leave(node.body) or chooses or streams and (self.asking or self.lent) or stops
        kept, self.name = self.name, self._expressions.sites.fresh("ahead") if waits and calls else ""
        try:
            yield self.name
        finally:
            self.name = kept

    @contextmanager
    def forecast(self, node: While) -> Iterator[str]:
        """Emit the iterations of a ``while`` loop; gives the variable that looks ahead for it, or ""."""
        kept, self.name = self.name, self._expressions.sites.fresh("ahead") if can_be_forecast(node) else ""
        try:
            yield self.name
        finally:
            self.name = kept

    def forecasting(self, name: str, node: While) -> tuple[list[ast.stmt], list[ast.stmt], list[ast.stmt]]:
        """What a ``while`` loop that looks ahead begins with, what each of its iterations does, and how it ends."""
        at = node.test.expression()
        self._expressions.sites.node_id = node.id
        made = self._expressions.operation("forecast", at, ast.Constant(node.id), ast.Constant(name))
        iteration = ast.Attribute(name_of(name), "iteration", ast.Store())
        count = place(ast.AugAssign(iteration, ast.Add(), ast.Constant(1)), at)
        return [assign(name, made, at)], [count], [self.ended(name, node)]

    def begun(self, name: str, node: For, source: ast.expr, assigned: Names) -> ast.stmt:
        """``ahead = ...``; ``source`` is what the loop goes through, or its tiers."""
        at = node.iterable.expression()
        names = sorted((captures_of(node, self._expressions.variables) & assigned) - self._sink)
        listed = ast.Tuple([ast.Constant(captured) for captured in names], ast.Load())
        self._expressions.sites.node_id = node.id
        made = self._expressions.operation(
            "ahead", at, source, ast.Constant(node.id), listed, *(name_of(captured) for captured in names)
        )
        return assign(name, made, at)

    def over_tiers(self, loop: list[ast.stmt], name: str, node: For, tiers: str, assigned: Names) -> list[ast.stmt]:
        """An outermost loop that looks ahead.

        Args:
            loop: What begins its tiers, unless they were begun before, and the loop itself.
            tiers: The variable that holds its tiers.
        """
        if not name:
            return loop
        *beginning, written = loop
        begun = self.begun(name, node, name_of(tiers), assigned)
        return [*beginning, begun, written]

    @staticmethod
    def ended(name: str, node: For | While) -> ast.stmt:
        """``ahead = None``."""
        at = (node.iterable if isinstance(node, For) else node.test).expression()
        return assign(name, place(ast.Constant(None), at), at)
