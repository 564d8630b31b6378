"""What the viewer's page asks for: the run, diagrams, details, exports. Everything is read-only."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from pydron.errors import UsageError
from pydron_viz.details import task_details, wait_details
from pydron_viz.diagrams import layout_source
from pydron_viz.exports import ENDING, MIME, export, graph_row
from pydron_viz.folding import fold
from pydron_viz.model import run_document
from pydron_viz.opened import OpenTrace, Snapshot
from pydron_viz.render import render_dot
from pydron_viz.static_graph import calls_by_node, static_layout
from pydron_viz.wording import file_name

api = Blueprint("api", __name__)

_GREATEST = 2**62


def _opened() -> OpenTrace:
    opened: OpenTrace = current_app.extensions["pydron-trace"]
    return opened


def _snapshot() -> Snapshot:
    return _opened().snapshot()


def _time(name: str) -> int | None:
    text = request.args.get(name)
    if text is None:
        return None
    if not text.isdecimal() or len(text) > 18:
        raise UsageError(f"'{text[:40]}' is no time: give nanoseconds since the start of the run.")
    return int(text)


@api.get("/api/run")
def run() -> Response:
    """All that is needed to replay the run."""
    snapshot = _snapshot()
    return jsonify(run_document(snapshot.trace, snapshot.replay, snapshot.revision))


@api.get("/api/revision")
def revision() -> Response:
    """Whether there is anything new."""
    return jsonify({"revision": _opened().revision()})


@api.get("/api/diagram")
def diagram() -> Response:
    """A laid-out diagram without states, and which tasks each of its elements stands for."""
    trace = _snapshot().trace
    view = request.args.get("view", "run")
    if view in ("run", "sites"):
        folding = fold(trace, sites=view == "sites")
        nodes: dict[str, Any] = {
            f"node-{group.key}": {"tasks": group.tasks, "name": group.name, "place": _place(group.file, group.line)}
            for group in folding.groups
        }
        source = layout_source(trace, folding)
        folded = any(len(group.tasks) > 1 for group in folding.groups)
    else:
        row = graph_row(trace, view)
        found = static_layout(trace, row)
        if found is None:
            raise UsageError("The trace holds no graph of this function that this version can read.")
        names = {task.id: (task.name, task.file, task.line) for task in trace.tasks}
        nodes = {
            f"n{node}": {"tasks": tasks, "name": names[tasks[0]][0], "place": _place(*names[tasks[0]][1:])}
            for node, tasks in calls_by_node(trace, row.id).items()
        }
        source, folded = found, True
    svg = render_dot(source, "svg").decode("utf-8")
    return jsonify({"view": view, "svg": svg[max(0, svg.find("<svg")) :], "nodes": nodes, "folded": folded})


@api.get("/api/state")
def state() -> Response:
    """The run at a moment (``time``), as the server sees it."""
    snapshot = _snapshot()
    time = _time("time")
    moment = snapshot.replay.at(snapshot.trace.end if time is None else time)
    return jsonify({"time": moment.time, "counts": moment.counts, "states": moment.states, "workers": moment.workers})


@api.get("/api/task/<int:number>")
def task(number: int) -> Response:
    """Details of a task."""
    details = task_details(_snapshot().trace, number) if number < _GREATEST else None
    if details is None:
        raise UsageError(f"There is no call number {number} in this trace.")
    return jsonify(details)


@api.get("/api/wait/<int:index>")
def wait(index: int) -> Response:
    """Details of a wait."""
    details = wait_details(_snapshot().trace, index)
    if details is None:
        raise UsageError(f"There is no wait number {index} in this trace.")
    return jsonify(details)


@api.get("/export/<format>")
def exported(format: str) -> Response:
    """The run in another format, to be saved: ``view`` and ``time`` choose what a diagram shows."""
    trace = _snapshot().trace
    data = export(trace, format, _time("time"), request.args.get("view", "run"))
    response = Response(data, mimetype=MIME[format])
    response.headers["Content-Disposition"] = f'attachment; filename="run{ENDING[format]}"'
    return response


def _place(file: str, line: int) -> str:
    return f"{file_name(file)}:{line}" if line else ""
