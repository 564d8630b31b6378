"""Definite assignment: which variables are bound for certain at a place, and which a region needs from outside.

A region that is to run as a function of its own receives the variables it needs as arguments, so these must be bound.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from pydron.ir.matching import takes_everything
from pydron.ir.names import exposed_handler_names, loaded, own_binds, own_reads, pattern_reads
from pydron.ir.nodes import Case, Def, For, Graph, Host, If, Match, Native, Node, Region, Try, While, With, walk

Names = frozenset[str]


class Assignment:
    """Forward walk over a function's regions.

    Attributes:
        variables: All variables of the function.
        unstable: Variables that are deleted somewhere; they never count as bound.
        trusting: No manager of a ``with`` statement is taken to swallow failures.
    """

    def __init__(self, variables: Names, unstable: Names) -> None:
        self.variables = variables
        self.unstable = unstable
        self.trusting = False

    def after(self, node: Node, before: Names) -> Names:
        """The variables bound after a node, if it falls through."""
        match node:
            case If():
                return _joined([self.through(region, before) for region in (node.then, node.orelse)], before)
            case Match():
                ends = [self.through(case.body, self.matched(case, before)) for case in node.cases]
                return _joined(ends if takes_everything(node) else [*ends, before], before)
            case While():
                header = self.through(node.header, before)
                return before if header is None else header
            case Try():
                return self._after_try(node, before)
            case With():
                # The manager may swallow a failure: what the body binds is not certain. A plain target is.
                if self.trusting:
                    inside = self.through(node.body, before | (own_binds(node, self.variables) - self.unstable))
                    return before if inside is None else inside
                names = own_binds(node, self.variables) if len(own_binds(node, self.variables)) == 1 else frozenset()
                return before | (names - self.unstable)
            case For() | Native():
                return before
            case _:
                return before | (own_binds(node, self.variables) - self.unstable)

    def matched(self, case: Case, before: Names) -> Names:
        """The variables bound when a case has been chosen."""
        inside = before | (frozenset(case.captures) - self.unstable)
        return self.through(case.guard, inside) or inside

    def _after_try(self, node: Try, before: Names) -> Names:
        ends: list[Names | None] = []
        for handler in node.handlers:
            handled = self.through(handler.body, self.handling(handler.name, before))
            ends.append(None if handled is None else handled - {handler.name})  # Python unbinds it in the end
        tried = self.through(node.body, before)
        ends.append(None if tried is None else self.through(node.orelse, tried))
        falling = [end for end in ends if end is not None]
        joined = frozenset.intersection(*falling) if falling else before
        final = self.through(node.final, before)
        return joined if final is None else joined | final

    def handling(self, name: str, before: Names) -> Names:
        """The variables bound where the body of an ``except`` clause begins."""
        return before | (frozenset({name}) - {""} - self.unstable)

    def through(self, region: Region, before: Names) -> Names | None:
        """The variables bound at the end of a region; None if control leaves it otherwise."""
        bound = before
        for node in region.nodes:
            bound = self.after(node, bound)
        return bound if region.output.exit == "next" else None

    def needs(self, region: Region, bound: Names = frozenset()) -> tuple[Names, Names]:
        """What a region reads before binding it for certain, and what it has bound for certain at its end."""
        needed: set[str] = set()
        for node in region.nodes:
            needed |= self.needs_of(node, bound)
            bound = self.after(node, bound)
        return frozenset(needed), bound

    def needs_of(self, node: Node, bound: Names) -> Names:
        """What a node reads, itself or in its sub-regions, that is not bound for certain before."""
        if isinstance(node, Match):
            return self._needs_of_match(node, bound)
        needed = set(own_reads(node, self.variables) - bound)
        match node:
            case If():
                needed |= self.needs(node.then, bound)[0] | self.needs(node.orelse, bound)[0]
            case For():
                inside = bound | (own_binds(node, self.variables) - self.unstable)
                needed |= self.needs(node.body, inside)[0] | self.needs(node.orelse, bound)[0]
            case While():
                header, inside = self.needs(node.header, bound)
                needed |= header - bound
                needed |= own_reads(node, self.variables) - inside
                needed -= (own_reads(node, self.variables) & inside) - bound - header
                needed |= self.needs(node.body, inside)[0] | self.needs(node.orelse, inside)[0]
            case Try():
                tried, inside = self.needs(node.body, bound)
                needed |= tried | self.needs(node.orelse, inside)[0] | self.needs(node.final, bound)[0]
                for handler in node.handlers:
                    own = frozenset({handler.name}) - self.unstable
                    needed |= self.needs(handler.body, bound | own)[0] - own
            case With():
                inside = bound | (own_binds(node, self.variables) - self.unstable)
                needed |= self.needs(node.body, inside)[0]
            case _:
                pass
        return frozenset(needed)

    def _needs_of_match(self, node: Match, bound: Names) -> Names:
        needed = pattern_reads(node, self.variables) - bound
        for case in node.cases:
            inside = bound | (frozenset(case.captures) - self.unstable)
            computing, tested = self.needs(case.guard, inside)
            testing = frozenset() if case.test is None else loaded(case.test, self.variables)
            needed |= computing | (testing - tested) | self.needs(case.body, tested)[0]
        return needed


def _joined(ends: list[Names | None], otherwise: Names) -> Names:
    falling = [bound for bound in ends if bound is not None]
    return frozenset.intersection(*falling) if falling else otherwise


def deleted_names(graph: Graph) -> Names:
    """Variables that a ``del`` statement, or the end of an ``except`` clause, unbinds where that may matter."""
    names: set[str] = set(exposed_handler_names(graph))
    for node in walk(graph.body):
        if isinstance(node, (Host, Native, Def)) and "del " in node.fragment.text:
            names.update(_deleted(node.fragment.syntax()))
    return frozenset(names)


def _deleted(statements: Iterable[ast.stmt]) -> set[str]:
    return {
        node.id
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del)
    }
