"""Chrome trace events: a run for Perfetto (https://ui.perfetto.dev) and chrome://tracing. Pure.

The program and each worker are a track of one process; a call is a complete event, a dependency between calls of
workers a flow arrow. What was serialised, sent and read stands on tracks below, one per lane and more where such
stretches overlap. Times are microseconds, as the format wants.
"""

from __future__ import annotations

from typing import Any

from pydron.trace import TaskRow, Trace
from pydron_viz.analysis.travel import KINDS, journey_of, travel
from pydron_viz.timeline import Bar, Lane, lanes
from pydron_viz.wording import one_line

_PROCESS = 1

_BELOW = 50
"""Rows of a lane that calls and waits may take; those for travel come after them."""

_SHORTEST = 10_000
"""Nanoseconds; shorter stretches of travel are left out."""


def chrome_document(trace: Trace) -> dict[str, Any]:
    """The JSON object format of Chrome's trace events."""
    tracks = lanes(trace)
    name = one_line(" ".join(trace.run.argv), 1_000) or "program"
    events: list[dict[str, Any]] = [_metadata("process_name", 0, {"name": name})]
    tasks = {task.id: task for task in trace.tasks}
    drawn: dict[int, tuple[int, Bar]] = {}
    latest = trace.end
    for number, lane in enumerate(tracks):
        for row in range(min(lane.rows, _BELOW)):
            track = _track(number, row)
            events.append(_metadata("thread_name", track, {"name": _lane_name(lane, row)}))
            events.append(_metadata("thread_sort_index", track, {"sort_index": track}))
        for bar in lane.bars:
            if bar.row >= _BELOW:  # of parts that were put off any number may wait at once
                continue
            track = _track(number, bar.row)
            events.append(_complete(trace, latest, bar, track, tasks.get(bar.subject) if bar.kind != "wait" else None))
            if bar.kind == "task":
                drawn[bar.subject] = (track, bar)
    events += _journeys(trace, [lane.name if lane.kind == "worker" else "" for lane in tracks])
    events += _flows(trace, drawn)
    return {
        "traceEvents": events,
        "displayTimeUnit": "ms",
        "otherData": {"run": trace.run.id, "started": trace.run.started, "state": trace.run.state},
    }


def _journeys(trace: Trace, workers: list[str]) -> list[dict[str, Any]]:
    """What calls and results were on their way for. Slices of one track must not overlap: each track is filled in
    order of time."""
    events: list[dict[str, Any]] = []
    free: dict[int, list[int]] = {}
    for one in travel(map(journey_of, trace.tasks), _SHORTEST):
        lane = workers.index(one.worker) if one.worker in workers else 0
        rows = free.setdefault(lane, [])
        row = next((number for number, until in enumerate(rows) if until <= one.begin), len(rows))
        rows[row : row + 1] = [one.end]
        word, meaning = KINDS[one.kind]
        events.append({
            "ph": "X", "pid": _PROCESS, "tid": _track(lane, _BELOW + row), "name": word, "cat": "travel",
            "ts": one.begin / 1000, "dur": (one.end - one.begin) / 1000, "args": {"task": one.task, "meaning": meaning},
        })  # fmt: skip
    for lane, rows in free.items():
        name = f"{one_line(workers[lane]) or 'program'}: travel"
        for row in range(len(rows)):
            track = _track(lane, _BELOW + row)
            events.append(_metadata("thread_name", track, {"name": name if row == 0 else f"{name} ({row + 1})"}))
            events.append(_metadata("thread_sort_index", track, {"sort_index": track}))
    return events


def _track(lane: int, row: int) -> int:
    return 1 + lane * 100 + min(row, 99)


def _lane_name(lane: Lane, row: int) -> str:
    name = one_line(lane.name)
    return name if row == 0 else f"{name} ({row + 1})"


def _metadata(name: str, thread: int, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"ph": "M", "pid": _PROCESS, "tid": thread, "name": name, "args": arguments}


def _complete(trace: Trace, latest: int, bar: Bar, track: int, task: TaskRow | None) -> dict[str, Any]:
    end = latest if bar.end is None else bar.end
    event: dict[str, Any] = {
        "ph": "X",
        "pid": _PROCESS,
        "tid": track,
        "name": one_line(bar.label).strip() or bar.kind,
        "cat": bar.kind,
        "ts": bar.begin / 1000,
        "dur": max(0, end - bar.begin) / 1000,
    }
    if task is not None:
        event["args"] = {
            "task": task.id,
            "place": f"{task.file}:{task.line}",
            "state": bar.state,
            "attempts": task.attempts,
            "argument_bytes": task.argument_bytes,
            "result_bytes": task.result_bytes,
            "arguments": task.arguments,
            "error": f"{task.error_type}: {task.error_message}" if task.error_type else task.error_message,
        }
    elif bar.kind == "wait":
        wait = trace.waits[bar.subject]
        event["args"] = {"place": f"{wait.file}:{wait.line}", "detail": wait.detail, "task": wait.task}
    return event


def _flows(trace: Trace, drawn: dict[int, tuple[int, Bar]]) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    number = 0
    for task in trace.tasks:
        for need in task.needs:
            if need not in drawn or task.id not in drawn or drawn[need][1].end is None:
                continue
            number += 1
            source, target = drawn[need], drawn[task.id]
            common = {"pid": _PROCESS, "name": "result", "cat": "dependency", "id": number}
            # A flow is bound to the slice that encloses its time: one nanosecond inside.
            leaving = max(source[1].begin, (source[1].end or 0) - 1)
            events.append({**common, "ph": "s", "tid": source[0], "ts": leaving / 1000})
            events.append({**common, "ph": "f", "bp": "e", "tid": target[0], "ts": target[1].begin / 1000})
    return events
