"""What the page shows on one call or one wait: plain values for JSON, with the source around it. Pure."""

from __future__ import annotations

from typing import Any

from pydron.trace import TaskRow, Trace
from pydron_viz.places import graph_of
from pydron_viz.wording import file_name

_AROUND = 7
_MOST_NEIGHBOURS = 200


def task_details(trace: Trace, number: int) -> dict[str, Any] | None:
    """Everything on a task; None where there is no such task."""
    task = next((task for task in trace.tasks if task.id == number), None)
    if task is None:
        return None
    names = {other.id: other.name for other in trace.tasks}
    users = [other.id for other in trace.tasks if number in other.needs]
    return {
        "id": task.id,
        "name": task.name,
        "file": file_name(task.file),
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
        "moments": _moments(task),
        "lost": [
            {"attempt": one.attempt, "worker": one.worker, "outcome": one.outcome, "error": one.error}
            for one in trace.attempts
            if one.task == number
        ],
        "needs": _neighbours(list(task.needs), names),
        "users": _neighbours(users, names),
        "source": excerpt(trace, task.file, task.line, task.graph),
    }


def wait_details(trace: Trace, index: int) -> dict[str, Any] | None:
    """Everything on a wait, by its place in ``Trace.waits``; None where there is no such wait."""
    if not 0 <= index < len(trace.waits):
        return None
    wait = trace.waits[index]
    name = next((task.name for task in trace.tasks if task.id == wait.task), "")
    return {
        "index": index,
        "file": file_name(wait.file),
        "line": wait.line,
        "reason": wait.reason,
        "detail": wait.detail,
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
        ("issued", "the program reached the call", task.issued),
        ("ready", "its arguments were there", task.ready),
        ("sent", "given to a worker", task.sent),
        ("started", "the call began", task.started),
        ("finished", "the call ended", task.finished),
        ("retired", "its result counted", task.retired),
    )
    return [{"name": name, "meaning": meaning, "time": time} for name, meaning, time in listed if time is not None]


def _neighbours(numbers: list[int], names: dict[int, str]) -> dict[str, Any]:
    shown = [{"id": number, "name": names.get(number, "?")} for number in numbers[:_MOST_NEIGHBOURS]]
    return {"count": len(numbers), "shown": shown}
