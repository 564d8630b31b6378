"""Rules about one node: its text parses, has the form of its kind, holds no hidden call, uses the names it lists."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from pydron.ir.fragment import POSITIONED, Fragment
from pydron.ir.nodes import (
    Call,
    Const,
    Def,
    For,
    Graph,
    Host,
    If,
    Match,
    Native,
    Node,
    Output,
    Store,
    Try,
    While,
    With,
    subregions,
)
from pydron.ir.variables import contains_call, variables_of

Rule = Callable[[Node, Graph], Iterator[str]]
_REASON = re.compile(r"PD\d{3}")
_PLACEHOLDER = "_"


def text_parses(node: Node, graph: Graph) -> Iterator[str]:
    """Every text is Python, with as many positions as it has expressions and statements, or none."""
    for fragment in _fragments(node):
        tree = _parse(fragment)
        if tree is None:
            yield f"its text is not Python: {fragment.text!r}"
            continue
        expected = sum(isinstance(part, POSITIONED) for part in ast.walk(tree))
        if fragment.positions and len(fragment.positions) != expected:
            yield f"has {len(fragment.positions)} positions for {expected} expressions, statements and patterns"


def text_has_the_form_of_its_kind(node: Node, graph: Graph) -> Iterator[str]:
    """The text is of the form that the node's class documents."""
    parsed = [_parse(fragment) for fragment in _fragments(node)]
    bodies = [tree.body for tree in parsed if tree is not None]
    if len(bodies) < len(parsed):
        return
    match node:
        case If() | While():
            fits = _is_expression(bodies[0])
        case For():
            fits = _is_target(bodies[0]) and _is_expression(bodies[1])
        case Match():
            fits = _fits_cases(node, bodies)
        case Try():
            with_both = bool(node.handlers) and len(node.final.nodes) > 2
            fits = all(_is_expression(body) for body in bodies) and not with_both
        case With():
            fits = _is_expression(bodies[0]) and all(_is_target(body) for body in bodies[1:])
        case Output():
            fits = _fits_exit(node, bodies)
        case Native():
            fits = bool(_REASON.fullmatch(node.reason))
        case Const() | Host() | Call() | Store() | Def():
            fits = len(bodies[0]) == 1 and _fits(node, bodies[0][0], graph)
        case _:
            fits = True
    if not fits:
        yield f"its text does not have the form of a {type(node).__name__} node"


def calls_stand_alone(node: Node, graph: Graph) -> Iterator[str]:
    """No call stands in a text but the one of a Call or Store; natives and nested code are taken whole."""
    if isinstance(node, (Native, Def)):
        return
    for fragment in _fragments(node):
        tree = _parse(fragment)
        for statement in tree.body if tree is not None else ():
            value = getattr(statement, "value", None)
            if isinstance(node, (Call, Store)) and _called(statement) is not None and isinstance(value, ast.Call):
                own = [value.func, *value.args, *(keyword.value for keyword in value.keywords)]
                hidden = any(contains_call(part) for part in own)
            else:
                hidden = contains_call(statement)
            if hidden:
                yield "holds a call that does not stand alone"


def names_agree_with_the_text(node: Node, graph: Graph) -> Iterator[str]:
    """``reads`` and ``binds`` list the function's variables that the text, or a sub-region, uses."""
    statements: list[ast.stmt] = []
    for fragment in _fragments(node):
        tree = _parse(fragment)
        if tree is None:
            return
        statements += tree.body
    if not statements or _is_whole_function(node, graph):
        return
    own = {*graph.local_names, *graph.free_names, *graph.temporaries}
    used = variables_of(statements)
    read = {name for name in (*used.reads, *used.captures) if name in own}
    bound = {name for name in used.binds if name in own and name not in used.declared}
    if isinstance(node, (For, Match, With)):
        read.discard(_PLACEHOLDER)
    if isinstance(node, While):
        read -= {name for inner in node.header.nodes for name in inner.binds}
    if isinstance(node, Match):
        read -= {name for case in node.cases for inner in case.guard.nodes for name in inner.binds}
    missing = read - set(node.reads) - (bound if isinstance(node, (Native, Def, For, Match, With)) else set())
    if missing:
        yield f"does not list that it reads {_listed(missing)}"
    if bound - set(node.binds):
        yield f"does not list that it binds {_listed(bound - set(node.binds))}"
    if not subregions(node) and not isinstance(node, (Output, Native, Def)):
        if set(node.reads) - read:
            yield f"lists that it reads {_listed(set(node.reads) - read)}, which its text does not"
        if set(node.binds) - bound:
            yield f"lists that it binds {_listed(set(node.binds) - bound)}, which its text does not"


def _is_whole_function(node: Node, graph: Graph) -> bool:
    return isinstance(node, Native) and len(graph.body.nodes) == 3 and node is graph.body.nodes[1]


