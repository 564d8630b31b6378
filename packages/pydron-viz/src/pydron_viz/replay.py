"""Replay: what every task, worker and frame was doing at a moment of the run. Pure.

A task's life is reduced to four moments and an end. The viewer's JavaScript applies the same rule (:meth:`Life.at`) to
the same numbers, so that scrubbing needs no server.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from pydron.trace import OUTCOMES, FrameRow, TaskColumns, TaskRow, Trace, WaitRow

State = Literal["future", "waiting", "ready", "running", "done", "failed", "cancelled"]

STATES: tuple[State, ...] = ("waiting", "ready", "running", "done", "failed", "cancelled")
"""States in the order in which they are listed; ``future`` (the program has not reached the call) is not listed."""


@dataclass(frozen=True, slots=True)
class Life:
    """The moments at which a task changes its state; None where it never did.

    Attributes:
        issued: The program reached the call.
        ready: Its arguments were there.
        began: The call began, or (while that is not known) a worker was given it.
        ended: The call ended, or was given up.
        final: State from then on.
    """

    issued: int
    ready: int | None
    began: int | None
    ended: int | None
    final: State

    def at(self, time: int) -> State:
        """The state at a moment."""
        if time < self.issued:
            return "future"
        if self.ended is not None and time >= self.ended:
            return self.final
        if self.began is not None and time >= self.began:
            return "running"
        if self.ready is not None and time >= self.ready:
            return "ready"
        return "waiting"


def life(task: TaskRow, begins: Mapping[int, int] | None = None) -> Life:
    """The life of a task. Rows of a killed program may lack any moment.

    Args:
        begins: What :func:`presumed_begins` says of all tasks; None to take a task for begun when it was sent.
    """
    began = task.started
    if began is None:
        began = task.sent if begins is None else begins.get(task.id)
    ready = (task.sent if began is None else began) if task.ready is None else task.ready
    ended, final = task.finished, "failed" if task.outcome == "failed" else "done"
    if ended is None and task.retired is not None:
        ended = task.retired
        final = {"cancelled": "cancelled", "ok": "done"}.get(task.retirement, "failed")
    issued = task.issued
    if issued is None:
        issued = min((moment for moment in (ready, began, ended) if moment is not None), default=0)
    state: State = "done" if final == "done" else "failed" if final == "failed" else "cancelled"
    return Life(issued, ready, began, ended, state)


NEVER = 2**63
"""Later than every time."""


def presumed_begins(tasks: Iterable[TaskRow]) -> dict[int, int]:
    """When calls presumably began that were sent, and of whose begin nothing is known, by number. Such a call is still
    running, or was given up. A worker makes one call at a time, in the order in which it gets them: of those that it
    has got since its last call that is known to have begun, the first began when that had ended; the others had not."""
    last: dict[str, int] = {}
    waiting: dict[str, list[TaskRow]] = {}
    for task in tasks:
        if task.started is not None:
            ended = task.retired if task.finished is None else task.finished
            last[task.worker] = max(last.get(task.worker, 0), NEVER if ended is None else ended)
        elif task.sent is not None:
            waiting.setdefault(task.worker, []).append(task)
    found: dict[int, int] = {}
    for worker, those in waiting.items():
        if not worker:  # the program itself makes calls whenever it wants to
            found.update((task.id, task.sent or 0) for task in those)
            continue
        reached = last.get(worker, 0)
        for task in sorted(those, key=lambda task: (task.sent or 0, task.id)):
            until = task.finished if task.finished is not None else task.retired
            begin = max(task.sent or 0, reached)
            if begin == NEVER or (until is not None and until <= begin):
                continue
            found[task.id] = begin
            if until is None:
                break
            reached = until
    return found


def final_states(tasks: TaskColumns) -> list[State]:
    """The state of each task at the end of the trace: what :meth:`Life.at` says then, for tasks as columns."""
    columns = (tasks.outcome, tasks.retirement, tasks.finished, tasks.retired, tasks.started, tasks.sent, tasks.ready)
    failed = OUTCOMES.index("failed")
    # Nearly every task has finished: this is most of what a long run takes.
    found: list[State] = [
        ("failed" if values[0] == failed else "done") if values[2] >= 0 else _final(*values) for values in zip(*columns)
    ]
    # A worker makes one call at a time: of those that it was sent, all but one wait for their turn.
    busy = {""}
    running = [place for place, state in enumerate(found) if state == "running"]
    for place in sorted(running, key=lambda place: (tasks.started[place] < 0, tasks.sent[place])):
        worker = tasks.workers[tasks.worker[place]]
        if worker in busy and worker and tasks.started[place] < 0:
            found[place] = "ready"
        busy.add(worker)
    return found


def _final(_: int, retirement: int, __: int, retired: int, started: int, sent: int, ready: int) -> State:
    """The last state of a task that has not finished."""
    if retired >= 0:
        ends: dict[str, State] = {"cancelled": "cancelled", "ok": "done"}
        return ends.get(OUTCOMES[retirement], "failed")
    if started >= 0 or sent >= 0:
        return "running"
    return "ready" if ready >= 0 else "waiting"


@dataclass(frozen=True, slots=True)
class Moment:
    """The run at one moment.

    Attributes:
        states: State per task, for tasks that the program has reached.
        counts: How many tasks are in each state of :data:`STATES`.
        workers: Worker to the task that it runs, for those that are busy.
        frames: Frames that are active.
        wait: Where the program stands still, if it does.
    """

    time: int
    states: dict[int, State]
    counts: dict[State, int]
    workers: dict[str, int]
    frames: tuple[int, ...]
    wait: WaitRow | None


class Replay:
    """A trace that can be asked for any moment."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        begins = presumed_begins(trace.tasks)
        self.lives: dict[int, Life] = {task.id: life(task, begins) for task in trace.tasks}
        self._sorted: list[int] | None = None

    def at(self, time: int) -> Moment:
        """What the run was doing at ``time`` (nanoseconds since its start)."""
        states: dict[int, State] = {}
        workers: dict[str, int] = {}
        for task in self.trace.tasks:
            state = self.lives[task.id].at(time)
            if state == "future":
                continue
            states[task.id] = state
            if state == "running" and task.worker:
                workers[task.worker] = task.id
        counted = Counter(states.values())
        counts: dict[State, int] = {state: counted.get(state, 0) for state in STATES}
        frames = tuple(frame.id for frame in self.trace.frames if _is_active(frame, time))
        wait = next((wait for wait in self.trace.waits if wait.started <= time < wait.finished), None)
        return Moment(time, states, counts, workers, frames, wait)

    @property
    def _events(self) -> list[int]:
        # Made when it is first needed: pages step through events by themselves.
        if self._sorted is None:
            self._sorted = sorted(set(_moments(self.lives.values(), self.trace)))
        return self._sorted

    def next_event(self, time: int) -> int | None:
        """The first moment after ``time`` at which anything changes."""
        events = self._events
        index = bisect_right(events, time)
        return events[index] if index < len(events) else None

    def previous_event(self, time: int) -> int | None:
        """The last moment before ``time`` at which anything changed."""
        index = bisect_left(self._events, time) - 1
        return self._events[index] if index >= 0 else None

    def most_overlapping(self) -> int:
        """How many functional calls were running at once at most."""
        return most_overlapping(
            (task.started, task.finished)
            for task in self.trace.tasks
            if task.started is not None and task.finished is not None
        )


def most_overlapping(spans: Iterable[tuple[int, int]]) -> int:
    """The greatest number of half-open spans (begin, end) that share a moment."""
    changes = sorted(change for begin, end in spans for change in ((begin, 1), (end, -1)))
    most = now = 0
    for _, change in changes:  # ends sort before begins at the same moment: back to back is no overlap
        now += change
        most = max(most, now)
    return most


def _is_active(frame: FrameRow, time: int) -> bool:
    begun = frame.started is not None and frame.started <= time
    return begun and (frame.finished is None or time < frame.finished)


def _moments(lives: Iterable[Life], trace: Trace) -> Iterable[int]:
    for one in lives:
        yield one.issued
        yield from (moment for moment in (one.ready, one.began, one.ended) if moment is not None)
    yield from moments_beside_tasks(trace)


def moments_beside_tasks(trace: Trace) -> Iterable[int]:
    """Times at which something other than a task changes: frames, waits, workers."""
    for frame in trace.frames:
        yield from (moment for moment in (frame.started, frame.finished) if moment is not None)
    for wait in trace.waits:
        yield from (wait.started, wait.finished)
    for worker in trace.workers:
        yield from (moment for moment in (worker.started, worker.stopped) if moment is not None)
