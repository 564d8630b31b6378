"""What the page is told about a run, as plain values for JSON. Pure.

Tasks and bars travel as columns: lists of equal length, one per property, because a run may have very many of them.
"""

from __future__ import annotations

from typing import Any

from pydron.trace import Trace
from pydron_viz.places import graph_of
from pydron_viz.replay import STATES, Replay, moments_beside_tasks
from pydron_viz.summary import summarise
from pydron_viz.timeline import Lane, lanes
from pydron_viz.wording import file_name

FINAL_STATES = (*STATES, "future")
"""States by number, as columns hold them."""


def run_document(trace: Trace, replay: Replay, revision: str) -> dict[str, Any]:
    """All that the page needs to replay a run without asking again."""
    tracks = lanes(trace)
    summary = summarise(trace, replay, tracks)
    command = trace.run.argv
    return {
        "revision": revision,
        "run": {
            "title": file_name(command[0]) if command else "run",
            "command": " ".join(command),
            "state": trace.run.state,
            "error": trace.run.error,
            "started": trace.run.started,
            "executor": trace.run.executor,
            "python": trace.run.python,
            "host": trace.run.host,
            "duration": summary.duration,
            "workers": sum(1 for worker in trace.workers) or trace.run.workers,
        },
        "end": max(trace.end, 1),
        "states": FINAL_STATES,
        "tasks": _task_columns(trace, replay),
        "moments": sorted(set(moments_beside_tasks(trace))),
        "waits": [
            {"begin": wait.started, "end": wait.finished, "reason": wait.reason, "detail": wait.detail,
             "file": file_name(wait.file), "line": wait.line, "task": wait.task}
            for wait in trace.waits
        ],
        "lanes": [_lane_columns(lane) for lane in tracks],
        "views": _views(trace),
        "summary": summary.as_document(),
    }  # fmt: skip


def _task_columns(trace: Trace, replay: Replay) -> dict[str, list[Any]]:
    names: dict[str, int] = {}
    columns: dict[str, list[Any]] = {
        key: [] for key in ("id", "name", "line", "issued", "ready", "began", "ended", "final", "needs")
    }
    for task in trace.tasks:
        life = replay.lives[task.id]
        values = (
            task.id, names.setdefault(task.name, len(names)), task.line, life.issued, life.ready, life.began,
            life.ended, FINAL_STATES.index(life.final), task.needs,
        )  # fmt: skip
        for column, value in zip(columns.values(), values):
            column.append(value)
    return {**columns, "names": list(names)}


def _lane_columns(lane: Lane) -> dict[str, Any]:
    bars = lane.bars
    return {
        "name": lane.name,
        "kind": lane.kind,
        "begin": lane.begin,
        "end": lane.end,
        "note": lane.note,
        "rows": lane.rows,
        "bars": {
            "kind": [bar.kind for bar in bars],
            "begin": [bar.begin for bar in bars],
            "end": [bar.end for bar in bars],
            "subject": [bar.subject for bar in bars],
            "state": [bar.state for bar in bars],
            "label": [bar.label for bar in bars],
            "row": [bar.row for bar in bars],
        },
    }


def _views(trace: Trace) -> list[dict[str, str]]:
    views = [{"key": "run", "label": "Run: calls"}, {"key": "sites", "label": "Run: call sites"}]
    return views + [
        {"key": f"graph:{row.id}", "label": f"Function: {row.qualname}"}
        for row in trace.graphs
        if graph_of(row) is not None
    ]
