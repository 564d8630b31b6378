"""What the page is told about a run: a document, and columns of tasks and waits. Pure."""

from __future__ import annotations

from array import array
from typing import Any

from pydron.trace import OUTCOMES, TaskColumns, Trace
from pydron_viz.folding import LIMIT
from pydron_viz.packing import packed
from pydron_viz.places import graph_of
from pydron_viz.replay import STATES, moments_beside_tasks
from pydron_viz.timeline import PUT_OFF, natural
from pydron_viz.wording import clipped, file_name

FINAL_STATES = (*STATES, "future")
"""States by number, as columns hold them."""

_MOST_MOMENTS = 200_000

_LONGEST = 80
"""Characters of what is chosen from a list, or stands before a lane."""


def run_document(
    trace: Trace, tasks: TaskColumns, revision: str, end: int, analysed: bool, compared: bool = False
) -> bytes:
    """All that the page needs to replay a run without asking again, as :mod:`pydron_viz.packing` describes it.
    ``compared``: there is another run to compare it with."""
    command = trace.run.argv
    sites = tasks.sites
    document = {
        "revision": revision,
        "run": {
            "title": clipped(file_name(command[0]), _LONGEST) if command else "run",
            "command": " ".join(command),
            "state": trace.run.state,
            "error": trace.run.error,
            "started": trace.run.started,
            "executor": trace.run.executor,
            "python": trace.run.python,
            "host": trace.run.host,
            "duration": end if trace.run.finished is None else trace.run.finished,
            "workers": len(trace.workers) or trace.run.workers,
        },
        "end": max(end, 1),
        "analysed": analysed,
        "compared": compared,
        "states": FINAL_STATES,
        "outcomes": OUTCOMES,
        "sites": [
            {"name": site.name, "file": file_name(site.file), "path": site.file, "line": site.line} for site in sites
        ],
        "workers": tasks.workers,
        "lanes": lanes_of(trace, tasks),
        "reasons": sorted({wait.reason for wait in trace.waits}),
        "files": sorted({wait.file for wait in trace.waits}),
        "attempts": [
            {"task": one.task, "worker": one.worker, "begin": one.started, "end": one.finished}
            for one in trace.attempts
            if one.started is not None
        ],
        "views": _views(trace, len(tasks)),
        "sources": _files(trace, tasks),
    }
    return packed(document, {**_task_columns(tasks), **_wait_columns(trace), "moments": _moments(trace)})


def _task_columns(tasks: TaskColumns) -> dict[str, array[Any]]:
    return {
        "id": tasks.id,
        "site": tasks.site,
        "worker": tasks.worker,
        **{name: getattr(tasks, name) for name in _TIMES},
        "outcome": tasks.outcome,
        "retirement": tasks.retirement,
    }


_TIMES = ("issued", "ready", "sent", "started", "finished", "retired")


def _wait_columns(trace: Trace) -> dict[str, array[Any]]:
    waits = trace.waits
    reasons = {reason: number for number, reason in enumerate(sorted({wait.reason for wait in waits}))}
    files = {file: number for number, file in enumerate(sorted({wait.file for wait in waits}))}
    return {
        "wait_begin": array("d", (wait.started for wait in waits)),
        "wait_end": array("d", (wait.finished for wait in waits)),
        "wait_reason": array("i", (reasons[wait.reason] for wait in waits)),
        "wait_file": array("i", (files[wait.file] for wait in waits)),
        "wait_line": array("d", (wait.line for wait in waits)),
        "wait_task": array("d", (-1 if wait.task is None else wait.task for wait in waits)),
        # Parts of the program that were put off wait beside it: the program itself is not held up.
        "wait_own": array("B", (wait.own for wait in waits)),
    }


def _moments(trace: Trace) -> array[float]:
    moments = sorted(set(moments_beside_tasks(trace)))
    return array("d", moments[:_MOST_MOMENTS])


def lanes_of(trace: Trace, tasks: TaskColumns) -> list[dict[str, Any]]:
    """The program's lane first, then the workers in the order of their names, then that of parts that were put off.
    Where there are several hosts, the workers of each stand together, and their lanes are labelled with it."""
    known = {worker.name: worker for worker in trace.workers}
    several = len({worker.host for worker in trace.workers}) > 1

    def host(name: str) -> str:
        return known[name].host if several and name in known else ""

    names = {*known, *tasks.workers, *(one.worker for one in trace.attempts)} - {""}
    found: list[dict[str, Any]] = [
        {"name": "program", "worker": "", "begin": 0, "end": trace.run.finished, "note": "", "reason": ""}
    ]
    for name in sorted(names, key=lambda name: (natural(host(name)), natural(name))):
        row = known.get(name)
        if row is None:
            found.append({"name": name, "worker": name, "begin": None, "end": None, "note": "", "reason": ""})
            continue
        parts = [f"process {row.pid}" if row.pid is not None else "", f"on {row.host}" if row.host else ""]
        note = " ".join(part for part in parts if part) + (f", {row.reason}" if row.reason else "")
        lane = {"name": name, "worker": name, "begin": row.started, "end": row.stopped, "note": note}
        label = clipped(f"{host(name).split('.')[0]} {name}".strip(), _LONGEST)
        found.append({**lane, "reason": row.reason, "label": label})
    if not all(wait.own for wait in trace.waits):
        found.append({"name": PUT_OFF, "worker": None, "begin": None, "end": None, "note": "", "reason": ""})
    return found


def _views(trace: Trace, tasks: int) -> list[dict[str, str]]:
    views = [{"key": "run", "label": "Run"}, {"key": "sites", "label": "Run: call sites"}]
    if tasks <= LIMIT:
        views.append({"key": "calls", "label": "Run: every call"})
    return views + [
        {"key": f"graph:{row.id}", "label": f"Function: {clipped(row.qualname, _LONGEST)}"}
        for row in trace.graphs
        if graph_of(row) is not None
    ]


def _files(trace: Trace, tasks: TaskColumns) -> list[dict[str, str]]:
    """The files that the source view can show, as (path, name)."""
    paths = dict.fromkeys([*(row.file for row in trace.graphs), *(site.file for site in tasks.sites)])
    return [{"path": path, "label": clipped(file_name(path), _LONGEST)} for path in paths if path]
