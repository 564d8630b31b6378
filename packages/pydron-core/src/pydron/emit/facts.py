"""Facts about a region that decide, when the program gets there, whether it may be deferred.

A region may be deferred if everything in it has an effect known in advance: what it calls can be looked up before it
runs, and what it modifies is either made inside it or is a container that it received under a plain name.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from pydron.analysis.purity import PURE_METHOD_NAMES
from pydron.emit.lookups import Callee, attributes_read, dotted, foreign_reads
from pydron.ir.fragment import Fragment
from pydron.ir.generators import makes_generator
from pydron.ir.names import all_binds, own_binds
from pydron.ir.nodes import (
    Call,
    Def,
    For,
    Graph,
    Host,
    If,
    Match,
    Native,
    Node,
    Output,
    Region,
    Store,
    Try,
    While,
    With,
    subregions,
    walk,
)

_FRESH = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.BinOp, ast.Constant, ast.JoinedStr)


@dataclass(frozen=True, slots=True)
class Stored:
    """An object that a region modifies, and that can be looked up in advance.

    Attributes:
        place: Where the object is: a name, then attributes.
        attribute: The attribute that is set, or "" where the object is a container.
        in_place: An augmented assignment: what stands there now may be modified, too.
    """

    place: Callee
    attribute: str = ""
    in_place: bool = False


@dataclass(frozen=True, slots=True)
class Managed:
    """A manager of a ``with`` statement.

    Attributes:
        place: Where it is; or, if it is ``made`` in the region, what makes it.
    """

    place: Callee
    made: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a region without running it.

    Attributes:
        closed: Nothing in it rules deferral out whatever the values are.
        callees: Callees to look up before deferring.
        stores: Objects that it modifies and has not made itself.
        numbers: Captured names that it rebinds by augmented assignment: fine unless they hold an object.
        counted: Those of them that it binds in no other way to anything that others may know.
        reads: Global and free names, with the attributes that follow, that it looks up when it runs.
        managers: What its ``with`` statements enter.
        looks: Attributes that it reads of what it receives.
        why_not: For people: what rules deferral out; "" if nothing does.
    """

    closed: bool
    callees: tuple[Callee, ...] = ()
    stores: tuple[Stored, ...] = ()
    numbers: tuple[str, ...] = ()
    why_not: str = ""
    counted: tuple[str, ...] = ()
    reads: tuple[Callee, ...] = ()
    managers: tuple[Managed, ...] = ()
    looks: tuple[Callee, ...] = ()


class _Ruled(Exception):
    """Something rules deferral out."""


def facts_of(region: Region, graph: Graph, received: frozenset[str], function: bool = False) -> Facts:
    """The facts of a region.

    Args:
        received: Variables that the region gets from outside.
        function: The region is a whole function, which may return.
    """
    return _Gatherer(region, graph, received, function).facts()


