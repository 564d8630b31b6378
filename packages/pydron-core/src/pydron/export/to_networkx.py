"""Graphs as ``networkx.MultiDiGraph``, for analysis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import networkx

from pydron.export.callees import effects_by_mark
from pydron.ir.edges import edges
from pydron.ir.nodes import Effect, Graph, Input, Node, Region, subregions
from pydron.ir.printer import node_kind, node_text


def to_networkx(graph: Graph, effects: Mapping[int, Effect] | None = None) -> networkx.MultiDiGraph[int]:
    """All nodes, in program order, with their value and state edges.

    Node keys are the ids of the IR. Node attributes: ``kind``, ``text``, ``line`` and ``end_line`` in the user's file
    (0: nowhere), ``region`` (path such as ``("2:body",)``; () is the function's own), ``reads``, ``binds``, and
    ``reason`` of natives. Edge attributes: ``kind`` (``value`` or ``state``) and ``name``; the edge key is both. A
    value edge also leads from a control node to the ``Input`` of its regions. The result is free of cycles: what a
    loop carries from one iteration to the next is read from the ``Output`` of its body.

    Args:
        effects: Effect of calls, by node id. Default: what the marks in the graph's table of globals tell.
    """
    known = effects_by_mark(graph) if effects is None else effects
    result: networkx.MultiDiGraph[int] = networkx.MultiDiGraph(
        name=graph.qualname, module=graph.module, filename=graph.filename, first_line=graph.first_line
    )
    for node, path in _nodes(graph.body, ()):
        result.add_node(node.id, **_attributes(node), region=path)
    for region in _regions(graph.body):
        for edge in edges(region, known):
            key = f"{edge.kind}:{edge.name}"
            result.add_edge(edge.source, edge.target, key=key, kind=edge.kind, name=edge.name)
        for node in region.nodes:
            for _, inner in subregions(node):
                _enter(result, node, inner.nodes[0])
    return result


def _enter(result: networkx.MultiDiGraph[int], node: Node, boundary: Node) -> None:
    if isinstance(boundary, Input):
        for name in boundary.binds:
            result.add_edge(node.id, boundary.id, key=f"value:{name}", kind="value", name=name)


def _nodes(region: Region, path: tuple[str, ...]) -> Iterator[tuple[Node, tuple[str, ...]]]:
    for node in region.nodes:
        yield node, path
        for name, inner in subregions(node):
            yield from _nodes(inner, (*path, f"{node.id}:{name}"))


def _regions(region: Region) -> Iterator[Region]:
    yield region
    for node in region.nodes:
        for _, inner in subregions(node):
            yield from _regions(inner)


def _attributes(node: Node) -> dict[str, object]:
    return {
        "kind": node_kind(node),
        "text": node_text(node),
        "line": node.span.line,
        "end_line": node.span.end_line,
        "reads": node.reads,
        "binds": node.binds,
        "reason": getattr(node, "reason", ""),
    }
