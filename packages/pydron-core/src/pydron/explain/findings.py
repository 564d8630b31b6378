"""What the lines of a function are, found by looking at its graph."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from pydron.explain.callees import Callees, calls_in, calls_its_variables, is_harmless_manager, is_straight
from pydron.explain.decisions import waiting_decisions
from pydron.explain.iterables import gone_through
from pydron.explain.reasons import reason
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

HasSyncPoints = Callable[..., bool]
"""Told a live function, and with ``late=True`` whether places that are decided at run time count."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about some lines.

    Attributes:
        line, end_line: Of the user's file, both included.
        code: Of the catalogue; "" where nothing stands in the way.
        what: The thing meant, in the user's names.
        message: A sentence.
        hint: What to change; "" for nothing.
        node: Id of the node in the graph.
    """

    line: int
    end_line: int
    mark: Mark
    code: str
    what: str
    message: str
    hint: str
    node: int


def findings(graph: Graph, callees: Callees, has_sync_points: HasSyncPoints) -> list[Finding]:
    """Everything that there is to say about a graph, by line.

    Args:
        callees: Tells what its calls call.
        has_sync_points: Tells whether a live scheduled function contains some.
    """
    found: list[Finding] = []
    pending: set[int] = set()
    teller = _Teller(UsersText(graph), callees, has_sync_points, _own_variables(graph))
    generators = handled(graph)
    for node in walk(graph.body):
        match node:
            case Call() if node.id in generators:
                found.append(_free(node))
            case Call():
                made = teller.call(node)
                if made.mark in ("parallel", "late"):
                    pending.add(node.id)
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
    found += [
        _sequential(node, "late", "PD401", f"the {exit} at line {line}")
        for node, exit, line in waiting_decisions(graph, pending)
    ]
    found += [
        _sequential(node, "late", "PD402", ast.unparse(teller.text.callee(ast.parse(what, mode="eval").body)))
        for node, what in gone_through(graph, lambda name: callees.named(name).function)
    ]
    return sorted(found, key=lambda finding: finding.line)


@dataclass(frozen=True, slots=True)
class _Teller:
    """Says what one node is."""

    text: UsersText
    callees: Callees
    has_sync_points: HasSyncPoints
    own: frozenset[str]

    def call(self, node: Call) -> Finding:
        callee = self.callees.named(node.callee)
        what = self.text.at(node.span, _call_text(node))
        match callee.standing:
            case "functional":
                return _good(node, "parallel", what, f"{what} is a functional call: it runs in parallel.")
            case "entered" if not self.has_sync_points(callee.function):
                message = f"{what} calls a function that comes to functional calls: it runs as a part of this one."
                return _good(node, "scheduled", what, message)
            case "entered":
                return _sequential(node, "scheduled", "PD104", what)
            case "inferred":
                message = f"{what} does nothing but compute (inferred from its source), given plain values."
                return _good(node, "pure", what, message)
            case "scheduled" if callee.function is None or not self.has_sync_points(callee.function):
                message = f"{what} calls a scheduled function, which runs as a part of this one."
                return _good(node, "scheduled", what, message)
            case "scheduled":
                return _sequential(node, "scheduled", "PD104", what)
            case "pure":
                return _good(node, "pure", what, f"{what} is known to do nothing but compute.")
            case "output":
                message = f"{what} is ordered output: it is written in its turn, without stopping the program."
                return _good(node, "output", what, message)
            case "late":
                return _sequential(node, "late", "PD102", what)
            case "unknown":
                mark: Mark = "late" if self._may_be_entered(callee.function) else "sync-point"
                return _sequential(node, mark, "PD101", what, self.callees.shown(node.callee))

    def store(self, node: Store) -> Finding:
        if node.root in self.own or node.kind == "augmented" and node.root in node.binds:
            return _free(node)
        what = self.text.at(node.span, node.fragment.text)
        if node.root:
            # Which object it is, and who else has it, is known only at run time: a fresh one holds nobody up.
            return _sequential(node, "late", "PD301", what)
        held = self.callees.held_by(_receiver(node))
        if held == "container":
            return _free(node)
        return _sequential(node, "sync-point" if held == "module" else "late", "PD301", what)

    def _may_be_entered(self, function: object) -> bool:
        """Whether the machine may execute a call of it as a part of the function: that depends on the arguments.

        So it is with plain functions without loops and sync-points of their own, with those that call what they are
        given, and with classes.
        """
        if isinstance(function, type) or calls_its_variables(function):
            return True
        return function is setattr or is_straight(function) and not self.has_sync_points(function, late=True)

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
        message = entry.say(what) + (f" ({remark})" if remark else "")
        end = max(node.span.end_line, node.span.line)
        yield Finding(node.span.line, end, "native", node.reason, what, message, entry.advise(what), node.id)
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
                yield Finding(
                    call.lineno, call.end_lineno or call.lineno, "native", node.reason, text, message,
                    entry.advise(what), node.id,
                )  # fmt: skip

    def _meant(self, node: Native) -> tuple[str, str]:
        """What in the user's code a native node is about, and what else is to be said."""
        match node.reason:
            case "PD201" | "PD202" | "PD205" | "PD208" | "PD217" if node.detail.replace(" ", "").isalpha():
                return f"the {node.detail} statement", ""
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


def _sequential(node: Node, mark: Mark, code: str, what: str, subject: str = "") -> Finding:
    """What stands in the way. ``subject``: what the hint is about, where that is not the same."""
    entry = reason(code)
    hint = entry.advise(subject or what)
    return Finding(node.span.line, _end(node), mark, code, what, entry.say(what), hint, node.id)


def _end(node: Node) -> int:
    """The last line that a finding about the node is about: of a control node its first."""
    return node.span.line if subregions(node) else max(node.span.line, node.span.end_line)


def _call_text(node: Call) -> str:
    statements = node.fragment.statements()
    value = getattr(statements[0], "value", None) if statements else None
    return ast.unparse(value) if isinstance(value, ast.expr) else node.callee
