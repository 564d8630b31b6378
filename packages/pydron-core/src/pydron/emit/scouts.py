"""Emits scouts: what computes the arguments of functional calls ahead of a decision.

A loop that may be left at a result, ``for x in xs: if test(x): return x``, has to wait for each result. While it does,
a *scout* goes through the body for the next elements, along the way that does not leave, and asks for the calls that it
comes to. It stores nothing, calls nothing else, and whatever it does not know it passes over: each statement of it may
fail, without anybody noticing::

    def __pydron_scout(frame, element, captures):
        try: x = element
        except Exception: pass
        try: _1 = op_scouted(frame, site, test, x)
        except Exception: pass
        ...

What cannot be known is the value *nothing*: a name that a failed statement would have bound, or that something passed
over may have bound or modified. Whatever is done with it fails, and gives nothing again.

A scout of a *function* goes through a call that the machine would enter, a scheduled function or a plain helper, and
gives what the call would give, or nothing.

What a scout asks for is a guess. A call of the program takes a guess only if it is the same function, given the same
arguments, so a wrong guess costs time and never a result.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection
from dataclasses import dataclass
from types import CodeType

from pydron.emit.assignment import Names
from pydron.emit.builder import FRAME, PREFIX, Sites, Unsupported, assign, function_def, name_of, place, target_of
from pydron.emit.expressions import Expressions
from pydron.emit.plain import target_of_loop
from pydron.emit.signature import arguments_of
from pydron.ir.names import all_binds, all_reads, bound
from pydron.ir.nodes import (
    Call,
    Const,
    For,
    Graph,
    Host,
    If,
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
from pydron.ir.recompiling import compile_again
from pydron.location import Span

FACTORY = f"{PREFIX}unit"

_ALLOWED = frozenset(
    {"attribute", "binary", "contains", "index_slice", "item", "key", "kept_under", "listed", "mapped", "may_put_off",
     "pure", "scouted", "scouted_delete", "scouted_method", "scouted_named", "scouted_parts", "scouted_set",
     "scouted_steps", "scouted_turns", "slice", "truth", "tupled", "unary", "unforeseen", "value_of"}
)  # fmt: skip
"""Operations that a scout may use. They wait for nothing and modify nothing that can be seen."""


@dataclass(frozen=True, slots=True)
class ScoutUnit:
    """A scout, compiled.

    Attributes:
        code: Code of a module that defines :data:`FACTORY`, which takes the names below and gives the scout.
        free_names, operations, operators: As of a :class:`pydron.emit.unit.Unit`.
        places: (node id, span) per site.
    """

    code: CodeType
    free_names: tuple[str, ...]
    operations: tuple[str, ...]
    operators: tuple[str, ...]
    places: tuple[tuple[int, Span], ...]


def may_leave(body: Region) -> bool:
    """Whether a loop's body decides, in a choice of its own, that control goes another way than to its end."""
    return any(
        isinstance(node, (If, Match, Try, With)) and any(_leaves(inner) for _, inner in subregions(node))
        for node in body.nodes
    )


def may_stop(body: Region) -> bool:
    """Whether there may be sync-points in a loop's body: blocks of managers, calls, and code taken whole."""
    return any(isinstance(node, (Call, Native, With)) for node in walk(body))


def _leaves(region: Region) -> bool:
    return region.output.exit != "next" or may_leave(region)


def captures_of(node: For, variables: Names) -> Names:
    """The variables that a scout for the loop receives: those that the loop does not bind itself."""
    return all_reads(node.body, variables) - all_binds(Region((node,)), variables)


def scout_unit(graph: Graph, node: For, captures: tuple[str, ...]) -> ScoutUnit | None:
    """The scout for a loop; None where it would ask for nothing."""
    scouting = Scouting(graph, function=False)
    parameter = scouting.sites.fresh("element")
    at = node.iterable.expression()
    body = scouting.taken(node, name_of(parameter)) + scouting.region(node.body, at)
    if not scouting.asks:
        return None
    return scouting.unit(parameters([FRAME, parameter, *captures]), body, at)


def function_scout_unit(graph: Graph) -> ScoutUnit:
    """The scout for a whole function, which takes the function's arguments."""
    scouting = Scouting(graph, function=True)
    line = max(1, graph.first_line)
    at = ast.Constant(None, lineno=line, col_offset=0, end_lineno=line, end_col_offset=0)
    body = [assign(_DOUBT, ast.Constant(False), at), *scouting.region(graph.body, at)]
    arguments = arguments_of(graph)
    arguments.posonlyargs.insert(0, ast.arg(FRAME))
    return scouting.unit(arguments, body, at)


