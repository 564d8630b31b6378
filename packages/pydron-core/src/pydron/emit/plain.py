"""Emits regions as they were written: for values that are there, at Python's own speed.

A loop whose calls turn out too short to be handed out goes on in this form (``pydron_runtime.machine.loops.tiers``).
"""

from __future__ import annotations

import ast
import sys

from pydron.emit.builder import Sites, Unsupported, assign, name_of, place
from pydron.emit.exits import bare_exit
from pydron.emit.releases import Releases
from pydron.emit.streams import handed_over
from pydron.ir.fragment import Fragment
from pydron.ir.matching import Arm, match_statements, pattern_of
from pydron.ir.nodes import (
    Call,
    Const,
    Def,
    For,
    Host,
    If,
    Input,
    Match,
    Native,
    Node,
    Output,
    Region,
    Store,
    Try,
    While,
    With,
)
from pydron.location import Span


class Plain:
    """Emits regions without any machine operation.

    Attributes:
        sink: The temporary to which elements are handed over by ``yield``; "" where there is none.
    """

    def __init__(self, sites: Sites, releases: Releases, sink: str = "") -> None:
        self._sites = sites
        self._releases = releases
        self.sink = sink

    def region(self, region: Region) -> list[ast.stmt]:
        """The statements of a region."""
        emitted: list[ast.stmt] = []
        for node in region.nodes:
            emitted += self._node(node)
            if not isinstance(node, Store):  # what has been stored somewhere goes on anyway
                emitted += self._releases.ending(node, located(node.span))
        return emitted

    def _node(self, node: Node) -> list[ast.stmt]:
        match node:
            case Call():
                return self.call(node)
            case Store() if self.sink and node.root == self.sink:
                return handed_over(node.fragment.statements()[0])
            case Host() | Const() | Store() | Def() | Native():
                return node.fragment.statements()
            case Input():
                return []
            case Output():
                bare = bare_exit(node)
                if bare is None and node.fragment is not None:
                    return self._exit(node, node.fragment.statements()[0])
                return bare or []
            case If():
                test = node.test.expression()
                released = self._releases.beginning(node, test)
                then = [*released, *self.region(node.then)] or [place(ast.Pass(), test)]
                return [place(ast.If(test, then, [*released, *self.region(node.orelse)]), test)]
            case For():
                return [self._for(node)]
            case While():
                return self._while(node)
            case Match():
                return self._match(node)
            case Try():
                return [self._try(node)]
            case With():
                at = located(node.span)
                item = ast.withitem(node.manager.expression(), None if node.target is None else bound_to(node.target))
                return [place(ast.With([item], self._body(node.body, at)), at)]

    def _exit(self, node: Output, statement: ast.stmt) -> list[ast.stmt]:
        if isinstance(statement, ast.Raise) and statement.exc is not None:
            self._sites.node_id = node.id
            statement.exc = self._sites.operation("raised", statement.exc, self._releases.raised(statement.exc))
        return [statement]

    def _match(self, node: Match) -> list[ast.stmt]:
        arms = [
            Arm(
                pattern_of(case),
                self.region(case.guard),
                None if case.test is None else case.test.expression(),
                self.region(case.body),
            )
            for case in node.cases
        ]
        at = node.subject.expression()
        return match_statements(arms, node.subject.expression, lambda: self._sites.fresh("open"), at)

    def call(self, node: Call) -> list[ast.stmt]:
        """The statements of a call."""
        return node.fragment.statements()

    def _body(self, region: Region, at: ast.stmt) -> list[ast.stmt]:
        return self.region(region) or [place(ast.Pass(), at)]

    def _try(self, node: Try) -> ast.stmt:
        handlers = []
        for handler in node.handlers:
            at = located(handler.span)
            kind = None if handler.type is None else handler.type.expression()
            handlers.append(
                place(
                    ast.ExceptHandler(
                        kind, handler.name or None, [*self._releases.handling(node, at), *self._body(handler.body, at)]
                    ),
                    at,
                )
            )
        at = located(node.span)
        final = self.region(node.final) or ([] if handlers else [place(ast.Pass(), at)])
        orelse = self.region(node.orelse) if handlers else []
        return place(ast.Try(self._body(node.body, at), handlers, orelse, final), at)

    def _for(self, node: For) -> ast.stmt:
        iterable = node.iterable.expression()
        body = self.region(node.body) or [place(ast.Pass(), iterable)]
        return place(ast.For(target_of_loop(node), iterable, body, self.region(node.orelse), None), iterable)

    def _while(self, node: While) -> list[ast.stmt]:
        test = node.test.expression()
        released = self._releases.beginning(node, test)
        header, body, orelse = self.region(node.header), [*released, *self.region(node.body)], self.region(node.orelse)
        if not header:
            return [place(ast.While(test, body or [ast.Pass()], orelse), test)]
        ended = self._sites.fresh("ended")
        leave: list[ast.stmt] = [*released, assign(ended, ast.Constant(True), test), place(ast.Break(), test)]
        check = ast.If(ast.UnaryOp(ast.Not(), test), leave, [])
        loop = place(ast.While(ast.Constant(True), [*header, check, *body], []), test)
        after = [place(ast.If(name_of(ended), orelse, []), test)] if orelse else []
        return [assign(ended, ast.Constant(False), test), loop, *after]


def target_of_loop(node: For) -> ast.expr:
    """What a ``for`` loop binds in each turn.

    Raises:
        Unsupported: The node's target has an unknown form.
    """
    return bound_to(node.target)


def stepped_at(node: For) -> ast.stmt | ast.expr:
    """Where tracebacks say that a loop asks for an element. Python 3.12 names a comprehension as a whole."""
    if sys.version_info[:2] == (3, 12) and node.comprehension in ("list", "set", "dict"):
        return located(node.span)
    return node.iterable.expression()


def bound_to(target: Fragment) -> ast.expr:
    """What a fragment ``target = _`` binds.

    Raises:
        Unsupported: It has an unknown form.
    """
    statement = target.statements()[0]
    if not isinstance(statement, ast.Assign):
        raise Unsupported("a target of an unknown form")
    return statement.targets[0]


def located(span: Span) -> ast.stmt:
    """A statement that stands at a place, to place others by."""
    line = max(1, span.line)
    return ast.Pass(lineno=line, col_offset=span.column, end_lineno=span.end_line, end_col_offset=span.end_column)
