"""Freshness: how deep the containers of a function are its own, so that it may store into them unnoticed.

Each local variable has a *depth*. 0: it may hold an object that is known elsewhere. 1: what it holds was made in this
function, or cannot be changed; what is inside may be known elsewhere. 2: also what is directly inside; and so on. A
store through ``k`` steps (``grid[i][j] = x`` has two) needs depth ``k``. Putting something shallow into a deep
container makes the container shallow.

The depths are the greatest that agree with all bindings and stores of the function, found by lowering them until
nothing changes.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

ANY = 99
"""Depth of what cannot be changed at all."""

IsFresh = Callable[[ast.Call], bool]

_COPYING = frozenset("copy split rsplit splitlines tolist union intersection difference symmetric_difference".split())
_PUTTING = frozenset("append add insert appendleft setdefault".split())
_POURING = frozenset("extend update".split())


@dataclass(frozen=True, slots=True)
class _Limit:
    """What a binding or a store says about a variable: it is at most ``steps`` deeper than the value.

    Attributes:
        value: None where nothing is known of it.
        least: A store that moves elements leaves the container itself what it was: the limit is not below this.
    """

    name: str
    value: ast.expr | None
    steps: int = 0
    least: int = 0


def depths(body: Sequence[ast.stmt], parameters: Mapping[str, int], is_fresh: IsFresh) -> dict[str, int]:
    """The depth of every variable that a function binds.

    Args:
        parameters: Depth of each parameter.
        is_fresh: Whether what a call by name gives is the function's own, one level deep.
    """
    limits = [limit for statement in body for node in ast.walk(statement) for limit in _limits(node)]
    found: dict[str, int] = {limit.name: ANY for limit in limits}
    found.update(parameters)
    changed = True
    while changed:
        changed = False
        for limit in limits:
            depth = max(limit.least, _depth(limit.value, found, is_fresh) + limit.steps)
            if depth < found[limit.name]:
                found[limit.name] = max(0, depth)
                changed = True
    return found


def steps_to(target: ast.expr) -> tuple[str, int] | None:
    """The variable through which a store goes, and in how many steps; None where it is no variable."""
    count = 0
    while True:
        match target:
            case ast.Name(id=name):
                return name, count
            case ast.Subscript(value=inner):
                target, count = inner, count + 1
            case ast.Call(func=ast.Attribute(value=inner, attr="setdefault")):
                target, count = inner, count + 1
            case _:
                return None


_FACTORIES = frozenset("list dict set int float str".split())


def is_empty_table(call: ast.Call) -> bool:
    """Whether this is ``defaultdict(list)`` or the like: what it makes for a new key is its own."""
    match call:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[ast.Name(id=factory)], keywords=[]):
            return name == "defaultdict" and factory in _FACTORIES
        case _:
            return False


def _limits(node: ast.AST) -> Iterator[_Limit]:
    match node:
        case ast.Assign():
            for target in node.targets:
                yield from _bound(target, node.value)
        case ast.AnnAssign(value=ast.expr() as value) | ast.NamedExpr(value=value):
            yield from _bound(node.target, value)
        case ast.AugAssign():
            root = steps_to(node.target)
            if root is not None:
                yield _Limit(root[0], node.value, root[1], root[1] + 1)
        case ast.For():
            yield from _element(node.target, node.iter)
        case ast.ExceptHandler(name=str() as name):
            yield _Limit(name, None)
        case ast.Call(func=ast.Attribute(value=receiver, attr=attr)) if attr in _PUTTING | _POURING:
            root = steps_to(receiver)
            if root is not None:
                name, steps = root
                yield from (_Limit(name, keyword.value, steps + 1) for keyword in node.keywords)
                if attr in _PUTTING:
                    yield from (_Limit(name, argument, steps + 1) for argument in node.args[-1:])
                else:
                    yield from (_Limit(name, argument, steps, steps + 1) for argument in node.args)
        case _:
            pass


def _bound(target: ast.expr, value: ast.expr | None) -> Iterator[_Limit]:
    match target:
        case ast.Name(id=name):
            yield _Limit(name, value)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            known = value.elts if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(targets) else None
            for index, inner in enumerate(targets):
                yield from _bound(inner, known[index] if known else None)
        case ast.Starred(value=inner):
            yield from _bound(inner, None)
        case ast.Subscript(slice=index):
            root = steps_to(target)
            if root is not None and isinstance(index, ast.Slice):
                yield _Limit(root[0], value, root[1] - 1, root[1])
            elif root is not None:
                yield _Limit(root[0], value, root[1])
        case _:
            pass


def _element(target: ast.expr, iterable: ast.expr) -> Iterator[_Limit]:
    match iterable:
        case ast.Call(func=ast.Name(id="range")):
            yield from _bound(target, ast.Constant(0))
        case ast.Call(func=ast.Name(id="enumerate")) if isinstance(target, ast.Tuple) and len(target.elts) == 2:
            yield from _bound(target.elts[0], ast.Constant(0))
            yield from _bound(target.elts[1], None)
        case ast.Name() if isinstance(target, ast.Name):
            yield _Limit(target.id, iterable, -1)
        case _:
            yield from _bound(target, None)


def _depth(value: ast.expr | None, found: Mapping[str, int], is_fresh: IsFresh) -> int:
    def deep(inner: ast.expr) -> int:
        return _depth(inner, found, is_fresh)

    match value:
        case ast.Constant() | ast.JoinedStr() | ast.Compare():
            return ANY
        case ast.Name(id=name):
            return found.get(name, 0)
        case ast.List(elts=elements) | ast.Set(elts=elements) | ast.Tuple(elts=elements):
            return 1 + min((0 if isinstance(e, ast.Starred) else deep(e) for e in elements), default=ANY)
        case ast.Dict(values=values):
            return 1 + min((0 if key is None else deep(v) for key, v in zip(value.keys, values)), default=ANY)
        case ast.ListComp(elt=element) | ast.SetComp(elt=element) | ast.DictComp(value=element):
            # The variables of a comprehension are others than those of the same name around it.
            own = {n.id: 0 for g in value.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)}
            return 1 + _depth(element, {**found, **own}, is_fresh)
        case ast.BinOp(left=ast.List() as row, op=ast.Mult()) | ast.BinOp(op=ast.Mult(), right=ast.List() as row):
            return deep(row)
        case ast.BinOp(left=left, right=right):
            return max(1, min(deep(left), deep(right)))
        case ast.UnaryOp():
            return ANY if isinstance(value.op, ast.Not) else 1
        case ast.IfExp(body=body, orelse=orelse):
            return min(deep(body), deep(orelse))
        case ast.BoolOp(values=values):
            return min(deep(v) for v in values)
        case ast.Call(func=ast.Attribute(attr=attr)) if attr in _COPYING:
            return 1
        case ast.Call():
            if not is_fresh(value):
                return 0
            return 1 if (value.args or value.keywords) and not is_empty_table(value) else ANY
        case _:
            return 0
