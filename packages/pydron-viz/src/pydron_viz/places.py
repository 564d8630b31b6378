"""Places: what the nodes of a run's graphs are called, for people. Pure."""

from __future__ import annotations

from pydron.errors import PydronError
from pydron.ir.nodes import Call, For, Graph, If, Node, While, walk
from pydron.trace import GraphRow, Trace

Step = tuple[int | None, int | None, str]
"""One frame on the way from the program to a task: graph, node of the parent's graph, kind."""


def graph_of(row: GraphRow) -> Graph | None:
    """The graph that a row holds; None where the document is damaged or of a newer version."""
    try:
        graph = Graph.from_json(row.document)
    except (PydronError, ValueError, RecursionError):
        return None
    return graph


class Places:
    """Names for graphs and for their nodes, as far as the trace tells."""

    def __init__(self, trace: Trace) -> None:
        self._rows = {row.id: row for row in trace.graphs}
        self._nodes: dict[int, dict[int, Node]] = {}

    def step(self, step: Step) -> str:
        """What a frame is called: its function, or the statement whose part was put off."""
        graph, node, kind = step
        row = self._rows.get(graph) if graph is not None else None
        if kind == "function" or node is None:
            return f"{row.qualname}()" if row is not None else "call"
        found = self._node(row, node)
        return "part put off" if found is None else f"{_word(found)}, line {found.span.line}"

    def line(self, graph: int | None, node: int | None) -> tuple[str, int]:
        """File and line of a node; line 0 where the trace does not tell."""
        row = self._rows.get(graph) if graph is not None else None
        found = None if node is None else self._node(row, node)
        return ("" if row is None else row.file), (0 if found is None else found.span.line)

    def _node(self, row: GraphRow | None, node: int) -> Node | None:
        if row is None:
            return None
        if row.id not in self._nodes:
            graph = graph_of(row)
            self._nodes[row.id] = {} if graph is None else {one.id: one for one in walk(graph.body)}
        return self._nodes[row.id].get(node)


def _word(node: Node) -> str:
    match node:
        case If():
            return "if"
        case For(comprehension=""):
            return "for"
        case For():
            return f"{node.comprehension} comprehension"
        case While():
            return "while"
        case Call():
            return f"{node.callee}()"
        case _:
            return type(node).__name__.lower()
