"""Which call's result may reach which other call, or decide about it, according to a function's graph. Pure.

A trace records the results that a call takes directly. What the program makes of a result before it hands it on (an
element of a list, a sum, a condition) is seen in the graph only: this is the usual reaching-definitions analysis, with
sets of call nodes as what reaches a name. Objects that two names share are not followed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Set

from pydron.ir.fragment import Fragment
from pydron.ir.nodes import Call, For, Graph, If, Input, Region, Store, Try, While, With, subregions

Reach = dict[str, frozenset[int]]
"""Per variable the calls whose results may be in it."""

_NOTHING: frozenset[int] = frozenset()


def feeders(graph: Graph, calls: Set[int]) -> dict[int, frozenset[int]]:
    """Per call node the calls whose results may reach its arguments or decide that it happens; per control node those
    that may reach its decision.

    Args:
        calls: Ids of the call nodes that count. The results of other calls are what went into them.
    """
    walk = _Walk(calls)
    walk.region(graph.body, {}, _NOTHING)
    return walk.found


class _Walk:
    def __init__(self, calls: Set[int]) -> None:
        self.calls = calls
        self.found: dict[int, frozenset[int]] = {}

    def region(self, region: Region, reach: Reach, control: frozenset[int]) -> Reach:
        """What reaches the names after a region, if ``control`` has decided that it runs."""
        reach = dict(reach)
        for node in region.nodes:
            read = _union(reach, node.reads) | control
            match node:
                case Input():
                    reach.update((name, control) for name in node.binds if name not in reach)
                case Call():
                    if node.stream is not None:
                        read |= _union(self.region(node.stream, reach, control), node.stream.output.reads)
                    self._note(node.id, read)
                    result = frozenset({node.id}) if node.id in self.calls else read
                    reach.update(dict.fromkeys(node.binds, result))
                case If():
                    decided = control | _union(reach, _names(node.test))
                    self._note(node.id, decided)
                    reach = _joined([self.region(part, reach, decided) for part in (node.then, node.orelse)])
                case Try() | With():
                    for _, part in subregions(node):
                        reach = _joined([reach, self.region(part, reach, control)])
                case For() | While():
                    reach = self._loop(node, reach, control)
                case Store():
                    reach.update(dict.fromkeys(node.binds, read))
                    if node.root:
                        reach[node.root] = reach.get(node.root, _NOTHING) | read
                case _:
                    reach.update(dict.fromkeys(node.binds, read))
        return reach

    def _loop(self, node: For | While, reach: Reach, control: frozenset[int]) -> Reach:
        decided = control
        if isinstance(node, For):
            decided |= _union(reach, _names(node.iterable))
            reach = {**reach, **dict.fromkeys(_targets(node), decided)}
        while True:
            # What an iteration leaves behind reaches the next one. The sets only grow, so this ends.
            inner = reach
            if isinstance(node, While):
                inner = self.region(node.header, inner, decided)
                decided |= _union(inner, _names(node.test))
            self._note(node.id, decided)
            after = _joined([reach, inner, self.region(node.body, inner, decided)])
            if after == reach:
                return _joined([reach, self.region(node.orelse, reach, decided)])
            reach = after

    def _note(self, node: int, reached: frozenset[int]) -> None:
        self.found[node] = self.found.get(node, _NOTHING) | reached


def _names(fragment: Fragment) -> list[str]:
    return [node.id for node in ast.walk(fragment.expression()) if isinstance(node, ast.Name)]


def _targets(node: For) -> list[str]:
    """What the loop itself binds: names that its body is given and that do not come from before the loop."""
    return [name for name in node.body.input.binds if name not in node.reads]


def _joined(branches: list[Reach]) -> Reach:
    joined: Reach = {}
    for branch in branches:
        for name, calls in branch.items():
            joined[name] = joined.get(name, _NOTHING) | calls
    return joined


def _union(reach: Reach, names: Iterable[str]) -> frozenset[int]:
    return _NOTHING.union(*(reach.get(name, _NOTHING) for name in names))
