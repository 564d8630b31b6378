"""The scheduler: a state machine. Events in, instructions out; no sockets, clocks, threads or chance.

The same events in the same order give the same instructions. Whoever owns the machine carries the instructions
out in order.
"""

from __future__ import annotations

from pydron_runtime.scheduler import lifecycle, moving, placement, pool, sharing, shrinking
from pydron_runtime.scheduler.events import (
    Announced,
    Cancelled,
    Died,
    Event,
    Joined,
    Moved,
    Released,
    Reported,
    Resized,
    Shared,
    StartFailed,
    Submitted,
    Wanted,
    Withdrawn,
)
from pydron_runtime.scheduler.instructions import Instruction
from pydron_runtime.scheduler.state import SchedulerState

KEEP_LIMIT = 256 * 1024 * 1024
"""Bytes of values that one worker keeps, unless told otherwise."""


class Scheduler:
    """Decides which worker makes which call when.

    Attributes:
        state: What it knows. For reading.
    """

    def __init__(self, size: int, keep_limit: int = KEEP_LIMIT, direct: bool = False) -> None:
        """
        Args:
            size: How many workers there may be.
            keep_limit: Bytes of values that one worker may keep.
            direct: Whether workers give values to one another.
        """
        self.state = SchedulerState(size, keep_limit, direct)

    def handle(self, event: Event) -> list[Instruction]:
        """Take an event in. The only method that changes anything."""
        state = self.state
        out: list[Instruction] = []
        if isinstance(event, Reported):
            pool.report(state, event.worker, event.outcomes, out)
        elif isinstance(event, Submitted):
            lifecycle.submit(state, event.tasks, out)
        elif isinstance(event, Released):
            lifecycle.release(state, event.tasks, out)
            return out
        elif isinstance(event, Cancelled):
            lifecycle.cancel(state, event.tasks, out)
        elif isinstance(event, Announced):
            pool.staff_all(state, out)
        elif isinstance(event, Joined):
            pool.join(state, event.worker)
        elif isinstance(event, Died):
            pool.bury(state, event.worker, event.reason, event.running, out)
        elif isinstance(event, Wanted):
            sharing.want(state, event.task, out)
        elif isinstance(event, Shared):
            sharing.shared(state, event, out)
        elif isinstance(event, Moved):
            moving.moved(state, event, out)
        elif isinstance(event, Withdrawn):
            shrinking.withdraw(state, event.workers, event.reason, out)
        elif isinstance(event, Resized):
            shrinking.resize(state, event.size, out)
        elif isinstance(event, StartFailed):
            _start_failed(state, event, out)
        if state.astray or state.unanswered or state.leaving or state.relieved:
            _see_to_the_gone(state, out)
        if state.ready:
            placement.place(state, event.now, out)
        if state.ahead and placement.take_from_ahead(state, out):
            placement.place(state, event.now, out)
        state.due = None
        if state.doubtful:
            pool.free_the_stuck(state, event.now, out)
        if state.astray or state.unanswered:
            _see_to_the_gone(state, out)
            placement.place(state, event.now, out)
        pool.staff(state, out)
        return out


def _see_to_the_gone(state: SchedulerState, out: list[Instruction]) -> None:
    """Let those go who have nothing left to do, and see to what was to come from them, until nothing follows."""
    while True:
        if state.astray or state.unanswered:
            moving.redirect(state, out)
        if state.leaving:
            shrinking.let_go(state, out)
        if not (state.astray or state.unanswered):
            break
    if state.relieved:
        placement.offer_relieved(state)


def _start_failed(state: SchedulerState, event: StartFailed, out: list[Instruction]) -> None:
    pool.give_up(state, event.reason, out)
