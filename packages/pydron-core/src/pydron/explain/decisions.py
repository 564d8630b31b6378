"""Finds what waits for a result of a functional call: a branch on it that may leave, a change of the result itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pydron.explain.users_text import UsersText
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

Decision = tuple[Node, str]
"""The node, and for people what happens or does not: ``the break at line 12``."""

_STOPPING = frozenset({"any", "all"})
"""Builtins that may leave a generator expression before its end."""


def waiting_decisions(graph: Graph, functional: set[int], text: UsersText) -> Iterator[Decision]:
    """The choices of a graph whose test needs such a result, and which then leave.

    Args:
        functional: Ids of the calls whose results may not be there yet.
    """
    pending = _pending_names(graph, functional)
    for node, exit, line in _decisions(graph.body, pending):
        yield node, f"the {exit} at line {line}"
    asked = _asked_once(graph, text)
    for node in walk(graph.body):
        if isinstance(node, While) and _names(node.test.text) & pending:
            yield node, "another turn of the loop"
        elif isinstance(node, Call) and node.stream is not None and (_shown(node, text) in _STOPPING or node in asked):
            if any(inner.id in functional for inner in walk(node.stream)):
                yield node, f"an early end of {text.at(node.span, node.callee)}"


def changed_results(graph: Graph, functional: set[int]) -> Iterator[Store]:
    """The modifications of what may be such a result."""
    pending = _pending_names(graph, functional)
    for node in walk(graph.body):
        if (
            isinstance(node, Store)
            and node.root in pending
            and not (node.kind == "augmented" and node.root in node.binds)
        ):
            yield node


def _asked_once(graph: Graph, text: UsersText) -> list[Call]:
    """The iterators that are made for ``next``, which asks for one element."""
    calls = [node for node in walk(graph.body) if isinstance(node, Call)]
    handed = {name for call in calls if _shown(call, text) == "next" for name in call.reads}
    return [call for call in calls if _shown(call, text) == "iter" and not handed.isdisjoint(call.binds)]


def _shown(node: Call, text: UsersText) -> str:
    return ast.unparse(text.callee(ast.parse(node.callee, mode="eval").body))


def _pending_names(graph: Graph, functional: set[int]) -> set[str]:
    """Variables that may hold a result that is not there yet, or something computed from one."""
    pending: set[str] = set()
    holders: set[str] = set()
    size = -1
    while size != len(pending) + len(holders):
        size = len(pending) + len(holders)
        for node in walk(graph.body):
            _spread(node, functional, pending, holders)
    return pending


def _spread(node: Node, functional: set[int], pending: set[str], holders: set[str]) -> None:
    reads = set(node.reads)
    match node:
        case Call():
            if node.id in functional:
                pending.update(node.binds)
        case Store():
            if node.kind == "augmented" and reads & pending:
                pending.update(node.binds)
            if reads & pending and node.root:
                holders.add(node.root)
            if node.method in ("pop", "popleft", "popitem", "setdefault") and node.root in holders:
                pending.update(node.binds)
        case Host():
            value = getattr(node.fragment.statements()[0], "value", None)
            if isinstance(value, (ast.List, ast.Tuple, ast.Dict, ast.Set)) and reads & (pending | holders):
                holders.update(node.binds)
            elif isinstance(value, ast.Name) and reads & holders:
                holders.update(node.binds)
            elif reads & pending or _takes_out(value) and reads & holders:
                pending.update(node.binds)
        case For():
            if reads & (pending | holders) and _names(node.iterable.text) & (pending | holders):
                pending.update(_names(node.target.text) - {"_"})
        case Match():
            if _names(node.subject.text) & (pending | holders):
                pending.update(name for case in node.cases for name in case.captures)
        case _:
            pass


def _takes_out(value: ast.AST | None) -> bool:
    return value is not None and any(isinstance(part, ast.Subscript) for part in ast.walk(value))


def _names(text: str) -> set[str]:
    return {part.id for part in ast.walk(ast.parse(text)) if isinstance(part, ast.Name)}


def _decisions(region: Region, pending: set[str]) -> Iterator[tuple[Node, str, int]]:
    """The control node, the way out (``break`` ...), and the line of that way out."""
    for node in region.nodes:
        tested = node.test if isinstance(node, If) else node.subject if isinstance(node, Match) else None
        if isinstance(node, (If, Match)) and tested is not None and _names(tested.text) & pending:
            yield from ((node, exit, line) for exit, line in _ways_out(node))
        for _, inner in subregions(node):
            yield from _decisions(inner, pending)


def _ways_out(node: If | Match) -> Iterator[tuple[str, int]]:
    """How the branches of a choice may leave; ``break`` and ``continue`` of loops inside of it stay inside."""
    for _, region in subregions(node):
        yield from _exits(region, frozenset({"break", "continue", "return", "raise"}))


def _exits(region: Region, leaving: frozenset[str]) -> Iterator[tuple[str, int]]:
    for node in region.nodes:
        match node:
            case Output() if node.exit in leaving:
                yield node.exit, node.span.line
            case Native():
                yield from ((exit, node.span.line) for exit in node.exits if exit in leaving)
            case For() | While():
                for _, inner in subregions(node):
                    yield from _exits(inner, leaving - {"break", "continue"})
            case If() | Match() | Try() | With():
                for _, inner in subregions(node):
                    yield from _exits(inner, leaving)
            case Def():
                continue
            case _:
                continue
