"""Where temporaries are used last: there they are let go, as plain Python, which needs none, never holds the objects.

``open(path, "w").write(text)`` closes the file, and so writes it out, with the end of the call. In a graph the file is
bound to a temporary; unless that is let go after its last use, the next line reads an empty file.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from pydron.ir.names import all_binds, own_binds, own_reads
from pydron.ir.nodes import Call, Graph, If, Node, Output, Region, Try, While, subregions, walk
from pydron.ir.syntax import all_nodes

Names = frozenset[str]


@dataclass(slots=True)
class Lifetimes:
    """Which temporaries are let go where, by the ids of nodes.

    Attributes:
        temporaries: Those that are let go anywhere. Those that nested functions read stay.
        objects: Variables of the user's that calls within statements bind: the objects stay until the next binding.
        after: With the end of a node.
        entering: By a choice or a loop that looks at them in its test only: before its branches or its body begin.
        handling: By the handlers of a ``try``: what a body that failed had not come to the last use of.
    """

    temporaries: Names = frozenset()
    objects: Names = frozenset()
    after: dict[int, list[str]] = field(default_factory=dict)
    entering: dict[int, list[str]] = field(default_factory=dict)
    handling: dict[int, list[str]] = field(default_factory=dict)

    def raised(self, error: ast.expr) -> ast.expr:
        """What a statement raises; a temporary is let go before that.

        An exception that its own frame held would be in a cycle with it, and keep all variables of the function.
        """
        return given_up(error) if isinstance(error, ast.Name) and error.id in self.temporaries else error


def given_up(name: ast.Name) -> ast.expr:
    """The value of a variable, which is let go: ``(name, name := None)[0]``."""
    gone = ast.NamedExpr(ast.Name(name.id, ast.Store()), ast.Constant(None))
    value = ast.Subscript(ast.Tuple([name, gone], ast.Load()), ast.Constant(0), ast.Load())
    for part in all_nodes([value]):
        ast.copy_location(part, name)
    return value


def lifetimes_of(graph: Graph) -> Lifetimes:
    """Where the temporaries of a graph are let go."""
    cells = frozenset(graph.cell_names)
    inner = (part for node in graph.body.nodes for _, part in subregions(node))
    called = {name for part in inner for node in walk(part) if isinstance(node, Call) for name in node.binds}
    found = Lifetimes(frozenset(graph.temporaries) - cells, frozenset(called.intersection(graph.local_names)) - cells)
    if found.temporaries:
        _Finder(found).region(graph.body, found.temporaries)
        for node in walk(graph.body):
            if isinstance(node, Try):
                found.handling[node.id] = sorted(all_binds(node.body, found.temporaries) & found.temporaries)
    return found


class _Finder:
    def __init__(self, found: Lifetimes) -> None:
        self._found = found
        self._touched: dict[int, Names] = {}

    def region(self, region: Region, mine: Names) -> None:
        """Find where a region lets go of temporaries, of those that nothing outside of it has to do with."""
        first: dict[str, Node] = {}
        last: dict[str, Node] = {}
        for node in region.nodes:
            for name in self._touches(node) & mine:
                first.setdefault(name, node)
                last[name] = node
        inner: dict[int, set[str]] = {}
        for name, node in last.items():
            within = [part for _, part in subregions(node) if name in self._touches_in(part)]
            if first[name] is node and len(within) == 1 and name not in self._own(node):
                inner.setdefault(id(within[0]), set()).add(name)
            elif isinstance(node, If) and not within or isinstance(node, While) and within in ([], [node.header]):
                self._found.entering.setdefault(node.id, []).append(name)
            elif not isinstance(node, Output):
                self._found.after.setdefault(node.id, []).append(name)
        for node in region.nodes:
            for _, part in subregions(node):
                if id(part) in inner:
                    self.region(part, frozenset(inner[id(part)]))

    def _own(self, node: Node) -> Names:
        temporaries = self._found.temporaries
        return (own_reads(node, temporaries) | own_binds(node, temporaries)) & temporaries

    def _touches(self, node: Node) -> Names:
        known = self._touched.get(node.id)
        if known is None:
            known = self._own(node).union(*(self._touches_in(part) for _, part in subregions(node)))
            self._touched[node.id] = known
        return known

    def _touches_in(self, region: Region) -> Names:
        return frozenset().union(*map(self._touches, region.nodes))
