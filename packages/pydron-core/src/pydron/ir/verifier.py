"""States the rules of the IR and checks a graph against them.

Each rule is a small function in one of the tables; a message of it belongs to a node. :func:`problems` lists what is
broken, :func:`verify` raises. Rules about the whole graph are in ``rules_graph``, rules about the form of a node's
text in ``rules_form``.
"""

from __future__ import annotations

from pydron.errors import GraphError
from pydron.ir.nodes import Graph, Region, subregions, walk
from pydron.ir.printer import region_text
from pydron.ir.rules_form import FORM_RULES
from pydron.ir.rules_graph import GRAPH_RULES, Problem


def problems(graph: Graph) -> list[Problem]:
    """Every rule that the graph breaks, as (node id, message); the id is None where no node is to blame."""
    found = [problem for rule in GRAPH_RULES for problem in rule(graph)]
    for node in walk(graph.body):
        found += [(node.id, message) for rule in FORM_RULES for message in rule(node, graph)]
    return found


def verify(graph: Graph) -> None:
    """Check a graph against every rule.

    Raises:
        GraphError: It breaks one. The message shows the region as text, with what is wrong under the node.
    """
    found = problems(graph)
    if not found:
        return
    notes: dict[int, list[str]] = {}
    for node, message in found:
        if node is not None:
            notes.setdefault(node, []).append(message)
    lines = [f"The graph of {graph.qualname!r} breaks {len(found)} rule(s) of the IR:"]
    lines += [message for node, message in found if node is None]
    if notes:
        lines.append(region_text(_smallest(graph.body, set(notes)), notes))
    raise GraphError("\n".join(lines), tuple(found))


def _smallest(region: Region, nodes: set[int]) -> Region:
    """The innermost region that holds all of these nodes."""
    for node in region.nodes:
        for _, inner in subregions(node):
            if nodes <= {part.id for part in walk(inner)}:
                return _smallest(inner, nodes)
    return region
