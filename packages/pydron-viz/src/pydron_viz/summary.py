"""Summary: what a run came to, in figures. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from pydron.trace import TaskRow, Trace
from pydron_viz.replay import Replay
from pydron_viz.timeline import Lane, busy, lanes
from pydron_viz.wording import file_name, one_line, short_time


@dataclass(frozen=True, slots=True)
class FunctionFigures:
    """All calls of one functional function. Times in nanoseconds; ``mean`` and ``longest`` of finished calls."""

    name: str
    file: str
    count: int
    finished: int
    failed: int
    inline: int
    total: int
    mean: int
    longest: int


@dataclass(frozen=True, slots=True)
class WorkerFigures:
    """One worker: calls, nanoseconds busy, and which part (0 to 1) of its time that was."""

    name: str
    tasks: int
    busy: int
    utilisation: float


@dataclass(frozen=True, slots=True)
class WaitFigures:
    """All waits at one line for one reason."""

    file: str
    line: int
    reason: str
    detail: str
    count: int
    total: int
    longest: int


@dataclass(frozen=True, slots=True)
class ErrorFigures:
    """A call that failed, as far as it counts."""

    task: int
    name: str
    file: str
    line: int
    worker: str
    error: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in figures. Waits and functions are sorted by total time, greatest first.

    Attributes:
        duration: Nanoseconds from start to end, or to the latest event.
        work: Nanoseconds of all finished calls together.
        overlapping: Most calls that ran at once.
    """

    state: str
    argv: tuple[str, ...]
    started: str
    executor: str
    error: str
    duration: int
    tasks: int
    states: dict[str, int]
    retried: int
    work: int
    overlapping: int
    functions: tuple[FunctionFigures, ...]
    workers: tuple[WorkerFigures, ...]
    waits: tuple[WaitFigures, ...]
    errors: tuple[ErrorFigures, ...]

    def as_document(self) -> dict[str, Any]:
        """The same as plain values, for JSON."""
        return {"format": "pydron-summary", "version": 1, **asdict(self)}


def summarise(trace: Trace, replay: Replay | None = None, tracks: tuple[Lane, ...] | None = None) -> Summary:
    """The figures of a trace. Its replay and its lanes can be given where they have been made already."""
    replay = Replay(trace) if replay is None else replay
    tracks = lanes(trace) if tracks is None else tracks
    latest = trace.end
    moment = replay.at(latest)
    functions = tuple(sorted(_functions(trace, replay), key=lambda one: (-one.total, one.name, one.file)))
    return Summary(
        state=trace.run.state,
        argv=trace.run.argv,
        started=trace.run.started,
        executor=trace.run.executor,
        error=trace.run.error,
        duration=latest if trace.run.finished is None else trace.run.finished,
        tasks=len(trace.tasks),
        states={state: count for state, count in moment.counts.items() if count},
        retried=sum(1 for task in trace.tasks if task.attempts > 1),
        work=sum(one.total for one in functions),
        overlapping=replay.most_overlapping(),
        functions=functions,
        workers=tuple(_workers(tracks, latest)),
        waits=tuple(sorted(_waits(trace), key=lambda one: (-one.total, one.file, one.line, one.reason))),
        errors=tuple(_errors(trace)),
    )


def _duration(task: TaskRow) -> int | None:
    return None if task.started is None or task.finished is None else max(0, task.finished - task.started)


def _functions(trace: Trace, replay: Replay) -> Iterator[FunctionFigures]:
    groups: dict[tuple[str, str], list[TaskRow]] = defaultdict(list)
    for task in trace.tasks:
        groups[task.name, task.file].append(task)
    for (name, file), tasks in groups.items():
        times = [time for time in map(_duration, tasks) if time is not None]
        lives = (replay.lives[task.id] for task in tasks)
        failed = sum(1 for one in lives if one.final == "failed" and one.ended is not None)
        inline = sum(1 for task in tasks if task.inline_reason)
        total = sum(times)
        mean = total // len(times) if times else 0
        yield FunctionFigures(name, file, len(tasks), len(times), failed, inline, total, mean, max(times, default=0))


