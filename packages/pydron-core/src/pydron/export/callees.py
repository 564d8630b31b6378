"""What a graph itself says about the functions it calls: the marks that travel in its table of globals."""

from __future__ import annotations

from pydron.ir.nodes import Call, Effect, Graph, walk


def marked_calls(graph: Graph) -> dict[int, str]:
    """``functional`` or ``scheduled`` for each call of a marked global function, by node id."""
    hidden = {*graph.local_names, *graph.free_names, *graph.temporaries}
    marks = {entry.name: entry.mark for entry in graph.globals if entry.mark and entry.name not in hidden}
    marks |= {entry.name: entry.mark for entry in graph.globals if entry.mark and entry.name in graph.free_names}
    return {node.id: marks[node.callee] for node in walk(graph.body) if isinstance(node, Call) and node.callee in marks}


def effects_by_mark(graph: Graph) -> dict[int, Effect]:
    """The effect of the calls that a mark tells something about: functional ones are pure."""
    return {number: "pure" for number, mark in marked_calls(graph).items() if mark == "functional"}
