"""Emits simple nodes: host fragments, calls, stores, nested functions, native statements."""

from __future__ import annotations

import ast
from typing import Literal

from pydron.emit.builder import Unsupported, assign, name_of, place, target_of
from pydron.emit.exits import bare_exit
from pydron.emit.expressions import Expressions, is_atom
from pydron.emit.releases import Releases, let_go
from pydron.ir.nodes import Call, Const, Def, Graph, Host, Native, Output, Store


class Statements:
    """Emits the nodes that hold no regions."""

    def __init__(self, expressions: Expressions, graph: Graph, releases: Releases) -> None:
        self.expressions = expressions
        self.releases = releases
        self.sites = expressions.sites
        self.cells = frozenset(graph.cell_names)
        self.variables = expressions.variables
        self.temporaries = frozenset(graph.temporaries)

    # Assignments.

    def bind(self, target: ast.expr, value: ast.expr) -> list[ast.stmt]:
        """Bind an emitted value to names; nested code never gets to see a placeholder."""
        if isinstance(target, ast.Name):
            if target.id in self.cells:
                value = self.expressions.operation("value_of", target, value)
            return [assign(target.id, value, target)]
        if not isinstance(target, (ast.Tuple, ast.List)):
            raise Unsupported(f"{type(target).__name__} as a target")
        starred = [i for i, element in enumerate(target.elts) if isinstance(element, ast.Starred)]
        before = starred[0] if starred else len(target.elts)
        after = len(target.elts) - before - 1 if starred else -1
        values = self.expressions.operation(
            "unpack", target, value, ast.Constant(before), place(_integer(after), target)
        )
        names: list[ast.expr] = []
        following: list[ast.stmt] = []
        for element in target.elts:
            inner = element.value if isinstance(element, ast.Starred) else element
            if isinstance(inner, ast.Name) and inner.id not in self.cells:
                names.append(target_of(inner.id))
            else:
                part = self.sites.fresh("part")
                names.append(target_of(part))
                following += [*self.bind(inner, place(name_of(part), inner)), *let_go([part], inner)]
        if not names:
            return [place(ast.Expr(values), target)]
        return [place(ast.Assign([ast.Tuple(names, ast.Store())], values), target), *following]

    def host(self, node: Host | Const) -> list[ast.stmt]:
        """A run of call-free statements."""
        emitted: list[ast.stmt] = []
        for statement in node.fragment.statements():
            emitted += self._host_statement(statement)
        return emitted

    def _host_statement(self, statement: ast.stmt) -> list[ast.stmt]:
        match statement:
            case ast.Assign(targets=[target]):
                return self.bind(target, self.expressions.emit(statement.value))
            case ast.Assign():
                kept = self.sites.fresh("value")
                bindings = [assign(kept, self.expressions.emit(statement.value), statement)]
                for target in statement.targets:
                    bindings += self.bind(target, place(name_of(kept), target))
                return [*bindings, *let_go([kept], statement)]
            case ast.AnnAssign(target=ast.Name() as target, value=value):
                return self.bind(target, self.expressions.emit(value)) if value is not None else []
            case ast.Expr():
                return [place(ast.Expr(self.expressions.emit(statement.value)), statement)]
            case ast.Delete() | ast.Pass():
                return [statement]
            case _:
                raise Unsupported(f"{type(statement).__name__} among call-free statements")

    # Calls.

    def call(self, node: Call | Store) -> list[ast.stmt]:
        """A call, or a call of a mutating method, and the binding of its result."""
        statement = node.fragment.statements()[0]
        match statement:
            case ast.Expr(value=ast.Call() as call):
                return [place(ast.Expr(self._invoke(call, node)), statement)]
            case ast.Assign(targets=[target], value=ast.Call() as call):
                return self.bind(target, self._invoke(call, node))
            case _:
                raise Unsupported("a call of an unknown form")

    def _invoke(self, call: ast.Call, node: Call | Store) -> ast.expr:
        args: list[ast.expr] = []
        named = call.func if isinstance(call.func, ast.Name) else ast.Constant(ast.unparse(call.func))
        callee = [named] if len(call.args) == 1 else []
        for argument in call.args:
            if isinstance(argument, ast.Starred):
                source = self.expressions.operation("spread", argument, self.expressions.emit(argument.value), *callee)
                args.append(place(ast.Starred(source, ast.Load()), argument))
            else:
                args.append(self.expressions.emit(argument))
        keywords = self._keywords(call, named)
        simple = all(is_atom(a) for a in call.args) and all(is_atom(k.value) for k in call.keywords)
        if isinstance(call.func, ast.Attribute) and simple:
            kind = "mutate" if isinstance(node, Store) else "method"
            receiver = self.expressions.emit(call.func.value)
            invoked = self.sites.operation(kind, call, receiver, ast.Constant(call.func.attr), *args)
        else:
            invoked = self.sites.operation("call", call, self.expressions.emit(call.func), *args)
        invoked.keywords = keywords
        return place(invoked, call)

    def _keywords(self, call: ast.Call, callee: ast.expr) -> list[ast.keyword]:
        values = [self.expressions.emit(keyword.value) for keyword in call.keywords]
        if all(keyword.arg is not None for keyword in call.keywords):
            return [place(ast.keyword(k.arg, value), call) for k, value in zip(call.keywords, values)]
        parts: list[ast.expr] = []
        for keyword, value in zip(call.keywords, values):
            parts += [ast.Constant(keyword.arg), value]
        merged = self.expressions.operation("keywords", call, callee, *parts)
        return [place(ast.keyword(None, merged), call)]

    def written(self, node: Call) -> list[ast.stmt]:
        """A call as it was written: everything earlier finishes first."""
        statements = node.fragment.statements()
        first = statements[0]
        fence = self.sites.operation("fence", first, ast.Constant("PD209"), ast.Constant(node.callee))
        return [place(ast.Expr(fence), first), *self.settle(first, set(node.reads)), *statements]

    # Stores.

    def store(self, node: Store) -> list[ast.stmt]:
        """A modification of an object."""
        statement = node.fragment.statements()[0]
        match statement:
            case ast.Assign(targets=[(ast.Attribute() | ast.Subscript()) as target]):
                value = self.expressions.emit(statement.value)
                kept = self.sites.fresh("value")
                set_it = self._set(target, name_of(kept))
                return [assign(kept, value, statement), place(ast.Expr(set_it), statement), *let_go([kept], statement)]
            case ast.AugAssign(target=ast.Name() as name):
                result = self._in_place(statement, place(ast.Name(name.id, ast.Load()), name))
                return self.bind(name, result)
            case ast.AugAssign(target=(ast.Attribute() | ast.Subscript()) as target):
                return self._augmented(statement, target)
            case ast.Delete(targets=[ast.Attribute() as target]):
                owner = self.expressions.emit(target.value)
                deletion = self.expressions.operation("delete_attribute", statement, owner, ast.Constant(target.attr))
                return [place(ast.Expr(deletion), statement)]
            case ast.Delete(targets=[ast.Subscript() as target]):
                owner = self.expressions.emit(target.value)
                index = self.expressions.emit(target.slice)
                return [place(ast.Expr(self.expressions.operation("delete_item", statement, owner, index)), statement)]
            case ast.Expr() | ast.Assign() if node.kind == "method":
                return self.call(node)
            case _:
                raise Unsupported("a store of an unknown form")

    def _set(self, target: ast.Attribute | ast.Subscript, value: ast.expr) -> ast.expr:
        owner = self.expressions.emit(target.value)
        if isinstance(target, ast.Attribute):
            return self.expressions.operation("set_attribute", target, owner, ast.Constant(target.attr), value)
        return self.expressions.operation("set_item", target, owner, self.expressions.emit(target.slice), value)

    def _in_place(self, statement: ast.AugAssign, present: ast.expr) -> ast.expr:
        operator = self.sites.operator(statement.op, in_place=True)
        return self.expressions.operation(
            "in_place", statement, operator, present, self.expressions.emit(statement.value)
        )

    def _augmented(self, statement: ast.AugAssign, target: ast.Attribute | ast.Subscript) -> list[ast.stmt]:
        """The object and the index are evaluated once, then read, changed, and stored."""
        owner = self.sites.fresh("owner")
        kept = [owner]
        emitted = [assign(owner, self.expressions.emit(target.value), target)]
        operation = self.expressions.operation
        if isinstance(target, ast.Attribute):
            name = ast.Constant(target.attr)
            present = operation("attribute", target, name_of(owner), name)
            changed = self._in_place(statement, present)
            stored = operation("set_attribute", target, name_of(owner), ast.Constant(target.attr), changed)
        else:
            index = self.sites.fresh("index")
            kept.append(index)
            emitted.append(assign(index, self.expressions.emit(target.slice), target))
            present = operation("item", target, name_of(owner), name_of(index))
            changed = self._in_place(statement, present)
            stored = operation("set_item", target, name_of(owner), name_of(index), changed)
        return [*emitted, place(ast.Expr(stored), statement), *let_go(kept, statement)]

    # Code taken whole.

    def nested(self, node: Def) -> list[ast.stmt]:
        """A nested function: whatever it reads now is there; what it captures never holds a placeholder."""
        statements = node.fragment.statements()
        return [*self.settle(statements[0], set(node.reads) - set(node.captures)), *statements]

    def native(self, node: Native) -> list[ast.stmt]:
        """A statement taken whole: everything earlier finishes first."""
        statements = node.fragment.statements()
        first = statements[0]
        fence = self.sites.operation("fence", first, ast.Constant(node.reason), ast.Constant(node.detail))
        return [place(ast.Expr(fence), first), *self.settle(first, set(node.reads)), *statements]

    def settle(
        self, at: ast.stmt | ast.expr, names: set[str], operation: Literal["value_of", "settled"] = "value_of"
    ) -> list[ast.stmt]:
        """Give the variables that code taken whole reads their values; a variable may be unbound.

        Args:
            operation: ``settled`` where the code looks into the values before everything earlier has retired.
        """
        emitted: list[ast.stmt] = []
        for name in sorted((names & self.variables) - self.cells):
            value = self.sites.operation(operation, at, name_of(name))
            settle: ast.stmt = assign(name, value, at)
            if name not in self.expressions.assigned:
                handler = ast.ExceptHandler(name_of("UnboundLocalError"), None, [ast.Pass()])
                settle = place(ast.Try([settle], [handler], [], []), at)
            emitted.append(settle)
        return emitted

    def output(self, node: Output) -> list[ast.stmt]:
        """The end of a region, other than falling through."""
        bare = bare_exit(node)
        if bare is not None or node.fragment is None:
            return bare or []
        statement = node.fragment.statements()[0]
        match statement:
            case ast.Return(value=None):
                return [statement]
            case ast.Return(value=ast.expr() as value):
                return [place(ast.Return(self.expressions.emit(value)), statement)]
            case ast.Raise(exc=None):
                return [statement]
            case ast.Raise(exc=ast.expr() as error, cause=cause):
                kept = None if cause is None else self.expressions.value(cause)
                self.sites.node_id = node.id
                value = self.expressions.emit(error)
                raised = self.sites.operation("raised", error, self.releases.raised(error) if value is error else value)
                return [place(ast.Raise(raised, kept), statement)]
            case _:
                raise Unsupported("an exit of an unknown form")


def _integer(number: int) -> ast.expr:
    return ast.Constant(number) if number >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-number))
