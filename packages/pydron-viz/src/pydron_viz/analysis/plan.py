"""A run as a plan that can be carried out again: what the program did in which order, and what each call needs. Pure.

The program's own time is what lies between its events, its waits taken out. A call is issued by the program at its
place in that order, or, if other calls' results had to decide about it first, when those are there.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median

from pydron.trace import TaskColumns, Trace, WaitRow
from pydron_viz.analysis.lineage import Lineage, lineage

WaitKey = tuple[str, int, str]
"""File, line and reason of waits: one place of the program that stands still."""

_FOR_ONE = ("value", "window", "order")
"""Reasons of waits for a single call. Every other wait is for all calls before it."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the program does next, after computing for ``gap`` nanoseconds.

    Attributes:
        task: Place of the call that it issues, or -1.
        wait: The wait that it comes to, or None.
        fence: For a wait for all calls before it, its number, from 0; else -1.
        last: For a wait for one call, the place of that call; else -1.
    """

    gap: int
    task: int = -1
    wait: WaitKey | None = None
    fence: int = -1
    last: int = -1


@dataclass(frozen=True, slots=True)
class Plan:
    """A run, taken apart. Times in nanoseconds.

    Attributes:
        steps: The program, in its order.
        after: What the program computes after the last step.
        duration: Of each call, -1 for calls that workers do not run.
        fence: Per call the first fence that waits for it, or the number of fences.
        overhead: What a worker needs from the end of a call to the beginning of the next one.
        delay: From the end of a call to the moment when those that need it can begin.
        begin: When workers could first take calls.
        workers: Workers of the recorded run, at least 1.
        took: How long the recorded run took.
    """

    tasks: TaskColumns
    lineage: Lineage
    steps: tuple[Step, ...]
    after: int
    duration: array[int]
    fence: array[int]
    fences: int
    overhead: int
    delay: int
    begin: int
    workers: int
    took: int

    @property
    def work(self) -> int:
        """All calls together, also those that the program ran itself."""
        spans = zip(self.tasks.started, self.tasks.finished)
        return sum(max(0, finished - started) for started, finished in spans if started >= 0 and finished >= 0)


def plan(trace: Trace, tasks: TaskColumns) -> Plan:
    """The plan of a recorded run. Calls that have not ended are left out."""
    waits = _program_waits(trace)
    ties = lineage(trace, tasks)
    local = trace.run.workers == 0 and not trace.workers
    duration = array("q", (_duration(tasks, place, local) for place in range(len(tasks))))
    latest = max([trace.end, max(tasks.finished, default=0)])
    took = latest if trace.run.finished is None else trace.run.finished
    fences = [wait for wait in waits if wait.reason not in (*_FOR_ONE, "start")]
    steps, at = _steps(trace, tasks, ties, waits, duration, local)
    return Plan(
        tasks=tasks,
        lineage=ties,
        steps=steps,
        after=max(0, took - at),
        duration=duration,
        fence=_fence_of_tasks(tasks, fences),
        fences=len(fences),
        overhead=0 if local else _overhead(tasks),
        delay=0 if local else _delay(tasks),
        begin=0 if local else min((worker.started or 0 for worker in trace.workers), default=0),
        workers=max(1, len(trace.workers) or trace.run.workers),
        took=took,
    )


def _duration(tasks: TaskColumns, place: int, local: bool) -> int:
    """Of a call that workers run, or would run; -1 for what the program runs as a part of its own time."""
    started, finished = tasks.started[place], tasks.finished[place]
    if started < 0 or finished < 0 or (tasks.inline[place] and not local):
        return -1
    return max(0, finished - started)


def _program_waits(trace: Trace) -> list[WaitRow]:
    """The waits of the program itself, one after the other. Parts that were put off wait beside it."""
    found: list[WaitRow] = []
    for wait in trace.waits:
        reached = found[-1].finished if found else 0
        if wait.own and wait.finished > reached:
            found.append(replace(wait, started=max(wait.started, reached)))
    return found


def _steps(
    trace: Trace, tasks: TaskColumns, ties: Lineage, waits: list[WaitRow], duration: array[int], local: bool
) -> tuple[tuple[Step, ...], int]:
    """The program's steps, and the time of the recorded run at which the last one had been made."""
    steps: list[Step] = []
    fence = 0
    at = 0  # time of the recorded run that has been accounted for
    for moment, wait, place in _events(tasks, ties, waits):
        gap, at = max(0, moment - at), max(at, moment)
        if wait is None:
            steps.append(Step(gap, task=place))
            if local and duration[place] >= 0:  # the program spent this time on the call itself
                at = max(at, tasks.finished[place])
            continue
        at = max(at, wait.finished)
        key = (wait.file, wait.line, wait.reason)
        if wait.reason == "start":
            steps.append(Step(gap + wait.duration))
        elif wait.reason in _FOR_ONE:
            steps.append(Step(gap, wait=key, last=-1 if wait.task is None else tasks.place(wait.task)))
        else:
            steps.append(Step(gap, wait=key, fence=fence))
            fence += 1
    return tuple(steps), at


def _events(tasks: TaskColumns, ties: Lineage, waits: list[WaitRow]) -> Iterator[tuple[int, WaitRow | None, int]]:
    """(time, wait or None, task) in the order of time. A call that was issued while the program stood still, and was
    not decided about by results, counts as issued before."""
    ends = [wait.finished for wait in waits]
    found: list[tuple[int, int, int]] = []
    for place in range(len(tasks)):
        issued = max(tasks.issued[place], 0)
        if ties.decided[place]:
            continue
        index = bisect_right(ends, issued)
        inside = index < len(waits) and waits[index].started < issued
        found.append((waits[index].started if inside else issued, 0, place))
    found += [(wait.started, 1, index) for index, wait in enumerate(waits)]
    for moment, kind, number in sorted(found):
        yield (moment, waits[number], -1) if kind else (moment, None, number)


def _fence_of_tasks(tasks: TaskColumns, fences: list[WaitRow]) -> array[int]:
    """Per call the first fence at which it had been issued and had ended."""
    ends = [wait.finished for wait in fences]
    return array("i", (
        len(fences) if finished < 0 else bisect_left(ends, max(finished, issued))
        for issued, finished in zip(tasks.issued, tasks.finished)
    ))  # fmt: skip


def _overhead(tasks: TaskColumns) -> int:
    """From call to call on one worker, where the next one was there already."""
    last: dict[int, int] = {}
    gaps: list[int] = []
    order = sorted(
        (started, place) for place, started in enumerate(tasks.started) if started >= 0 and not tasks.inline[place]
    )
    for started, place in order:
        before = last.get(tasks.worker[place])
        if before is not None and 0 <= tasks.ready[place] <= before <= started:
            gaps.append(started - before)
        last[tasks.worker[place]] = max(tasks.finished[place], started)
    gaps.sort()
    usual = gaps[: max(1, len(gaps) * 19 // 20)]  # a moment in which the computer did something else is not usual
    return sum(usual) // len(usual) if usual else 0


def _delay(tasks: TaskColumns) -> int:
    """From the end of what a call needs to its being ready."""
    found = []
    for place in range(len(tasks)):
        needs = tasks.needs_of(place)
        ended = max((tasks.finished[need] for need in needs), default=-1)
        if 0 <= tasks.issued[place] < ended <= tasks.ready[place]:
            found.append(tasks.ready[place] - ended)
    return int(median(found)) if found else 0
