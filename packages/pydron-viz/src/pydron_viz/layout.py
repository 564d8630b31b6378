"""Layout hints: where Graphviz would draw one endless row, put the nodes into several. Pure.

Sixty-four independent calls are one rank of sixty-four nodes to Graphviz. Invisible edges from each node to the one
that stands a row below turn that into a block about as wide as a screen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import ceil, sqrt

NODE_WIDTH, NODE_HEIGHT = 132.0, 78.0
"""Room that a node takes with the gaps around it, in points."""

_SHAPE = 1.7
"""Width to height of the drawing area."""

_WIDEST = 8
"""Nodes of one rank that are left as they are."""


def invisible_edges(keys: Sequence[str], edges: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Edges to add, without being drawn, so that the diagram gets a readable shape. Never closes a circle.

    Args:
        keys: All nodes, in program order.
        edges: The edges that are drawn; their ends are among ``keys``.
    """
    edges = list(edges)
    level = _levels(keys, edges)
    parts = _components(keys, edges)
    added: list[tuple[str, str]] = []
    for part in parts:
        added += _staggered(part, level)
    if len(parts) > 1:
        added += _blocks(parts, level)
    return added


def _levels(keys: Sequence[str], edges: list[tuple[str, str]]) -> dict[str, int]:
    """Length of the longest path to each node. Ends in a circle (folded groups may form one) count no further."""
    incoming: dict[str, int] = dict.fromkeys(keys, 0)
    outgoing: dict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        incoming[target] += 1
        outgoing[source].append(target)
    level = dict.fromkeys(keys, 0)
    free = [key for key in keys if not incoming[key]]
    while free:
        key = free.pop()
        for target in outgoing[key]:
            level[target] = max(level[target], level[key] + 1)
            incoming[target] -= 1
            if not incoming[target]:
                free.append(target)
    return level


def _components(keys: Sequence[str], edges: list[tuple[str, str]]) -> list[list[str]]:
    """Nodes that hang together, each part and the parts themselves in the order of ``keys``."""
    leader = {key: key for key in keys}

    def find(key: str) -> str:
        while leader[key] != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    for source, target in edges:
        leader[find(source)] = find(target)
    parts: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        parts[find(key)].append(key)
    return list(parts.values())


def _staggered(part: list[str], level: dict[str, int]) -> list[tuple[str, str]]:
    """Break wide levels of one part into rows."""
    by_level: dict[int, list[str]] = defaultdict(list)
    for key in part:
        by_level[level[key]].append(key)
    if max(map(len, by_level.values())) <= _WIDEST:
        return []
    columns = max(_WIDEST, ceil(sqrt(_SHAPE * len(part) * NODE_HEIGHT / NODE_WIDTH)))
    # An edge within a level, from an earlier to a later node, cannot close a circle with edges between levels.
    return [edge for row in by_level.values() for edge in zip(row, row[columns:])]


def _blocks(parts: list[list[str]], level: dict[str, int]) -> list[tuple[str, str]]:
    """Put parts that are not connected below one another once there are enough beside one another."""
    small = [part for part in parts if max(level[key] for key in part) - min(level[key] for key in part) < 6]
    small = [part for part in small if len(part) <= 3 * _WIDEST]
    if len(small) <= _WIDEST:
        return []
    ranks = sum(max(level[key] for key in part) - min(level[key] for key in part) + 1 for part in small)
    columns = max(4, ceil(sqrt(_SHAPE * ranks * NODE_HEIGHT / NODE_WIDTH)))
    added = []
    for above, below in zip(small, small[columns:]):
        last = max(above, key=lambda key: level[key])
        first = min(below, key=lambda key: level[key])
        added.append((last, first))
    return added
