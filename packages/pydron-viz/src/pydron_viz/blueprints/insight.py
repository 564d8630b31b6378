"""What the viewer's page asks for beyond the replay: figures, source with costs, what-if."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, jsonify, render_template, request

from pydron.errors import UsageError
from pydron_viz import insights, packing
from pydron_viz.analysis.plan import WaitKey
from pydron_viz.analysis.waiting import entries
from pydron_viz.blueprints.api import opened, other, snapshot
from pydron_viz.opened import Snapshot
from pydron_viz.wording import file_name

insight = Blueprint("insight", __name__)


@insight.get("/api/summary")
def summary() -> Response:
    """The run in figures, and its waits by what they cost."""
    return jsonify(insights.summary_document(snapshot()))


@insight.get("/api/source")
def source() -> Response:
    """A file of the user's (``file``; the one with most calls by default), with what each line cost."""
    return jsonify(insights.source_document(snapshot(), request.args.get("file")))


@insight.get("/api/figures")
def figures() -> Response:
    """Work, span, and the critical path."""
    return jsonify(insights.figures_document(snapshot()))


@insight.get("/api/idle")
def idle_workers() -> Response:
    """The stretches in which workers had nothing to do."""
    return Response(insights.idle_document(snapshot()), mimetype=packing.MIME)


@insight.get("/api/errors")
def errors() -> Response:
    """What went wrong, with both sides of each traceback."""
    trace = opened()
    return jsonify(insights.errors_document(trace.snapshot(), trace.task, trace.path))


@insight.get("/api/compare")
def comparison() -> Response:
    """The run beside the other one that the viewer was given."""
    first, second = opened(), other()
    if second is None:
        raise UsageError("There is no second run to compare with. Start the viewer with two: pydron view A B.")
    names = file_name(first.path), file_name(second.path)
    return jsonify(insights.comparison_document(first.snapshot(), second.snapshot(), names))


@insight.get("/api/travel")
def journeys() -> Response:
    """What the journeys of calls to their workers and back cost."""
    now = snapshot()
    rows = opened().journeys() if now.is_analysed else []
    return Response(insights.travel_document(now, rows), mimetype=packing.MIME)


@insight.get("/api/whatif")
def whatif() -> Response:
    """Predicted times by number of workers: ``faster=NAME:FACTOR`` and ``without=WAIT`` may be given repeatedly."""
    now = snapshot()
    faster = _factors(request.args.getlist("faster"))
    return jsonify(insights.whatif_document(now, faster, _waits(now, request.args.getlist("without"))))


@insight.get("/reasons")
def reasons() -> str:
    """The catalogue of reasons, as a page."""
    return render_template("reasons.html", entries=entries())


def _factors(texts: list[str]) -> Mapping[str, float]:
    found = {}
    for text in texts:
        name, _, factor = text.rpartition(":")
        try:
            value = float(factor)
        except ValueError:
            value = 0.0
        if not name or not 0.001 <= value <= 1e9:
            raise UsageError(f"'{text[:80]}' says nothing about a function: give NAME:FACTOR, such as process:2.")
        found[name] = value
    return found


def _waits(now: Snapshot, texts: list[str]) -> set[WaitKey]:
    """The waits meant by places of their longest ones in the trace."""
    found = set()
    for text in texts:
        if not text.isdecimal() or len(text) > 12 or int(text) >= len(now.trace.waits):
            raise UsageError(f"There is no wait number {text[:40]} in this trace.")
        wait = now.trace.waits[int(text)]
        found.add((wait.file, wait.line, wait.reason))
    return found
