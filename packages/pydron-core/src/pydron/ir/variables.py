"""Which variables a piece of syntax reads and binds, nested scopes included.

Works on trees, not on symbol tables, because a fragment may hold what only a function may (``return``, ``await``).
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass
class Variables:
    """Names used by some syntax.

    Attributes:
        reads: Loaded in the scope itself, in order.
        binds: Bound or deleted in the scope itself, in order.
        captures: Free in nested scopes: read, or bound by ``nonlocal``, from inside.
        declared: Declared ``global`` or ``nonlocal`` in the scope itself.
    """

    reads: dict[str, None] = field(default_factory=dict)
    binds: dict[str, None] = field(default_factory=dict)
    captures: dict[str, None] = field(default_factory=dict)
    declared: dict[str, None] = field(default_factory=dict)


def variables_of(nodes: Iterable[ast.AST]) -> Variables:
    """The variables of statements or expressions that stand in one scope."""
    found = Variables()
    for node in nodes:
        _visit(node, found)
    return found


def _visit(node: ast.AST, found: Variables) -> None:
    for name in _bound_by(node):
        found.binds[name] = None
    match node:
        case ast.Name():
            (found.reads if isinstance(node.ctx, ast.Load) else found.binds)[node.id] = None
        case ast.AugAssign(target=ast.Name(id=name)):
            found.reads[name] = None
            _visit_all(ast.iter_child_nodes(node), found)
        case ast.Global() | ast.Nonlocal():
            found.declared.update(dict.fromkeys(node.names))
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
            _visit_function(node, found)
        case ast.ClassDef():
            _visit_all([*node.decorator_list, *node.bases, *(word.value for word in node.keywords)], found)
            _nest(node.body, (), found)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            _visit_comprehension(node, found)
        case _:
            _visit_all(ast.iter_child_nodes(node), found)


def _visit_all(nodes: Iterable[ast.AST], found: Variables) -> None:
    for node in nodes:
        _visit(node, found)


def _bound_by(node: ast.AST) -> Iterator[str]:
    """Names that a node binds without an ``ast.Name``."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.Import() | ast.ImportFrom():
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
        case ast.ExceptHandler(name=str(name)):
            yield name
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield name
        case _:
            return


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return named + [extra for extra in (arguments.vararg, arguments.kwarg) if extra is not None]


def _visit_function(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, found: Variables) -> None:
    parameters = _arguments(node.args)
    outside: list[ast.AST] = [*node.args.defaults, *(default for default in node.args.kw_defaults if default)]
    if isinstance(node, ast.Lambda):
        body: list[ast.AST] = [node.body]
    else:
        outside += node.decorator_list
        outside += [parameter.annotation for parameter in parameters if parameter.annotation is not None]
        outside += [node.returns] if node.returns is not None else []
        body = list(node.body)
    _visit_all(outside, found)
    _nest(body, (parameter.arg for parameter in parameters), found)


def _visit_comprehension(node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, found: Variables) -> None:
    first, *rest = node.generators
    _visit(first.iter, found)
    inner: list[ast.AST] = [first.target, *first.ifs, *rest]
    inner += [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    leaks = dict.fromkeys(_walrus_targets(inner))
    found.binds.update(leaks)
    _nest(inner, (), found, frozenset(leaks))


def _walrus_targets(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        for walrus in ast.walk(node):
            if isinstance(walrus, ast.NamedExpr) and isinstance(walrus.target, ast.Name):
                yield walrus.target.id


def _nest(body: Iterable[ast.AST], own: Iterable[str], found: Variables, leaks: frozenset[str] = frozenset()) -> None:
    """Add what a nested scope uses of its surroundings."""
    inner = variables_of(body)
    local = ({*own, *inner.binds} - set(inner.declared)) - leaks
    for name in (*inner.reads, *inner.binds, *inner.captures):
        if name not in local:
            found.captures[name] = None


def contains_call(node: ast.AST) -> bool:
    """Whether evaluating the syntax calls something by call syntax, or suspends; nested scopes excepted."""
    if isinstance(node, (ast.Call, ast.Await, ast.Yield, ast.YieldFrom)):
        return True
    if isinstance(node, (*_FUNCTIONS, *_COMPREHENSIONS)):
        return any(contains_call(inner) for inner in _outside(node))
    return any(contains_call(inner) for inner in ast.iter_child_nodes(node))


def _outside(node: ast.AST) -> list[ast.AST]:
    """The parts of a nested scope that are evaluated where it stands."""
    if isinstance(node, _FUNCTIONS):
        defaults: list[ast.AST] = [*node.args.defaults, *(default for default in node.args.kw_defaults if default)]
        return defaults + ([] if isinstance(node, ast.Lambda) else list(node.decorator_list))
    if isinstance(node, ast.GeneratorExp):
        return [node.generators[0].iter]
    return list(ast.iter_child_nodes(node))
