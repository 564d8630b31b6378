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

What a scout asks for is a guess. A call of the program takes a guess only if it is the same function, given the same
arguments, so a wrong guess costs time and never a result.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType

from pydron.emit.assignment import Names
from pydron.emit.builder import FRAME, PREFIX, Sites, Unsupported, assign, function_def, name_of, place, target_of
from pydron.emit.expressions import Expressions
from pydron.emit.names import all_binds, all_reads
from pydron.emit.plain import target_of_loop
from pydron.emit.statements import Statements
from pydron.ir.nodes import Call, Const, For, Graph, Host, If, Match, Native, Node, Region, Try, With, subregions, walk
from pydron.location import Span

FACTORY = f"{PREFIX}unit"

_ALLOWED = frozenset(
    {"attribute", "binary", "contains", "index_slice", "item", "key", "kept_under", "listed", "mapped", "may_put_off",
     "pure", "scouted", "scouted_parts", "slice", "truth", "tupled", "unary", "unforeseen", "value_of"}
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
    scouting = _Scouting(graph)
    parameter = scouting.sites.fresh("element")
    at = node.iterable.expression()
    target = target_of_loop(node)
    scouting.sites.node_id = node.id
    body = scouting.quietly(lambda: scouting.bind(target, place(name_of(parameter), target)), at)
    body += scouting.region(node.body, at)
    if not scouting.asks:
        return None
    arguments = _parameters([FRAME, parameter, *captures])
    function = function_def(f"{PREFIX}scout", arguments, body)
    sites = scouting.sites
    operations, operators = tuple(sorted(sites.operations)), tuple(sorted(sites.operators))
    names = [*graph.free_names, *(f"{PREFIX}op_{name}" for name in operations), *(PREFIX + name for name in operators)]
    made: list[ast.stmt] = [*scouting.expressions.helpers, function, ast.Return(name_of(function.name))]
    factory = function_def(FACTORY, _parameters(names), made)
    module = ast.Module([place(factory, at)], [])
    code = compile(module, graph.filename, "exec", dont_inherit=True)
    return ScoutUnit(code, graph.free_names, operations, operators, tuple(sites.places))


def _parameters(names: list[str]) -> ast.arguments:
    return ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])


class _Scouting:
    """Goes along the way that does not leave.

    Attributes:
        asks: Whether a call has been met.
    """

    def __init__(self, graph: Graph) -> None:
        self.sites = Sites()
        self.sites.places.append((0, Span(graph.first_line, 0, graph.first_line, 0)))
        self.expressions = Expressions(self.sites, frozenset(graph.local_names) | frozenset(graph.temporaries))
        self._statements = Statements(self.expressions, graph)
        self.asks = False

    def region(self, region: Region, at: ast.expr) -> list[ast.stmt]:
        """The statements of a region; leaving ends the scout."""
        found: list[ast.stmt] = []
        for node in region.nodes:
            self.sites.node_id = node.id
            found += self._node(node, at)
        if region.output.exit != "next":
            found.append(place(ast.Return(ast.Constant(None)), at))
        return found

    def _node(self, node: Node, at: ast.expr) -> list[ast.stmt]:
        match node:
            case Host() | Const():
                return self.quietly(lambda: self._host(node), at)
            case Call(stream=None):
                return self.quietly(lambda: self._call(node), at)
            case If():
                return self._if(node, at)
            case Try() | With():
                return self.region(node.body, at)
            case _:
                return []

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

    def _call(self, node: Call) -> list[ast.stmt]:
        statement = node.fragment.statements()[0]
        call = statement.value if isinstance(statement, (ast.Assign, ast.Expr)) else None
        if not isinstance(call, ast.Call) or any(keyword.arg is None for keyword in call.keywords):
            raise Unsupported("a call of another form")
        if any(isinstance(argument, ast.Starred) for argument in call.args):
            raise Unsupported("a call of another form")
        emit = self.expressions.emit
        invoked = self.sites.operation("scouted", call, emit(call.func), *map(emit, call.args))
        invoked.keywords = [place(ast.keyword(word.arg, emit(word.value)), call) for word in call.keywords]
        place(invoked, call)
        self.asks = True
        if isinstance(statement, ast.Assign):
            return self.bind(statement.targets[0], invoked)
        return [place(ast.Expr(invoked), statement)]

    def _if(self, node: If, at: ast.expr) -> list[ast.stmt]:
        """Where the test is not known: the branch that stays, if only one does; if both do, neither."""
        test = node.test.expression()
        known = self.sites.fresh("known")

        def decide() -> list[ast.stmt]:
            return [assign(known, self.expressions.operation("truth", test, self.expressions.emit(test)), test)]

        found: list[ast.stmt] = [assign(known, ast.Constant(None), test), *self.quietly(decide, test)]
        then, orelse = self.region(node.then, test), self.region(node.orelse, test)
        then_leaves, else_leaves = _leaves(node.then), _leaves(node.orelse)
        true = ast.Compare(name_of(known), [ast.Is()], [ast.Constant(True)])
        false = ast.Compare(name_of(known), [ast.Is()], [ast.Constant(False)])
        if then_leaves and else_leaves:
            unknown: list[ast.stmt] = [ast.Return(ast.Constant(None))]
        else:
            unknown = orelse if then_leaves else then if else_leaves else []
        choice = ast.If(true, then or [ast.Pass()], [ast.If(false, orelse or [ast.Pass()], unknown)])
        return [*found, place(choice, test)]

    def quietly(self, emit: Callable[[], list[ast.stmt]], at: ast.expr) -> list[ast.stmt]:
        """Statements of which a failure is passed over; nothing where they need what a scout must not do."""
        before = set(self.sites.operations)
        try:
            statements = emit()
        except Unsupported:
            statements = []
        if not statements or not self.sites.operations <= _ALLOWED:
            self.sites.operations = before
            return []
        self.sites.operations.add("unforeseen")
        handler = ast.ExceptHandler(name_of(f"{PREFIX}op_unforeseen"), None, [ast.Pass()])
        return [place(ast.Try(statements, [handler], [], []), at)]
