"""What the lines of a function are, found by looking at its graph."""

from __future__ import annotations

import ast
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pydron.explain.callees import (
    CONTAINERS,
    Callee,
    Callees,
    calls_in,
    calls_its_variables,
    is_changeable,
    is_harmless_manager,
    is_straight,
    known,
)
from pydron.explain.classes import Classes, is_overridden, method_of
from pydron.explain.decisions import changed_results, waiting_decisions
from pydron.explain.iterables import gone_through
from pydron.explain.operations import defined_operations
from pydron.explain.reasons import Reason, reason
from pydron.explain.users_text import UsersText
from pydron.ir.generators import handled
from pydron.ir.nodes import Call, Graph, Input, Native, Node, Output, Store, With, subregions, walk
from pydron.location import Span

Mark = Literal["parallel", "scheduled", "pure", "output", "late", "sync-point", "native"]
"""parallel: calls a functional function, which becomes a task. scheduled: calls a scheduled function.
pure: only computes. late: depends on what is called at run time. sync-point: happens in order, everything waits.
native: part of a statement that is taken whole."""

MARKS: tuple[Mark, ...] = ("pure", "scheduled", "output", "parallel", "late", "sync-point", "native")
"""From what runs freely to what stops the program: where several meet on a line, the last counts."""

NESTED = -2

SyncPoints = Callable[..., "Sequence[Finding]"]
"""Told a live function: its sync-points; with ``late=True`` also places that are decided at run time."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about some lines.

    Attributes:
        line, end_line: Of the user's file, both included.
        code: Of the catalogue; "" where nothing stands in the way.
        what: The thing meant, in the user's names.
        message: A sentence.
        hint: What to change; "" for nothing.
        node: Id of the node in the graph; -1 for the function as such, :data:`NESTED` for one in a nested function.
    """

    line: int
    end_line: int
    mark: Mark
    code: str
    what: str
    message: str
    hint: str
    node: int


def findings(graph: Graph, callees: Callees, classes: Classes, sync_points: SyncPoints) -> list[Finding]:
    """Everything that there is to say about a graph, by line.

    Args:
        callees: Tells what its calls call.
        classes: Tells what objects its variables may hold.
        sync_points: Tells which ones a live function contains.
    """
    found: list[Finding] = []
    pending: set[int] = set()
    results: set[int] = set()
    teller = _Teller(UsersText(graph), callees, classes, sync_points, _own_variables(graph))
    generators = handled(graph)
    for node in walk(graph.body):
        match node:
            case Call() if node.id in generators:
                found.append(_free(node))
            case Call():
                made = teller.call(node)
                if made.mark in ("parallel", "late"):
                    pending.add(node.id)
                if made.mark in ("parallel", "scheduled"):
                    results.add(node.id)
                found.append(made)
            case Store():
                found.append(teller.store(node))
            case Native():
                found += teller.native(node)
            case With():
                found.append(teller.manager(node))
            case Input():
                pass
            case Output() if node.exit == "next" or node.fragment is None:
                pass
            case _:
                found.append(_free(node))
    found += [_sequential(node, "late", "PD401", what) for node, what in waiting_decisions(graph, pending, teller.text)]
    found += [
        _sequential(node, "late", "PD402", teller.text.at(Span.of(what), ast.unparse(what)))
        for node, what in gone_through(graph, lambda name: callees.named(name).function)
    ]
    found += [teller.change_of_result(node) for node in changed_results(graph, results)]
    found += [teller.operation(*operation) for operation in defined_operations(graph, callees, classes)]
    return sorted(found, key=lambda finding: finding.line)


