"""Value and state edges of a region, computed from its nodes so that they cannot disagree with them.

A *value edge* goes from the last node that binds a name to a node that reads it. A *state edge* is an order that must
be kept although no value says so:

* Operations with effect ``world`` (natives, calls not known to be pure, raising) form one chain, the sync chain.
* A ``Store`` follows the last store through the same root variable and what has read that variable since; what
  reads the variable later follows the store. Stores keep their place in the sync chain.
* Operations with effect ``output`` form a chain of their own, and keep their place in the sync chain.
* The region's ``Output`` follows every effect that nothing else follows; an effect that follows no other follows
  the ``Input``.

A sync-point also stands between all that is before it and all that is after it; that follows from the order of the
nodes and is not listed. A control node has the effects of everything in it. Only edges that are not implied by
others of the same chain are listed: the first operation of a chain after a sync-point, not all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydron.ir.nodes import Call, Effect, Host, Input, Native, Node, Output, Region, Store, With, subregions

EdgeKind = Literal["value", "state"]


@dataclass(frozen=True, slots=True)
class Edge:
    """From a node to a later node of the same region.

    Attributes:
        name: The variable, for a value edge; for a state edge the root variable of a store, or "".
    """

    kind: EdgeKind
    source: int
    target: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Effects:
    """What a node, with all that is in it, does besides computing values."""

    world: bool = False
    output: bool = False
    roots: frozenset[str] = frozenset()


def value_edges(region: Region) -> tuple[Edge, ...]:
    """One edge per node and name that it reads, where the name is bound earlier in the region."""
    last: dict[str, int] = {}
    found: list[Edge] = []
    for node in region.nodes:
        found += [Edge("value", last[name], node.id, name) for name in dict.fromkeys(node.reads) if name in last]
        last.update(dict.fromkeys(node.binds, node.id))
    return tuple(found)


def state_edges(region: Region, effects: Mapping[int, Effect] | None = None) -> tuple[Edge, ...]:
    """The orders of a region that values do not give.

    Args:
        effects: Effect of calls about which something is known, by node id. Other calls have effect ``world``.
    """
    order = _Order()
    for node in region.nodes:
        order.add(node, effects_of(node, effects or {}))
    return tuple(order.edges)


def edges(region: Region, effects: Mapping[int, Effect] | None = None) -> tuple[Edge, ...]:
    """Value edges, then state edges, of one region. Sub-regions have their own."""
    return value_edges(region) + state_edges(region, effects)


def effects_of(node: Node, effects: Mapping[int, Effect]) -> Effects:
    """The effects of a node and of everything in it."""
    inner = [effects_of(part, effects) for _, region in subregions(node) for part in region.nodes]
    roots = frozenset[str]().union(*(part.roots for part in inner))
    world = any(part.world for part in inner)
    output = any(part.output for part in inner)
    match node:
        case Native():
            world = True
        case Output():
            world = node.exit == "raise"
        case With():
            # What a manager does when it is entered and left is known where somebody says so.
            world = world or effects.get(node.id, "world") == "world"
        case Store():
            # Through a global name anybody may look at the object.
            world, roots = node.root == "", frozenset({node.root} - {""})
        case Host() | Call():
            effect = effects.get(node.id, "world" if isinstance(node, Call) else node.effect)
            world, output = effect == "world", effect == "output"
        case _:
            pass
    return Effects(world, output, roots)


@dataclass
class _Order:
    """Walks a region and keeps, per chain, the last operations that a later one has to follow."""

    edges: list[Edge] = field(default_factory=list)
    _boundary: int = -1
    _sync: int | None = None
    _output: int | None = None
    _stores: dict[str, int] = field(default_factory=dict)
    _readers: dict[str, list[int]] = field(default_factory=dict)

    def add(self, node: Node, effects: Effects) -> None:
        if isinstance(node, Input):
            self._boundary = node.id
        elif isinstance(node, Output):
            self._link(node.id, [(source, "") for source in self._open()])
        elif effects.world:
            self._link(node.id, [(source, "") for source in self._open()] or [(self._boundary, "")])
            self._sync, self._output = node.id, None
            self._stores, self._readers = {}, {}
        else:
            self._add_ordered(node, effects)
        for name in node.binds:
            # The name now means another object.
            if name not in effects.roots:
                self._stores.pop(name, None)
                self._readers.pop(name, None)

    def _add_ordered(self, node: Node, effects: Effects) -> None:
        before: list[tuple[int, str]] = []
        for root in sorted(effects.roots):
            before += [(source, root) for source in self._readers.pop(root, [])]
            before += [(self._stores[root], root)] if root in self._stores else []
        for name in node.reads:
            if name not in effects.roots:
                if name in self._stores:
                    before.append((self._stores[name], name))
                self._readers.setdefault(name, []).append(node.id)
        if effects.output and self._output is not None:
            before.append((self._output, ""))
        if effects.roots or effects.output:
            start = self._boundary if self._sync is None else self._sync
            before = before or [(start, min(effects.roots, default=""))]
        self._link(node.id, before)
        self._stores.update(dict.fromkeys(effects.roots, node.id))
        self._output = node.id if effects.output else self._output

    def _open(self) -> list[int]:
        """The ends of all chains: what a sync-point has to follow."""
        ends = {*self._stores.values(), *([] if self._output is None else [self._output])}
        return sorted(ends) or ([] if self._sync is None else [self._sync])

    def _link(self, target: int, sources: Iterable[tuple[int, str]]) -> None:
        names: dict[int, str] = {}
        for source, name in sources:
            names[source] = names.get(source) or name
        self.edges += [Edge("state", source, target, names[source]) for source in sorted(names)]
