"""Diagrams: the DOT text of a run. Pure.

Each node is a functional call or a folded call site, clusters are frames, edges are dependencies. One layout serves a
whole replay: it leaves room for the longest state, and the viewer recolours it. A diagram for a given moment is drawn
with its states, by colour as well as by shape and word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import graphviz

from pydron.trace import TaskRow, Trace
from pydron_viz.folding import Folding, Group
from pydron_viz.layout import invisible_edges
from pydron_viz.places import Places, Step
from pydron_viz.replay import STATES, Replay, State
from pydron_viz.wording import clipped, one_line, short_time

FILL: Mapping[State, tuple[str, str]] = {
    "future": ("#ffffff", "#b8bec6"),
    "waiting": ("#eceff3", "#6b7683"),
    "ready": ("#fbe3b0", "#9a6700"),
    "running": ("#9fd0f5", "#0b5c9c"),
    "done": ("#bfe5d6", "#04724d"),
    "failed": ("#f8b9a0", "#a63603"),
    "cancelled": ("#e4d9ea", "#6d4a84"),
}
"""Fill and outline per state: told apart by the colour-blind, and legible under black text."""

_ATTENTION: tuple[State, ...] = ("failed", "running", "ready", "waiting", "future", "done", "cancelled")

_STYLE: Mapping[State, dict[str, str]] = {
    "future": {"style": "rounded,filled,dotted"},
    "waiting": {"style": "rounded,filled,dashed"},
    "ready": {"style": "rounded,filled"},
    "running": {"style": "rounded,filled,bold", "penwidth": "2.5"},
    "done": {"style": "rounded,filled"},
    "failed": {"style": "filled", "shape": "octagon", "penwidth": "2"},
    "cancelled": {"style": "filled,dotted", "shape": "box"},
}


def layout_source(trace: Trace, folding: Folding) -> str:
    """DOT of the run without states, with room for every caption. Nodes have the ids ``node-KEY``, edges
    ``edge-KEY-KEY``; the second text of a node is its caption."""

    def attributes(group: Group) -> dict[str, str]:
        return {"label": label(title(group), room(len(group.tasks)))}

    return _source(trace, folding, attributes)


def source_at(trace: Trace, folding: Folding, replay: Replay, time: int) -> str:
    """DOT of the run as it was at a moment (nanoseconds since its start)."""
    states = replay.at(time).states
    tasks = {task.id: task for task in trace.tasks}

    def attributes(group: Group) -> dict[str, str]:
        counts = Counter(states.get(task, "future") for task in group.tasks)
        leading = leading_state(counts)
        caption = _words(tasks[group.tasks[0]], leading) if len(group.tasks) == 1 else tally(counts)
        fill, outline = FILL[leading]
        tooltip = label(f"{group.name} at {group.file}:{group.line}" if group.line else group.name)
        return {"label": label(title(group), caption), "fillcolor": fill, "color": outline, "tooltip": tooltip,
                **_STYLE[leading]}  # fmt: skip

    return _source(trace, folding, attributes)


def leading_state(counts: Mapping[State, int]) -> State:
    """The state that colours a folded node: what asks for attention first, else what is furthest behind."""
    return next((state for state in _ATTENTION if counts.get(state, 0)), "future")


def tally(counts: Mapping[State, int]) -> str:
    """``3 waiting · 2 running · 59 done``."""
    listed = [f"{counts[state]} {state}" for state in STATES if counts.get(state, 0)]
    return " · ".join(listed) or "not reached"


def room(tasks: int) -> str:
    """A caption as long as any that is usual for a node of so many tasks."""
    return "cancelled 00.0 ms" if tasks == 1 else tally(dict.fromkeys(("waiting", "ready", "running", "done"), tasks))


def title(group: Group) -> str:
    """``process #12`` for a call, ``process ×64`` for a folded call site."""
    if len(group.tasks) == 1:
        return f"{clipped(group.name, 28)} #{group.tasks[0]}"
    if group.is_part:
        return f"{clipped(group.name, 28)} #{group.tasks[0]} to #{group.tasks[-1]}"
    return f"{clipped(group.name, 28)} ×{len(group.tasks):,}"


def label(*lines: str) -> str:
    """Text for a DOT label: shown as it is, whatever it holds."""
    shown = "\\n".join(one_line(line).replace("\\", "\\\\").replace("&", "&amp;") for line in lines)
    # A plain string that begins with "<" and ends with ">" would be taken as HTML.
    literal: str = graphviz.nohtml(shown)
    return literal


def _words(task: TaskRow, state: State) -> str:
    if state == "future":
        return "not reached"
    if state == "running" and task.worker:
        return f"running, {clipped(task.worker, 12)}"
    if state in ("done", "failed") and task.started is not None and task.finished is not None:
        return f"{state} {short_time(task.finished - task.started)}"
    return state


def _source(trace: Trace, folding: Folding, attributes: Callable[[Group], dict[str, str]]) -> str:
    graph = graphviz.Digraph("run")
    graph.attr("graph", rankdir="TB", bgcolor="transparent", nodesep="0.18", ranksep="0.32", pad="0.15")
    graph.attr("graph", fontname="Helvetica,Arial,sans-serif", fontsize="12", fontcolor="#4a5560")
    graph.attr("node", shape="box", style="rounded,filled", fillcolor="#ffffff", color="#6b7683", margin="0.14,0.06")
    graph.attr("node", fontname="Helvetica,Arial,sans-serif", fontsize="11", fontcolor="#14181d")
    graph.attr("edge", color="#7d8894", arrowsize="0.6")
    if not folding.groups:
        graph.node("none", label("No functional calls"), shape="plaintext", style="")
        return str(graph.source)
    _clusters(graph, folding.groups, (), folding, Places(trace), attributes, [0])
    for source, target, count in folding.edges:
        wide = {} if count == 1 else {"penwidth": f"{min(5.0, 1 + count**0.5 / 4):.2f}"}
        # What the program makes of a result on its way to the next call is drawn in another manner.
        manner = {"style": "dashed"} if (source, target) in folding.implied else {}
        graph.edge(source, target, id=f"edge-{source}-{target}", **wide, **manner)
    keys = [group.key for group in folding.groups]
    for source, target in invisible_edges(keys, ((source, target) for source, target, _ in folding.edges)):
        graph.edge(source, target, style="invis", weight="0")
    return str(graph.source)


def _clusters(
    graph: graphviz.Digraph,
    groups: Sequence[Group],
    path: tuple[Step, ...],
    folding: Folding,
    places: Places,
    attributes: Callable[[Group], dict[str, str]],
    number: list[int],
) -> None:
    """Draw the groups below a path: its own as nodes, the others in a cluster per next step."""
    inner: dict[tuple[Step, ...], list[Group]] = {}
    for group in groups:
        if len(group.path) == len(path):
            graph.node(group.key, id=f"node-{group.key}", **attributes(group))
        else:
            inner.setdefault(group.path[: len(path) + 1], []).append(group)
    for deeper, those in inner.items():
        number[0] += 1
        with graph.subgraph(name=f"cluster_{number[0]}") as cluster:
            count = folding.frames.get(deeper, 1)
            name = places.step(deeper[-1]) + (f"  ×{count:,}" if count > 1 else "")
            cluster.attr(label=label(name), style="rounded", color="#aeb6bf", labeljust="l", margin="12")
            _clusters(cluster, those, deeper, folding, places, attributes, number)
