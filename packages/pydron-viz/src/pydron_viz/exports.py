"""Exports: a trace in every other format, as bytes. Only pictures do more than compute: Graphviz draws them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydron.errors import UsageError
from pydron.trace import Trace, columns_of
from pydron_viz.analysis.lineage import lineage
from pydron_viz.chrome import chrome_document
from pydron_viz.csv_tables import tasks_csv, waits_csv
from pydron_viz.diagrams import source_at
from pydron_viz.document import trace_document
from pydron_viz.folding import Folding, fold
from pydron_viz.pictures import RUN_VIEWS
from pydron_viz.render import render_dot
from pydron_viz.replay import Replay
from pydron_viz.report import report_page
from pydron_viz.static_graph import graph_row, static_at

MIME: Mapping[str, str] = {
    "dot": "text/vnd.graphviz",
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
    "html": "text/html",
    "csv": "text/csv",
    "waits-csv": "text/csv",
    "json": "application/json",
    "chrome": "application/json",
}
"""Media type per format."""

PICTURES = ("png", "pdf")
"""Formats that make no sense on a terminal."""

ENDING: Mapping[str, str] = {
    **{format: f".{format}" for format in ("dot", "svg", "png", "pdf", "html", "json", "csv")},
    "chrome": ".chrome.json",
    "waits-csv": ".waits.csv",
}
"""Ending of file names per format."""


def export(trace: Trace, format: str, time: int | None = None, view: str = "run") -> bytes:
    """A trace in another format.

    Args:
        format: A key of :data:`MIME`.
        time: For diagrams, the moment to show in nanoseconds since the start; None for the end.
        view: For diagrams, what to show: see :func:`diagram`.

    Raises:
        UsageError: There is no such format or view.
        ConfigurationError, RenderError: Graphviz is missing or has failed.
    """
    if format not in MIME:
        raise UsageError(f"There is no format '{format}'. Choose one of: {', '.join(MIME)}.")
    match format:
        case "json":
            return _json(trace_document(trace))
        case "chrome":
            return _json(chrome_document(trace))
        case "csv":
            return tasks_csv(trace)
        case "waits-csv":
            return waits_csv(trace)
        case "html":
            return report_page(trace).encode("utf-8", "replace")
    source = diagram(trace, view, trace.end if time is None else time)
    return source.encode("utf-8", "replace") if format == "dot" else render_dot(source, format)


def diagram(trace: Trace, view: str, time: int) -> str:
    """DOT of a view at a moment: ``run`` or ``calls`` (folded only where there are too many calls to draw: a picture
    can be looked at closely), ``sites`` (every call site folded) or ``graph:NUMBER``.

    Raises:
        UsageError: There is no such view in this trace.
    """
    replay = Replay(trace)
    if view in RUN_VIEWS:
        return source_at(trace, _folded(trace, view == "sites"), replay, time)
    source = static_at(trace, graph_row(trace, view), replay, time)
    if source is None:
        raise UsageError(f"The trace holds no graph that this version can read for '{view}'. Show the run instead.")
    return source


def _folded(trace: Trace, sites: bool) -> Folding:
    tasks = columns_of(trace.tasks)
    return fold(trace, sites=sites, tasks=tasks, ties=lineage(trace, tasks))


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"
