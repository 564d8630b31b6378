"""Sharing: values that workers hold are serialised for those who want them elsewhere: the program, other workers."""

from __future__ import annotations

from pydron_runtime.data.tasks import Lost, Succeeded, Untransportable
from pydron_runtime.scheduler import lifecycle, moving, values
from pydron_runtime.scheduler.events import Shared
from pydron_runtime.scheduler.instructions import Instruction, Provide
from pydron_runtime.scheduler.state import SchedulerState, TaskState
from pydron_runtime.scheduler.transitions import Phase


def want(state: SchedulerState, number: int, out: list[Instruction]) -> None:
    """The program waits for a value."""
    entry = state.tasks.get(number)
    if entry is None or (state.broken is not None and entry.phase is not Phase.DONE):
        out.append(Provide(Lost(number, state.broken or "The value was released before it was asked for.")))
    elif entry.phase is Phase.DONE and not entry.held:
        assert entry.result is not None
        out.append(Provide(Succeeded(number, entry.result, "")))
    else:
        entry.asked = True
        if entry.phase is Phase.DONE:
            values.ask_holder(state, entry, out)
        elif entry.phase is Phase.GONE:
            lifecycle.make_again(state, entry, out)
        elif entry.settled:
            entry.asked = False
            out.append(Provide(Lost(number, "The call was made again for its value, and did not return this time.")))


def await_sharing(state: SchedulerState, entry: TaskState, numbers: list[int], out: list[Instruction]) -> None:
    """A ready task waits until values that it needs have been shared."""
    entry.move(Phase.WAITING)
    state.ready_count -= 1
    entry.awaiting.update(numbers)
    entry.missing = len(numbers)
    for number in numbers:
        values.ask_holder(state, state.tasks[number], out)


def shared(state: SchedulerState, event: Shared, out: list[Instruction]) -> None:
    """A worker has shared a value, or cannot."""
    entry = state.tasks.get(event.number)
    if entry is None or not entry.held or event.worker not in state.keepers.get(event.number, ()):
        return
    entry.sharing = False
    if event.payload is None:
        _cannot(state, entry, event, out)
        return
    entry.result = event.payload
    if entry.asked:
        entry.asked = False
        out.append(Provide(Succeeded(event.number, event.payload, event.worker)))
    for dependent in (state.tasks[each] for each in sorted(entry.dependents)):
        if event.number in dependent.awaiting:
            dependent.awaiting.discard(event.number)
            dependent.missing -= 1
            if not dependent.missing:
                lifecycle.make_ready(state, dependent)
    moving.supply(state, entry, out)
    lifecycle.disinherit(state, entry, out)
    values.evict(state, state.workers[event.worker], out)


def _cannot(state: SchedulerState, entry: TaskState, event: Shared, out: list[Instruction]) -> None:
    """The value is of no use outside of its worker: whoever wants it elsewhere runs in the program."""
    if entry.asked:
        entry.asked = False
        out.append(Provide(Untransportable(event.number, "result", event.reason, event.worker)))
    for dependent in [state.tasks[each] for each in sorted(entry.dependents)]:
        if event.number in dependent.awaiting or moving.waits(state, dependent, event.number):
            completion = Untransportable(dependent.task.id, "arguments", event.reason, event.worker)
            lifecycle.settle(state, dependent, completion, out)
    moving.cannot(state, entry, out)