@dataclass(frozen=True, slots=True)
class _Teller:
    """Says what one node is."""

    text: UsersText
    callees: Callees
    classes: Classes
    sync_points: SyncPoints
    own: frozenset[str]

    def call(self, node: Call) -> Finding:
        callee = self.callees.named(node.callee)
        if isinstance(callee.function, type) and callee.standing == "late":
            if self._only_fills(callee.function):
                return _free(node)
            return _sequential(node, "late", "PD101", self._called(node), self.callees.shown(node.callee))
        if callee.standing == "late":
            return self._by_class(node) or _sequential(node, "late", "PD102", self._called(node))
        return self._known(node, callee, self.callees.shown(node.callee))

    def _known(self, node: Call | Store, callee: Callee, name: str) -> Finding:
        """A call of what a name means now."""
        what = self._called(node)
        match callee.standing:
            case "functional":
                return _good(node, "parallel", what, f"{what} is a functional call: it runs in parallel.")
            case "entered" | "scheduled" if inner := self.sync_points(callee.function):
                return _sequential(node, "scheduled", "PD104", what, remark=_places(inner))
            case "entered":
                message = f"{what} calls a function that comes to functional calls: it runs as a part of this one."
                return _good(node, "scheduled", what, message)
            case "scheduled":
                message = f"{what} calls a scheduled function, which runs as a part of this one."
                return _good(node, "scheduled", what, message)
            case "inferred" if not self._is_given_objects(node):
                message = f"{what} does nothing but compute (inferred from its source), given plain values."
                return _good(node, "pure", what, message)
            case "pure":
                return _good(node, "pure", what, f"{what} is known to do nothing but compute.")
            case "output":
                message = f"{what} is ordered output: it is written in its turn, without stopping the program."
                return _good(node, "output", what, message)
            case "inferred" | "changing":
                return _sequential(node, "late", "PD101", what, name)
            case _:
                mark: Mark = "late" if self._may_be_entered(callee.function) else "sync-point"
                made = _sequential(node, mark, "PD101", what, name)
                foreign = callee.function is not None and not is_changeable(callee.function)
                return replace(made, hint=_OF_LIBRARY.format(name)) if foreign else made

    def _by_class(self, node: Call | Store) -> Finding | None:
        """What can be said of a call of an object whose class can be seen, or of a method of one."""
        function = call_of(node).func
        held, name = (function.value, function.attr) if isinstance(function, ast.Attribute) else (function, "__call__")
        kinds = sorted(self.classes.of(held), key=lambda kind: kind.__qualname__)
        for kind in kinds:
            method = method_of(kind, name)
            callee = known(method) if method is not None else Callee("unknown")
            inner = self.sync_points(callee.function) if callee.standing in ("entered", "scheduled") else ()
            if inner:
                return _sequential(node, "late", "PD104", self._called(node), remark=_places(inner))
            free = callee.standing in ("functional", "scheduled", "entered") and name != "__call__"
            if free and len(kinds) == 1 and not is_overridden(kind, name):
                return self._known(node, callee, f"{kind.__qualname__}.{name}")
            if hasattr(kind, name) and not free:
                return _sequential(node, "late", "PD101", self._called(node), f"{kind.__qualname__}.{name}")
        return None

    def _called(self, node: Call | Store) -> str:
        return self.text.at(node.span, ast.unparse(call_of(node)))

    def _is_given_objects(self, node: Call | Store) -> bool:
        """Whether an argument, or what is in it, may be an object of a class of the program's."""
        held = [self.classes.held(argument) for argument in call_of(node).args]
        return any(one.own or one.elements for one in held)

    def store(self, node: Store) -> Finding:
        if node.kind == "method":
            function = call_of(node).func
            assert isinstance(function, ast.Attribute)
            if isinstance(self.callees.meant(function.value), types.ModuleType):  # a function by the name of a method
                return self._known(node, self.callees.of(function), ast.unparse(function))
            found = self._by_class(node)
            if found is not None:
                return found
            if node.method == "sort" and any(keyword.arg == "key" for keyword in call_of(node).keywords):
                return replace(_sequential(node, "late", "PD101", self._called(node)), hint=_SORTED)
        what = self.text.at(node.span, node.fragment.text)
        receiver = _receiver(node)
        if node.kind != "method" and any(not kind.__dictoffset__ for kind in self.classes.of(receiver)):
            return _sequential(node, "late", "PD301", what)  # it has slots
        if node.root in self.own or node.kind == "augmented" and node.root in node.binds:
            return _free(node)
        if not node.root:
            held = self.callees.meant(receiver)
            if type(held) in CONTAINERS:
                return _free(node)
            if isinstance(held, types.ModuleType):
                return _sequential(node, "sync-point", "PD301", what)
        # Which object it is, and who else has it, is known only at run time: a fresh one holds nobody up.
        return _sequential(node, "late", "PD301", what)

    def change_of_result(self, node: Store) -> Finding:
        return _sequential(node, "late", "PD303", self.text.at(node.span, node.fragment.text))

    def operation(self, node: Node, part: ast.expr | ast.stmt, meant: str) -> Finding:
        """An operation that a class may define."""
        what = self.text.at(Span.of(part), ast.unparse(part))
        return _sequential(node, "late", "PD302", what, remark=meant)

    def _may_be_entered(self, function: object) -> bool:
        """Whether the machine may execute a call of it as a part of the function: that depends on the arguments.

        So it is with plain functions without loops and sync-points of their own, with those that call what they are
        given, and with classes.
        """
        if isinstance(function, type) or calls_its_variables(function):
            return True
        return function is setattr or is_straight(function) and not self.sync_points(function, late=True)

    def _only_fills(self, made: type) -> bool:
        """Whether making an object of a class does no more than fill it, as far as can be seen."""
        initialise = method_of(made, "__init__")
        if method_of(made, "__new__") or hasattr(made, "__del__") or initialise is not None and not made.__dictoffset__:
            return False
        return (
            initialise is None
            or "__dataclass_fields__" in vars(made)
            or (is_straight(initialise) and not self.sync_points(initialise))
        )

    def manager(self, node: With) -> Finding:
        what = self.text.at(Span.of(node.manager.expression()), node.manager.text)
        try:
            made = ast.parse(what, mode="eval").body
        except (SyntaxError, ValueError):
            made = None  # shortened, or with a comment in it
        if isinstance(made, ast.Call) and is_harmless_manager(self.callees.of(made.func).function):
            return _free(node)
        return _sequential(node, "sync-point", "PD202", what)

    def native(self, node: Native) -> Iterator[Finding]:
        entry = reason(node.reason)
        what, remark = self._meant(node)
        hint = _OUTSIDE if node.reason == "PD101" else entry.advise(what)
        end = max(node.span.end_line, node.span.line)
        yield Finding(node.span.line, end, "native", node.reason, what, _said(entry, what, remark), hint, node.id)
        try:
            calls = list(calls_in(node.fragment.statements()))
        except (SyntaxError, ValueError):
            return
        for call in calls:
            if self.callees.of(call.func).standing == "functional":
                text = self.text.at(Span.of(call), ast.unparse(call))
                message = (
                    f"{text} is a functional call, but runs sequentially because of {what} at line {node.span.line}."
                )
                last = call.end_lineno or call.lineno
                yield Finding(call.lineno, last, "native", node.reason, text, message, hint, node.id)

    def _meant(self, node: Native) -> tuple[str, str]:
        """What in the user's code a native node is about, and what else is to be said."""
        match node.reason:
            case "PD201" | "PD202" | "PD205" | "PD208" | "PD217" if node.detail.replace(" ", "").isalpha():
                return f"the {node.detail} statement", ""
            case "PD101":
                return f"the definition of {', '.join(node.binds)}", node.detail
            case "PD206":
                return "the class definition", ""
            case "PD204" | "PD207" | "PD210" | "PD213" if node.detail:
                return node.detail, ""
            case "PD212":
                return "the function", ""
            case _:
                first = node.fragment.text.split("\n", 1)[0]
                what = self.text.at(node.span, first) if node.span.line == node.span.end_line else first
                return what or "the function", node.detail


