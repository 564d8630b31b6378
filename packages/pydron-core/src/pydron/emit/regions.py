"""Emits control structures, and the regions that may be deferred as functions of their own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from pydron.emit.aheads import Aheads
from pydron.emit.assignment import Assignment, Names, deleted_names
from pydron.emit.builder import FRAME, Sites, assign, function_def, name_of, place, target_of
from pydron.emit.expressions import Expressions
from pydron.emit.guarded import Guarded, notes_of_loop
from pydron.emit.matches import emit_match
from pydron.emit.plain import located, stepped_at, target_of_loop
from pydron.emit.planning import Deferrable as Deferrable
from pydron.emit.planning import plan_of
from pydron.emit.releases import Releases, let_go
from pydron.emit.statements import Statements
from pydron.emit.staying import Staying
from pydron.emit.streams import Extent, emit_stream, handed_over
from pydron.emit.tiers import in_tiers, left_behind, while_in_tiers
from pydron.emit.unbound import value_of
from pydron.ir.lifetimes import lifetimes_of
from pydron.ir.names import fragments_of, own_binds
from pydron.ir.nodes import (
    Call,
    Const,
    Def,
    For,
    Graph,
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
    subregions,
    walk,
)
from pydron.ir.syntax import all_nodes


def _rebound_elsewhere(graph: Graph) -> Names:
    """The function's variables that nested code may bind: by ``nonlocal``, or by ``:=`` in a generator expression."""
    names: set[str] = set()
    for node in walk(graph.body) if graph.cell_names else ():
        for fragment in fragments_of(node):
            for inner in all_nodes(fragment.syntax()):
                if isinstance(inner, ast.Nonlocal):
                    names.update(inner.names)
                elif isinstance(inner, ast.GeneratorExp):
                    names.update(part.target.id for part in ast.walk(inner) if isinstance(part, ast.NamedExpr))
    return frozenset(names) & frozenset(graph.cell_names)


