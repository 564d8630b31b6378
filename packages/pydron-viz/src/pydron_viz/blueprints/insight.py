"""What the viewer's page asks for beyond the replay: figures, source with costs, what-if."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from pydron.errors import UsageError
from pydron_viz import packing
from pydron_viz.analysis.idle import KINDS, idle
from pydron_viz.analysis.lines import sources
from pydron_viz.analysis.plan import WaitKey
from pydron_viz.analysis.prediction import curve
from pydron_viz.analysis.waiting import entries, ranked
from pydron_viz.blueprints.api import snapshot
from pydron_viz.model import lanes_of
from pydron_viz.opened import MOST_ANALYSED, Snapshot
from pydron_viz.wording import file_name

insight = Blueprint("insight", __name__)


@insight.get("/api/summary")
def summary() -> Response:
    """The run in figures, and where the program stood still, that which cost most first."""
    now = snapshot()
    waits = [{**place.as_document(), "name": file_name(place.file)} for place in ranked(now.trace)]
    return jsonify({**now.summary.as_document(), "places": waits})


@insight.get("/api/source")
def source() -> Response:
    """A file of the user's (``file``; the one with most calls by default), with what each line cost."""
    now = snapshot()
    found = sources(now.trace, now.tasks)
    wanted = request.args.get("file")
    chosen = next((one for one in found if wanted is None or one.file == wanted), None)
    if chosen is None:
        raise UsageError("The trace does not hold this file." if wanted else "The trace holds no source.")
    return jsonify({
        "file": chosen.file,
        "name": file_name(chosen.file),
        "first": chosen.first,
        "text": [line[:2_000] for line in chosen.text],
        "lines": [line.as_document() for line in chosen.lines],
        "functions": chosen.functions,
    })  # fmt: skip


@insight.get("/api/figures")
def figures() -> Response:
    """Work, span, and the critical path, as numbers of tasks."""
    now = _analysed()
    found = now.figures
    return jsonify({**found.as_document(), "path": [now.tasks.id[place] for place in found.path]})


@insight.get("/api/idle")
def idle_workers() -> Response:
    """The stretches in which workers had nothing to do, by lane, and why."""
    now = _analysed()
    lanes = {lane["worker"]: number for number, lane in enumerate(lanes_of(now.trace, now.tasks))}
    found = idle(now.trace, now.tasks, now.end)
    keys = list(KINDS)
    kinds = [{"key": key, "label": label, "meaning": meaning} for key, (label, meaning) in KINDS.items()]
    columns: dict[str, array[Any]] = {
        "lane": array("i", (lanes[one.worker] for one in found)),
        "begin": array("d", (one.begin for one in found)),
        "end": array("d", (one.end for one in found)),
        "kind": array("i", (keys.index(one.kind) for one in found)),
    }
    return Response(packing.packed({"kinds": kinds}, columns), mimetype=packing.MIME)


@insight.get("/api/whatif")
def whatif() -> Response:
    """Predicted times by number of workers: ``faster=NAME:FACTOR`` and ``without=WAIT`` may be given repeatedly."""
    now = _analysed()
    faster = _factors(request.args.getlist("faster"))
    found = curve(now.plan, None, faster, _waits(now, request.args.getlist("without")))
    return jsonify({"points": found.points, "most": found.most, "workers": now.plan.workers, "took": now.plan.took})


@insight.get("/reasons")
def reasons() -> str:
    """The catalogue of reasons, as a page."""
    return render_template("reasons.html", entries=entries())


def _analysed() -> Snapshot:
    now = snapshot()
    if not now.is_analysed:
        raise UsageError(
            f"This run has more than {MOST_ANALYSED:,} calls, too many to be replayed while you wait."
            " Use 'pydron trace whatif FILE'."
        )
    return now


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