class _Gatherer:
    def __init__(self, region: Region, graph: Graph, received: frozenset[str], function: bool) -> None:
        self._region = region
        self._function = function
        self._variables = frozenset(graph.local_names) | frozenset(graph.temporaries)
        self._cells = frozenset(graph.cell_names)
        self._received = received
        self._bound = all_binds(region, self._variables)
        self._aliases = callee_aliases(graph)
        self._callees: dict[Callee, None] = {}
        self._stores: dict[Stored, None] = {}
        self._numbers: dict[str, None] = {}
        self._binders: dict[str, list[Node]] = {}
        for node in walk(region):
            for name in own_binds(node, self._variables):
                self._binders.setdefault(name, []).append(node)
            for handler in node.handlers if isinstance(node, Try) else ():
                self._binders.setdefault(handler.name, []).append(node)
        self._managers: dict[Managed, None] = {}

    def facts(self) -> Facts:
        try:
            if self._bound & self._cells:
                raise _Ruled("it binds a variable that nested code sees")
            self._exits(self._region, loops=0)
            for node in walk(self._region):
                self._node(node)
        except _Ruled as ruled:
            return Facts(closed=False, why_not=str(ruled))
        reads = foreign_reads(self._region, self._variables)
        counted = tuple(name for name in self._numbers if self._is_fresh(name))
        return Facts(
            True,
            tuple(self._callees),
            tuple(self._stores),
            tuple(self._numbers),
            counted=counted,
            reads=reads,
            managers=tuple(self._managers),
            looks=self._looks(),
        )

    def _looks(self) -> tuple[Callee, ...]:
        received = self._received - self._bound
        return tuple(
            Callee(found.root, found.attributes, True)
            for found in attributes_read(self._region)
            if found.attributes and found.root in received
        )

    def _exits(self, region: Region, loops: int, handling: bool = False) -> None:
        for node in region.nodes:
            match node:
                case Output(exit="return") if not self._function:
                    raise _Ruled("it returns from the function")
                case Output(exit="raise", fragment=Fragment(text="raise")) if not handling:
                    raise _Ruled("it raises again what is handled around it")
                case Output(exit="break" | "continue") if not loops:
                    raise _Ruled("it leaves the loop around it")
                case If() | Match():
                    for _, inner in subregions(node):
                        self._exits(inner, loops, handling)
                case For() | While():
                    self._exits(node.body, loops + 1, handling)
                    self._exits(node.orelse, loops, handling)
                case Try():
                    for name, inner in subregions(node):
                        self._exits(inner, loops, handling or name.startswith("except"))
                case With():
                    self._exits(node.body, loops, handling)
                    self._managed(node)
                case _:
                    pass

    def _managed(self, node: With) -> None:
        """The manager has to be found in advance, or what makes it."""
        base, attributes = dotted(node.manager.expression(), self._aliases)
        if not isinstance(base, ast.Name):
            raise _Ruled("which manager it enters is known only when it runs")
        makers = [
            _call_of(inner.fragment.statements()[0]).func
            for inner in walk(self._region)
            if isinstance(inner, Call) and base.id in inner.binds
        ]
        local = base.id in self._variables
        if len(makers) == 1 and not attributes and base.id not in self._received:
            maker, attributes = dotted(makers[0], self._aliases)
            if isinstance(maker, ast.Name) and maker.id not in self._variables:
                self._managers[Managed(Callee(maker.id, tuple(attributes), False), True)] = None
                return
        elif not local or (base.id in self._received and base.id not in self._bound):
            self._managers[Managed(Callee(base.id, tuple(attributes), local), False)] = None
            return
        raise _Ruled("which manager it enters is known only when it runs")

    def _node(self, node: Node) -> None:
        match node:
            case Native():
                raise _Ruled("it contains a statement that runs as a whole")
            case Def():
                raise _Ruled("it contains a nested function")
            case Call() if makes_generator(node):
                pass  # who goes through it is here as well
            case Call():
                self._call(_call_of(node.fragment.syntax()[0]))
            case Store():
                self._store(node)
            case _:
                pass

    def _call(self, call: ast.Call) -> None:
        callee, attributes = dotted(call.func, self._aliases)
        if isinstance(callee, ast.Constant) and len(attributes) == 1 and attributes[0] in PURE_METHOD_NAMES:
            return
        if not isinstance(callee, ast.Name):
            raise _Ruled("it calls something that is known only when it runs")
        name = callee.id
        local = name in self._variables
        if len(attributes) == 1 and attributes[0] in PURE_METHOD_NAMES and local:
            return  # a method name that only builtin types have; anything else is found out in time
        if local and (name in self._bound or name not in self._received):
            raise _Ruled(f"what {name} is, is known only when it runs")
        self._callees[Callee(name, tuple(attributes), local)] = None

    def _store(self, node: Store) -> None:
        if node.kind == "augmented" and _target_is_name(node):
            self._augmented(node.root)
            return
        receiver, attribute = _receiver(node)
        base, attributes = (None, []) if receiver is None else dotted(receiver, self._aliases)
        if not isinstance(base, ast.Name):
            raise _Ruled("it modifies an object that can be reached in other ways")
        name = base.id
        local = name in self._variables
        if not local or (name in self._received and name not in self._bound):
            stored = Stored(Callee(name, tuple(attributes), local), attribute, node.kind == "augmented")
            self._stores[stored] = None
        elif attributes or not self._is_fresh(name):
            raise _Ruled(f"it modifies {name}, which may be known elsewhere under another name")

    def _augmented(self, name: str) -> None:
        if name in self._received:
            self._numbers[name] = None
        if not self._is_fresh(name, ignore_augmented=True):
            raise _Ruled(f"it modifies {name}, which may be known elsewhere under another name")

    def _is_fresh(self, name: str, ignore_augmented: bool = False) -> bool:
        """Whether everything the region binds to the name is made there."""
        for node in self._binders.get(name, ()):
            match node:
                case Host() if name in node.binds:
                    for statement in node.fragment.syntax():
                        if isinstance(statement, ast.Assign) and not isinstance(statement.value, _FRESH):
                            return False
                case Call() if name in node.binds:
                    callee = _call_of(node.fragment.syntax()[0]).func
                    made = isinstance(callee, ast.Name) and callee.id in ("list", "dict", "set")
                    if not made and not ignore_augmented:
                        return False
                case For() if name in node.binds and any(
                    isinstance(n, ast.Name) and n.id == name for s in node.target.syntax() for n in ast.walk(s)
                ):
                    return False
                case Store(kind="method") if name in node.binds:
                    return False
                case Try() if any(handler.name == name for handler in node.handlers):
                    return False
                case With() if name in own_binds(node, self._variables):
                    return False
                case Match() if any(name in case.captures for case in node.cases):
                    return False
                case _:
                    pass
        return True