def _workers(tracks: tuple[Lane, ...], latest: int) -> Iterator[WorkerFigures]:
    for lane in tracks:
        if lane.kind != "worker":
            continue
        end = latest if lane.end is None else lane.end
        begin = lane.begin or 0
        used = busy(lane, end)
        tasks = sum(1 for bar in lane.bars if bar.kind == "task")
        yield WorkerFigures(lane.name, tasks, used, round(used / (end - begin), 4) if end > begin else 0.0)


def _waits(trace: Trace) -> Iterator[WaitFigures]:
    groups: dict[tuple[str, int, str], list[tuple[int, str]]] = defaultdict(list)
    for wait in trace.waits:
        groups[wait.file, wait.line, wait.reason].append((wait.duration, wait.detail))
    for (file, line, reason), waits in groups.items():
        times = [time for time, _ in waits]
        yield WaitFigures(file, line, reason, max(waits)[1], len(waits), sum(times), max(times))


def _errors(trace: Trace) -> Iterator[ErrorFigures]:
    for task in trace.tasks:
        if task.outcome in ("failed", "lost") and task.retirement != "cancelled":
            kind = f"{task.error_type}: " if task.error_type else ""
            message = f"{kind}{task.error_message}" or task.outcome
            yield ErrorFigures(task.id, task.name, task.file, task.line, task.worker, message)


def as_text(summary: Summary) -> str:
    """The summary for a terminal."""
    command = " ".join(summary.argv) or "(unknown program)"
    lines = [
        f"{_line(command)}: {summary.state} after {short_time(summary.duration)}, started {summary.started or '?'}",
        f"{summary.tasks:,} functional calls ({_states(summary)}), at most {summary.overlapping} at once,"
        f" {short_time(summary.work)} of work",
    ]
    if summary.retried:
        lines.append(f"{summary.retried:,} calls were run again after losing their worker")
    if summary.error:
        lines.append(f"The run ended with {_line(summary.error)}")
    table = _table(
        ("function", "calls", "total", "mean", "longest", "failed", "in program"),
        summary.functions,
        lambda one: (_line(one.name), f"{one.count:,}", short_time(one.total), short_time(one.mean),
                     short_time(one.longest), f"{one.failed:,}", f"{one.inline:,}"),
    )  # fmt: skip
    lines += table
    lines += _table(
        ("worker", "calls", "busy", "used"),
        summary.workers,
        lambda one: (_line(one.name), f"{one.tasks:,}", short_time(one.busy), f"{one.utilisation:.0%}"),
    )
    lines += _table(
        ("waited at", "times", "total", "longest", "reason"),
        summary.waits,
        lambda one: (_place(one.file, one.line), f"{one.count:,}", short_time(one.total), short_time(one.longest),
                     _line(f"{one.reason} {one.detail}".strip())),
    )  # fmt: skip
    lines += _table(
        ("failed call", "at", "error"),
        summary.errors,
        lambda one: (_line(f"{one.name} #{one.task}"), _place(one.file, one.line), _line(one.error)),
    )
    return "\n".join(lines) + "\n"


def _states(summary: Summary) -> str:
    return ", ".join(f"{count:,} {state}" for state, count in summary.states.items()) or "none"


def _place(file: str, line: int) -> str:
    return _line(f"{file_name(file)}:{line}")


def _line(text: str) -> str:
    return one_line(text, 100)


def _table(heads: tuple[str, ...], rows: tuple[Any, ...], cells: Callable[[Any], tuple[str, ...]]) -> list[str]:
    """Columns as wide as needed; all but the first and the last aligned to the right. Nothing for no rows."""
    if not rows:
        return []
    shown = [heads, *(cells(row) for row in rows[:30])]
    widths = [max(len(row[column]) for row in shown) for column in range(len(heads))]
    words = {heads.index(head) for head in heads if head in ("function", "worker", "waited at", "failed call", "at",
                                                            "reason", "error")}  # fmt: skip
    lines = [
        "  ".join(
            cell.ljust(width) if column in words else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in shown
    ]
    more = [f"... and {len(rows) - 30:,} more"] if len(rows) > 30 else []
    return ["", *lines, *more]
