"""The page's diagrams: laid out once, with the group of every task, so that each moment is only a matter of colour."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence, Set

from pydron.errors import UsageError
from pydron_viz.diagrams import layout_source
from pydron_viz.folding import Folding, Range, fold
from pydron_viz.opened import Snapshot
from pydron_viz.packing import packed
from pydron_viz.render import render_dot
from pydron_viz.static_graph import calls_by_node, graph_row, static_layout
from pydron_viz.wording import file_name

RUN_VIEWS = ("run", "sites", "calls")
"""Views of the run: folded until it can be read at once, by call site, with as many single calls as can be drawn."""

READABLE = 170
"""Most nodes that can be read at once: more than that never fit onto a screen."""

_WIDE, _HIGH = 1500, 880
"""Points that a picture may measure so that its names can be read when all of it is shown on a small screen."""

Entry = tuple[str, str, str, Sequence[int]]
"""Id of a drawn element, name, place, and the tasks that it stands for."""


def diagram_document(snapshot: Snapshot, view: str, opened: Set[Range] = frozenset()) -> bytes:
    """A laid-out diagram without states, and per task the drawn element that stands for it, or -1.

    Raises:
        UsageError: There is no such view.
        ConfigurationError, RenderError: Graphviz is missing or has failed.
    """
    trace, tasks = snapshot.trace, snapshot.tasks
    entries: list[Entry]
    if view in RUN_VIEWS:
        folding = _folding(snapshot, view, opened)
        entries = [
            (f"node-{group.key}", group.name, _place(group.file, group.line), group.tasks) for group in folding.groups
        ]
        source = layout_source(trace, folding)
        folded = any(len(group.tasks) > 1 for group in folding.groups)
    else:
        row = graph_row(trace, view)
        calls = calls_by_node(tasks, row.id)
        found = static_layout(trace, row, calls)
        if found is None:
            raise UsageError("The trace holds no graph of this function that this version can read.")
        source, folded, entries = found, True, []
        for node, those in calls.items():
            site = tasks.sites[tasks.site[tasks.place(those[0])]]
            entries.append((f"n{node}", site.name, _place(site.file, site.line), those))
    svg = render_dot(source, "svg").decode("utf-8")
    of = array("i", [-1]) * len(tasks)
    for number, (_, _, _, those) in enumerate(entries):
        for place in tasks.places(those):
            of[place] = number
    nodes = [{"id": id, "name": name, "place": place} for id, name, place, _ in entries]
    svg = svg[max(0, svg.find("<svg")) :]
    return packed({"view": view, "svg": svg, "nodes": nodes, "folded": folded}, {"of": of})


def _folding(snapshot: Snapshot, view: str, opened: Set[Range]) -> Folding:
    """The nodes of a run as a view shows them."""

    def folding(crowd: int | None, opened: Set[Range] = frozenset()) -> Folding:
        ties = snapshot.drawn_lineage
        return fold(snapshot.trace, sites=view == "sites", crowd=crowd, tasks=snapshot.tasks, ties=ties, opened=opened)

    if view != "run":
        return folding(None, opened)
    crowd = READABLE
    found = folding(crowd)
    # Only Graphviz knows how much room a graph takes. What it cannot bring onto a screen is folded further.
    while not found.is_folded_throughout:
        larger = excess(render_dot(layout_source(snapshot.trace, found), "svg"))
        if larger <= 1:
            break
        crowd = int(min(crowd, len(found.groups)) / max(1.25, larger))
        found = folding(crowd)
    return folding(crowd, opened) if opened else found


def excess(svg: bytes) -> float:
    """How many times larger a picture is than what can be read at once."""
    size = re.search(rb'<svg width="(\d+)pt" height="(\d+)pt"', svg)
    return 1.0 if size is None else max(int(size[1]) / _WIDE, int(size[2]) / _HIGH)


def _place(file: str, line: int) -> str:
    return f"{file_name(file)}:{line}" if line else ""
