"""Emits what makes a loop's functional calls ahead of the loop, and the loop that takes the answers.

The *slice* of a loop's body is the part of it that computes the arguments of functional calls from values that cannot
change in the meantime. A worker runs it for a range of iterations, and sends back the result of each call by the call's
node. The loop *with answers* is the loop as it was written, but that each call takes its answer where there is one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import CodeType

from pydron.emit.builder import PREFIX, Sites, assign, function_def, name_of, place, target_of
from pydron.emit.exits import bare_exit
from pydron.emit.plain import Plain, target_of_loop
from pydron.emit.releases import Releases
from pydron.ir.names import all_binds, fragments_of
from pydron.ir.nodes import Call, Const, For, Graph, Host, If, Input, Node, Output, Region, Store
from pydron.ir.recompiling import compile_again

FACTORY = f"{PREFIX}slice"
"""Name of the function that makes a slice's function, in the code of a :class:`Slice`."""

SCALARS, TYPE, FAILURE = f"{PREFIX}scalars", f"{PREFIX}type", f"{PREFIX}failure"
"""The factory's first parameters: the types of values that can never change, ``type`` and ``BaseException``.

The user's variables may be called like the last two."""

_ELEMENTS = f"{PREFIX}elements"


def callee_parameter(node: int) -> str:
    """Name of the factory's parameter for the function that a call calls."""
    return f"{PREFIX}callee{node}"


def answerable(body: Region, variables: frozenset[str]) -> dict[int, tuple[str, ...]]:
    """The calls in a loop's body that may be answered, by node, with the names that lead to the function.

    Those in loops within the body are left out: there, one call happens several times in one iteration.
    """
    return _answerable(body, variables, {})


def _answerable(
    body: Region, variables: frozenset[str], read: dict[str, tuple[str, ...]]
) -> dict[int, tuple[str, ...]]:
    """The same, where some variables hold what was read from other names before."""
    found: dict[int, tuple[str, ...]] = {}
    for node in body.nodes:
        if isinstance(node, Call):
            path = _path(_call_in(node.fragment.statements()[0]).func)
            path = (*read.get(path[0], path[:1]), *path[1:]) if path else ()
            if path and path[0] not in variables:
                found[node.id] = path
        elif isinstance(node, If):
            found |= _answerable(node.then, variables, dict(read)) | _answerable(node.orelse, variables, dict(read))
        for name in all_binds(Region((node,)), variables):
            read.pop(name, None)
        if isinstance(node, Host):
            read |= _readings(node, variables)
    return found


