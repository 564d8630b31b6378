"""Carries out a plan on a number of workers that never was: list scheduling, in program order. Pure.

A worker that becomes free takes the first call, in program order, that is ready. The program goes on computing, issues
calls, and stands still where it did, until what it waited for is there.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Set
from dataclasses import dataclass
from heapq import heappop, heappush

from pydron.errors import TraceFormatError
from pydron_viz.analysis.plan import Plan, WaitKey

_FINISH, _START, _PROGRAM, _ISSUE, _READY = range(5)  # the order in which events of one moment happen

PROGRAM = -1
"""Stands for the program where a cause is named."""


@dataclass(frozen=True, slots=True)
class Predicted:
    """How a run would go. Times in nanoseconds since its start.

    Attributes:
        took: How long the run takes.
        started, finished: Per call; -1 where it does not run on workers.
        cause: Per call, the place of the call whose end let it begin last, or :data:`PROGRAM`.
        most: Calls that ran at once at most.
        last: The call whose end let the program end, or :data:`PROGRAM`.
    """

    took: int
    started: array[int]
    finished: array[int]
    cause: array[int]
    most: int
    last: int


def simulate(
    plan: Plan, workers: int | None, faster: Mapping[str, float] | None = None, without: Set[WaitKey] = frozenset()
) -> Predicted:
    """Carry out a plan.

    Args:
        workers: How many; None for as many as there are calls.
        faster: Function name to the factor by which its calls become faster.
        without: Waits at which the program does not stand still.

    Raises:
        TraceFormatError: The trace holds times that no run can have.
    """
    try:
        return _Simulation(plan, workers, dict(faster or {}), without).run()
    except OverflowError as problem:
        raise TraceFormatError(
            "The trace is damaged: it holds times too large to calculate with. Record the run again."
        ) from problem


class _Simulation:
    def __init__(self, plan: Plan, workers: int | None, faster: dict[str, float], without: Set[WaitKey]) -> None:
        self.plan, self.without = plan, without
        count = len(plan.tasks)
        factors = [faster.get(site.name, 1.0) for site in plan.tasks.sites]
        self.duration = plan.duration
        if any(factor != 1.0 for factor in factors):
            pairs = zip(plan.duration, plan.tasks.site)
            self.duration = array("q", (time if time < 0 else int(time / factors[site]) for time, site in pairs))
        self.idle, self.workers = 0, count + 1 if workers is None else workers
        first = plan.lineage.first_need
        self.missing = array("i", (first[place + 1] - first[place] for place in range(count)))
        self.issued = bytearray(plan.lineage.decided)
        self.started, self.finished = array("q", [-1]) * count, array("q", [-1]) * count
        self.cause = array("i", [PROGRAM]) * count
        self.open = [0] * (plan.fences + 1)  # per fence, calls that it is the first to wait for
        for number in plan.fence:
            self.open[number] += 1
        self.passed = 0  # fences below this number have nothing left to wait for
        self.queue: list[int] = []
        self.events: list[tuple[int, int, int]] = []
        self.step, self.blocked = 0, False
        self.program_end, self.released_by, self.latest = -1, PROGRAM, (0, PROGRAM)
        self.running = self.most = 0

    def run(self) -> Predicted:
        heappush(self.events, (self.plan.begin, _START, self.workers))
        for place, decided in enumerate(self.issued):
            if decided and not self.missing[place]:
                heappush(self.events, (0, _READY, place))
        self._program(0)
        events = self.events
        while events:
            now, kind, place = heappop(events)
            if kind == _FINISH:
                self._finish(now, place)
            elif kind == _READY:
                self._ready(now, place)
            elif kind == _ISSUE:
                self._issue(now, place)
            elif kind == _START:
                self.idle += place  # so many workers can take a call now
                self._assign(now)
            else:
                self.blocked = True
                self._unblock(now)
        end, last = self.latest
        if self.program_end >= end:
            end, last = self.program_end, self.released_by
        return Predicted(end, self.started, self.finished, self.cause, self.most, last)

    def _program(self, now: int) -> None:
        """Let the program run on from ``now`` to its next wait."""
        steps, time = self.plan.steps, now
        self.blocked = False
        while self.step < len(steps):
            step = steps[self.step]
            time += step.gap
            if step.task >= 0:
                heappush(self.events, (time, _ISSUE, step.task))
            elif step.wait is not None and step.wait not in self.without:
                heappush(self.events, (time, _PROGRAM, 0))
                return
            self.step += 1
        self.program_end = time + self.plan.after

    def _unblock(self, now: int, by: int = PROGRAM) -> None:
        """Let the program go on if what it waits for is there."""
        step = self.plan.steps[self.step]
        if step.fence >= 0:
            while self.passed <= step.fence and not self.open[self.passed]:
                self.passed += 1
            there = self.passed > step.fence
        else:
            there = step.last < 0 or self.finished[step.last] >= 0 or self.plan.tasks.finished[step.last] < 0
        if there:
            self.released_by = by if by != PROGRAM else self.released_by
            self.step += 1
            self._program(now)

    def _issue(self, now: int, place: int) -> None:
        self.issued[place] = 1
        if self.missing[place] == 0:
            self.cause[place] = self.released_by
            self._ready(now, place)

    def _ready(self, now: int, place: int) -> None:
        if self.duration[place] < 0:  # the program ran it: its time is the program's
            self._finish(now, place)
        else:
            heappush(self.queue, place)
            self._assign(now)

    def _assign(self, now: int) -> None:
        while self.idle and self.queue:
            place = heappop(self.queue)
            self.idle -= 1
            self.running += 1
            self.most = max(self.most, self.running)
            self.started[place] = now
            heappush(self.events, (now + self.duration[place], _FINISH, place))

    def _finish(self, now: int, place: int) -> None:
        self.finished[place] = now
        if self.started[place] >= 0:
            self.running -= 1
            self.latest = max(self.latest, (now, place))
            # What a worker does between two calls happens after the first of them, before the next one.
            heappush(self.events, (now + self.plan.overhead, _START, 1))
        for user in self.plan.lineage.users_of(place):
            self.missing[user] -= 1
            if not self.missing[user] and self.issued[user]:
                self.cause[user] = place
                heappush(self.events, (now + self.plan.delay, _READY, user))
        self.open[self.plan.fence[place]] -= 1
        if self.blocked:
            self._unblock(now, place)
