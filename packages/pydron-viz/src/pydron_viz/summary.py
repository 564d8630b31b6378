"""Summary: what a run came to, in figures. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from pydron.trace import OUTCOMES, TaskColumns, Trace, WaitRow, columns_of, standstill, union
from pydron_viz.replay import STATES, State, final_states
from pydron_viz.tables import table
from pydron_viz.timeline import natural
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
    """All waits at one line for one reason.

    Attributes:
        total: Nanoseconds in which any of them lasted.
        beside: Not the program itself waited, but parts of it that had been put off.
    """

    file: str
    line: int
    reason: str
    detail: str
    count: int
    total: int
    longest: int
    beside: bool = False


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
    """A run in figures. Waits and functions are sorted by total time, greatest first; waits of the program itself come
    before those of parts that had been put off.

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


def summarise(trace: Trace, tasks: TaskColumns | None = None) -> Summary:
    """The figures of a trace. Its tasks can be given as columns, where they have been read so."""
    tasks = columns_of(trace.tasks) if tasks is None else tasks
    latest = max([trace.end, *(max(column, default=0) for column in (tasks.issued, tasks.finished, tasks.retired))])
    finals = final_states(tasks)
    states = Counter(finals)
    functions = tuple(sorted(_functions(tasks, finals), key=lambda one: (-one.total, one.name, one.file)))
    return Summary(
        state=trace.run.state,
        argv=trace.run.argv,
        started=trace.run.started,
        executor=trace.run.executor,
        error=trace.run.error,
        duration=latest if trace.run.finished is None else trace.run.finished,
        tasks=len(tasks),
        states={state: states[state] for state in STATES if states[state]},
        retried=sum(1 for attempts in tasks.attempts if attempts > 1),
        work=sum(one.total for one in functions),
        overlapping=_overlapping(tasks),
        functions=functions,
        workers=tuple(_workers(trace, tasks, latest)),
        waits=tuple(sorted(_waits(trace), key=lambda one: (one.beside, -one.total, one.file, one.line, one.reason))),
        errors=tuple(_errors(tasks)),
    )


def _functions(tasks: TaskColumns, finals: list[State]) -> Iterator[FunctionFigures]:
    count = len(tasks.sites)
    calls, inline, failed, finished, total, longest = ([0] * count for _ in range(6))
    for site, begin, end, within, final in zip(tasks.site, tasks.started, tasks.finished, tasks.inline, finals):
        calls[site] += 1
        inline[site] += within
        failed[site] += final == "failed"
        if begin >= 0 and end >= 0:
            time = max(0, end - begin)
            finished[site] += 1
            total[site] += time
            longest[site] = max(longest[site], time)
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, site_of in enumerate(tasks.sites):
        groups[site_of.name, site_of.file].append(number)
    for (name, file), numbers in groups.items():
        sums = (sum(column[number] for number in numbers) for column in (calls, finished, failed, inline, total))
        calls_, finished_, failed_, inline_, total_ = sums
        mean = total_ // finished_ if finished_ else 0
        most = max(longest[number] for number in numbers)
        yield FunctionFigures(name, file, calls_, finished_, failed_, inline_, total_, mean, most)


def _overlapping(tasks: TaskColumns) -> int:
    """Most calls that ran at once: half-open spans, so that back to back is no overlap."""
    known = [(begin, end) for begin, end in zip(tasks.started, tasks.finished) if begin >= 0 and end >= 0]
    begins, ends = sorted(begin for begin, _ in known), sorted(end for _, end in known)
    most = over = 0
    for reached, begin in enumerate(begins, 1):
        while ends[over] <= begin and over < reached - 1:
            over += 1
        most = max(most, reached - over)
    return most


def _workers(trace: Trace, tasks: TaskColumns, latest: int) -> Iterator[WorkerFigures]:
    spans: dict[str, list[tuple[int, int]]] = {worker.name: [] for worker in trace.workers}
    calls = Counter(tasks.worker)
    for number, name in enumerate(tasks.workers):
        if name:
            spans.setdefault(name, [])
            calls.setdefault(number, 0)
    for worker, begin, end in zip(tasks.worker, tasks.started, tasks.finished):
        if begin >= 0 and tasks.workers[worker]:
            spans[tasks.workers[worker]].append((begin, latest if end < 0 else end))
    for attempt in trace.attempts:
        if attempt.started is not None:
            end = latest if attempt.finished is None else attempt.finished
            spans.setdefault(attempt.worker, []).append((attempt.started, end))
    known = {worker.name: worker for worker in trace.workers}
    for name in sorted(spans, key=natural):
        row = known.get(name)
        begin = row.started or 0 if row is not None else 0
        end = latest if row is None or row.stopped is None else row.stopped
        used = union((start, min(stop, end)) for start, stop in spans[name])
        number = tasks.workers.index(name) if name in tasks.workers else -1
        used_part = round(used / (end - begin), 4) if end > begin else 0.0
        yield WorkerFigures(name, calls.get(number, 0), used, used_part)


def _waits(trace: Trace) -> Iterator[WaitFigures]:
    groups: dict[tuple[str, int, str, bool], list[WaitRow]] = defaultdict(list)
    for wait in trace.waits:
        groups[wait.file, wait.line, wait.reason, not wait.own].append(wait)
    for (file, line, reason, beside), waits in groups.items():
        longest = max(waits, key=lambda wait: (wait.duration, wait.detail))
        yield WaitFigures(file, line, reason, longest.detail, len(waits), standstill(waits), longest.duration, beside)


def _errors(tasks: TaskColumns) -> Iterator[ErrorFigures]:
    bad, cancelled = {OUTCOMES.index("failed"), OUTCOMES.index("lost")}, OUTCOMES.index("cancelled")
    for place, outcome in enumerate(tasks.outcome):
        if outcome in bad and tasks.retirement[place] != cancelled:
            site, number = tasks.sites[tasks.site[place]], tasks.id[place]
            text = tasks.errors.get(number) or OUTCOMES[outcome]
            yield ErrorFigures(number, site.name, site.file, site.line, tasks.workers[tasks.worker[place]], text)


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
    lines += _table(
        ("function", "calls", "total", "mean", "longest", "failed", "in program"),
        summary.functions,
        lambda one: (_line(one.name), f"{one.count:,}", short_time(one.total), short_time(one.mean),
                     short_time(one.longest), f"{one.failed:,}", f"{one.inline:,}"),
    )  # fmt: skip
    lines += _table(
        ("worker", "calls", "busy", "used"),
        summary.workers,
        lambda one: (_line(one.name), f"{one.tasks:,}", short_time(one.busy), f"{one.utilisation:.0%}"),
    )
    lines += _table(
        ("waited at", "times", "total", "longest", "reason"),
        summary.waits,
        lambda one: (_place(one.file, one.line), f"{one.count:,}", short_time(one.total), short_time(one.longest),
                     _line(f"{one.reason} {one.detail}".strip() + (" (put off)" if one.beside else ""))),
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
    return table(heads, [cells(row) for row in rows], _WORDS)


_WORDS = ("function", "worker", "waited at", "failed call", "at", "reason", "error")
