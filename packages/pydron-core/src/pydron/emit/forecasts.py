"""Emits forecasts: scouts that go through the next iterations of a ``while`` loop.

What a ``for`` loop goes through next can be looked up. What a ``while`` loop does next depends on what it did before.
Its scout (:mod:`.scouts`) is a generator: it begins where the program waits, with the variables as they are there,
finishes the present iteration, and goes on from iteration to iteration::

    def __pydron_scout(frame, queue, x, _1):
        for once in (0,):
            (what is left of the present iteration)
        else:
            while True:
                yield
                (what the test needs)
                if the test is false: break
                (the body)

Lists, dicts, sets, deques and builtin iterators that the loop changes are copies, and only these are changed. Where it
is not known whether a container is changed, the forecast is that it is not: a queue keeps what is in it.
"""

from __future__ import annotations

import ast

from pydron.emit.assignment import Names
from pydron.emit.builder import FRAME, Unsupported, name_of, place, target_of
from pydron.emit.scouts import Scouting, ScoutUnit, parameters
from pydron.ir.names import all_binds, all_reads
from pydron.ir.nodes import Call, For, Graph, Input, Node, Output, Region, Store, Try, While, With, subregions, walk
from pydron.location import Span

Where = tuple[int, int | None]
"""Line and column of a place; the column is None where only the line is known."""


def can_be_forecast(node: While) -> bool:
    """Whether there may be functional calls in the iterations of a loop."""
    return any(isinstance(inner, Call) for region in (node.header, node.body) for inner in walk(region))


def read_by(node: While, variables: Names) -> Names:
    """The variables that a loop's iterations read, among them those that they bind themselves."""
    return all_reads(Region((node,)), variables)


def bound_by(node: While, variables: Names) -> Names:
    """The variables that a loop binds."""
    return all_binds(Region((node,)), variables)


def changed_by(node: While) -> frozenset[str]:
    """The variables whose objects a loop modifies, or hands to what may be a function that does."""
    nodes = list(walk(Region((node,))))
    stored = {inner.root for inner in nodes if isinstance(inner, Store)}
    return frozenset(stored.union(*(_given_first(inner) for inner in nodes if isinstance(inner, Call))))


_CHANGING = ("heapify", "heappop", "heappush", "heappushpop", "heapreplace", "insort", "insort_left", "insort_right")
"""Names of functions of the library that change the list which they are given first."""


def _given_first(node: Call) -> set[str]:
    if node.callee.rpartition(".")[2] not in _CHANGING:
        return set()
    (statement,) = node.fragment.syntax()
    call = getattr(statement, "value", None)
    first = call.args[0] if isinstance(call, ast.Call) and call.args else None
    return {first.id} if isinstance(first, ast.Name) else set()


def forecast_unit(graph: Graph, node: While, where: Where, names: tuple[str, ...]) -> ScoutUnit | None:
    """The forecast of a loop whose program waits at a place in it; None where it would ask for nothing.

    Args:
        names: The variables that it is given.
    """
    return _Forecasting(graph).loop(node, where, names)


