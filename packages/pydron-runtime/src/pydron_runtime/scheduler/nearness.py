"""Nearness: which of several pieces a worker is given, where their results are to be combined.

``merge(merge(a, b), merge(c, d))``: a call goes where most of what it needs is (:mod:`.placement`), so little has to be
moved if one worker makes ``a`` and ``b``, and another ``c`` and ``d``. Therefore a worker is given the piece whose
result meets, after the fewest calls, something that this worker makes; if there is none, the piece whose result meets
what others make as late as possible, so that each begins at another end of the tree. Of equals the oldest goes first.

That costs a few microseconds per piece, so it is done for pieces of some size only.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydron_runtime.protocol.messages import KEEP_BYTES
from pydron_runtime.scheduler.state import SchedulerState, TaskState
from pydron_runtime.scheduler.transitions import Phase

LEVELS = 12
"""So many calls that follow one another are looked at: trees of thousands of pieces."""

CANDIDATES = 16
"""So many ready tasks are compared."""


def begins(state: SchedulerState, entry: TaskState, worker: str) -> None:
    """Note, with what will be made of a task's result, that this worker makes a part of it."""
    for follower in _followers(state, entry):
        if worker in follower.parts:
            return
        follower.parts |= {worker}


def attached(entry: TaskState, producer: TaskState) -> None:
    """Note the same where the task that needs the result is accepted last."""
    makers = {name for name in (producer.worker, producer.maker) if name}
    if makers or producer.parts:
        entry.parts |= producer.parts | makers


def nearest(state: SchedulerState, entry: TaskState, worker: str) -> TaskState:
    """The task to give to a worker, where the oldest that is ready is this one, and needs nothing."""
    if not _is_piece(entry):
        return entry
    best, shortest = entry, _distance(state, entry, worker)
    for rank, number in state.ready[1:CANDIDATES]:
        other = state.tasks.get(number)
        if other is None or rank != entry.task.rank or not _is_piece(other):
            continue
        if other.task.function.digest != entry.task.function.digest:
            continue  # how long it takes is another matter
        distance = _distance(state, other, worker)
        if (distance, number) < (shortest, best.task.id):
            best, shortest = other, distance
    return best


def piece_before(state: SchedulerState, entry: TaskState) -> TaskState:
    """The task to think of in place of the oldest, if that one combines values: a piece of the same tree. Combining can
    fill the end, when there are no pieces left; a piece that ends last keeps all waiting that is made of it."""
    if len(entry.task.needs) < 2:
        return entry
    above = {follower.task.id for follower in _followers(state, entry)}
    if above:
        for rank, number in state.ready[1:CANDIDATES]:
            other = state.tasks.get(number)
            if other is not None and rank == entry.task.rank and _is_piece(other):
                if any(follower.task.id in above for follower in _followers(state, other)):
                    return other
    return entry


def _is_piece(entry: TaskState) -> bool:
    """Whether a task is ready, needs nothing, is given something of some size, and others wait for its result."""
    if entry.phase is not Phase.READY or entry.task.needs or not entry.dependents:
        return False
    return entry.task.arguments.size >= KEEP_BYTES


def _distance(state: SchedulerState, entry: TaskState, worker: str) -> int:
    """How many calls it takes until the result meets what this worker makes. If it does not meet that before anything
    that others make: more than all such, and the less the later it meets those."""
    for level, follower in enumerate(_followers(state, entry), 1):
        if follower.parts:
            return level if worker in follower.parts else 3 * LEVELS - level
    return LEVELS + 1


def _followers(state: SchedulerState, entry: TaskState) -> Iterator[TaskState]:
    """The only task that needs a result, the only one that needs the result of that, and so on."""
    for _ in range(LEVELS):
        if len(entry.dependents) != 1:
            return
        (number,) = entry.dependents
        entry = state.tasks[number]
        yield entry