def _readings(node: Host, variables: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """``name = function``: a callee is read before its arguments are computed."""
    readings = {}
    for statement in node.fragment.statements():
        match statement:
            case ast.Assign(targets=[ast.Name(name)], value=value):
                path = _path(value)
                if path and path[0] not in variables:
                    readings[name] = path
    return readings


def _call_in(statement: ast.stmt) -> ast.Call:
    assert isinstance(statement, (ast.Expr, ast.Assign)) and isinstance(statement.value, ast.Call)
    return statement.value


def _path(callee: ast.expr) -> tuple[str, ...]:
    names: list[str] = []
    while isinstance(callee, ast.Attribute):
        names.append(callee.attr)
        callee = callee.value
    return (callee.id, *reversed(names)) if isinstance(callee, ast.Name) else ()


class WithAnswers(Plain):
    """Emits a loop's body as it was written, but that calls take the answers that are there.

    Attributes:
        answers: Names of the variables that hold the answers of the iteration, by node, in the order of the calls. An
            answer that is not there is ``...``. (A call whose result is ``...`` is made once more; it has no effects.)
        callees: Names of the variables that hold the functions that were asked, by node.
    """

    def __init__(
        self, sites: Sites, releases: Releases, answers: Mapping[int, str], callees: Mapping[int, str]
    ) -> None:
        super().__init__(sites, releases)
        self.answers = answers
        self.callees = callees

    def call(self, node: Call) -> list[ast.stmt]:
        """``x = (answer if f is asked else (forget the later answers, f(a))[-1]) if answer is not ... else f(a)``."""
        statement = node.fragment.statements()[0]
        if node.id not in self.callees or not isinstance(statement, (ast.Expr, ast.Assign)):
            return [statement]
        call, again, named = (_call_in(node.fragment.statements()[0]) for _ in range(3))
        missing = ast.Constant(...)
        answer = self.answers[node.id]
        same = ast.Compare(named.func, [ast.Is()], [name_of(self.callees[node.id])])
        later = [name for other, name in self.answers.items() if other > node.id]
        forget: list[ast.expr] = [ast.NamedExpr(target_of(name), missing) for name in later]
        other = (
            ast.Subscript(ast.Tuple([*forget, again], ast.Load()), ast.Constant(-1), ast.Load()) if forget else again
        )
        there = ast.Compare(name_of(answer), [ast.IsNot()], [missing])
        statement.value = place(ast.IfExp(there, ast.IfExp(same, name_of(answer), other), call), call)
        return [statement]


@dataclass(frozen=True, slots=True)
class Slice:
    """The slice of a loop's body, compiled.

    Attributes:
        code: Code of a module that defines :data:`FACTORY`. It takes its first parameters, the callees, and the shared
            values; it makes a function of the elements and the captured values, which gives a list with the answers
            of each iteration.
        calls: Nodes of the calls that it makes.
        captures: Local variables whose values it receives.
        shared: Global and free names whose values it has.
    """

    code: CodeType
    calls: tuple[int, ...]
    captures: tuple[str, ...]
    shared: tuple[str, ...]


def slice_of(
    node: For,
    graph: Graph,
    callees: Mapping[int, tuple[str, ...]],
    fixed: frozenset[str],
    shared: Callable[[str], bool],
) -> Slice | None:
    """The slice of a loop's body; None where no call would be in it.

    Args:
        callees: The calls that it may make: those whose functions are known to have no effects.
        fixed: Local variables that the loop does not bind, with values that never change.
        shared: Whether a global or free name has a value that never changes, and nothing in the loop can rebind it.
    """
    slicing = _Slicing(graph, callees, shared)
    variables = slicing.variables
    target = target_of_loop(node)
    bound = {inner.id for inner in ast.walk(target) if isinstance(inner, ast.Name)}
    if not all(isinstance(inner, (ast.Name, ast.Tuple, ast.Store)) for inner in ast.walk(target)):
        return None
    body, _ = slicing.region(node.body, fixed | (bound & variables) - frozenset(graph.cell_names))
    if not slicing.calls:
        return None
    slicing.drop_checks()
    captures = tuple(sorted(slicing.used & fixed))
    names = tuple(sorted(slicing.foreign))
    parameters = [SCALARS, TYPE, FAILURE, *(callee_parameter(call) for call in slicing.calls), *names]
    made = _function(target, body, captures, slicing.calls)
    factory = function_def(FACTORY, _parameters(parameters), [made, ast.Return(name_of(made.name))])
    module = ast.Module([place(factory, node.iterable.expression())], [])
    code = compile_again(module, graph.filename)
    return Slice(code, tuple(slicing.calls), captures, names)


def _parameters(names: list[str]) -> ast.arguments:
    return ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])


def _function(target: ast.expr, body: list[ast.stmt], captures: tuple[str, ...], calls: list[int]) -> ast.FunctionDef:
    """``def slice(elements, captures...): for target in elements: ...`` with a list of answers per call."""
    missing = ast.Constant(...)
    start: list[ast.stmt] = [ast.Assign([target_of(_column(call))], ast.List([], ast.Load())) for call in calls]
    keep: list[ast.stmt] = [
        ast.Expr(ast.Call(ast.Attribute(name_of(_column(call)), "append", ast.Load()), [name_of(_answer(call))], []))
        for call in calls
    ]
    ended = ast.ExceptHandler(name_of(FAILURE), None, [ast.Pass()])
    iteration: list[ast.stmt] = [
        ast.Assign([target_of(_answer(call)) for call in calls], missing),
        ast.Try(body, [ended], [], keep),
    ]
    columns = ast.Tuple([name_of(_column(call)) for call in calls], ast.Load())
    statements: list[ast.stmt] = [*start, ast.For(target, name_of(_ELEMENTS), iteration, [], None), ast.Return(columns)]
    return function_def(f"{PREFIX}range", _parameters([_ELEMENTS, *captures]), statements)


def _column(call: int) -> str:
    return f"{PREFIX}answers{call}"


def _answer(call: int) -> str:
    return f"{PREFIX}answer{call}"


