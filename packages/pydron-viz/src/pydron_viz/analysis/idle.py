"""Why workers were idle: every stretch without a call, by what was missing. Pure.

The run is cut where anything changes: a call is issued, becomes ready, begins or ends, a wait of the program begins or
ends. Each idle stretch of a worker is given the reasons that hold in its pieces, the longest of which names it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from pydron.trace import TaskColumns, Trace, WorkerRow

IdleKind = Literal["start", "data", "sync", "program", "handing", "end", "lost"]

KINDS: dict[IdleKind, tuple[str, str]] = {
    "start": ("starting", "The worker was there, and had not been given its first call."),
    "data": (
        "no ready call",
        "Every call that had not begun needed results that were not there yet.",
    ),
    "sync": ("sync-point", "The program stood still at a line, and issued nothing meanwhile."),
    "program": ("program busy", "The program was computing, and had not issued more calls."),
    "handing": ("handing over", "A call was ready; it was on its way to the worker."),
    "end": ("nothing left", "Every call of the run had been given to a worker."),
    "lost": ("worker lost", "The worker had died."),
}
"""Per kind a word and a sentence for people."""

_SMALLEST = 5_000
"""An idle stretch counts if it is at least this part of the run: shorter ones cannot be seen."""

_SHORTEST = 100_000
"""Nanoseconds: shorter stretches are the usual time between two calls."""


@dataclass(frozen=True, slots=True)
class Idle:
    """A stretch in which a worker ran nothing. Times in nanoseconds since the start of the run."""

    worker: str
    begin: int
    end: int
    kind: IdleKind


def idle(trace: Trace, tasks: TaskColumns, end: int) -> tuple[Idle, ...]:
    """Every idle stretch that can be seen, by worker and time."""
    least = max(_SHORTEST, end // _SMALLEST)
    causes = _Causes(trace, tasks, end)
    spans: dict[str, list[tuple[int, int]]] = {worker.name: [] for worker in trace.workers}
    for worker, begin, ended in zip(tasks.worker, tasks.started, tasks.finished):
        name = tasks.workers[worker]
        if begin >= 0 and name in spans:
            spans[name].append((begin, ended if ended >= 0 else end))
    for attempt in trace.attempts:
        if attempt.started is not None and attempt.worker in spans:
            spans[attempt.worker].append((attempt.started, end if attempt.finished is None else attempt.finished))
    found: list[Idle] = []
    for row in trace.workers:
        found += _of_worker(row, sorted(spans[row.name]), end, least, causes)
    return tuple(found)


def _of_worker(row: WorkerRow, spans: list[tuple[int, int]], end: int, least: int, causes: _Causes) -> Iterable[Idle]:
    """The idle stretches of one worker."""
    reached = row.started if row.started is not None else (spans[0][0] if spans else end)
    stopped = row.stopped if row.stopped is not None else end
    died = row.reason not in ("", "closed") and stopped < end
    first = True
    for begin, ended in [*spans, (stopped, stopped)]:
        if begin - reached >= least:
            kind = causes.of(reached, begin)
            yield Idle(row.name, reached, begin, "start" if first and kind == "handing" else kind)
        first = False
        reached = max(reached, ended)
    gone = max(stopped, reached)  # a call may be told to have ended when its worker was found dead
    if died and end - gone >= least:
        yield Idle(row.name, gone, end, "lost")


class _Causes:
    """What was missing at each moment."""

    def __init__(self, trace: Trace, tasks: TaskColumns, end: int) -> None:
        changes: list[tuple[int, int, int]] = []  # (time, change of waiting calls, change of ready calls)
        last = 0
        for issued, ready, started, finished in zip(tasks.issued, tasks.ready, tasks.started, tasks.finished):
            if issued < 0:
                continue
            begun = started if started >= 0 else finished if finished >= 0 else end
            known = min(ready if ready >= 0 else begun, begun)
            changes += [(issued, 1, 0), (max(issued, known), -1, 1), (max(issued, known, begun), 0, -1)]
            last = max(last, begun)
        changes.sort()
        self.times = array("q", (time for time, _, _ in changes))
        self.waiting = array("i", accumulate(change for _, change, _ in changes))
        self.ready = array("i", accumulate(change for _, _, change in changes))
        self.last = last
        waits = [
            (wait.started, wait.finished) for wait in trace.waits if wait.own and wait.reason not in ("end", "start")
        ]
        self.waits = sorted(waits)
        self.wait_begins = [begin for begin, _ in self.waits]

    def of(self, begin: int, end: int) -> IdleKind:
        """The cause that holds for most of a stretch."""
        sums: dict[IdleKind, int] = {}
        time = begin
        index = bisect_right(self.times, begin) - 1
        while time < end:
            until = min(end, self.times[index + 1] if index + 1 < len(self.times) else end)
            if until > time:
                kind = self._at(index, time, until)
                sums[kind] = sums.get(kind, 0) + until - time
            time, index = max(time, until), index + 1
        return max(sums, key=lambda kind: (sums[kind], kind)) if sums else "end"

    def _at(self, index: int, begin: int, end: int) -> IdleKind:
        if index >= 0 and self.ready[index] > 0:
            return "handing"
        if begin >= self.last:
            return "end"
        if self._is_still(begin, end):
            return "sync"
        return "data" if index >= 0 and self.waiting[index] > 0 else "program"

    def _is_still(self, begin: int, end: int) -> bool:
        """Whether the program stood still for most of a stretch. Its waits do not overlap."""
        still = 0
        for started, finished in self.waits[max(0, bisect_right(self.wait_begins, begin) - 1) :]:
            if started >= end:
                break
            still += max(0, min(end, finished) - max(begin, started))
        return still * 2 > end - begin
