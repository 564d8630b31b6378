"""Inferred purity: whether a plain Python function only computes, as far as its syntax shows.

Input: the syntax tree of a function. Output: :class:`Conditions` under which a call of it computes a result and does
nothing else, or None. The conditions are about what its global and free names mean, and about its arguments; whoever
calls it looks at these when the program gets there (``pydron.analysis.verdicts``).

The argument goes like this. All that the function starts from are *data*: values of builtin types and of those
library types on which operators, subscripts and the methods named in the tables run nothing but the interpreter's own
code. What is computed from data by such operations is data again. It calls only functions that compute only. It stores
only into containers that it made itself (``pydron.analysis.freshness``). So nothing it does can be noticed.

Not taken: generators, coroutines, nested functions and classes (but lambdas as arguments), ``global``, ``nonlocal``,
``import``, ``with``, ``match``, generator expressions that outlive their call, names with two underscores.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from pydron.analysis.expressions import Conditions, Expressions, Ruled
from pydron.analysis.freshness import ANY, depths
from pydron.analysis.names import bound_names

FunctionTree = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def conditions(tree: FunctionTree) -> Conditions | None:
    """The conditions under which a function computes only; None if there are none."""
    for immutable in (False, True):
        try:
            return _conditions(tree, immutable)
        except Ruled:
            continue
    return None


def _conditions(tree: FunctionTree, immutable: bool) -> Conditions:
    """The same, under one assumption about the arguments."""
    arguments = tree.args
    depth = ANY if immutable else 0
    parameters = {a.arg: depth for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    for starred in (arguments.vararg, arguments.kwarg):
        if starred is not None:
            parameters[starred.arg] = depth or 1
    body: Sequence[ast.stmt]
    body = [ast.copy_location(ast.Return(tree.body), tree.body)] if isinstance(tree, ast.Lambda) else tree.body
    bound, inner = bound_names(body)
    expressions = Expressions({*parameters, *bound, *inner}, inner - bound - set(parameters), conditions)
    # What a variable of a comprehension holds is known elsewhere, and so may be that of its namesake around it.
    expressions.depths = depths(body, {**parameters, **dict.fromkeys(inner, 0)}, expressions.is_fresh)
    statements = _Statements(expressions)
    for statement in body:
        statements.statement(statement)
    return expressions.conditions(immutable)


_STATEMENTS = (
    *(ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.If, ast.For, ast.While, ast.Break, ast.Continue),
    *(ast.Pass, ast.Expr, ast.Assert, ast.Raise, ast.Try, ast.Delete),
)


class _Statements:
    """Looks at the statements of one function."""

    def __init__(self, expressions: Expressions) -> None:
        self._expressions = expressions

    def statement(self, node: ast.stmt) -> None:
        if not isinstance(node, _STATEMENTS):
            raise Ruled
        match node:
            case ast.AugAssign(target=target):
                self._expressions.store(target, 1)
            case ast.Assign(targets=targets) | ast.Delete(targets=targets):
                for target in targets:
                    self._expressions.store(target, 0)
            case ast.AnnAssign(target=target) | ast.For(target=target):
                self._expressions.store(target, 0)
            case ast.Raise(exc=exception):
                if exception is None or node.cause is not None or not isinstance(exception, (ast.Name, ast.Call)):
                    raise Ruled
                if isinstance(exception, ast.Name):
                    self._expressions.callees.add(self._expressions.path(exception))
                    return
            case ast.Try(handlers=handlers):
                for handler in handlers:
                    self._handler(handler)
            case _:
                pass
        for field, value in ast.iter_fields(node):
            if field == "annotation" or isinstance(node, ast.Try) and field == "handlers":
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.stmt):
                    self.statement(child)
                elif isinstance(child, ast.expr):
                    self._expressions.expression(child, used_up=field == "iter")

    def _handler(self, handler: ast.ExceptHandler) -> None:
        if handler.name is not None:
            raise Ruled  # what it holds has a traceback, which holds frames
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        for kind in kinds:
            if kind is not None:
                self._expressions.callees.add(self._expressions.path(kind))
        for statement in handler.body:
            self.statement(statement)