class _Forecasting(Scouting):
    """A scout that changes copies, and goes on from iteration to iteration."""

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph, function=False)
        self.loops = 1

    def loop(self, node: While, where: Where, names: tuple[str, ...]) -> ScoutUnit | None:
        """The forecast of a loop."""
        at = node.test.expression()
        once = self.sites.fresh("once")
        rest = None if _waits_for_test(node, where) else self._rest(node.body, where, at)
        if rest is None:
            rest = [*(self._rest(node.header, where, at) or []), *self._test(node, at), *self.region(node.body, at)]
        iteration = [place(ast.Expr(ast.Yield(None)), at), *self.region(node.header, at), *self._test(node, at)]
        loop = place(ast.While(ast.Constant(True), [*iteration, *self.region(node.body, at)], []), at)
        if not self.asks:
            return None
        one = ast.Tuple([ast.Constant(0)], ast.Load())
        whole = place(ast.For(target_of(once), one, rest or [ast.Pass()], [loop], None), at)
        return self.unit(parameters([FRAME, *names]), [whole], at)

    def _test(self, node: While, at: ast.expr) -> list[ast.stmt]:
        """Go on where the test is true; where it is not known, as long as there is something to ask for."""
        self.sites.node_id = node.id
        known, decided = self.decided(at)
        hopeless = ast.UnaryOp(ast.Not(), ast.Attribute(name_of(FRAME), "hopeful", ast.Load()))
        unknown = ast.BoolOp(ast.And(), [ast.Compare(name_of(known), [ast.Is()], [ast.Constant(None)]), hopeless])
        false = ast.Compare(name_of(known), [ast.Is()], [ast.Constant(False)])
        ended = ast.If(ast.BoolOp(ast.Or(), [false, unknown]), [ast.Break()], [])
        return [*decided, place(ended, at)]

    # What is left of the present iteration.

    def _rest(self, region: Region, where: Where, at: ast.expr) -> list[ast.stmt] | None:
        """What comes after the place in a region at which the program waits; None if it is not in the region."""
        here = [number for number, node in enumerate(region.nodes) if _covers(node, where)]
        if not here:
            return None
        simple = [number for number in here if not subregions(region.nodes[number])]
        number = simple[-1] if simple else here[0]
        node = region.nodes[number]
        self.sites.node_id = node.id
        found = self.nothing(node.binds, at) if simple else self._rest_within(node, where, at)
        return [*found, *self.region(Region(region.nodes[number + 1 :]), at)]

    def _rest_within(self, node: Node, where: Where, at: ast.expr) -> list[ast.stmt]:
        for _, inner in subregions(node):
            found = self._rest(inner, where, at)
            if found is not None and not isinstance(node, While):
                # Of a loop within, the iterations that are left are its own to look at.
                return (
                    [*self.nothing(all_binds(inner, self.variables), at), *found]
                    if isinstance(node, (For, While))
                    else found
                )
        if isinstance(node, (Try, With)):
            return self._gone_through(node, at)
        return self.passed_over(node, at) if isinstance(node, While) else self.node(node, at)

    def _gone_through(self, node: Try | With, at: ast.expr) -> list[ast.stmt]:
        """A block at whose end the program waits: its calls have been begun, and are not asked for again."""
        asked = self.asks
        body = self.region(node.body, at)
        self.asks = asked
        after = self.region(node.orelse, at) if isinstance(node, Try) else []
        return [self._asking(False, at), *body, self._asking(True, at), *after]

    def _asking(self, whether: bool, at: ast.expr) -> ast.stmt:
        target = ast.Attribute(name_of(FRAME), "asking", ast.Store())
        return place(ast.Assign([target], ast.Constant(whether)), at)

    # What is changed.

    def node(self, node: Node, at: ast.expr) -> list[ast.stmt]:
        """The statements of a node; containers are changed."""
        if isinstance(node, Store):
            emitted = self.quietly(lambda: self._changed(node), at, node.binds)
            return emitted or self.nothing([*node.binds, node.root], at)
        return super().node(node, at)

    def passed_over(self, node: Node, at: ast.expr) -> list[ast.stmt]:
        """What a node that is not gone through leaves behind: other values of its variables, and no changes."""
        return self.nothing(all_binds(Region((node,)), self.variables), at)

    def _changed(self, node: Store) -> list[ast.stmt]:
        statement = node.fragment.statements()[0]
        match statement:
            case ast.AugAssign(target=ast.Name()):
                return self.augmented(node)
            case ast.AugAssign(target=ast.Subscript() as target):
                present = self._operation("item", target, target.value, target.slice)
                operator, value = self.sites.operator(statement.op), self.expressions.emit(statement.value)
                changed = self.expressions.operation("binary", statement, operator, present, value)
                return [self._set(target, changed)]
            case ast.Assign(targets=[ast.Subscript() as target]):
                return [self._set(target, self.expressions.emit(statement.value))]
            case ast.Delete(targets=[ast.Subscript() as target]):
                return [place(ast.Expr(self._operation("scouted_delete", target, target.value, target.slice)), target)]
            case ast.Expr(value=ast.Call() as call):
                return [place(ast.Expr(self._method(call)), statement)]
            case ast.Assign(targets=[target], value=ast.Call() as call):
                return self.bind(target, self._method(call))
            case _:
                raise Unsupported("a store of another form")

    def _operation(self, name: str, at: ast.expr, *operands: ast.expr) -> ast.expr:
        return self.expressions.operation(name, at, *map(self.expressions.emit, operands))

    def _set(self, target: ast.Subscript, value: ast.expr) -> ast.stmt:
        owner, index = self.expressions.emit(target.value), self.expressions.emit(target.slice)
        return place(ast.Expr(self.expressions.operation("scouted_set", target, owner, index, value)), target)

    def _method(self, call: ast.Call) -> ast.expr:
        starred = any(isinstance(argument, ast.Starred) for argument in call.args)
        if not isinstance(call.func, ast.Attribute) or call.keywords or starred:
            raise Unsupported("a call of another form")
        owner, arguments = self.expressions.emit(call.func.value), map(self.expressions.emit, call.args)
        return self.expressions.operation("scouted_method", call, owner, ast.Constant(call.func.attr), *arguments)


def _covers(node: Node, where: Where) -> bool:
    if isinstance(node, (Input, Output)):
        return False
    span = node.span
    return _is_inside(where, (span.line, span.column), (max(span.line, span.end_line), span.end_column))


def _is_inside(where: Where, begin: tuple[int, int], end: tuple[int, int]) -> bool:
    line, column = where
    return begin[0] <= line <= end[0] if column is None else begin <= (line, column) < end


def _waits_for_test(node: While, where: Where) -> bool:
    """Whether the program waits for the test of a loop; where only the line is known, it does if that makes calls."""
    span = Span.of(node.test.expression())
    inside = _is_inside(where, (span.line, span.column), (span.end_line, span.end_column))
    return inside and (where[1] is not None or any(isinstance(inner, Call) for inner in walk(node.header)))
