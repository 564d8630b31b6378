"""What the lines of a function are, found by looking at its graph."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from pydron.explain.callees import Callees, calls_in
from pydron.explain.decisions import waiting_decisions
from pydron.explain.reasons import reason
from pydron.ir.nodes import Call, Def, Graph, Input, Native, Node, Output, Store, subregions, walk

Mark = Literal["parallel", "scheduled", "pure", "late", "sync-point", "native"]
"""parallel: calls a functional function, which becomes a task. scheduled: calls a scheduled function.
pure: only computes. late: depends on what is called at run time. sync-point: happens in order, everything waits.
native: part of a statement that is taken whole."""

MARKS: tuple[Mark, ...] = ("pure", "scheduled", "parallel", "late", "sync-point", "native")
"""From what runs freely to what stops the program: where several meet on a line, the last counts."""

HasSyncPoints = Callable[[object], bool]


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
    """Everything that there is to say about a graph, in program order.

    Args:
        callees: Tells what its calls call.
        has_sync_points: Tells whether a live scheduled function contains some.
    """
    found: list[Finding] = []
    functional: set[int] = set()
    own = _own_variables(graph)
    for node in walk(graph.body):
        match node:
            case Call():
                made = _call(node, callees, has_sync_points)
                if made.mark in ("parallel", "late"):
                    functional.add(node.id)
                found.append(made)
            case Store():
                found.append(_store(node, own))
            case Native():
                found += _native(node, callees)
            case Input():
                pass
            case Output() if node.exit == "next" or node.fragment is None:
                pass
            case _:
                found.append(_free(node))
    found += [
        _sequential(node, "late", "PD401", f"the {exit} at line {line}")
        for node, exit, line in waiting_decisions(graph, functional)
    ]
    return sorted(found, key=lambda finding: finding.line)


def _call(node: Call, callees: Callees, has_sync_points: HasSyncPoints) -> Finding:
    callee = callees.named(node.callee)
    what = _call_text(node.fragment.statements())
    match callee.standing:
        case "functional":
            message = f"{what} is a functional call: it runs in parallel."
            return Finding(node.span.line, node.span.end_line, "parallel", "", what, message, "", node.id)
        case "scheduled" if callee.function is None or not has_sync_points(callee.function):
            message = f"{what} calls a scheduled function, which runs as a part of this one."
            return Finding(node.span.line, node.span.end_line, "scheduled", "", what, message, "", node.id)
        case "scheduled":
            return _sequential(node, "scheduled", "PD104", what)
        case "pure":
            message = f"{what} is known to do nothing but compute."
            return Finding(node.span.line, node.span.end_line, "pure", "", what, message, "", node.id)
        case "late":
            return _sequential(node, "late", "PD102", what)
        case "unknown":
            return _sequential(node, "sync-point", "PD101", what)


def _store(node: Store, own: frozenset[str]) -> Finding:
    if node.root in own or node.kind == "augmented" and node.root in node.binds:
        return _free(node)
    # Which object it is, and who else has it, is known only at run time: a fresh one holds nobody up.
    return _sequential(node, "late" if node.root else "sync-point", "PD301", node.fragment.text)


def _own_variables(graph: Graph) -> frozenset[str]:
    """Local variables that are no parameters: what they hold was, as far as one can see, made here."""
    parameters = graph.body.nodes[0].binds if graph.body.nodes else ()
    return frozenset({*graph.local_names, *graph.temporaries} - set(parameters) - set(graph.cell_names))


def _native(node: Native, callees: Callees) -> Iterator[Finding]:
    entry = reason(node.reason)
    what = node.detail or _statement_name(node)
    yield Finding(
        node.span.line, max(node.span.end_line, node.span.line), "native", node.reason, what,
        entry.say(what), entry.advise(what), node.id,
    )  # fmt: skip
    try:
        calls = list(calls_in(node.fragment.statements()))
    except (SyntaxError, ValueError):
        return
    for call in calls:
        if callees.of(call.func).standing == "functional":
            text = ast.unparse(call)
            message = f"{text} is a functional call, but runs sequentially because of {_because(node, what)}."
            yield Finding(
                call.lineno, call.end_lineno or call.lineno, "native", node.reason, text, message,
                entry.advise(what), node.id,
            )  # fmt: skip


def _because(node: Native, what: str) -> str:
    return what if "line" in what else f"{what} at line {node.span.line}"


_STATEMENTS = {
    "PD201": "the try statement",
    "PD202": "the with statement",
    "PD203": "the match statement",
    "PD206": "the class definition",
    "PD209": "the generator expression",
}


def _statement_name(node: Native) -> str:
    if node.reason in _STATEMENTS:
        return _STATEMENTS[node.reason]
    first = node.fragment.text.split("\n", 1)[0]
    return first if first else "the function"


def _free(node: Node) -> Finding:
    text = "" if subregions(node) or isinstance(node, Def) else getattr(node, "fragment", None)
    what = getattr(text, "text", "")
    return Finding(node.span.line, node.span.line, "pure", "", what, "", "", node.id)


def _sequential(node: Node, mark: Mark, code: str, what: str) -> Finding:
    entry = reason(code)
    end = node.span.line if subregions(node) else max(node.span.line, node.span.end_line)
    return Finding(node.span.line, end, mark, code, what, entry.say(what), entry.advise(what), node.id)


def _call_text(statements: list[ast.stmt]) -> str:
    value = getattr(statements[0], "value", None) if statements else None
    return ast.unparse(value) if isinstance(value, ast.expr) else ""
