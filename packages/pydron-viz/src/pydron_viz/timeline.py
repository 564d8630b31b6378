"""Timeline: one lane for the program and one per worker, with bars for what each did. Pure.

A lane has rows: bars that overlap (a program that waits inside a call that it runs itself) are put below one another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydron.trace import Trace
from pydron_viz.replay import presumed_begins

PUT_OFF = "put off"
"""Name of the lane of waits beside the program."""

BarKind = Literal["task", "wait", "lost"]


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of one lane.

    Attributes:
        kind: ``task``: a functional call ran. ``wait``: the program stood still. ``lost``: an attempt without result.
        begin, end: Nanoseconds since the start of the run; end is None while it goes on.
        subject: Number of the task, or place of the wait in ``Trace.waits``.
        state: How it ended: ``done``, ``failed``, ``running``, or "" for waits.
        row: From 0; bars of one row do not overlap.
    """

    kind: BarKind
    begin: int
    end: int | None
    subject: int
    label: str
    state: str
    row: int = 0


@dataclass(frozen=True, slots=True)
class Lane:
    """What one worker, or the program, did.

    Attributes:
        kind: ``program``, ``worker``, or ``parts``: waits of parts of the program that had been put off, of which any
            number may overlap. This lane is last, and missing where there are none.
        begin, end: When it was there; None for not known or still there.
        note: For people: where it ran, and how it went.
        rows: Number of rows that its bars take, at least 1.
    """

    name: str
    kind: Literal["program", "worker", "parts"]
    begin: int | None
    end: int | None
    note: str
    bars: tuple[Bar, ...]
    rows: int


def lanes(trace: Trace) -> tuple[Lane, ...]:
    """The program's lane first, then the workers in the order of their names (numbers inside names count as such)."""
    by_lane: dict[str, list[Bar]] = {"": []}
    latest = trace.end
    for worker in sorted(trace.workers, key=lambda worker: natural(worker.name)):
        by_lane.setdefault(worker.name, [])
    begins = presumed_begins(trace.tasks)
    for task in trace.tasks:
        begin = begins.get(task.id) if task.started is None else task.started
        if begin is None or (task.started is None and not task.worker) or task.outcome in ("lost", "untransportable"):
            continue
        ended = task.finished
        state = "running" if ended is None else "failed" if task.outcome == "failed" else "done"
        if ended is None and (task.retired is not None or trace.run.state == "killed"):
            ended, state = latest if task.retired is None else max(begin, task.retired), "failed"
        by_lane.setdefault(task.worker, []).append(Bar("task", begin, ended, task.id, task.name, state))
    names = {task.id: task.name for task in trace.tasks}
    for attempt in trace.attempts:
        if attempt.started is not None:
            bar = Bar("lost", attempt.started, attempt.finished, attempt.task, names.get(attempt.task, "?"), "failed")
            by_lane.setdefault(attempt.worker, []).append(bar)
    put_off: list[Bar] = []
    for index, wait in enumerate(trace.waits):
        bar = Bar("wait", wait.started, wait.finished, index, wait.reason, "")
        (by_lane[""] if wait.own else put_off).append(bar)
    found = [_lane(trace, name, bars, latest) for name, bars in by_lane.items()]
    if put_off:
        bars, rows = _rows(put_off, latest)
        found.append(Lane(PUT_OFF, "parts", None, None, "", bars, rows))
    return tuple(found)


def busy(lane: Lane, end: int) -> int:
    """Nanoseconds up to ``end`` in which a lane ran tasks; overlapping bars count once."""
    total, reached = 0, 0
    for bar in sorted((bar for bar in lane.bars if bar.kind != "wait"), key=lambda bar: bar.begin):
        stop = end if bar.end is None else min(bar.end, end)
        if stop > max(bar.begin, reached):
            total += stop - max(bar.begin, reached)
            reached = stop
    return total


def _lane(trace: Trace, name: str, bars: list[Bar], latest: int) -> Lane:
    placed, rows = _rows(bars, latest)
    if name == "":
        return Lane("program", "program", 0, trace.run.finished, "", placed, rows)
    worker = next((worker for worker in trace.workers if worker.name == name), None)
    if worker is None:
        return Lane(name, "worker", None, None, "", placed, rows)
    parts = [f"process {worker.pid}" if worker.pid is not None else "", f"on {worker.host}" if worker.host else ""]
    note = " ".join(part for part in parts if part) + (f", {worker.reason}" if worker.reason else "")
    return Lane(name, "worker", worker.started, worker.stopped, note, placed, rows)


def _rows(bars: list[Bar], latest: int) -> tuple[tuple[Bar, ...], int]:
    """Bars in order of time, those that overlap in rows below one another; and how many rows there are."""
    free: list[int] = []  # per row, when its last bar ends
    placed: list[Bar] = []
    for bar in sorted(bars, key=lambda bar: (bar.begin, -(latest if bar.end is None else bar.end), bar.subject)):
        row = next((row for row, until in enumerate(free) if until <= bar.begin), len(free))
        free[row : row + 1] = [latest if bar.end is None else bar.end]
        if row:
            bar = Bar(bar.kind, bar.begin, bar.end, bar.subject, bar.label, bar.state, row)
        placed.append(bar)
    return tuple(placed), max(1, len(free))


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts names as people do: ``worker-9`` before ``worker-10``."""
    parts: list[str] = []
    for char in name:
        if parts and parts[-1][-1].isdecimal() == char.isdecimal():
            parts[-1] += char
        else:
            parts.append(char)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)
