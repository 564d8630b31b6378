"""Calls that stand for generator expressions: ``iter(generator)`` gives the generator, its elements are a stream."""

from __future__ import annotations

from pydron.ir.nodes import Call, Graph, Node, walk

LENT = "iter"
"""The callee of such a call."""


def makes_generator(node: Node) -> bool:
    """Whether a node does no more than make a generator, which others go through."""
    return isinstance(node, Call) and node.stream is not None and node.callee == LENT


def handled(graph: Graph) -> frozenset[int]:
    """The nodes that make a generator, or ask such a generator for one element: they are no sync-points."""
    nodes = list(walk(graph.body))
    made = {name for node in nodes if makes_generator(node) for name in node.binds}
    return frozenset(
        node.id
        for node in nodes
        if makes_generator(node) or isinstance(node, Call) and node.callee == "next" and made.intersection(node.reads)
    )