class Regions:
    """Emits the regions of one graph."""

    def __init__(self, graph: Graph, sites: Sites) -> None:
        self.graph = graph
        self.sites = sites
        self.variables: Names = frozenset(graph.local_names) | frozenset(graph.temporaries)
        self.expressions = Expressions(sites, self.variables)
        self.releases = Releases(lifetimes_of(graph))
        self.statements = Statements(self.expressions, graph, self.releases)
        self.staying = Staying(sites, self.releases.objects & self.variables, _rebound_elsewhere(graph))
        self.assignment = Assignment(self.variables, deleted_names(graph))
        self.deferrable: list[Deferrable] = []
        self.functions: list[ast.FunctionDef] = []
        self.cells = frozenset(graph.cell_names)
        self.guarded = Guarded(self)
        self.loops = 0
        self.sink = ""
        self.streams: list[Extent] = []
        self.aheads = Aheads(self.expressions)

    def region(self, region: Region, assigned: Names) -> list[ast.stmt]:
        """The statements of a region; ``assigned`` is bound for certain where it begins."""
        emitted: list[ast.stmt] = []
        around, self.expressions.kept = self.expressions.kept, []
        for node in region.nodes:
            self.expressions.assigned = assigned
            self.sites.node_id = node.id
            made, before = self._node(node, assigned), assigned
            assigned = self.assignment.after(node, assigned)
            if isinstance(node, Call) or not subregions(node):
                made = self.guarded.noticed(node, made, own_binds(node, self.variables), before, assigned)
                made = [*made, *self.staying.after(node, assigned - self.assignment.unstable)]
            at = located(node.span)
            emitted += [*made, *self.expressions.let_go_of_kept(at), *self.releases.ending(node, at)]
        self.expressions.kept = around
        return emitted

    def _node(self, node: Node, assigned: Names) -> list[ast.stmt]:
        match node:
            case Input():
                return []
            case Output():
                return self.statements.output(node)
            case Host() | Const():
                return self.statements.host(node)
            case Call():
                return self.statements.call(node) if node.stream is None else emit_stream(self, node, assigned)
            case Store() if self.sink and node.root == self.sink:
                (statement,) = node.fragment.statements()
                return handed_over(statement, self.aheads.handed)
            case Store():
                return self.statements.store(node)
            case Def():
                return self.statements.nested(node)
            case Native():
                return self.statements.native(node)
            case If():
                return self._if(node, assigned)
            case For():
                return self._for(node, assigned)
            case While():
                return self._while(node, assigned)
            case Match():
                return emit_match(self, node, assigned)
            case Try() | With():
                return self.guarded.statement(node, assigned)

    def _block(self, region: Region, assigned: Names, at: ast.stmt | ast.expr) -> list[ast.stmt]:
        return self.region(region, assigned) or [place(ast.Pass(), at)]

    # Choices.

    def _if(self, node: If, assigned: Names) -> list[ast.stmt]:
        test = node.test.expression()
        emitted_test = self.expressions.emit(test)
        plan = plan_of(self, node, assigned, "if")
        if plan is None:
            truth = self.expressions.operation("truth", test, self.aheads.looked(emitted_test, test))
            released = [*self.expressions.let_go_of_kept(test), *self.releases.beginning(node, test)]
            then = [*released, *self._block(node.then, assigned, test)]
            return [place(ast.If(truth, then, [*released, *self.region(node.orelse, assigned)]), test)]
        parameter = self.sites.fresh("test")
        received = frozenset(plan.captures)
        with self.staying.inside(plan.results), self.aheads.apart():
            truth = self.expressions.operation("truth", test, name_of(parameter))
            then, orelse = self._block(node.then, received, test), self.region(node.orelse, received)
        body: list[ast.stmt] = [place(ast.If(truth, then, orelse), test)]
        self.function(plan, [parameter, *plan.captures], body, test)
        self.sites.node_id = node.id
        released = self.releases.beginning(node, test)
        if not released or isinstance(test, ast.Name):
            return [*self.invoke("choose", plan, [emitted_test], test), *released]
        kept = self.sites.fresh("test")
        chosen = self.invoke("choose", plan, [place(name_of(kept), test)], test)
        return [assign(kept, emitted_test, test), *released, *chosen, *let_go([kept], test)]

    def function(
        self,
        plan: Deferrable,
        parameters: list[str],
        body: list[ast.stmt],
        at: ast.expr | ast.stmt,
        maybe: Names = frozenset(),
    ) -> None:
        """Emit the function that a control node becomes. ``maybe`` are results that may be unbound."""
        held = [value_of(self.sites, name, name not in maybe, at) for name in plan.results]
        body = [*body, *(statement for _, leading in held for statement in leading)]
        results = ast.Tuple([value for value, _ in held], ast.Load())
        arguments = ast.arguments(
            posonlyargs=[],
            args=[ast.arg(FRAME), *(ast.arg(name) for name in parameters)],
            kwonlyargs=[],
            kw_defaults=[],
            defaults=[],
        )
        function = function_def(plan.function, arguments, [*body, ast.Return(results)])
        self.functions.append(place(function, at))
        self.deferrable.append(plan)

    def invoke(
        self,
        operation: str,
        plan: Deferrable,
        leading: list[ast.expr],
        at: ast.expr | ast.stmt,
        captured: list[ast.expr] | None = None,
    ) -> list[ast.stmt]:
        """The statements that begin such a function, and bind its results."""
        number = ast.Constant(self.deferrable.index(plan))
        values = [name_of(name) for name in plan.captures] if captured is None else captured
        invoked = self.sites.operation(operation, at, number, name_of(plan.function), *leading, *values)
        if not plan.results:
            return [place(ast.Expr(invoked), at)]
        targets = ast.Tuple([target_of(name) for name in plan.results], ast.Store())
        bound = frozenset(plan.results)
        return [place(ast.Assign([targets], invoked), at), *self.guarded.notes(plan.node, bound, bound, at)]

    # Loops.

    def _for(self, node: For, assigned: Names) -> list[ast.stmt]:
        iterable = node.iterable.expression()
        emitted_iterable = self.expressions.emit(iterable)
        plan = plan_of(self, node, assigned, "loop") if node.comprehension == "" else None
        if plan is None:
            return self._for_inline(node, emitted_iterable, iterable, assigned)
        parameter = self.sites.fresh("iterable")
        with self.staying.inside(plan.results):
            body = self._for_inline(node, place(name_of(parameter), iterable), iterable, frozenset(plan.captures))
        self.function(plan, [parameter, *plan.captures], body, iterable)
        self.sites.node_id = node.id
        given = self.releases.handed_over(node, emitted_iterable, plan.captures)
        return self.invoke("loop_over", plan, given, iterable, [])

    @contextmanager
    def stream(self, sink: str) -> Iterator[None]:
        """Emit into a function of its own that computes elements; what is put into ``sink`` is handed over."""
        kept = self.loops, self.sink, self.expressions.assigned
        self.loops, self.sink = 0, sink
        try:
            with self.sites.within(FRAME), self.guarded.outside(), self.aheads.apart():
                yield
        finally:
            self.loops, self.sink, self.expressions.assigned = kept

    def stream_loop(self, node: For, tiers: str, at: ast.expr, assigned: Names) -> list[ast.stmt]:
        """The outermost loop of a stream, over ``tiers``."""
        self.sites.node_id = node.id
        return self._for_inline(node, None, at, assigned, tiers)

    def _for_inline(
        self, node: For, iterable: ast.expr | None, at: ast.expr, assigned: Names, tiers: str = ""
    ) -> list[ast.stmt]:
        target = target_of_loop(node)
        loop_target: ast.expr = target
        leading: list[ast.stmt] = []
        if not isinstance(target, ast.Name) or target.id in self.cells:
            element = self.sites.fresh("element")
            loop_target = place(target_of(element), target)
            leading = [*self.statements.bind(target, place(name_of(element), target)), *let_go([element], target)]
        self.loops += 1
        bound = frozenset(n.id for n in ast.walk(target) if isinstance(n, ast.Name)) & self.variables
        inside = assigned | bound
        leading += self.guarded.notes(node.id, bound | self.staying.shared, inside, at)
        with self.aheads.around(node, bool(self.sink), self.loops == 1) as ahead:
            body = leading + self.region(node.body, inside - self.assignment.unstable)
        self.loops -= 1
        orelse = self.region(node.orelse, assigned)
        self.sites.node_id = node.id
        if not self.loops:
            machine = ast.For(loop_target, ast.Tuple([], ast.Load()), body, [], None)
            notes = notes_of_loop(self, node, at)
            forms = tiers or self.sites.fresh("tiers")
            loop = in_tiers(self.statements, node, forms, iterable, assigned, machine, orelse, notes, self.sink)
            loop = self.aheads.over_tiers(loop, ahead, node, forms, assigned)
            ended = [self.aheads.ended(ahead, node)] if ahead else []
            return [*loop, *ended] if tiers else left_behind(forms, loop, ended, self.releases.used_up(node, iterable))
        assert iterable is not None
        if ahead:
            begun = self.aheads.begun(ahead, node, iterable, assigned)
            steps: ast.expr = ast.Call(ast.Attribute(name_of(ahead), "steps", ast.Load()), [], [])
            written = place(ast.For(loop_target, steps, body or [ast.Pass()], orelse, None), at)
            left = place(ast.Try([written], [], [], [self.aheads.ended(ahead, node)]), at)
            return [begun, *self.releases.used_up(node, iterable), left]
        steps = self.expressions.operation("iterate", at, self.releases.taken(node, iterable))
        return [place(ast.For(loop_target, steps, body or [ast.Pass()], orelse, None), stepped_at(node))]

    def _while(self, node: While, assigned: Names) -> list[ast.stmt]:
        test = node.test.expression()
        plan = plan_of(self, node, assigned, "loop")
        if plan is None:
            return self._while_inline(node, test, assigned)
        with self.staying.inside(plan.results), self.aheads.apart():
            body = self._while_inline(node, test, frozenset(plan.captures))
        self.function(plan, list(plan.captures), body, test)
        self.sites.node_id = node.id
        return self.invoke("loop", plan, [], test)

    def _while_inline(self, node: While, test: ast.expr, assigned: Names) -> list[ast.stmt]:
        """``while True: header; if not test: break; body``; the else branch runs after the test was false."""
        self.loops += 1
        with self.aheads.forecast(node) as ahead:
            header = self.region(node.header, assigned)
            inside = self.assignment.through(node.header, assigned) or assigned
            self.expressions.assigned = inside
            self.sites.node_id = node.id
            truth = self.expressions.operation("truth", test, self.aheads.looked(self.expressions.emit(test), test))
            kept = self.expressions.let_go_of_kept(test)
            body = self.region(node.body, inside)
        ended = self.sites.fresh("ended")
        leave: list[ast.stmt] = [assign(ended, ast.Constant(True), test), ast.Break()]
        self.loops -= 1
        orelse = self.region(node.orelse, inside)
        if not orelse:
            leave = [ast.Break()]
        released = [*kept, *self.releases.beginning(node, test)]
        check = ast.If(ast.UnaryOp(ast.Not(), truth), [*released, *leave], [])
        turn = [*header, check, *released, *body]
        begin, count, end = self.aheads.forecasting(ahead, node) if ahead else ([], [], [])
        if self.loops:
            looping: list[ast.stmt] = [place(ast.While(ast.Constant(True), [*count, *turn], []), test)]
        else:
            notes = notes_of_loop(self, node, test)
            looping = while_in_tiers(self.statements, node, assigned, [*count, *turn], leave, notes)
        looping = [*begin, *looping, *end]
        if not orelse:
            return looping
        choice = place(ast.If(name_of(ended), orelse, []), test)
        return [assign(ended, ast.Constant(False), test), *looping, choice]
