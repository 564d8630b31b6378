"""Emits regions as they were written: for values that are there, at Python's own speed.

A loop whose calls turn out too short to be handed out goes on in this form (``pydron_runtime.machine.tiers``).
"""

from __future__ import annotations

import ast

from pydron.emit.builder import Sites, Unsupported, assign, name_of, place
from pydron.emit.exits import bare_exit
from pydron.ir.matching import Arm, match_statements, pattern_of
from pydron.ir.nodes import Call, Const, Def, For, Host, If, Input, Match, Native, Node, Output, Region, Store, While


class Plain:
    """Emits regions without any machine operation."""

    def __init__(self, sites: Sites) -> None:
        self._sites = sites

    def region(self, region: Region) -> list[ast.stmt]:
        """The statements of a region."""
        return [statement for node in region.nodes for statement in self._node(node)]

    def _node(self, node: Node) -> list[ast.stmt]:
        match node:
            case Call():
                return self.call(node)
            case Host() | Const() | Store() | Def() | Native():
                return node.fragment.statements()
            case Input():
                return []
            case Output():
                bare = bare_exit(node)
                if bare is None and node.fragment is not None:
                    return node.fragment.statements()
                return bare or []
            case If():
                test = node.test.expression()
                then = self.region(node.then) or [place(ast.Pass(), test)]
                return [place(ast.If(test, then, self.region(node.orelse)), test)]
            case For():
                return [self._for(node)]
            case While():
                return self._while(node)
            case Match():
                return self._match(node)

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

    def _for(self, node: For) -> ast.stmt:
        iterable = node.iterable.expression()
        body = self.region(node.body) or [place(ast.Pass(), iterable)]
        return place(ast.For(target_of_loop(node), iterable, body, self.region(node.orelse), None), iterable)

    def _while(self, node: While) -> list[ast.stmt]:
        test = node.test.expression()
        header, body, orelse = self.region(node.header), self.region(node.body), self.region(node.orelse)
        if not header:
            return [place(ast.While(test, body or [ast.Pass()], orelse), test)]
        ended = self._sites.fresh("ended")
        leave: list[ast.stmt] = [assign(ended, ast.Constant(True), test), place(ast.Break(), test)]
        check = ast.If(ast.UnaryOp(ast.Not(), test), leave, [])
        loop = place(ast.While(ast.Constant(True), [*header, check, *body], []), test)
        after = [place(ast.If(name_of(ended), orelse, []), test)] if orelse else []
        return [assign(ended, ast.Constant(False), test), loop, *after]


def target_of_loop(node: For) -> ast.expr:
    """What a ``for`` loop binds in each turn.

    Raises:
        Unsupported: The node's target has an unknown form.
    """
    statement = node.target.statements()[0]
    if not isinstance(statement, ast.Assign):
        raise Unsupported("a loop target of an unknown form")
    return statement.targets[0]
