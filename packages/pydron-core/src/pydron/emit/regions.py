"""Emits control structures, and the regions that may be deferred as functions of their own."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pydron.emit.assignment import Assignment, Names, deleted_names
from pydron.emit.builder import FRAME, Sites, assign, function_def, name_of, place, target_of
from pydron.emit.expressions import Expressions
from pydron.emit.facts import Facts, facts_of
from pydron.emit.guarded import Guarded
from pydron.emit.matches import emit_match
from pydron.emit.names import all_binds, loaded, own_binds, own_reads
from pydron.emit.plain import target_of_loop
from pydron.emit.statements import Statements
from pydron.emit.streams import Extent, emit_stream, handed_over
from pydron.emit.tiers import in_tiers
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


@dataclass(frozen=True, slots=True)
class Deferrable:
    """A control node that was emitted as a function of its own.

    Attributes:
        function: Name of the emitted function; it takes the frame, the test (for a choice) and the captures.
        kind: "if" waits for its test before it begins; "loop" begins at once.
        node: Id of the node.
        captures: Variables it receives.
        results: Variables it returns, in order.
        facts: What decides whether it may be deferred.
    """

    function: str
    kind: str
    node: int
    captures: tuple[str, ...]
    results: tuple[str, ...]
    facts: Facts


def _rebound_elsewhere(graph: Graph) -> Names:
    """The function's variables that nested code may bind: ``nonlocal`` somewhere inside of it."""
    names: set[str] = set()
    for node in walk(graph.body):
        if isinstance(node, (Def, Native)):
            for statement in node.fragment.statements():
                names.update(
                    name for inner in ast.walk(statement) if isinstance(inner, ast.Nonlocal) for name in inner.names
                )
    return frozenset(names)