def _call_of(statement: ast.stmt) -> ast.Call:
    value = statement.value if isinstance(statement, (ast.Expr, ast.Assign, ast.AnnAssign)) else None
    assert isinstance(value, ast.Call)
    return value


def _target_is_name(node: Store) -> bool:
    statement = node.fragment.syntax()[0]
    return isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name)


def _receiver(node: Store) -> tuple[ast.expr | None, str]:
    """The object that a store modifies, and the attribute that it sets, if it sets one; None for other forms."""
    match node.fragment.syntax()[0]:
        case ast.Assign(targets=[ast.Subscript(value=receiver)]) | ast.AugAssign(target=ast.Subscript(value=receiver)):
            return receiver, ""
        case ast.Assign(targets=[ast.Attribute(value=receiver, attr=name)]):
            return receiver, name
        case ast.AugAssign(target=ast.Attribute(value=receiver, attr=name)):
            return receiver, name
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=receiver))):
            return receiver, ""
        case ast.Assign(value=ast.Call(func=ast.Attribute(value=receiver))):
            return receiver, ""
        case _:
            return None, ""


_last_aliases: list[tuple[Graph, dict[str, ast.expr]]] = []


def callee_aliases(graph: Graph) -> dict[str, ast.expr]:
    """The temporaries that hold a callee which the program reads before the arguments are computed.

    Asked for by each region of a graph, one after the other: the last answer is kept.
    """
    if _last_aliases and _last_aliases[0][0] is graph:
        return _last_aliases[0][1]
    found = _callee_aliases(graph)
    _last_aliases[:] = [(graph, found)]
    return found


def _callee_aliases(graph: Graph) -> dict[str, ast.expr]:
    temporaries = frozenset(graph.temporaries)
    held: dict[str, ast.expr] = {}
    bound: set[str] = set()
    for node in walk(graph.body):
        for name in temporaries.intersection(node.binds):
            if name in bound:
                held.pop(name, None)
            elif isinstance(node, Host):
                statement = node.fragment.syntax()[0]
                if isinstance(statement, ast.Assign) and isinstance(statement.value, (ast.Name, ast.Attribute)):
                    held[name] = statement.value
            bound.add(name)
    return held


def named_callees(graph: Graph) -> tuple[Callee, ...]:
    """What a graph's function calls by name, except functions that it defines itself (these run as a whole)."""
    variables = frozenset(graph.local_names) | frozenset(graph.temporaries)
    defined = {name for node in walk(graph.body) if isinstance(node, Def) for name in node.binds}
    aliases = callee_aliases(graph)
    found: dict[Callee, None] = {}
    for node in walk(graph.body):
        if isinstance(node, Call) or (isinstance(node, Store) and node.kind == "method"):
            callee, attributes = dotted(_call_of(node.fragment.syntax()[0]).func, aliases)
            if isinstance(callee, ast.Name) and callee.id not in defined:
                found[Callee(callee.id, tuple(attributes), callee.id in variables)] = None
    return tuple(found)
