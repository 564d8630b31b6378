"""Which iterators nobody can see but what goes through them.

The machine may take elements ahead of their time from an iterator that one place of the program reads, and no other: a
handler, the caller or later code would find it run ahead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from pydron.ir.names import own_binds, own_reads
from pydron.ir.nodes import Call, For, Graph, Node, Region, subregions, walk


def sole_readers(graph: Graph) -> Mapping[int, frozenset[int]]:
    """Calls whose result is read by one node only, further down in the same block.

    Returns:
        The id of each such call -> the ids of the nodes that read its result: one, and its outermost loop where that
        one goes through a generator expression.
    """
    variables = frozenset(graph.local_names) | frozenset(graph.temporaries)
    shared = set(graph.cell_names)
    binds: Counter[str] = Counter()
    readers: dict[str, list[Node]] = {}
    for node in walk(graph.body):
        binds.update(own_binds(node, variables))
        for name in own_reads(node, variables):
            readers.setdefault(name, []).append(node)
    found: dict[int, frozenset[int]] = {}
    for region in _regions(graph.body):
        places = {node.id: place for place, node in enumerate(region.nodes)}
        for node in region.nodes:
            if not isinstance(node, Call) or len(node.binds) != 1:
                continue
            (name,) = node.binds
            if name in shared or binds[name] != 1 or name not in readers:
                continue
            first, *others = readers[name]
            if places.get(first.id, -1) > places[node.id] and _goes_through_it(first, others):
                found[node.id] = frozenset(reader.id for reader in readers[name])
    return found


def _goes_through_it(reader: Node, others: list[Node]) -> bool:
    """Whether the others that read a variable are the outermost loop of what the reader goes through."""
    if not others:
        return True
    if not isinstance(reader, Call) or reader.stream is None or len(others) > 1:
        return False
    return isinstance(others[0], For) and others[0] in reader.stream.nodes


def _regions(region: Region) -> list[Region]:
    found = [region]
    for node in region.nodes:
        for _, inner in subregions(node):
            found += _regions(inner)
    return found
