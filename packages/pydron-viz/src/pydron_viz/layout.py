"""Layout hints: where Graphviz would draw one endless row, put the nodes into several. Pure.

Sixty-four independent calls are one rank of sixty-four nodes to Graphviz. Invisible edges from each node to the one
that stands a row below turn that into a block about as wide as a screen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

NODE_WIDTH, NODE_HEIGHT = 132.0, 78.0
"""Room that a node takes with the gaps around it, in points."""

_SHAPE = 1.7
"""Width to height of the drawing area."""

_NARROWEST = 6
"""Nodes beside one another that are always left as they are."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Nodes that hang together, by level; how wide and high they become once wide levels are broken into rows."""

    rows: list[list[str]]
    width: int
    height: int


def invisible_edges(keys: Sequence[str], edges: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Edges to add, without being drawn, so that the diagram gets a readable shape. Never closes a circle.

    Args:
        keys: All nodes, in program order.
        edges: The edges that are drawn; their ends are among ``keys``.
    """
    edges = list(edges)
    level = _levels(keys, edges)
    columns = max(_NARROWEST, ceil(sqrt(_SHAPE * len(keys) * NODE_HEIGHT / NODE_WIDTH)))
    parts = [_part(part, level, columns) for part in _components(keys, edges)]
    added: list[tuple[str, str]] = []
    for part in parts:
        # An edge within a level, from an earlier to a later node, cannot close a circle with edges between levels.
        added += [edge for row in part.rows for edge in zip(row, row[columns:])]
    shelves = _shelves(parts, columns)
    for above, below in zip(shelves, shelves[1:]):
        added += _below(above, below, columns)
    return added


def _part(keys: list[str], level: dict[str, int], columns: int) -> _Part:
    by_level: dict[int, list[str]] = defaultdict(list)
    for key in keys:
        by_level[level[key]].append(key)
    rows = [by_level[number] for number in sorted(by_level)]
    return _Part(rows, min(columns, max(map(len, rows))), sum(ceil(len(row) / columns) for row in rows))


def _shelves(parts: list[_Part], columns: int) -> list[list[_Part]]:
    """Parts beside one another as long as there is room, then the next ones below."""
    shelves: list[list[_Part]] = []
    room = 0
    for part in parts:
        if part.width > room:
            shelves.append([])
            room = columns
        shelves[-1].append(part)
        room -= part.width
    return shelves


def _below(above: list[_Part], below: list[_Part], columns: int) -> list[tuple[str, str]]:
    """Edges that put one shelf under another: each part under the one that stands over it, if that is high enough."""
    highest = max(above, key=lambda part: part.height)
    added = []
    for index, part in enumerate(below):
        over = above[index] if index < len(above) and above[index].height == highest.height else highest
        added += [(over.rows[-1][-1], top) for top in part.rows[0][:columns]]
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