class _Slicing:
    """Goes through a loop's body, and keeps what can be computed ahead.

    Attributes:
        calls: Nodes of the calls kept.
        used: Variables that were read.
        foreign: Global and free names that were read.
    """

    def __init__(
        self,
        graph: Graph,
        callees: Mapping[int, tuple[str, ...]],
        shared: Callable[[str], bool],
    ) -> None:
        self.variables = frozenset(graph.local_names) | frozenset(graph.temporaries)
        self.calls: list[int] = []
        self.used: set[str] = set()
        self.foreign: set[str] = set()
        self._cells = frozenset(graph.cell_names)
        self._callees = callees
        self._shared = shared
        self._checks: list[tuple[str, ast.If]] = []

    def drop_checks(self) -> None:
        """What is not read again may be of any type."""
        for name, check in self._checks:
            if name not in self.used:
                check.test = place(ast.Constant(False), check)

    def region(self, region: Region, known: frozenset[str]) -> tuple[list[ast.stmt], frozenset[str] | None]:
        """The slice of a region, and the names known after it; None where control never comes to its end."""
        kept: list[ast.stmt] = []
        after: frozenset[str] | None = known
        for node in region.nodes:
            assert after is not None
            statements, after = self._node(node, after)
            kept += statements
            if after is None:
                break
        return kept, after

    def _node(self, node: Node, known: frozenset[str]) -> tuple[list[ast.stmt], frozenset[str] | None]:
        match node:
            case Input():
                return [], known
            case Output():
                if bare_exit(node) == []:
                    return [], known
                return [ast.Continue()], None
            case Host() | Const() if self._is_assignment(node) and self._readable(node, known):
                return self._kept(node, node.fragment.statements(), known)
            case Call() if node.id in self._callees and self._readable(node, known, callee=True):
                return self._call(node, known)
            case If() if self._readable(node, known):
                return self._if(node, known)
        return [], known - all_binds(Region((node,)), self.variables)

    def _is_assignment(self, node: Host | Const) -> bool:
        """Whether the fragment does nothing but bind names to what plain expressions give."""
        for statement in node.fragment.statements():
            if not isinstance(statement, ast.Assign):
                return False
            for inner in ast.walk(statement):
                if isinstance(inner, (ast.Lambda, ast.NamedExpr, ast.GeneratorExp, ast.Await)):
                    return False
        return not frozenset(node.binds) & self._cells

    def _readable(self, node: Node, known: frozenset[str], callee: bool = False) -> bool:
        """Whether all that a node reads is known, or shared and fixed; of a call, its arguments."""
        names: set[str] = set()
        for fragment in fragments_of(node):
            for statement in fragment.statements():
                roots: list[ast.AST] = [statement]
                if callee:
                    call = _call_in(statement)
                    roots = [*call.args, *call.keywords]
                names |= {
                    inner.id
                    for root in roots
                    for inner in ast.walk(root)
                    if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load)
                }
        if not names & self.variables <= known:
            return False
        foreign = names - self.variables
        if not all(map(self._shared, foreign)):
            return False
        self.foreign |= foreign
        self.used |= names & self.variables
        return True

    def _kept(
        self, node: Host | Const | Call, statements: list[ast.stmt], known: frozenset[str]
    ) -> tuple[list[ast.stmt], frozenset[str]]:
        """Statements, and the test that what they bind can never change."""
        binds = sorted(node.binds)
        kept = list(statements)
        at = statements[0]
        for name in binds:
            kind = ast.Call(name_of(TYPE), [name_of(name)], [])
            changes = ast.Compare(kind, [ast.NotIn()], [name_of(SCALARS)])
            check = place(ast.If(changes, [ast.Continue()], []), at)
            self._checks.append((name, check))
            kept.append(check)
        return kept, known | frozenset(binds)

    def _call(self, node: Call, known: frozenset[str]) -> tuple[list[ast.stmt], frozenset[str]]:
        statement = node.fragment.statements()[0]
        call = _call_in(statement)
        call.func = place(name_of(callee_parameter(node.id)), call)
        self.calls.append(node.id)
        answer = _answer(node.id)
        made = [assign(answer, call, statement)]
        if isinstance(statement, ast.Assign):
            if frozenset(node.binds) & self._cells:
                return made, known - frozenset(node.binds)
            statement.value = place(name_of(answer), call)
            made.append(statement)
            kept, after = self._kept(node, made, known)
            return kept, after
        return made, known

    def _if(self, node: If, known: frozenset[str]) -> tuple[list[ast.stmt], frozenset[str] | None]:
        then, after_then = self.region(node.then, known)
        orelse, after_else = self.region(node.orelse, known)
        test = node.test.expression()
        choice = place(ast.If(test, then or [ast.Pass()], orelse), test)
        if after_then is None:
            return [choice], after_else
        return [choice], after_then if after_else is None else after_then & after_else


def stored_roots(body: Region, answered: Collection[int]) -> frozenset[str] | None:
    """The variables through which a loop's body modifies objects; None if something in it may do anything at all.

    Args:
        answered: Nodes of calls that are known to have no effects.
    """
    roots: frozenset[str] = frozenset()
    for node in body.nodes:
        match node:
            case Host() | Const() | Input() | Output():
                continue
            case Call() if node.id in answered:
                continue
            case Store() if node.root:
                if not (node.kind == "augmented" and node.root in node.binds):
                    roots |= {node.root}
            case If():
                then, orelse = stored_roots(node.then, answered), stored_roots(node.orelse, answered)
                if then is None or orelse is None:
                    return None
                roots |= then | orelse
            case _:
                return None
    return roots
