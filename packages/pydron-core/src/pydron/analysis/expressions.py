"""Expressions of a function that may only compute: what they call and read, and that they store into nothing else.

A part of :mod:`pydron.analysis.inference`, which says what is looked for and why.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from pydron.analysis.freshness import is_empty_table, steps_to
from pydron.analysis.library import (
    CALLING,
    FORBIDDEN_KEYWORDS,
    FRESH,
    FUNCTION_POSITIONS,
    LAZY,
    METHOD_OUTPUT_POSITIONS,
    METHODS,
)
from pydron.analysis.names import MANY, Path, dotted, positional
from pydron.analysis.purity import MUTATING, PURE_METHOD_NAMES


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
        counts: (callee, number of positional arguments, keywords) of its calls.
        careless: These do not call functions that they are given: what they are given is not known.
        immutable: No argument, however deep, can be changed. Without this the function would modify one.
    """

    callees: frozenset[Path]
    lazy: frozenset[Path]
    fresh: frozenset[Path]
    builtin: frozenset[str]
    hidden: frozenset[str]
    passed: frozenset[Path]
    values: frozenset[Path]
    counts: frozenset[tuple[Path, int, frozenset[str]]]
    careless: frozenset[Path]
    immutable: bool


class Ruled(Exception):
    """Something in the function may do more than compute."""


_FRESH_NAMES = frozenset(name for names in FRESH.values() for name in names)
MUTATING_NAMES = frozenset(name for names in MUTATING.values() for name in names) | {"appendleft"}
DATA_METHOD_NAMES = (
    PURE_METHOD_NAMES
    | {
        name
        for module in ("datetime", "decimal", "fractions", "re")
        for names in METHODS[module].values()
        for name in names
    }
    | {"digest", "hexdigest"}
) - {"partition"}
"""Names of methods that only compute, whatever data they belong to. (``partition`` of an array modifies it.)"""

CALLING_NAMES = frozenset(name for names in CALLING.values() for name in names) | {"sort"}
"""Names of known callables that call a function they are given. Known under another name, they are not taken."""

_PLAIN_KEYWORDS = frozenset("count flags indent initial maxsplit reverse sort_keys strict".split())
"""Keyword arguments of these that are no functions."""

_LAZY_NAMES = frozenset(name for names in LAZY.values() for name in names)
_USING_UP = frozenset("all any dict enumerate filter frozenset list map max min range set sorted sum tuple zip".split())
"""Builtins that go through the iterators they are given, or are used up themselves."""

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