def parameters(names: list[str]) -> ast.arguments:
    """Parameters of these names."""
    return ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])


_DOUBT = f"{PREFIX}doubt"
"""Variable of a function's scout: whether the function may have returned before."""


def _may_return(*regions: Region) -> bool:
    return any(
        isinstance(node, Output) and node.exit in ("return", "raise") for region in regions for node in walk(region)
    )


class Scouting:
    """Goes along the way that does not leave.

    Attributes:
        asks: Whether a call has been met.
    """

    def __init__(self, graph: Graph, function: bool) -> None:
        self.sites = Sites()
        self.sites.places.append((0, Span(graph.first_line, 0, graph.first_line, 0)))
        self.variables = frozenset(graph.local_names) | frozenset(graph.temporaries)
        self.expressions = Expressions(self.sites, self.variables)
        self.asks = False
        self._graph = graph
        self._function = function
        self.loops = 0

    def unit(self, arguments: ast.arguments, body: list[ast.stmt], at: ast.expr) -> ScoutUnit:
        """Compile what has been emitted."""
        graph, sites = self._graph, self.sites
        function = function_def(f"{PREFIX}scout", arguments, body)
        operations, operators = tuple(sorted(sites.operations)), tuple(sorted(sites.operators))
        names = [
            *graph.free_names,
            *(f"{PREFIX}op_{name}" for name in operations),
            *(PREFIX + name for name in operators),
        ]
        made: list[ast.stmt] = [*self.expressions.helpers, function, ast.Return(name_of(function.name))]
        factory = function_def(FACTORY, parameters(names), made)
        module = ast.Module([place(factory, at)], [])
        code = compile_again(module, graph.filename)
        return ScoutUnit(code, graph.free_names, operations, operators, tuple(sites.places))

    def region(self, region: Region, at: ast.expr) -> list[ast.stmt]:
        """The statements of a region; leaving ends the scout, or a loop in it."""
        found: list[ast.stmt] = []
        for node in region.nodes:
            self.sites.node_id = node.id
            found += self.node(node, at)
        way = region.output.exit
        if way == "return" and self._function:
            found += self._return(region.output, at)
        elif way in ("break", "continue") and self.loops:
            found.append(place(ast.Break() if way == "break" else ast.Continue(), at))
        elif way != "next":
            found.append(self.end(at))
        return found

    def node(self, node: Node, at: ast.expr) -> list[ast.stmt]:
        """The statements of a node."""
        match node:
            case Host() | Const():
                return self.quietly(lambda: self._host(node), at, node.binds)
            case Call(stream=None):
                return self.quietly(lambda: self._call(node), at, node.binds)
            case Call(stream=Region() as stream):
                return [*self.region(stream, at), *self.nothing(node.binds, at)]
            case Store():
                augmented = self.quietly(lambda: self.augmented(node), at, node.binds)
                return [*augmented, *self.nothing([] if augmented else [*node.binds, node.root], at)]
            case If():
                return self._if(node, at)
            case For():
                return self._for(node)
            case While():
                return self._while(node, at)
            case Try():
                return [*self.region(node.body, at), *self.region(node.orelse, at)]
            case With():
                return self.region(node.body, at)
            case _:
                return self.passed_over(node, at)

    def nothing(self, names: Collection[str], at: ast.expr) -> list[ast.stmt]:
        """These names are bound to something that is not known."""
        return [
            assign(name, self.sites.operation("nothing", at, site=False), at)
            for name in sorted(self.variables.intersection(names))
        ]

    def passed_over(self, node: Node, at: ast.expr) -> list[ast.stmt]:
        """What a node that is not gone through leaves behind."""
        regions = [inner for _, inner in subregions(node)]
        touched = {inner.root for region in regions for inner in walk(region) if isinstance(inner, Store)}
        touched |= all_binds(Region((node,)), self.variables)
        return [*self.nothing(touched, at), *self._doubting(regions, at)]

    def _doubting(self, regions: list[Region], at: ast.expr) -> list[ast.stmt]:
        """From here on the function may have returned, if one of the regions does."""
        return [assign(_DOUBT, ast.Constant(True), at)] if self._function and _may_return(*regions) else []

    def end(self, at: ast.expr) -> ast.stmt:
        """Ends the scout."""
        value = self.sites.operation("nothing", at, site=False) if self._function else ast.Constant(None)
        return place(ast.Return(value), at)

    def _return(self, output: Output, at: ast.expr) -> list[ast.stmt]:
        """``return value``: nothing, if the function may have returned before."""
        statement = None if output.fragment is None else output.fragment.statements()[0]
        value = statement.value if isinstance(statement, ast.Return) else None
        result = self.sites.fresh("result")
        given: ast.expr = place(ast.Constant(None), at) if value is None else value
        found = [assign(result, self.sites.operation("nothing", at, site=False), at)]
        found += self.quietly(lambda: [assign(result, self.expressions.emit(given), given)], given)
        return [place(ast.If(name_of(_DOUBT), [self.end(at)], []), at), *found, place(ast.Return(name_of(result)), at)]

    def _host(self, node: Host | Const) -> list[ast.stmt]:
        statements = node.fragment.statements()
        if not all(isinstance(statement, ast.Assign) for statement in statements):
            raise Unsupported("no assignment")
        found: list[ast.stmt] = []
        for statement in statements:
            assert isinstance(statement, ast.Assign)
            if len(statement.targets) > 1:
                raise Unsupported("several targets")
            found += self.bind(statement.targets[0], self.expressions.emit(statement.value))
        return found

    def bind(self, target: ast.expr, value: ast.expr) -> list[ast.stmt]:
        """Bind names to an emitted value; only lists and tuples are unpacked, because that changes nothing."""
        if isinstance(target, ast.Name):
            return [assign(target.id, value, target)]
        if not isinstance(target, (ast.Tuple, ast.List)) or any(isinstance(e, ast.Starred) for e in target.elts):
            raise Unsupported("a target of another form")
        names = [self.sites.fresh("part") for _ in target.elts]
        parts = self.expressions.operation("scouted_parts", target, value)
        pattern = ast.Tuple([target_of(name) for name in names], ast.Store())
        found: list[ast.stmt] = [place(ast.Assign([pattern], parts), target)]
        for name, element in zip(names, target.elts):
            found += self.bind(element, place(name_of(name), element))
        return found

    def augmented(self, node: Store) -> list[ast.stmt]:
        """``name += value`` as ``name = name + value``: what it gives is right, and nothing is modified."""
        statement = node.fragment.statements()[0]
        if not isinstance(statement, ast.AugAssign) or not isinstance(statement.target, ast.Name):
            raise Unsupported("a store of another form")
        name = place(ast.Name(statement.target.id, ast.Load()), statement)
        value = self.expressions.emit(statement.value)
        operator = self.sites.operator(statement.op)
        return [assign(name.id, self.expressions.operation("binary", statement, operator, name, value), statement)]

    def _given(self, argument: ast.expr, named: bool = False) -> ast.expr:
        """An argument. After a star stand the parts of a list or tuple, after two (``named``) those of a dict."""
        if isinstance(argument, ast.Starred):
            parts = self.expressions.operation("scouted_parts", argument, self.expressions.emit(argument.value))
            return place(ast.Starred(parts, ast.Load()), argument)
        value = self.expressions.emit(argument)
        return self.expressions.operation("scouted_named", argument, value) if named else value

    def _call(self, node: Call) -> list[ast.stmt]:
        statement = node.fragment.statements()[0]
        call = statement.value if isinstance(statement, (ast.Assign, ast.Expr)) else None
        if not isinstance(call, ast.Call):
            raise Unsupported("a call of another form")
        invoked = self.sites.operation("scouted", call, *map(self._given, (call.func, *call.args)))
        named = [ast.keyword(word.arg, self._given(word.value, word.arg is None)) for word in call.keywords]
        invoked.keywords = [place(word, call) for word in named]
        place(invoked, call)
        self.asks = True
        if isinstance(statement, ast.Assign):
            return self.bind(statement.targets[0], invoked)
        return [place(ast.Expr(invoked), statement)]

    def taken(self, node: For, element: ast.expr) -> list[ast.stmt]:
        """Bind the variables of a loop to an element of what it goes through."""
        target, at = target_of_loop(node), node.iterable.expression()
        self.sites.node_id = node.id
        return self.quietly(lambda: self.bind(target, place(element, target)), at, bound(node.target, self.variables))

    def _for(self, node: For) -> list[ast.stmt]:
        """A loop within: the first few elements. What it leaves in its variables is not known."""
        at = node.iterable.expression()
        steps, element = self.sites.fresh("steps"), self.sites.fresh("element")

        def begin() -> list[ast.stmt]:
            source = self.expressions.emit(node.iterable.expression())
            return [assign(steps, self.expressions.operation("scouted_steps", at, source), at)]

        found = [assign(steps, ast.Tuple([], ast.Load()), at), *self.quietly(begin, at)]
        self.loops += 1
        body = self.taken(node, name_of(element)) + self.region(node.body, at)
        self.loops -= 1
        loop = ast.For(target_of(element), name_of(steps), body or [ast.Pass()], [])
        found.append(place(loop, at))
        return [*found, *self.passed_over(node, at)]

    def _while(self, node: While, at: ast.expr) -> list[ast.stmt]:
        """A loop within: the first few iterations, as long as it is known that there is another."""
        unknown = self.nothing(all_binds(Region((node,)), self.variables), at)
        turns, turn = self.expressions.operation("scouted_turns", at), self.sites.fresh("turn")
        self.loops += 1
        header = self.region(node.header, at)
        known, decide = self.decided(node.test.expression())
        body = self.region(node.body, at)
        self.loops -= 1
        going = ast.Compare(name_of(known), [ast.Is()], [ast.Constant(True)])
        ended = ast.If(ast.Compare(name_of(known), [ast.Is()], [ast.Constant(None)]), unknown or [ast.Pass()], [])
        leave = ast.If(ast.UnaryOp(ast.Not(), going), [ended, ast.Break()], [])
        return [place(ast.For(target_of(turn), turns, [*header, *decide, leave, *body], unknown), at)]

    def decided(self, test: ast.expr) -> tuple[str, list[ast.stmt]]:
        """A variable that is true, false, or None where that is not known, and what binds it."""
        known = self.sites.fresh("known")

        def decide() -> list[ast.stmt]:
            return [assign(known, self.expressions.operation("truth", test, self.expressions.emit(test)), test)]

        return known, [assign(known, ast.Constant(None), test), *self.quietly(decide, test)]

    def _if(self, node: If, at: ast.expr) -> list[ast.stmt]:
        """Where the test is not known: the branch that stays, or, if both leave, the one that comes to calls."""
        test = node.test.expression()
        known, found = self.decided(test)
        branches = []
        for region in (node.then, node.orelse):
            asked, self.asks = self.asks, False
            branches.append((region, self.region(region, test), _leaves(region), self.asks))
            self.asks = self.asks or asked
        (_, then, then_leaves, then_asks), (_, orelse, else_leaves, else_asks) = branches
        true = ast.Compare(name_of(known), [ast.Is()], [ast.Constant(True)])
        false = ast.Compare(name_of(known), [ast.Is()], [ast.Constant(False)])
        if then_leaves and else_leaves and then_asks is else_asks:
            unknown: list[ast.stmt] = [place(ast.Break(), test) if self.loops else self.end(test)]
        elif then_leaves and else_leaves:
            unknown = then if then_asks else orelse
        elif then_leaves or else_leaves:
            unknown = orelse if then_leaves else then
        else:
            unknown = self.passed_over(node, test)
        unknown = [*self._doubting([node.then, node.orelse], test), *unknown]
        choice = ast.If(true, then or [ast.Pass()], [ast.If(false, orelse or [ast.Pass()], unknown or [ast.Pass()])])
        return [*found, place(choice, test)]

    def quietly(self, emit: Callable[[], list[ast.stmt]], at: ast.expr, binds: Collection[str] = ()) -> list[ast.stmt]:
        """Statements of which a failure is passed over; the names are bound to nothing then.

        Nothing else is emitted where they need what a scout must not do.
        """
        before = set(self.sites.operations)
        try:
            statements = emit()
        except Unsupported:
            statements = []
        if not statements or not self.sites.operations - before <= _ALLOWED:
            self.sites.operations = before
            return self.nothing(binds, at)
        self.sites.operations.add("unforeseen")
        handler = ast.ExceptHandler(name_of(f"{PREFIX}op_unforeseen"), None, self.nothing(binds, at) or [ast.Pass()])
        return [place(ast.Try(statements, [handler], [], []), at)]
