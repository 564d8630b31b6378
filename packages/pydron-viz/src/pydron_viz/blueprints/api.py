"""What the viewer's page asks for: the run, diagrams, details, exports. Everything is read-only."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

from flask import Blueprint, Response, current_app, jsonify, request

from pydron.errors import TraceFormatError, UsageError
from pydron_viz import packing
from pydron_viz.details import failure_details, task_details, wait_details
from pydron_viz.exports import ENDING, MIME, export
from pydron_viz.folding import Range
from pydron_viz.model import run_document
from pydron_viz.opened import OpenTrace, Snapshot
from pydron_viz.pictures import diagram_document
from pydron_viz.replay import Replay

api = Blueprint("api", __name__)

_GREATEST = 2**62

_MOST_OPEN = 30

_INTERVAL = 0.5
"""Seconds between looks at a trace that is followed."""


def opened() -> OpenTrace:
    """The trace that this application shows."""
    found: OpenTrace = current_app.extensions["pydron-trace"]
    return found


def other() -> OpenTrace | None:
    """The trace that it is compared with, if there is one."""
    found: OpenTrace | None = current_app.extensions["pydron-other"]
    return found


def snapshot() -> Snapshot:
    """The trace as it is now."""
    return opened().snapshot()


def _moment(name: str) -> int | None:
    text = request.args.get(name)
    if text is None:
        return None
    if not text.isdecimal() or len(text) > 18:
        raise UsageError(f"'{text[:40]}' is no time: give nanoseconds since the start of the run.")
    return int(text)


@api.get("/api/run")
def run() -> Response:
    """All that is needed to replay the run."""
    now = snapshot()
    data = run_document(now.trace, now.tasks, now.revision, now.end, now.is_analysed, other() is not None)
    return Response(data, mimetype=packing.MIME)


@api.get("/api/revision")
def revision() -> Response:
    """Whether there is anything new."""
    return jsonify({"revision": opened().revision()})


@api.get("/api/events")
def events() -> Response:
    """Server-sent events: the revision whenever there is anything new, until the program has ended."""
    return Response(_news(opened()), mimetype="text/event-stream")


def _news(trace: OpenTrace) -> Iterator[str]:
    told = ""
    while True:
        try:
            revision, state = trace.revision(), trace.state()
        except TraceFormatError as problem:
            yield f"event: trouble\ndata: {json.dumps(str(problem))}\n\n"
            return
        if revision != told:
            told = revision
            yield f"data: {json.dumps({'revision': revision, 'state': state})}\n\n"
        else:
            yield ": nothing new\n\n"  # finds out whether anybody still listens
        if state != "running":
            return
        time.sleep(_INTERVAL)


@api.get("/api/diagram")
def diagram() -> Response:
    """A laid-out diagram without states, and which of its elements stands for which task. ``open=SITE.FIRST.LAST`` may
    be given repeatedly: folded nodes that are taken apart."""
    opened = {_range(text) for text in request.args.getlist("open")[:_MOST_OPEN]}
    return Response(diagram_document(snapshot(), request.args.get("view", "run"), opened), mimetype=packing.MIME)


def _range(text: str) -> Range:
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isdecimal() and len(part) <= 18 for part in parts):
        raise UsageError(f"'{text[:40]}' is no folded node: give SITE.FIRST.LAST.")
    site, first, last = map(int, parts)
    return site, first, last


@api.get("/api/state")
def state() -> Response:
    """The run at a moment (``time``), as the server sees it."""
    trace = opened().whole()
    wanted = _moment("time")
    moment = Replay(trace).at(trace.end if wanted is None else wanted)
    return jsonify({"time": moment.time, "counts": moment.counts, "states": moment.states, "workers": moment.workers})


@api.get("/api/task/<int:number>")
def task(number: int) -> Response:
    """Details of a task."""
    row = opened().task(number) if number < _GREATEST else None
    if row is None:
        raise UsageError(f"There is no call number {number} in this trace.")
    now = snapshot()
    failed = bool(row.error_type or row.error_message)
    failure = failure_details(now.trace, row, now.local_tracebacks, opened().path) if failed else None
    return jsonify(task_details(now.trace, now.tasks, row, now.lineage, failure))


@api.get("/api/wait/<int:index>")
def wait(index: int) -> Response:
    """Details of a wait."""
    now = snapshot()
    details = wait_details(now.trace, now.tasks, index)
    if details is None:
        raise UsageError(f"There is no wait number {index} in this trace.")
    return jsonify(details)


@api.get("/export/<format>")
def exported(format: str) -> Response:
    """The run in another format, to be saved: ``view`` and ``time`` choose what a diagram shows."""
    data = export(opened().whole(), format, _moment("time"), request.args.get("view", "run"))
    response = Response(data, mimetype=MIME[format])
    response.headers["Content-Disposition"] = f'attachment; filename="run{ENDING[format]}"'
    return response