class Expressions:
    """What the expressions of one function ask for, gathered as they are looked at.

    Attributes:
        locals: Variables that the function binds, itself or in its comprehensions and lambdas.
        hidden: Those of comprehensions and lambdas only.
        depths: See :mod:`pydron.analysis.freshness`.
        judge: Gives the conditions of a lambda.
    """

    def __init__(self, names: set[str], hidden: set[str], judge: Callable[[ast.Lambda], Conditions | None]) -> None:
        self.locals = names
        self.hidden = hidden
        self.judge = judge
        self.depths: dict[str, int] = {}
        self.callees: set[Path] = set()
        self._lazy: set[Path] = set()
        self._fresh: set[Path] = set()
        self._builtin: set[str] = set()
        self._passed: set[Path] = set()
        self._values: set[Path] = set()
        self._counts: set[tuple[Path, int, frozenset[str]]] = set()
        self._careless: set[Path] = set()

    def conditions(self, immutable: bool) -> Conditions:
        """All that was asked for."""
        return Conditions(
            frozenset(self.callees),
            frozenset(self._lazy),
            frozenset(self._fresh),
            frozenset(self._builtin),
            frozenset(self.hidden),
            frozenset(self._passed),
            frozenset(self._values),
            frozenset(self._counts),
            frozenset(self._careless),
            immutable,
        )

    def store(self, target: ast.expr, more: int) -> None:
        """Look at the target of a store: ``more`` is 1 where what is there already may be modified in place."""
        match target:
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                for inner in targets:
                    self.store(inner, more)
                return
            case ast.Starred(value=inner):
                self.store(inner, more)
                return
            case _:
                self._own(target, more)

    def _own(self, target: ast.expr, more: int) -> None:
        root = steps_to(target)
        if root is None or root[0] not in self.locals:
            raise Ruled
        name, steps = root
        if self.depths.get(name, 0) < steps + more:
            raise Ruled

    def expression(self, node: ast.expr, *, argument: bool = False, used_up: bool = False) -> None:
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
            case ast.Name() if isinstance(node.ctx, ast.Load) and node.id not in self.locals:
                (self._passed if argument else self._values).add(self.path(node))
                return
            case ast.Attribute():
                self._attribute(node, argument=argument)
                return
            case ast.NamedExpr(target=target):
                self.store(target, 0)
            case _ if not isinstance(node, _EXPRESSIONS):
                raise Ruled
            case _:
                pass
        self._children(node)

    def _children(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.expression(child)
            elif isinstance(child, ast.comprehension):
                if child.is_async:
                    raise Ruled
                self.store(child.target, 0)
                self.expression(child.iter, used_up=True)
                for test in child.ifs:
                    self.expression(test)

    def _lambda(self, node: ast.Lambda) -> None:
        """A lambda that is handed to a call: it may read the variables around it, and call none of them."""
        found = None if node.args.defaults or node.args.kw_defaults else self.judge(node)
        if found is None or found.immutable or any(isinstance(part, ast.NamedExpr) for part in ast.walk(node)):
            raise Ruled
        called = found.callees | found.lazy | found.fresh
        if any(path[0] in self.locals for path in called) or found.builtin & self.locals:
            raise Ruled
        self.callees |= found.callees
        self._lazy |= found.lazy
        self._fresh |= found.fresh
        self._builtin |= found.builtin
        self._counts |= found.counts
        self._careless |= found.careless
        self.hidden |= found.hidden
        self._passed |= {path for path in found.passed if path[0] not in self.locals}
        self._values |= {path for path in found.values if path[0] not in self.locals}

    def _attribute(self, node: ast.Attribute, *, argument: bool) -> None:
        if node.attr.startswith("__") or not isinstance(node.ctx, ast.Load):
            raise Ruled
        path = dotted(node)
        if path is not None and path[0] not in self.locals:
            (self._passed if argument else self._values).add(path)
            return
        self.expression(node.value)

    def _call(self, node: ast.Call, used_up: bool) -> None:
        path = dotted(node.func)
        uses_up = False
        if path is not None and path[-1] in CALLING_NAMES and not self._is_handed_known(node, path[-1]):
            if path[0] in self.locals:
                raise Ruled
            self._careless.add(path)
        if path is not None and path[0] not in self.locals:
            if path[-1] in _LAZY_NAMES:
                if not used_up:
                    raise Ruled  # it would take from its arguments after the function has returned
                self._lazy.add(path)
                uses_up = True
            else:
                self.callees.add(path)
                keywords = frozenset(keyword.arg for keyword in node.keywords if keyword.arg is not None)
                self._counts.add((path, positional(node), keywords))
            if path[0] in _USING_UP and len(path) == 1:
                self._builtin.add(path[0])
                uses_up = True
        elif isinstance(node.func, ast.Attribute):
            self._method(node.func)
            if positional(node) > METHOD_OUTPUT_POSITIONS.get(node.func.attr, MANY):
                raise Ruled
            uses_up = node.func.attr == "join"
        else:
            raise Ruled
        for argument in node.args:
            starred = isinstance(argument, ast.Starred)
            inner = argument.value if isinstance(argument, ast.Starred) else argument
            self.expression(inner, argument=True, used_up=uses_up or starred)
        for keyword in node.keywords:
            if keyword.arg is None or keyword.arg in FORBIDDEN_KEYWORDS:
                raise Ruled
            self.expression(keyword.value, argument=True)

    def _is_handed_known(self, node: ast.Call, name: str) -> bool:
        """Whether a call of something that calls functions hands on only known ones, and no method of a value here."""
        functions = [keyword.value for keyword in node.keywords if keyword.arg not in _PLAIN_KEYWORDS]
        if any(isinstance(argument, ast.Starred) for argument in node.args):
            return False
        position = FUNCTION_POSITIONS.get(name)
        if position is not None:
            functions += node.args[position : position + 1]
        for function in functions:
            path = dotted(function)
            is_known = path is not None and path[0] not in self.locals
            if not is_known and not isinstance(function, (ast.Lambda, ast.Constant)):
                return False
        return True

    def _method(self, function: ast.Attribute) -> None:
        name = function.attr
        if name in MUTATING_NAMES:
            self._own(function.value, 1)
            if not isinstance(function.value, ast.Name):
                self.expression(function.value)
        elif name in DATA_METHOD_NAMES:
            self.expression(function.value)
        else:
            raise Ruled

    def is_fresh(self, call: ast.Call) -> bool:
        """Whether what a call gives is the function's own, if the callee is what it is called."""
        path = dotted(call.func)
        if path is None or path[0] in self.locals or path[-1] not in _FRESH_NAMES:
            return False
        if path[-1] == "sum" and (len(call.args) != 1 or call.keywords):
            return False  # of nothing it is the start itself
        self._fresh.add(path)
        if is_empty_table(call):
            self._builtin.update(argument.id for argument in call.args if isinstance(argument, ast.Name))
        return True

    def path(self, node: ast.expr) -> Path:
        """The dotted name of something that is no variable of the function."""
        path = dotted(node)
        if path is None or path[0] in self.locals:
            raise Ruled
        return path