class Regions:
    """Emits the regions of one graph."""

    def __init__(self, graph: Graph, sites: Sites) -> None:
        self.graph = graph
        self.sites = sites
        self.variables: Names = frozenset(graph.local_names) | frozenset(graph.temporaries)
        self.expressions = Expressions(sites, self.variables)
        self.statements = Statements(self.expressions, graph)
        self.assignment = Assignment(self.variables, deleted_names(graph))
        self.deferrable: list[Deferrable] = []
        self.functions: list[ast.FunctionDef] = []
        self._cells = frozenset(graph.cell_names)
        self._shared = _rebound_elsewhere(graph)
        self._reads = Counter(name for node in walk(graph.body) for name in own_reads(node, self.variables))
        self.guarded = Guarded(self)
        self._loops = 0
        self.sink = ""
        self.streams: list[Extent] = []

    def region(self, region: Region, assigned: Names) -> list[ast.stmt]:
        """The statements of a region; ``assigned`` is bound for certain where it begins."""
        emitted: list[ast.stmt] = []
        for node in region.nodes:
            self.expressions.assigned = assigned
            self.sites.node_id = node.id
            emitted += self._node(node, assigned)
            assigned = self.assignment.after(node, assigned)
            if not subregions(node):
                emitted += self.guarded.after(node, own_binds(node, self.variables), assigned)
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
                return handed_over(statement, self.expressions.emit)
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
            case Try():
                return self.guarded.try_(node, assigned)
            case With():
                return self.guarded.with_(node, assigned)

    def _block(self, region: Region, assigned: Names, at: ast.stmt | ast.expr) -> list[ast.stmt]:
        return self.region(region, assigned) or [place(ast.Pass(), at)]

    # Choices.

    def _if(self, node: If, assigned: Names) -> list[ast.stmt]:
        test = node.test.expression()
        emitted_test = self.expressions.emit(test)
        plan = self.plan(node, assigned, "if")
        if plan is None:
            truth = self.expressions.operation("truth", test, emitted_test)
            then = self._block(node.then, assigned, test)
            return [place(ast.If(truth, then, self.region(node.orelse, assigned)), test)]
        parameter = self.sites.fresh("test")
        received = frozenset(plan.captures)
        with self.sites.within(FRAME):
            truth = self.expressions.operation("truth", test, name_of(parameter))
            then, orelse = self._block(node.then, received, test), self.region(node.orelse, received)
        body: list[ast.stmt] = [place(ast.If(truth, then, orelse), test)]
        self.function(plan, [parameter, *plan.captures], body, test)
        self.sites.node_id = node.id
        return self.invoke("choose", plan, [emitted_test], test)

    def plan(self, node: If | For | While | Match, assigned: Names, kind: str) -> Deferrable | None:
        """How a control node becomes a function of its own; None where it has to stay in line."""
        if self.guarded.strict:
            return None
        inside = Region((node,))
        bound = all_binds(inside, self.variables)
        own = Counter(name for inner in walk(inside) for name in own_reads(inner, self.variables))
        needs = self.assignment.needs_of(node, frozenset())
        if isinstance(node, If):
            needs = self.assignment.needs(node.then)[0] | self.assignment.needs(node.orelse)[0]
            own.subtract(own_reads(node, self.variables))
        if isinstance(node, Match):
            needs -= loaded(node.subject, self.variables)
        read_later = {name for name in bound if self._reads[name] > own[name]}
        if self._loops:
            read_later |= bound & needs
        after = self.assignment.after(node, needs)
        captures = needs | (read_later - after)
        if captures & self._shared:
            return None  # a nested function that the region calls may bind them anew
        if self.sink and any(isinstance(inner, Store) and inner.root == self.sink for inner in walk(inside)):
            return None  # a generator hands its elements on itself
        if not captures <= assigned or (bound & self._cells) or self.assignment.unstable & (captures | bound):
            return None
        facts = self._facts(node, captures)
        if not facts.closed:
            return None
        function = self.sites.fresh("region")
        return Deferrable(function, kind, node.id, tuple(sorted(captures)), tuple(sorted(read_later)), facts)

    def _facts(self, node: If | For | While | Match, captures: Names) -> Facts:
        return facts_of(Region((node,)), self.graph, captures)

    def function(self, plan: Deferrable, parameters: list[str], body: list[ast.stmt], at: ast.expr) -> None:
        """Emit the function that a control node becomes."""
        results = ast.Tuple([name_of(name) for name in plan.results], ast.Load())
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

    def invoke(self, operation: str, plan: Deferrable, leading: list[ast.expr], at: ast.expr) -> list[ast.stmt]:
        """Run a control node that has become a function; what it binds is bound."""
        number = ast.Constant(self.deferrable.index(plan))
        invoked = self.sites.operation(
            operation, at, number, name_of(plan.function), *leading, *(name_of(name) for name in plan.captures)
        )
        if not plan.results:
            return [place(ast.Expr(invoked), at)]
        targets = ast.Tuple([target_of(name) for name in plan.results], ast.Store())
        bound = frozenset(plan.results)
        return [place(ast.Assign([targets], invoked), at), *self.guarded.notes(plan.node, bound, bound, at)]

    # Loops.

    def _for(self, node: For, assigned: Names) -> list[ast.stmt]:
        iterable = node.iterable.expression()
        emitted_iterable = self.expressions.emit(iterable)
        plan = self.plan(node, assigned, "loop") if node.comprehension == "" else None
        if plan is None:
            return self._for_inline(node, emitted_iterable, iterable, assigned)
        parameter = self.sites.fresh("iterable")
        with self.sites.within(FRAME):
            body = self._for_inline(node, place(name_of(parameter), iterable), iterable, frozenset(plan.captures))
        self.function(plan, [parameter, *plan.captures], body, iterable)
        self.sites.node_id = node.id
        return self.invoke("loop_over", plan, [emitted_iterable], iterable)

    @contextmanager
    def stream(self, sink: str) -> Iterator[None]:
        """Emit into a function of its own that computes elements; what is put into ``sink`` is handed over."""
        kept = self._loops, self.sink, self.expressions.assigned
        self._loops, self.sink = 0, sink
        try:
            yield
        finally:
            self._loops, self.sink, self.expressions.assigned = kept

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
        if not isinstance(target, ast.Name) or target.id in self._cells:
            element = self.sites.fresh("element")
            loop_target = place(target_of(element), target)
            leading = self.statements.bind(target, place(name_of(element), target))
        self._loops += 1
        bound = frozenset(n.id for n in ast.walk(target) if isinstance(n, ast.Name)) & self.variables
        inside = assigned | bound
        leading += self.guarded.notes(node.id, bound, inside, at)
        body = leading + self.region(node.body, inside - self.assignment.unstable)
        self._loops -= 1
        orelse = self.region(node.orelse, assigned)
        if not self._loops:
            machine = ast.For(loop_target, ast.Tuple([], ast.Load()), body, [], None)
            return in_tiers(self.statements, node, iterable or tiers, assigned, machine, orelse, self.sink)
        assert iterable is not None
        steps = self.expressions.operation("iterate", at, iterable)
        return [place(ast.For(loop_target, steps, body or [ast.Pass()], orelse, None), at)]

    def _while(self, node: While, assigned: Names) -> list[ast.stmt]:
        test = node.test.expression()
        plan = self.plan(node, assigned, "loop")
        if plan is None:
            return self._while_inline(node, test, assigned)
        with self.sites.within(FRAME):
            body = self._while_inline(node, test, frozenset(plan.captures))
        self.function(plan, list(plan.captures), body, test)
        self.sites.node_id = node.id
        return self.invoke("loop", plan, [], test)

    def _while_inline(self, node: While, test: ast.expr, assigned: Names) -> list[ast.stmt]:
        """``while True: header; if not test: break; body``; the else branch runs after the test was false."""
        self._loops += 1
        header = self.region(node.header, assigned)
        inside = self.assignment.through(node.header, assigned) or assigned
        self.expressions.assigned = inside
        self.sites.node_id = node.id
        truth = self.expressions.operation("truth", test, self.expressions.emit(test))
        ended = self.sites.fresh("ended")
        leave: list[ast.stmt] = [assign(ended, ast.Constant(True), test), ast.Break()]
        body = self.region(node.body, inside)
        self._loops -= 1
        orelse = self.region(node.orelse, inside)
        if not orelse:
            leave = [ast.Break()]
        check = ast.If(ast.UnaryOp(ast.Not(), truth), leave, [])
        loop = place(ast.While(ast.Constant(True), [*header, check, *body], []), test)
        if not orelse:
            return [loop]
        return [
            assign(ended, ast.Constant(False), test),
            loop,
            place(ast.If(name_of(ended), orelse, []), test),
        ]
