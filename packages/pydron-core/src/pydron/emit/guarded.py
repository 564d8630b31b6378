"""Emits ``try`` and ``with``: the body runs in an *attempt*, a frame that its failures do not leave unseen.

    attempt = op_attempt(frame, site, names, *values)
    try:                                          # the user's statement: its handlers, else and finally
        try:                                      # puts right what the exception shows: context and traceback
            try:                                  # ends the attempt on every way out
                (the body, in the attempt)
            except: op_fails(attempt, site); raise
            finally: op_completes(attempt, site)
        except:
            if op_caught(attempt, site): (variables get the values they had at the failing operation)
            raise
    except op_passing: raise                      # not a failure of this program: what is earlier has failed
    except (the user's type) as (the user's name): (the handler, in the frame around)
    else: ...
    finally:
        if op_leaving(frame, site): (the user's)

A call that fails late has been overtaken: the variables that something may read after the failure are *noted* each time
the body binds them, also by a statement that then fails. Those that nested functions bind are noted wherever the body
may have run such a function. A ``with`` statement has the two inner statements in the body of Python's own ``with``.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydron.emit.builder import assign, name_of, place, target_of
from pydron.emit.plain import bound_to, located
from pydron.emit.planning import plan_of
from pydron.emit.releases import let_go
from pydron.emit.unbound import drop_unbound, value_of
from pydron.ir.names import all_binds, own_binds
from pydron.ir.nodes import For, Handler, Input, Native, Node, Output, Region, Try, While, With, walk
from pydron.location import Span

if TYPE_CHECKING:
    from pydron.emit.regions import Regions

Names = frozenset[str]


class Guarded:
    """Emits the guarded statements of one graph.

    Attributes:
        noted: Variables of which each binding is noted where code is being emitted.
        strict: One of them is unbound somewhere. Then nothing is overtaken: each operation finishes before the next.
    """

    def __init__(self, regions: Regions) -> None:
        self._regions = regions
        self._sites = regions.sites
        self.noted: Names = frozenset()
        self.strict = False
        self._restored_at_once: Names = frozenset()

    def statement(self, node: Try | With, assigned: Names) -> list[ast.stmt]:
        """A guarded statement: as a function of its own, or in line.

        A statement around a loop stays in line, where the loop can do what outermost loops can.
        """
        regions = self._regions
        plan = None if self._is_around_loop(node) else plan_of(regions, node, assigned, "loop")
        if plan is None:
            return self._inline(node, assigned)
        at = located(node.span)
        maybe = frozenset((*plan.doubtful, *plan.swallowed))
        received = frozenset(plan.captures) - maybe
        with regions.staying.inside(plan.results), self._regions.aheads.apart():
            body = [*drop_unbound(self._sites, maybe, at), *self._inline(node, received)]
        bound = regions.assignment.after(node, received)
        regions.function(plan, list(plan.captures), body, at, frozenset(plan.results) - bound)
        self._sites.node_id = node.id
        values = {name: value_of(self._sites, name, name not in maybe, at) for name in plan.captures}
        leading = [statement for _, made in values.values() for statement in made]
        captured = [value for value, _ in values.values()]
        invoked = regions.invoke("loop", plan, [], at, captured)
        return [*leading, *invoked, *drop_unbound(self._sites, frozenset(plan.results) - bound, at)]

    def _is_around_loop(self, node: Try | With) -> bool:
        inside = Region((node,))
        return not self._regions.loops and any(isinstance(part, (For, While)) for part in walk(inside))

    def _inline(self, node: Try | With, assigned: Names) -> list[ast.stmt]:
        return self.try_(node, assigned) if isinstance(node, Try) else self.with_(node, assigned)

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Emit code with variables of its own, of which no statement around notes anything."""
        kept = self.noted, self.strict, self._restored_at_once
        self.noted, self.strict, self._restored_at_once = frozenset(), False, frozenset()
        try:
            yield
        finally:
            self.noted, self.strict, self._restored_at_once = kept

    def try_(self, node: Try, assigned: Names) -> list[ast.stmt]:
        """A ``try`` statement, in line."""
        at = located(node.span)
        region = self._regions.region
        received = [handler.body.input.binds for handler in node.handlers] + [node.final.input.binds]
        after = frozenset().union(*received)
        begin, attempt, names = self._begin(node.body, after, assigned, at)
        body = self._body(node.body, attempt, after, assigned, at)
        guarded = self._guarded(attempt, names, assigned, body, at)
        handlers = [self._handler(handler, node, assigned) for handler in node.handlers]
        if handlers:
            passing = ast.ExceptHandler(self._sites.known("passing"), None, [ast.Raise()])
            handlers.insert(0, place(passing, at))
        tried = self._regions.assignment.through(node.body, assigned)
        orelse = region(node.orelse, assigned if tried is None else tried)
        final = region(node.final, assigned)
        self._sites.node_id = node.id
        if final:
            final = [place(ast.If(self._sites.operation("leaving", at), final, []), at)]
        statement = guarded if not handlers and not final else place(ast.Try([guarded], handlers, [], final), at)
        if isinstance(statement, ast.Try) and orelse:
            statement.orelse = orelse if handlers else []
        return [*begin, statement, *let_go([attempt], at)]

    def with_(self, node: With, assigned: Names) -> list[ast.stmt]:
        """A ``with`` statement, in line."""
        manager = node.manager.expression()
        at = located(node.span)
        made = self._regions.expressions.operation("manager", manager, self._regions.expressions.emit(manager))
        held = self._sites.fresh("manager")
        begin, attempt, names = self._begin(node.body, frozenset(node.binds), assigned, at)
        bind: list[ast.stmt] = []
        entered: str | None = None
        inside = assigned
        if node.target is not None:
            target = bound_to(node.target)
            entered = self._sites.fresh("entered")
            bind = self._regions.statements.bind(target, place(name_of(entered), target)) + let_go([entered], target)
            inside |= own_binds(node, self._regions.variables) - self._regions.assignment.unstable
        bound = own_binds(node, self._regions.variables)
        body = self._body(node.body, attempt, frozenset(node.binds), inside, at, bind, bound)
        self._sites.node_id = node.id
        guarded = self._guarded(attempt, names, assigned, body, at)
        item = ast.withitem(name_of(held), None if entered is None else target_of(entered))
        statement = place(ast.With([item], [*begin, guarded]), at)
        return [assign(held, made, manager), statement, *let_go([held, attempt], at)]

    def noticed(self, node: Node, made: list[ast.stmt], bound: Names, before: Names, assigned: Names) -> list[ast.stmt]:
        """The statements of a simple node in the body of a guarded statement, and what the statement has to know of it.

        Args:
            before, assigned: What is bound for certain before and after the node.
        """
        at = located(node.span)
        seen = bound | self._regions.staying.shared
        if (isinstance(node, Native) or len(bound) > 1) and bound & self.noted:
            # Python binds one variable after the other: it may have got to some of them when the statement fails.
            found: list[ast.stmt] = [place(ast.Try(made, [], [], self.notes(node.id, seen, before, at)), at)]
        else:
            found = [*made, *self.notes(node.id, seen, assigned, at)]
        if not self.strict or isinstance(node, (Input, Output)):
            return found
        self._sites.node_id = node.id
        reason = [ast.Constant("PD210"), ast.Constant("")]
        fence: list[ast.stmt] = [place(ast.Expr(self._sites.operation("fence", at, *reason)), at)]
        return self._or_as_before(found, fence, bound & self._restored_at_once, before, at)

    def _or_as_before(
        self, made: list[ast.stmt], fence: list[ast.stmt], names: Names, before: Names, at: ast.stmt
    ) -> list[ast.stmt]:
        """Statements that bind variables, and wait; if what they wait for fails, the variables are as they were."""
        if not names or not made:
            return [*made, *fence]
        leading: list[ast.stmt] = []
        back: list[ast.stmt] = []
        befores: list[str] = []
        for name in sorted(names):
            value, looked = value_of(self._sites, name, name in before, at)
            kept = self._sites.fresh("before")
            befores.append(kept)
            leading += [*looked, assign(kept, value, at)]
            back.append(place(ast.Assign([target_of(name)], name_of(kept)), at))
        back += drop_unbound(self._sites, names - before, at)
        handler = ast.ExceptHandler(None, None, [*back, ast.Raise()])
        return [*leading, *made, place(ast.Try(fence, [handler], [], []), at), *let_go(befores, at)]

    def notes(self, node: int, names: Names, assigned: Names, at: ast.stmt | ast.expr) -> list[ast.stmt]:
        """What tells the attempts around some code which values its variables have been given."""
        return self._all_noted(node, names & self.noted, assigned, at)

    def _all_noted(self, node: int, names: Names, assigned: Names, at: ast.stmt | ast.expr) -> list[ast.stmt]:
        found: list[ast.stmt] = []
        for name in sorted(names):
            value, leading = value_of(self._sites, name, name in assigned, at)
            self._sites.node_id = node
            noted = self._sites.operation("note", at, ast.Constant(name), value, site=False)
            found += [*leading, place(ast.Expr(noted), at)]
        return found

    def _begin(
        self, body: Region, read_after: Names, assigned: Names, at: ast.stmt
    ) -> tuple[list[ast.stmt], str, Names]:
        """What begins an attempt; its name; the variables to note."""
        names = self._noted_in(body, read_after)
        leading: list[ast.stmt] = []
        values: list[ast.expr] = []
        for name in sorted(names):
            value, made = value_of(self._sites, name, name in assigned, at)
            values.append(value)
            leading += made
        attempt = self._sites.fresh("attempt")
        listed = ast.Tuple([ast.Constant(name) for name in sorted(names)], ast.Load())
        begun = self._sites.operation("attempt", at, listed, *values)
        return [*leading, assign(attempt, begun, at)], attempt, names

    def _unbinds(self, body: Region, read_after: Names) -> bool:
        return bool(all_binds(body, self._regions.variables) & read_after & self._regions.assignment.unstable)

    def _noted_in(self, body: Region, read_after: Names) -> Names:
        """The variables to note; none where nothing is overtaken.

        Those that nested functions share hold what the program got to whenever the statement is left: so what is noted
        of them where a failure passes holds for the statements around as well.
        """
        if self._unbinds(body, read_after):
            return frozenset()
        return all_binds(body, self._regions.variables) & (read_after | (self.noted & self._regions.cells))

    def _body(
        self,
        body: Region,
        attempt: str,
        read_after: Names,
        assigned: Names,
        at: ast.stmt,
        leading: list[ast.stmt] | None = None,
        bound: Names = frozenset(),
    ) -> list[ast.stmt]:
        """The body of a statement, in its attempt; ``leading`` has bound ``bound``."""
        outer, outer_strict, outer_restored = self.noted, self.strict, self._restored_at_once
        self.noted |= self._noted_in(body, read_after)
        if self._unbinds(body, read_after):
            self.strict = True
            self._restored_at_once |= all_binds(body, self._regions.variables) & read_after
        with self._sites.within(attempt):
            noted = self.notes(body.input.id, bound | self._regions.staying.shared, assigned, at)
            emitted = [*(leading or []), *noted, *self._regions.region(body, assigned)]
        self.noted, self.strict, self._restored_at_once = outer, outer_strict, outer_restored
        return emitted or [place(ast.Pass(), at)]

    def _guarded(self, attempt: str, names: Names, assigned: Names, body: list[ast.stmt], at: ast.stmt) -> ast.stmt:
        """The two inner statements."""
        with self._sites.within(attempt):
            fails = self._sites.operation("fails", at)
            completes = ast.Expr(self._sites.operation("completes", at))
            caught = self._sites.operation("caught", at)
            was = self._sites.operation("as_it_was", at, site=False)
            # What nested functions have bound on the way to here. If something earlier has failed, it does not count.
            left = self._all_noted(self._sites.node_id, names & self._regions.staying.shared, assigned, at)
        failing = ast.ExceptHandler(None, None, [*left, place(ast.Expr(fails), at), ast.Raise()])
        ended = ast.Try(body, [failing], [], [completes])
        back = self._restored(names, assigned, was, at)
        if sys.version_info >= (3, 11):
            again: list[ast.stmt] = [ast.If(caught, back, []) if back else ast.Expr(caught), ast.Raise()]
            return place(ast.Try([ended], [ast.ExceptHandler(None, None, again)], [], []), at)
        line, error = self._sites.fresh("line"), self._sites.fresh("error")
        again = [assign(line, caught, at), ast.If(name_of(line), back or [ast.Pass()], [])]
        again += [self._raised_on(number, line, error) for number in range(at.lineno, (at.end_lineno or 0) + 1)]
        kind = self._sites.known("base_exception")
        return place(ast.Try([ended], [ast.ExceptHandler(kind, error, [*again, ast.Raise()])], [], []), at)

    def _raised_on(self, number: int, line: str, error: str) -> ast.stmt:
        """Raise an exception from a line. Before Python 3.11 a handler's traceback begins where it was raised."""
        test = ast.Compare(name_of(line), [ast.Eq()], [ast.Constant(number)])
        there = located(Span(number, 0, number, 0))
        return place(ast.If(test, [ast.Raise(name_of(error), None)], []), there)

    def _restored(self, names: Names, assigned: Names, was: ast.expr, at: ast.stmt) -> list[ast.stmt]:
        if not names:
            return []
        targets = ast.Tuple([target_of(name) for name in sorted(names)], ast.Store())
        found: list[ast.stmt] = [place(ast.Assign([targets], was), at)]
        return [*found, *drop_unbound(self._sites, names - assigned, at)]

    def _handler(self, handler: Handler, node: Try, assigned: Names) -> ast.ExceptHandler:
        at = located(handler.span)
        kind: ast.expr | None = None
        self._regions.expressions.assigned = assigned
        if handler.type is not None:
            kind = self._regions.expressions.value(handler.type.expression())
        inside = self._regions.assignment.handling(handler.name, assigned)
        gone = self._regions.releases.handling(node, at)
        body = [*gone, *self._regions.region(handler.body, inside)] or [place(ast.Pass(), at)]
        return place(ast.ExceptHandler(kind, handler.name or None, body), at)


def notes_of_loop(regions: Regions, node: For | While, at: ast.expr) -> list[ast.stmt]:
    """What tells attempts around a loop as it was written, which says nothing itself, what its variables hold."""
    return regions.guarded.notes(node.id, all_binds(Region((node,)), regions.variables), frozenset(), at)
