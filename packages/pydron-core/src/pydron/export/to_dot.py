"""Graphs as Graphviz diagrams: a cluster per region, value edges solid, state edges dashed.

Nodes are named ``n<id>``, clusters ``cluster_n<id>`` (a control node with its regions) and ``cluster_n<id>_<region>``;
SVG elements carry the same names as ids, and classes for the kind, so that a viewer can find and colour them. What
runs in order is told by shape and words, never by colour alone: natives are octagons with their reason code, calls of
functional functions are bold with the word under them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set

import graphviz

from pydron.export.callees import effects_by_mark, marked_calls
from pydron.export.dot_text import label, plain, tooltip
from pydron.ir.edges import edges
from pydron.ir.nodes import (
    Call,
    Effect,
    For,
    Graph,
    If,
    Input,
    Match,
    Native,
    Node,
    Output,
    Region,
    Try,
    While,
    With,
    subregions,
)
from pydron.ir.printer import node_kind, node_text

_SHAPES: dict[str, dict[str, str]] = {
    "input": {"shape": "ellipse", "fillcolor": "#ffffff"},
    "output": {"shape": "ellipse", "fillcolor": "#ffffff"},
    "const": {"shape": "plaintext", "style": "", "margin": "0.05,0.02"},
    "host": {"shape": "box", "style": "rounded,filled", "fillcolor": "#f6f6f6"},
    "call": {"shape": "box", "fillcolor": "#eef3fb"},
    "functional": {"shape": "box", "fillcolor": "#d4ecd9", "penwidth": "2.2"},
    "scheduled": {"shape": "component", "fillcolor": "#d4ecd9", "penwidth": "1.6"},
    "store": {"shape": "cds", "fillcolor": "#fdf3d7"},
    "native": {"shape": "octagon", "fillcolor": "#fbe3d9", "peripheries": "2"},
    "control": {"shape": "hexagon", "fillcolor": "#e9e4f5"},
    "definition": {"shape": "note", "fillcolor": "#f6f6f6"},
}
_NOTHING: Mapping[int, str] = {}


def to_dot(
    graph: Graph,
    effects: Mapping[int, Effect] | None = None,
    notes: Mapping[int, str] = _NOTHING,
) -> graphviz.Digraph:
    """The diagram of a graph. ``.source`` is the DOT text.

    Args:
        effects: Effect of calls, by node id. Default: what the marks in the graph's table of globals tell.
        notes: Lines to add to the labels of nodes, by node id: counts, times, reasons; several with newlines between.
    """
    return _Drawing(graph, effects_by_mark(graph) if effects is None else effects, notes).draw()


class _Drawing:
    """Draws one graph."""

    def __init__(self, graph: Graph, effects: Mapping[int, Effect], notes: Mapping[int, str]) -> None:
        self._graph = graph
        self._effects = effects
        self._notes = notes
        self._marks = marked_calls(graph)
        self._hidden = frozenset(graph.temporaries)

    def draw(self) -> graphviz.Digraph:
        title = f"{self._graph.qualname}({self._graph.signature})"
        dot = graphviz.Digraph("pydron")
        dot.attr("graph", label=plain(title), labelloc="t", labeljust="l", compound="true", rankdir="TB")
        dot.attr("graph", fontname="Helvetica", fontsize="12", tooltip=tooltip(title))
        dot.attr("node", fontname="Courier", fontsize="10", style="filled", margin="0.12,0.06")
        dot.attr("edge", fontname="Courier", fontsize="9", color="#444444", arrowsize="0.7")
        self._region(dot, self._graph.body)
        return dot

    def _region(self, dot: graphviz.Digraph, region: Region) -> None:
        for node in region.nodes:
            if subregions(node):
                self._control(dot, node)
            elif not (isinstance(node, Input) and not node.binds):
                self._node(dot, node)
        self._edges(dot, region)

    def _control(self, dot: graphviz.Digraph, node: Node) -> None:
        with dot.subgraph(name=f"cluster_n{node.id}") as outer:
            tip = tooltip(self._tip(node))
            outer.attr(label="", id=f"cluster_n{node.id}", style="rounded", color="#8a7fb5", tooltip=tip)
            outer.attr(**{"class": "control"})
            self._node(outer, node)
            for name, inner in subregions(node):
                if not _shown(inner):
                    continue
                key = f"cluster_n{node.id}_{name}"
                with outer.subgraph(name=key) as cluster:
                    cluster.attr(label=name, id=key, style="rounded,dotted", color="#8a7fb5", tooltip=name)
                    cluster.attr(**{"class": "region"})
                    self._region(cluster, inner)
                first = next(part for part in inner.nodes if not (isinstance(part, Input) and not part.binds))
                head = f"n{first.id}"
                outer.edge(f"n{node.id}", head, style="dotted", arrowhead="open", **_named("enter", node.id, first.id))

    def _node(self, dot: graphviz.Digraph, node: Node) -> None:
        kind, mark = node_kind(node), self._marks.get(node.id, "")
        shape = _SHAPES[mark or _style(node)]
        dot.node(
            f"n{node.id}",
            label(_caption(node, self._hidden), *self._further(node, mark)),
            id=f"n{node.id}",
            tooltip=tooltip(self._tip(node)),
            **{"class": " ".join(part for part in (f"kind-{kind}", mark) if part)},
            **shape,
        )

    def _further(self, node: Node, mark: str) -> Iterator[str]:
        if isinstance(node, Native):
            yield f"sync-point {node.reason}"
        elif isinstance(node, Call) and self._effects.get(node.id) == "world":
            yield "sync-point PD101"
        if mark:
            yield mark
        if node.id in self._notes:
            yield from self._notes[node.id].split("\n")

    def _tip(self, node: Node) -> str:
        place = f"line {node.span.line}" if node.span.line > 0 else "no line"
        return f"{place}: {node_kind(node)}\n{node_text(node)}"

    def _edges(self, dot: graphviz.Digraph, region: Region) -> None:
        by_id = {node.id: node for node in region.nodes}
        values: dict[tuple[int, int], list[str]] = {}
        states: dict[tuple[int, int], None] = {}
        for edge in edges(region, self._effects):
            if edge.kind == "value":
                values.setdefault((edge.source, edge.target), []).append(edge.name)
            elif not isinstance(by_id[edge.source], Input):  # a region's first effect needs no arrow
                states[edge.source, edge.target] = None
        for (source, target), names in values.items():
            shown = ", ".join(name for name in names if name not in self._hidden)
            text = {"label": plain(shown)} if shown else {}
            tip = tooltip("value " + ", ".join(names))
            dot.edge(*_ends(by_id[source], target), tooltip=tip, **text, **_leave(by_id[source]),
                     **_named("value", source, target))  # fmt: skip
        for source, target in states:
            if (source, target) not in values:
                dot.edge(*_ends(by_id[source], target), style="dashed", color="#888888", arrowhead="empty",
                         tooltip="order", **_leave(by_id[source]), **_named("state", source, target))  # fmt: skip


_CALLED = re.compile(r"(?<![\w.])\w+(?=\()")


def _caption(node: Node, hidden: Set[str]) -> str:
    text = node_text(node)
    match node:
        case Call() if node.callee:
            # A function that was looked up before its arguments were computed is shown by the name that users know.
            return _CALLED.sub(lambda found: node.callee if found[0] in hidden else found[0], text, count=1)
        case If():
            return f"if {text}"
        case For():
            return f"for {text}"
        case While():
            return f"while {text}"
        case Match():
            return f"match {text}"
        case Try():
            return f"try {text}".rstrip()
        case With():
            return f"with {text}"
        case _:
            return text


def _style(node: Node) -> str:
    kind = node_kind(node)
    if subregions(node):
        return "control"
    return kind if kind in _SHAPES else "definition"


def _shown(region: Region) -> bool:
    last = region.nodes[-1]
    return len(region.nodes) > 2 or isinstance(last, Output) and last.exit != "next"


def _ends(source: Node, target: int) -> tuple[str, str]:
    """An edge out of a control node starts below its regions: at the end of the first that is drawn."""
    for _, inner in subregions(source):
        if _shown(inner):
            return f"n{inner.nodes[-1].id}", f"n{target}"
    return f"n{source.id}", f"n{target}"


def _leave(source: Node) -> dict[str, str]:
    return {"ltail": f"cluster_n{source.id}"} if any(_shown(inner) for _, inner in subregions(source)) else {}


def _named(kind: str, source: int, target: int) -> dict[str, str]:
    return {"id": f"{kind}_n{source}_n{target}", "class": f"edge-{kind}"}
