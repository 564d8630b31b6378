"""The graph of a scheduled function with what a run did at each of its calls. Pure."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from pydron.errors import UsageError
from pydron.export.to_dot import to_dot
from pydron.ir.nodes import Graph, Native, walk
from pydron.trace import GraphRow, TaskColumns, Trace, WaitRow, columns_of, standstill
from pydron_viz.diagrams import room, tally
from pydron_viz.places import graph_of
from pydron_viz.replay import Replay, State
from pydron_viz.wording import clipped, short_time

Calls = Mapping[int, Sequence[int]]
"""Numbers of the tasks per call node of a graph."""


def calls_by_node(tasks: TaskColumns, graph: int) -> Calls:
    """The tasks of a graph."""
    nodes = [site.node if site.graph == graph else None for site in tasks.sites]
    found: dict[int, array[int]] = defaultdict(lambda: array("q"))
    for number, site in zip(tasks.id, tasks.site):
        node = nodes[site]
        if node is not None:
            found[node].append(number)
    return found


def static_layout(trace: Trace, row: GraphRow, calls: Calls | None = None) -> str | None:
    """DOT of the function's graph with room for a caption at each call that became a task; None where the trace holds
    no readable graph. Node ids are ``n<number>``; the last text of such a node is its caption."""
    graph = graph_of(row)
    if graph is None:
        return None
    calls = calls_by_node(columns_of(trace.tasks), row.id) if calls is None else calls
    captions = {node: room(len(tasks)) for node, tasks in calls.items()}
    return _dot(graph, _below(_marks(trace, row.id, graph), captions))


def static_at(trace: Trace, row: GraphRow, replay: Replay, time: int) -> str | None:
    """DOT of the function's graph with the counts of a moment (nanoseconds since the start of the run)."""
    graph = graph_of(row)
    if graph is None:
        return None
    states = replay.at(time).states
    notes = {}
    for node, tasks in calls_by_node(columns_of(trace.tasks), row.id).items():
        counts: Counter[State] = Counter(states.get(task, "future") for task in tasks)
        notes[node] = f"×{len(tasks):,}: {tally(counts)}"
    return _dot(graph, _below(_marks(trace, row.id, graph), notes))


def _marks(trace: Trace, number: int, graph: Graph) -> dict[int, str]:
    """Per node what made it a sync-point, and what was waited for there. The drawing tells of natives by itself."""
    natives = {node.id for node in walk(graph.body) if isinstance(node, Native)}
    found: dict[int, list[str]] = defaultdict(list)
    for one in trace.sync_points:
        if one.graph == number and one.node not in natives:
            found[one.node].append(f"sync-point {clipped(one.reason, 20)}")
    for node, waited in waits_by_node(trace, number).items():
        found[node].append(waited)
    return {node: "\n".join(lines) for node, lines in found.items()}


def _times(count: int) -> str:
    return f", {count:,} times" if count > 1 else ""


def waits_by_node(trace: Trace, graph: int) -> dict[int, str]:
    """Per node of a graph at which the program stood still: for which reasons, and how long."""
    found: dict[int, dict[str, list[WaitRow]]] = {}
    for wait in trace.waits:
        if wait.graph == graph and wait.node is not None:
            found.setdefault(wait.node, {}).setdefault(wait.reason, []).append(wait)
    return {
        node: "\n".join(
            f"{clipped(reason, 20)}: waited {short_time(standstill(waits))}{_times(len(waits))}"
            for reason, waits in sorted(reasons.items(), key=lambda item: -standstill(item[1]))[:3]
        )
        for node, reasons in found.items()
    }


def _below(waits: dict[int, str], captions: dict[int, str]) -> dict[int, str]:
    """The captions of calls stand below what was waited for: a caption is always the last text of its node."""
    both = {node: f"{waits[node]}\n{caption}" for node, caption in captions.items() if node in waits}
    return {**waits, **captions, **both}


def graph_row(trace: Trace, view: str) -> GraphRow:
    """The graph that a view ``graph:NUMBER`` names.

    Raises:
        UsageError: There is none.
    """
    kind, _, number = view.partition(":")
    for row in trace.graphs:
        if kind == "graph" and number == str(row.id):
            return row
    known = ", ".join(["run", "sites", *(f"graph:{row.id}" for row in trace.graphs)])
    raise UsageError(f"There is no view '{view[:80]}' in this trace. Choose one of: {known}.")


def _dot(graph: Graph, notes: dict[int, str]) -> str:
    drawing = to_dot(graph, notes=notes)
    drawing.attr("graph", bgcolor="transparent")
    return str(drawing.source)