def _receiver(node: Store) -> ast.expr | None:
    """The object that a store modifies."""
    match node.fragment.syntax()[0]:
        case ast.Assign(targets=[ast.Subscript(value=receiver) | ast.Attribute(value=receiver)]):
            return receiver
        case ast.AugAssign(target=ast.Subscript(value=receiver) | ast.Attribute(value=receiver)):
            return receiver
        case ast.Delete(targets=[ast.Subscript(value=receiver) | ast.Attribute(value=receiver)]):
            return receiver
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=receiver))):
            return receiver
        case ast.Assign(value=ast.Call(func=ast.Attribute(value=receiver))):
            return receiver
        case _:
            return None


def _own_variables(graph: Graph) -> frozenset[str]:
    """Local variables that are no parameters: what they hold was, as far as one can see, made here."""
    parameters = graph.body.nodes[0].binds if graph.body.nodes else ()
    return frozenset({*graph.local_names, *graph.temporaries} - set(parameters) - set(graph.cell_names))


def _free(node: Node) -> Finding:
    return _good(node, "pure", "", "")


def _good(node: Node, mark: Mark, what: str, message: str) -> Finding:
    return Finding(node.span.line, _end(node), mark, "", what, message, "", node.id)


def _sequential(node: Node, mark: Mark, code: str, what: str, subject: str = "", remark: str = "") -> Finding:
    """What stands in the way.

    Args:
        subject: What the hint is about, where that is not the same.
        remark: What else is to be said.
    """
    entry = reason(code)
    said, hint = _said(entry, what, remark), entry.advise(subject or what)
    return Finding(node.span.line, _end(node), mark, code, what, said, hint, node.id)


def _said(entry: Reason, what: str, remark: str) -> str:
    message = entry.say(what)
    return f"{message.removesuffix('.')} ({remark})." if remark else message


def _end(node: Node) -> int:
    """The last line that a finding about the node is about: of a control node its first."""
    return node.span.line if subregions(node) else max(node.span.line, node.span.end_line)


def call_of(node: Call | Store) -> ast.Call:
    """The call of a node that has one, with the user's positions."""
    (statement,) = node.fragment.statements()
    call = getattr(statement, "value", None)
    assert isinstance(call, ast.Call)
    return call


def _places(inner: Sequence[Finding]) -> str:
    """Where the sync-points of another function are."""
    told = [f"line {finding.line}: {finding.code} {finding.what}" for finding in inner[:_TOLD]]
    more = len(inner) - len(told)
    return "; ".join(told) + (f"; and {more} more" if more else "")


_OUTSIDE = "Define the function outside of this one, or without what is called for its definition."

_OF_LIBRARY = (
    "If {0} only computes from its arguments, vouch for it with pydron.assume_functional({0}). Else call it before or "
    "after the calls that are to run at once, not between them."
)

_SORTED = "Use sorted(..., key=...), which gives a new list: it can be put off."

_TOLD = 3
"""Sync-points of another function that are named."""
