"""Turns a graph back into the definition of a Python function.

Each region becomes ordinary statements again, in the order of its nodes, with the user's positions. So closures,
unbound variables and statements taken whole, with whatever ways they have of leaving, mean what they mean in Python.

A loop whose test needs a header becomes ``while True:`` with the header and the test at the top of its body.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TypeVar

from pydron.errors import GraphError
from pydron.ir.declarations import declarations
from pydron.ir.fragment import Fragment
from pydron.ir.lifetimes import lifetimes_of
from pydron.ir.matching import Arm, match_statements, pattern_of
from pydron.ir.nodes import For, Graph, If, Input, Match, Native, Node, Output, Region, Try, While, With, walk
from pydron.location import Span

Definition = ast.FunctionDef | ast.AsyncFunctionDef
_Tree = TypeVar("_Tree", bound=ast.AST)

_STATEMENT_REASONS = frozenset({"PD101", "PD207"})
"""Reasons for which a nested ``def`` is taken whole as a statement of the function."""


def rebuild(graph: Graph) -> Definition:
    """The definition of a function that does what the graph says.

    It has the name, the parameters and the positions of the user's function, and no decorators.

    Raises:
        GraphError: The graph holds no code, because there was no source text.
    """
    whole = whole_definition(graph)
    if whole is not None:
        return whole
    place = graph.body.input.span
    parameters = _parameters(graph, place)
    body = _declared(graph, place) + _Rebuilding(graph).statements(graph.body)
    return _define(graph.name, parameters, body or [_at(ast.Pass(), place)], place)


def whole_definition(graph: Graph) -> Definition | None:
    """The definition, where the graph holds the function as a whole; None where it was taken apart.

    Raises:
        GraphError: The graph holds no code, because there was no source text.
    """
    nodes = graph.body.nodes
    if len(nodes) != 3 or not isinstance(nodes[1], Native):
        return None
    node = nodes[1]
    if not node.fragment.text:
        raise GraphError(
            f"The graph of {graph.qualname!r} holds no code: there was no source text for it. "
            "Define the function in a file, and make the graph again."
        )
    statement = node.fragment.statements()[0]
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.reason not in _STATEMENT_REASONS:
        return statement
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Lambda):
        body = ast.copy_location(ast.Return(statement.value.body), statement.value.body)
        return _define(graph.name, statement.value.args, [body], node.span)
    return None


def _declared(graph: Graph, place: Span) -> list[ast.stmt]:
    """What gives every name its scope. An annotation without a value makes a name local and does nothing."""
    shared, enclosing = declarations(graph)
    found: list[ast.stmt] = []
    if shared:
        found.append(_at(ast.Global(list(shared)), place))
    if enclosing:
        found.append(_at(ast.Nonlocal(list(enclosing)), place))
    bound = set(graph.body.input.binds).union(*(node.binds for node in walk(graph.body)))
    for name in graph.local_names:
        if name not in bound:
            target = _at(ast.Name(name, ast.Store()), place)
            nothing = _at(ast.Constant(None), place)
            found.append(_at(ast.AnnAssign(target, nothing, None, 1), place))
    return found


class _Rebuilding:
    """Turns the regions of one graph into statements."""

    def __init__(self, graph: Graph) -> None:
        self._names = {*graph.local_names, *graph.free_names, *graph.temporaries}
        self._lifetimes = lifetimes_of(graph)

    def statements(self, region: Region) -> list[ast.stmt]:
        found: list[ast.stmt] = []
        for node in region.nodes:
            found += self._node(node)
            found += _let_go(self._lifetimes.after.get(node.id, ()), node.span)
        return found

    def _body(self, region: Region, place: Span) -> list[ast.stmt]:
        return self.statements(region) or [_at(ast.Pass(), place)]

    def _node(self, node: Node) -> list[ast.stmt]:
        match node:
            case Input():
                return []
            case Output():
                return [self._raising(statement) for statement in _exit(node)]
            case If():
                gone = _let_go(self._lifetimes.entering.get(node.id, ()), node.span)
                then, orelse = self._body(node.then, node.span), [*gone, *self.statements(node.orelse)]
                then = [*gone, *then]
                return [_at(ast.If(node.test.expression(), then, orelse), node.span)]
            case For():
                loop = ast.For(
                    bound_by(node.target),
                    node.iterable.expression(),
                    self._body(node.body, node.span),
                    self.statements(node.orelse),
                )
                return [_at(loop, node.span)]
            case While():
                return self._while(node)
            case Match():
                return self._match(node)
            case Try():
                return [self._try(node)]
            case With():
                item = ast.withitem(node.manager.expression(), None if node.target is None else bound_by(node.target))
                return [_at(ast.With([item], self._body(node.body, node.span)), node.span)]
            case _:
                return node.fragment.statements()

    def _raising(self, statement: ast.stmt) -> ast.stmt:
        """The statement; an exception that it raises is not held by its own frame."""
        if isinstance(statement, ast.Raise) and statement.exc is not None:
            statement.exc = self._lifetimes.raised(statement.exc)
        return statement

    def _try(self, node: Try) -> ast.stmt:
        gone = _let_go(self._lifetimes.handling.get(node.id, ()), node.span)
        handlers = [
            _at(
                ast.ExceptHandler(
                    None if handler.type is None else handler.type.expression(),
                    handler.name or None,
                    [*gone, *self._body(handler.body, handler.span)],
                ),
                handler.span,
            )
            for handler in node.handlers
        ]
        final = self.statements(node.final)
        if not handlers and not final:
            final = [_at(ast.Pass(), node.span)]
        body, orelse = self._body(node.body, node.span), self.statements(node.orelse)
        if not handlers and orelse:
            # Without a handler Python's grammar has no ``else``; what follows the body is as good.
            body, orelse = [*body, *orelse], []
        return _at(ast.Try(body, handlers, orelse, final), node.span)

    def _while(self, node: While) -> list[ast.stmt]:
        header, test = self.statements(node.header), node.test.expression()
        gone = _let_go(self._lifetimes.entering.get(node.id, ()), node.span)
        body, orelse = [*gone, *self._body(node.body, node.span)], self.statements(node.orelse)
        if not header:
            return [_at(ast.While(test, body, orelse), node.span)]
        place = node.test.expression()
        done: list[ast.stmt] = [*gone, ast.copy_location(ast.Break(), place)]
        after: list[ast.stmt] = []
        before: list[ast.stmt] = []
        if orelse:
            # The loop is left in the same way by a false test and by a break: a flag tells which it was.
            flag = self._new_name()
            before = [_assign(flag, False, node.span)]
            done = [_assign(flag, True, node.span), *done]
            after = [_at(ast.If(_at(ast.Name(flag, ast.Load()), node.span), orelse, []), node.span)]
        stop = ast.copy_location(ast.If(ast.copy_location(ast.UnaryOp(ast.Not(), test), place), done, []), place)
        forever = _at(ast.Constant(True), node.span)
        return [*before, _at(ast.While(forever, [*header, stop, *body], []), node.span), *after]

    def _match(self, node: Match) -> list[ast.stmt]:
        arms = [
            Arm(
                pattern_of(case),
                self.statements(case.guard),
                None if case.test is None else case.test.expression(),
                self.statements(case.body),
            )
            for case in node.cases
        ]
        return match_statements(arms, node.subject.expression, self._new_name, node.subject.expression())

    def _new_name(self) -> str:
        name = "_ended"
        while name in self._names:
            name += "_"
        self._names.add(name)
        return name


def bound_by(target: Fragment) -> ast.expr:
    """The target of a fragment ``target = _``."""
    statement = target.statements()[0]
    assert isinstance(statement, ast.Assign)
    return statement.targets[0]


def _exit(node: Output) -> list[ast.stmt]:
    if node.fragment is not None:
        return node.fragment.statements()
    if node.exit == "break":
        return [_at(ast.Break(), node.span)]
    return [_at(ast.Continue(), node.span)] if node.exit == "continue" else []


def _let_go(names: Iterable[str], place: Span) -> list[ast.stmt]:
    """Objects end as if no temporary had held them."""
    return [_assign(name, None, place) for name in names]


def _assign(name: str, value: bool | None, place: Span) -> ast.stmt:
    return _at(ast.Assign([_at(ast.Name(name, ast.Store()), place)], _at(ast.Constant(value), place)), place)


def _parameters(graph: Graph, place: Span) -> ast.arguments:
    definition = ast.parse(f"def _({graph.signature}): pass").body[0]
    assert isinstance(definition, ast.FunctionDef)
    for node in ast.walk(definition.args):
        if isinstance(node, (ast.expr, ast.arg)):
            _at(node, place)
    return definition.args


def _define(name: str, parameters: ast.arguments, body: list[ast.stmt], place: Span) -> ast.FunctionDef:
    definition = ast.parse("def _(): pass").body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.name, definition.args, definition.body = name, parameters, body
    return _at(definition, place)


def _at(node: _Tree, span: Span) -> _Tree:
    """The node, at a place of the user's file."""
    for name, value in zip(("lineno", "col_offset", "end_lineno", "end_col_offset"), _positions(span)):
        setattr(node, name, value)
    return node


def _positions(span: Span) -> tuple[int, int, int, int]:
    return span.line, span.column, span.end_line, span.end_column
