"""What the page shows on one call or one wait: plain values for JSON, with the source around it. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pydron.trace import TaskColumns, TaskRow, Trace
from pydron_viz.analysis.failures import LocalTracebacks
from pydron_viz.analysis.lineage import Lineage
from pydron_viz.analysis.waiting import entry
from pydron_viz.places import graph_of
from pydron_viz.wording import file_name

_AROUND = 7
_MOST_NEIGHBOURS = 60
_MOST_RELATED = 20_000


def failure_details(trace: Trace, task: TaskRow, local: LocalTracebacks, file: str | None) -> dict[str, Any]:
    """What is known of a failed call: its arguments, both sides of the traceback, and how to make it again.

    Args:
        file: Where the trace is; None where whoever reads this does not have it.
    """
    saved = next((row for row in trace.saved_calls if row.task == task.id), None)
    command = f"pydron rerun {shlex.quote(file)} {task.id}" if file is not None and saved is not None else ""
    return {
        "id": task.id,
        "name": task.name,
        "worker": task.worker,
        "attempts": task.attempts,
        "retirement": task.retirement,
        "arguments": task.arguments,
        "argument_bytes": task.argument_bytes,
        "error": {"type": task.error_type, "message": task.error_message, "traceback": task.traceback},
        "local": local.of(task) if task.retirement == "failed" else "",
        "rerun": {
            "command": command if saved is not None and saved.size else "",
            "note": "" if saved is None else saved.note,
        },
    }


def task_details(
    trace: Trace,
    tasks: TaskColumns,
    task: TaskRow,
    ties: Lineage | None = None,
    failure: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Everything on a task. Its neighbours include those by way of the program, where ``ties`` are given; ``failure``
    is what :func:`failure_details` tells."""
    relation = related(tasks, task.id, ties)
    recorded = set(task.needs)
    return {
        "id": task.id,
        "name": task.name,
        "file": file_name(task.file),
        "path": task.file,
        "line": task.line,
        "worker": task.worker,
        "attempts": task.attempts,
        "outcome": task.outcome,
        "retirement": task.retirement,
        "inline_reason": task.inline_reason,
        "argument_bytes": task.argument_bytes,
        "result_bytes": task.result_bytes,
        "arguments": task.arguments,
        "error": {"type": task.error_type, "message": task.error_message, "traceback": task.traceback},
        "failure": failure,
        "moments": _moments(task),
        "lost": [
            {"attempt": one.attempt, "worker": one.worker, "outcome": one.outcome, "error": one.error}
            for one in trace.attempts
            if one.task == task.id
        ],
        "needs": _neighbours(tasks, [number for number in relation.needs if number in recorded]),
        "fed_by": _neighbours(tasks, [number for number in relation.needs if number not in recorded]),
        "users": _neighbours(tasks, relation.users),
        "ancestors": relation.ancestors,
        "descendants": relation.descendants,
        "source": excerpt(trace, task.file, task.line, task.graph),
    }


@dataclass(frozen=True, slots=True)
class Relation:
    """What a task needs and what needs it, by number: directly, and in all (no more than :data:`_MOST_RELATED`)."""

    needs: list[int]
    users: list[int]
    ancestors: list[int]
    descendants: list[int]


def related(tasks: TaskColumns, number: int, ties: Lineage | None) -> Relation:
    """The lineage of a task. Without ``ties`` the recorded dependencies only."""
    place = tasks.place(number)
    if place < 0:
        return Relation([], [], [], [])
    if ties is None:
        users = [one for one in range(len(tasks)) if place in tasks.needs_of(one)]
        needs = list(tasks.needs_of(place))
        above, below = needs, users
    else:
        needs, users = list(ties.needs_of(place)), list(ties.users_of(place))
        above, below = _all(place, ties.needs_of), _all(place, ties.users_of)
    return Relation(*([tasks.id[one] for one in those] for those in (needs, users, above, below)))


def _all(place: int, neighbours: Callable[[int], Iterable[int]]) -> list[int]:
    """Whatever can be reached from a task."""
    found: set[int] = set()
    waiting = [place]
    while waiting and len(found) < _MOST_RELATED:
        for other in neighbours(waiting.pop()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return sorted(found)


def wait_details(trace: Trace, tasks: TaskColumns, index: int) -> dict[str, Any] | None:
    """Everything on a wait, by its place in ``Trace.waits``; None where there is no such wait."""
    if not 0 <= index < len(trace.waits):
        return None
    wait = trace.waits[index]
    place = -1 if wait.task is None else tasks.place(wait.task)
    name = tasks.sites[tasks.site[place]].name if place >= 0 else ""
    meaning = entry(wait.reason)
    what = wait.detail or "this statement"
    return {
        "index": index,
        "file": file_name(wait.file),
        "path": wait.file,
        "line": wait.line,
        "reason": wait.reason,
        "detail": wait.detail,
        "own": wait.own,
        "title": meaning.title,
        "sentence": meaning.say(what),
        "hint": meaning.advise(what),
        "begin": wait.started,
        "end": wait.finished,
        "task": None if wait.task is None else {"id": wait.task, "name": name},
        "source": excerpt(trace, wait.file, wait.line, wait.graph),
    }


def excerpt(trace: Trace, file: str, line: int, graph: int | None) -> dict[str, Any]:
    """The lines around a place: of the file, or else of the function's own source. Empty where neither is known."""
    first, lines = 1, next((text for name, text in trace.sources if name == file), "").splitlines()
    if not 0 < line <= len(lines):
        first, lines = _function_source(trace, graph)
    at = line - first
    if not 0 <= at < len(lines):
        return {"first": 0, "lines": []}
    begin, end = max(0, at - _AROUND), min(len(lines), at + _AROUND + 1)
    return {"first": first + begin, "lines": [text[:500] for text in lines[begin:end]]}


def _function_source(trace: Trace, graph: int | None) -> tuple[int, list[str]]:
    row = next((row for row in trace.graphs if row.id == graph), None)
    found = None if row is None else graph_of(row)
    if row is None or found is None:
        return 1, []
    return found.first_line, (row.source or found.source).splitlines()


def _moments(task: TaskRow) -> list[dict[str, Any]]:
    """The life of a task, in the order in which it passes, with what each moment means."""
    listed = (
        ("reached", "the program began to serialise the arguments", task.reached),
        ("issued", "the program reached the call", task.issued),
        ("ready", "its arguments were there", task.ready),
        ("sent", "given to a worker", task.sent),
        ("received", "it had arrived at the worker", task.received),
        ("started", "the call began", task.started),
        ("loaded", "its arguments had been read", task.loaded),
        ("returned", "the function returned", task.returned),
        ("finished", "the call ended, its result serialised", task.finished),
        ("arrived", "the result was back", task.arrived),
        ("retired", "its result counted", task.retired),
    )
    return [{"name": name, "meaning": meaning, "time": time} for name, meaning, time in listed if time is not None]


def _neighbours(tasks: TaskColumns, numbers: list[int]) -> dict[str, Any]:
    shown = []
    for number in numbers[:_MOST_NEIGHBOURS]:
        place = tasks.place(number)
        shown.append({"id": number, "name": tasks.sites[tasks.site[place]].name if place >= 0 else "?"})
    return {"count": len(numbers), "shown": shown}
