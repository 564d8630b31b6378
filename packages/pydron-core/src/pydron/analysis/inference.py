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
from dataclasses import dataclass

from pydron.analysis.freshness import ANY, depths, is_empty_table, steps_to
from pydron.analysis.library import (
    CALLING,
    FORBIDDEN_KEYWORDS,
    FRESH,
    FUNCTION_POSITIONS,
    LAZY,
    METHOD_OUTPUT_POSITIONS,
)
from pydron.analysis.names import MANY, Path, bound_names, dotted, positional
from pydron.analysis.purity import MUTATING, PURE_METHOD_NAMES

FunctionTree = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, slots=True)
class Conditions:
    """What has to hold for a function to compute only.

    Attributes:
        callees: These are known, or inferred, to compute only.
        lazy: These are, or may be, iterators of the library; what they make is used up in this function.
        fresh: These, besides, give objects of the function's own.
        builtin: These names mean the builtins of that name.
        hidden: Variables of comprehensions and lambdas: the function uses no global or free variable of such a name.
        passed: These are data, or functions as in ``callees``: they are handed to something that may call them.
        values: These are data.
        counts: (callee, number of positional arguments) of its calls.
        immutable: No argument, however deep, can be changed. Without this the function would modify one.
    """

    callees: frozenset[Path]
    lazy: frozenset[Path]
    fresh: frozenset[Path]
    builtin: frozenset[str]
    hidden: frozenset[str]
    passed: frozenset[Path]
    values: frozenset[Path]
    counts: frozenset[tuple[Path, int]]
    immutable: bool


class _Ruled(Exception):
    """Something in the function may do more than compute."""


def conditions(tree: FunctionTree) -> Conditions | None:
    """The conditions under which a function computes only; None if there are none."""
    for immutable in (False, True):
        try:
            return _Inference(tree, immutable).conditions()
        except _Ruled:
            continue
    return None


_FRESH_NAMES = frozenset(name for names in FRESH.values() for name in names)
_MUTATING_NAMES = frozenset(name for names in MUTATING.values() for name in names) | {"appendleft"}
CALLING_NAMES = frozenset(name for names in CALLING.values() for name in names) | {"sort"}
"""Names of known callables that call a function they are given. Known under another name, they are not taken."""

_PLAIN_KEYWORDS = frozenset("count flags indent initial maxsplit reverse sort_keys strict".split())
"""Keyword arguments of these that are no functions."""

_LAZY_NAMES = frozenset(name for names in LAZY.values() for name in names)
_USING_UP = frozenset("all any dict enumerate filter frozenset list map max min range set sorted sum tuple zip".split())
"""Builtins that go through the iterators they are given, or are used up themselves."""

_STATEMENTS = (
    *(ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.If, ast.For, ast.While, ast.Break, ast.Continue),
    *(ast.Pass, ast.Expr, ast.Assert, ast.Raise, ast.Try, ast.Delete),
)
_EXPRESSIONS = (
    *(ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Subscript, ast.Slice, ast.Constant),
    *(
        ast.JoinedStr,
        ast.FormattedValue,
        ast.List,
        ast.Tuple,
        ast.Set,
        ast.Dict,
        ast.Starred,
        ast.ListComp,
        ast.SetComp,
    ),
    *(ast.DictComp, ast.NamedExpr, ast.Name, ast.Attribute, ast.Call),
)


