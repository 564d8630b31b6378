"""The report: the viewer with one run inside, as a single HTML file that needs neither server nor internet.

The page's scripts become modules in ``data:`` addresses, found through an import map; what the server would have
answered lies in the page. Predictions for other questions than the recorded ones need the viewer.
"""

from __future__ import annotations

import base64
import json
import re
from importlib import resources
from typing import Any

from pydron.errors import ConfigurationError, PydronError, UsageError
from pydron.trace import Trace, columns_of
from pydron_viz import insights
from pydron_viz.analysis.travel import journey_of
from pydron_viz.details import failure_details, task_details, wait_details
from pydron_viz.model import run_document
from pydron_viz.opened import Snapshot
from pydron_viz.pictures import RUN_VIEWS, diagram_document

MOST_DETAILS = 2_000
"""Most calls, and most waits, of which the report holds all details."""

_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' data:; style-src 'unsafe-inline'; img-src data:; connect-src 'none'"
)


def report_page(trace: Trace) -> str:
    """The report of a run.

    Raises:
        ConfigurationError, RenderError: Graphviz is missing or has failed.
    """
    answers = (
        json.dumps(_answers(trace), ensure_ascii=False).replace("<", "\\u003c").encode("utf-8", "replace").decode()
    )
    page = _text("templates", "view.html")
    page = re.sub(r'\n *(<link rel="icon"[^>]*>|\{%.*%\})', "", page)
    page = re.sub(r"<link rel=\"stylesheet\" href=\"{{ url_for\('static', filename='(\w+\.css)'\) }}\">", _style, page)
    scripts = (
        f'<script type="application/json" id="recorded">{answers}</script>\n'
        f'  <script type="importmap">{json.dumps({"imports": _modules()})}</script>\n'
        '  <script type="module">import "pydron/main.js";</script>'
    )
    page = re.sub(r"<script type=\"module\" src=[^>]*></script>", lambda _: scripts, page)
    return page.replace(
        '<meta charset="utf-8">',
        f'<meta charset="utf-8">\n  <meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
    ).replace("<body>", '<body data-report="yes">')


def _answers(trace: Trace) -> dict[str, Any]:
    """What the page asks for, by address; bytes as base64."""
    tasks = columns_of(trace.tasks)
    now = Snapshot("report", trace, tasks)
    binary = {"/api/run": run_document(trace, tasks, "report", now.end, now.is_analysed)}
    for view in (*RUN_VIEWS, *(f"graph:{row.id}" for row in trace.graphs)):
        try:
            binary[f"/api/diagram?view={view.replace(':', '%3A')}"] = diagram_document(now, view)
        except UsageError:
            pass  # a graph that cannot be read is not offered either
    found: dict[str, Any] = {"/api/summary": insights.summary_document(now)}
    if now.is_analysed:
        binary["/api/idle"] = insights.idle_document(now)
        binary["/api/travel"] = insights.travel_document(now, map(journey_of, trace.tasks))
        found["/api/figures"] = insights.figures_document(now)
        found["/api/whatif"] = insights.whatif_document(now, {}, frozenset())
    _sources(now, found)
    ties = now.lineage
    rows = {task.id: task for task in trace.tasks}
    # Whoever is sent a report has no trace to make calls again from.
    found["/api/errors"] = insights.errors_document(now, rows.get, None)
    for task in trace.tasks[:MOST_DETAILS]:
        failed = bool(task.error_type or task.error_message)
        failure = failure_details(trace, task, now.local_tracebacks, None) if failed else None
        found[f"/api/task/{task.id}"] = task_details(trace, tasks, task, ties, failure)
    for index in range(min(len(trace.waits), MOST_DETAILS)):
        found[f"/api/wait/{index}"] = wait_details(trace, tasks, index)
    encoded = {address: base64.b64encode(data).decode("ascii") for address, data in binary.items()}
    return {"documents": found, "columns": encoded}


def _sources(now: Snapshot, found: dict[str, Any]) -> None:
    try:
        found["/api/source"] = insights.source_document(now, None)
    except PydronError:
        return
    for file in dict.fromkeys(row.file for row in now.trace.graphs):
        try:
            found[f"/api/source?file={file}"] = insights.source_document(now, file)
        except UsageError:
            pass  # nothing happened there, and there is no text


def _modules() -> dict[str, str]:
    """The page's scripts, by the names under which they know one another."""
    found = {}
    for entry in resources.files("pydron_viz").joinpath("static").iterdir():
        if entry.name.endswith(".js"):
            text = entry.read_text(encoding="utf-8").replace('from "./', 'from "pydron/')
            data = base64.b64encode(text.encode("utf-8")).decode("ascii")
            found[f"pydron/{entry.name}"] = f"data:text/javascript;base64,{data}"
    if "pydron/main.js" not in found:
        raise ConfigurationError("The viewer's scripts are missing. Install pydron-viz again.")
    return found


def _style(match: re.Match[str]) -> str:
    return f"<style>\n{_text('static', match[1])}</style>"


def _text(folder: str, name: str) -> str:
    return resources.files("pydron_viz").joinpath(folder).joinpath(name).read_text(encoding="utf-8")