def _listed(names: set[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names))


def _fragments(node: Node) -> tuple[Fragment, ...]:
    match node:
        case If() | While():
            return (node.test,)
        case For():
            return (node.target, node.iterable)
        case Match():
            tests = (case.test for case in node.cases if case.test is not None)
            return (node.subject, *(case.pattern for case in node.cases), *tests)
        case Try():
            return tuple(handler.type for handler in node.handlers if handler.type is not None)
        case With():
            return (node.manager,) if node.target is None else (node.manager, node.target)
        case Output():
            return (node.fragment,) if node.fragment is not None else ()
        case Const() | Host() | Call() | Store() | Def() | Native():
            return (node.fragment,)
        case _:
            return ()


def _parse(fragment: Fragment) -> ast.Module | None:
    try:
        return ast.parse(fragment.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _is_expression(body: list[ast.stmt]) -> bool:
    return len(body) == 1 and isinstance(body[0], ast.Expr)


def _is_target(body: list[ast.stmt]) -> bool:
    match body:
        case [ast.Assign(targets=[_], value=ast.Name(id=name))]:
            return name == _PLACEHOLDER
        case _:
            return False


def _fits_cases(node: Match, bodies: list[list[ast.stmt]]) -> bool:
    subject, *rest = bodies
    patterns, tests = rest[: len(node.cases)], rest[len(node.cases) :]
    named = len(subject) == 1 and isinstance(subject[0], ast.Expr) and isinstance(subject[0].value, ast.Name)
    return bool(patterns) and named and all(map(_is_pattern, patterns)) and all(map(_is_expression, tests))


def _is_pattern(body: list[ast.stmt]) -> bool:
    match body:
        case [ast.Match(subject=ast.Name(id=name), cases=[ast.match_case(guard=None, body=[ast.Pass()])])]:
            return name == _PLACEHOLDER
        case _:
            return False


def _fits_exit(node: Output, bodies: list[list[ast.stmt]]) -> bool:
    if not bodies:
        return True
    form = {"return": ast.Return, "raise": ast.Raise}.get(node.exit)
    return form is not None and len(bodies[0]) == 1 and isinstance(bodies[0][0], form)


def _fits(node: Const | Host | Call | Store | Def, statement: ast.stmt, graph: Graph) -> bool:
    match node:
        case Const():
            return isinstance(statement, ast.Assign) and _to_names(statement.targets)
        case Host():
            return _is_host(statement)
        case Call():
            return _called(statement) is not None and _shows(node.callee, graph, _called(statement))
        case Store():
            return _is_store(node, statement)
        case Def(kind="def"):
            return isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef))
        case Def(kind="class"):
            return isinstance(statement, ast.ClassDef)
        case Def():
            return isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Lambda)


def _shows(shown: str, graph: Graph, callee: ast.expr | None) -> bool:
    """Whether a text names a callee. One of which a part was computed before is shown as the user wrote it."""
    if callee is None:
        return False
    inside = {part.id for part in ast.walk(callee) if isinstance(part, ast.Name)}
    computed = inside & set(graph.temporaries) or ":=" in shown
    return bool(shown) if computed else ast.unparse(callee) == shown


def _to_names(targets: list[ast.expr]) -> bool:
    for target in targets:
        match target:
            case ast.Name():
                continue
            case ast.Tuple() | ast.List() if _to_names(target.elts):
                continue
            case ast.Starred() if _to_names([target.value]):
                continue
            case _:
                return False
    return True


def _is_host(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign() | ast.Delete():
            return _to_names(statement.targets)
        case ast.AnnAssign():
            return isinstance(statement.target, ast.Name)
        case ast.Expr() | ast.Pass():
            return True
        case _:
            return False


def _called(statement: ast.stmt) -> ast.expr | None:
    """The callee of ``callee(...)`` or ``name = callee(...)``."""
    match statement:
        case ast.Expr(value=ast.Call(func=callee)):
            return callee
        case ast.Assign(targets=[ast.Name()], value=ast.Call(func=callee)):
            return callee
        case _:
            return None


def _is_store(node: Store, statement: ast.stmt) -> bool:
    match node.kind, statement:
        case "attribute", ast.Assign(targets=[ast.Attribute()]):
            return True
        case "subscript", ast.Assign(targets=[ast.Subscript()]):
            return True
        case "augmented", ast.AugAssign():
            return True
        case "delete", ast.Delete(targets=[ast.Attribute() | ast.Subscript()]):
            return True
        case "method", _:
            callee = _called(statement)
            return isinstance(callee, ast.Attribute) and callee.attr == node.method
        case _:
            return False


FORM_RULES: tuple[Rule, ...] = (
    text_parses,
    text_has_the_form_of_its_kind,
    calls_stand_alone,
    names_agree_with_the_text,
)