class _Inference:
    """Looks at one function, under one assumption about its arguments."""

    def __init__(self, tree: FunctionTree, immutable: bool) -> None:
        self._immutable = immutable
        self._callees: set[Path] = set()
        self._lazy: set[Path] = set()
        self._fresh: set[Path] = set()
        self._builtin: set[str] = set()
        self._passed: set[Path] = set()
        self._values: set[Path] = set()
        self._counts: set[tuple[Path, int]] = set()
        arguments = tree.args
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        depth = ANY if immutable else 0
        parameters = {argument.arg: depth for argument in named}
        for starred in (arguments.vararg, arguments.kwarg):
            if starred is not None:
                parameters[starred.arg] = depth or 1
        self._body: Sequence[ast.stmt]
        if isinstance(tree, ast.Lambda):
            self._body = [ast.copy_location(ast.Return(tree.body), tree.body)]
        else:
            self._body = tree.body
        bound, inner = bound_names(self._body)
        self._hidden = inner - bound - set(parameters)
        self._locals = {*parameters, *bound, *inner}
        self._depths = depths(self._body, parameters, self._is_fresh)

    def conditions(self) -> Conditions:
        for statement in self._body:
            self._statement(statement)
        return Conditions(
            frozenset(self._callees),
            frozenset(self._lazy),
            frozenset(self._fresh),
            frozenset(self._builtin),
            frozenset(self._hidden),
            frozenset(self._passed),
            frozenset(self._values),
            frozenset(self._counts),
            self._immutable,
        )

    # Statements.

    def _statement(self, node: ast.stmt) -> None:
        if not isinstance(node, _STATEMENTS):
            raise _Ruled
        match node:
            case ast.AugAssign(target=target):
                self._store(target, 1)
            case ast.Assign(targets=targets) | ast.Delete(targets=targets):
                for target in targets:
                    self._store(target, 0)
            case ast.AnnAssign(target=target) | ast.For(target=target):
                self._store(target, 0)
            case ast.Raise(exc=exception):
                if exception is None or node.cause is not None or not isinstance(exception, (ast.Name, ast.Call)):
                    raise _Ruled
                if isinstance(exception, ast.Name):
                    self._callees.add(self._path(exception))
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
                    self._statement(child)
                elif isinstance(child, ast.expr):
                    self._expression(child, used_up=field == "iter")

    def _handler(self, handler: ast.ExceptHandler) -> None:
        if handler.name is not None:
            raise _Ruled  # what it holds has a traceback, which holds frames
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        for kind in kinds:
            if kind is not None:
                self._callees.add(self._path(kind))
        for statement in handler.body:
            self._statement(statement)

    def _store(self, target: ast.expr, more: int) -> None:
        """A store: ``more`` is 1 where what is there already may be modified in place."""
        match target:
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                for inner in targets:
                    self._store(inner, more)
                return
            case ast.Starred(value=inner):
                self._store(inner, more)
                return
            case _:
                self._own(target, more)

    def _own(self, target: ast.expr, more: int) -> None:
        root = steps_to(target)
        if root is None or root[0] not in self._locals:
            raise _Ruled
        name, steps = root
        if self._depths.get(name, 0) < steps + more:
            raise _Ruled

    # Expressions.

    def _expression(self, node: ast.expr, *, argument: bool = False, used_up: bool = False) -> None:
        """Look at an expression.

        Args:
            argument: Its value is handed to a call.
            used_up: Its value, if it is an iterator, is gone through at once.
        """
        match node:
            case ast.Call():
                self._call(node, used_up)
                return
            case ast.Lambda() if argument:
                self._lambda(node)
                return
            case ast.GeneratorExp() if used_up:
                pass
            case ast.Name() if isinstance(node.ctx, ast.Load) and node.id not in self._locals:
                (self._passed if argument else self._values).add(self._path(node))
                return
            case ast.Attribute():
                self._attribute(node, argument=argument)
                return
            case ast.NamedExpr(target=target):
                self._store(target, 0)
            case _ if not isinstance(node, _EXPRESSIONS):
                raise _Ruled
            case _:
                pass
        self._children(node)

    def _children(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._expression(child)
            elif isinstance(child, ast.comprehension):
                if child.is_async:
                    raise _Ruled
                self._store(child.target, 0)
                self._expression(child.iter, used_up=True)
                for test in child.ifs:
                    self._expression(test)

    def _lambda(self, node: ast.Lambda) -> None:
        """A lambda that is handed to a call: it may read the variables around it, and call none of them."""
        found = None if node.args.defaults or node.args.kw_defaults else conditions(node)
        if found is None or found.immutable or any(isinstance(part, ast.NamedExpr) for part in ast.walk(node)):
            raise _Ruled
        called = found.callees | found.lazy | found.fresh
        if any(path[0] in self._locals for path in called) or found.builtin & self._locals:
            raise _Ruled
        self._callees |= found.callees
        self._lazy |= found.lazy
        self._fresh |= found.fresh
        self._builtin |= found.builtin
        self._counts |= found.counts
        self._hidden |= found.hidden
        self._passed |= {path for path in found.passed if path[0] not in self._locals}
        self._values |= {path for path in found.values if path[0] not in self._locals}

    def _attribute(self, node: ast.Attribute, *, argument: bool) -> None:
        if node.attr.startswith("__") or not isinstance(node.ctx, ast.Load):
            raise _Ruled
        path = dotted(node)
        if path is not None and path[0] not in self._locals:
            (self._passed if argument else self._values).add(path)
            return
        self._expression(node.value)

    def _call(self, node: ast.Call, used_up: bool) -> None:
        path = dotted(node.func)
        uses_up = False
        if path is not None and path[-1] in CALLING_NAMES:
            self._handed_on(node, FUNCTION_POSITIONS.get(path[-1]))
        if path is not None and path[0] not in self._locals:
            if path[-1] in _LAZY_NAMES:
                if not used_up:
                    raise _Ruled  # it would take from its arguments after the function has returned
                self._lazy.add(path)
                uses_up = True
            else:
                self._callees.add(path)
                self._counts.add((path, positional(node)))
            if path[0] in _USING_UP and len(path) == 1:
                self._builtin.add(path[0])
                uses_up = True
        elif isinstance(node.func, ast.Attribute):
            self._method(node.func)
            if positional(node) > METHOD_OUTPUT_POSITIONS.get(node.func.attr, MANY):
                raise _Ruled
            uses_up = node.func.attr == "join"
        else:
            raise _Ruled
        for argument in node.args:
            starred = isinstance(argument, ast.Starred)
            inner = argument.value if isinstance(argument, ast.Starred) else argument
            self._expression(inner, argument=True, used_up=uses_up or starred)
        for keyword in node.keywords:
            if keyword.arg is None or keyword.arg in FORBIDDEN_KEYWORDS:
                raise _Ruled
            self._expression(keyword.value, argument=True)

    def _handed_on(self, node: ast.Call, position: int | None) -> None:
        """A call of something that calls a function it is given: that must be known, and no method of a value here."""
        functions = [keyword.value for keyword in node.keywords if keyword.arg not in _PLAIN_KEYWORDS]
        if any(isinstance(argument, ast.Starred) for argument in node.args):
            raise _Ruled
        if position is not None:
            functions += node.args[position : position + 1]
        for function in functions:
            path = dotted(function)
            is_known = path is not None and path[0] not in self._locals
            if not is_known and not isinstance(function, (ast.Lambda, ast.Constant)):
                raise _Ruled

    def _method(self, function: ast.Attribute) -> None:
        name = function.attr
        if name in _MUTATING_NAMES:
            self._own(function.value, 1)
            if not isinstance(function.value, ast.Name):
                self._expression(function.value)
        elif name in PURE_METHOD_NAMES:
            self._expression(function.value)
        else:
            raise _Ruled

    def _is_fresh(self, call: ast.Call) -> bool:
        path = dotted(call.func)
        if path is None or path[0] in self._locals or path[-1] not in _FRESH_NAMES:
            return False
        if path[-1] == "sum" and (len(call.args) != 1 or call.keywords):
            return False  # of nothing it is the start itself
        self._fresh.add(path)
        if is_empty_table(call):
            self._builtin.update(argument.id for argument in call.args if isinstance(argument, ast.Name))
        return True

    def _path(self, node: ast.expr) -> Path:
        path = dotted(node)
        if path is None or path[0] in self._locals:
            raise _Ruled
        return path
