"""Moving: held values go from the worker that has them to the one that needs them, and not through the program.

A call is sent to its worker at once, and waits there for the values that are *coming*; so the queues of workers tell
what they have to do, as ever. A value that cannot come, because two hosts do not reach each other, goes through the
program. One whose source is gone comes from somebody else who keeps it; if there is nobody, the calls that wait for it
are taken back until it has been made again.

News of a move may be late: of a value that nobody needs any more, or that has come from elsewhere meanwhile. It was a
right one all the same.
"""

from __future__ import annotations

from pydron_runtime.protocol.messages import KEEP_BYTES
from pydron_runtime.scheduler import lifecycle, values
from pydron_runtime.scheduler.events import Moved
from pydron_runtime.scheduler.instructions import Drop, Forget, Give, Instruction, Move
from pydron_runtime.scheduler.state import SchedulerState, TaskState, WorkerState
from pydron_runtime.scheduler.transitions import Phase

THROUGH_THE_PROGRAM = 0
"""In place of the number of a move."""


def begin(state: SchedulerState, entry: TaskState, worker: WorkerState, out: list[Instruction]) -> None:
    """Send a held value on its way to a worker, unless it is on its way already."""
    number = entry.task.id
    if number in worker.coming:
        return
    source, late = values.source_of(state, entry)
    state.moves += 1
    state.workers[source].giving += 1
    worker.coming[number] = (state.moves, source)
    entry.coming_to.add(worker.name)
    out.append(Move(source, worker.name, number, state.moves, late))


def moved(state: SchedulerState, event: Moved, out: list[Instruction]) -> None:
    """A move has ended, well or not."""
    worker = state.workers.get(event.worker)
    if worker is None:
        return
    move, _ = worker.coming.get(event.number, (-1, ""))
    if event.reason:
        if move == event.move:
            values.no_longer_coming(state, worker, event.number)
            _send_otherwise(state, worker, event.number, out)
        return
    if move >= 0:
        values.no_longer_coming(state, worker, event.number)
    entry = state.tasks.get(event.number)
    if move >= 0 and entry is not None and entry.result is not None:
        values.keep(state, worker, event.number, max(entry.result.size, KEEP_BYTES))
        values.evict(state, worker, out)
    elif event.number not in worker.kept:
        out.append(Forget(worker.name, (event.number,)))


def _send_otherwise(state: SchedulerState, worker: WorkerState, number: int, out: list[Instruction]) -> None:
    """A value does not come on the direct way: send it through the program."""
    entry = state.tasks.get(number)
    if entry is None or entry.result is None:
        _take_back(state, worker, number, out)
        return
    worker.coming[number] = (THROUGH_THE_PROGRAM, "")
    entry.coming_to.add(worker.name)
    if entry.held:
        values.ask_holder(state, entry, out)
    else:
        supply(state, entry, out)


def supply(state: SchedulerState, entry: TaskState, out: list[Instruction]) -> None:
    """The program has a value: send it to those who wait for it from there."""
    payload = entry.result
    assert payload is not None
    for name in sorted(entry.coming_to):
        worker = state.workers[name]
        if worker.coming[entry.task.id][0] == THROUGH_THE_PROGRAM:
            values.no_longer_coming(state, worker, entry.task.id)
            out.append(Give(name, entry.task.id, payload))
            values.keep(state, worker, entry.task.id, payload.size)
            values.evict(state, worker, out)


def waits(state: SchedulerState, dependent: TaskState, number: int) -> bool:
    """Whether a call was sent to a worker and waits there for a value that comes through the program."""
    if dependent.phase is not Phase.SENT or dependent.worker is None:
        return False
    return state.workers[dependent.worker].coming.get(number, (-1, ""))[0] == THROUGH_THE_PROGRAM


def cannot(state: SchedulerState, entry: TaskState, out: list[Instruction]) -> None:
    """A value is of no use outside of its worker: calls that wait for it elsewhere will not be made there."""
    number = entry.task.id
    for name in sorted(entry.coming_to):
        worker = state.workers[name]
        values.no_longer_coming(state, worker, number)
        tasks = tuple(task for task in worker.queue if task in state.tasks and number in state.tasks[task].task.needs)
        for task in tasks:
            _unqueue(state, worker, task)
        out.append(Drop(name, tasks))


def redirect(state: SchedulerState, out: list[Instruction]) -> None:
    """Workers are gone: what was to come from them comes from elsewhere, or is made again."""
    while state.unanswered:
        entry = state.tasks.get(state.unanswered.pop())
        if entry is not None and entry.held:
            values.ask_holder(state, entry, out)
        elif entry is not None and entry.result is None:
            for name in sorted(entry.coming_to):
                values.no_longer_coming(state, state.workers[name], entry.task.id)
                _take_back(state, state.workers[name], entry.task.id, out)
    if not state.astray:
        return
    astray, state.astray = state.astray, set()
    for worker in state.workers.values():
        for number in [number for number, (_, source) in worker.coming.items() if source in astray]:
            values.no_longer_coming(state, worker, number)
            entry = state.tasks.get(number)
            if entry is None or entry.result is None:
                _take_back(state, worker, number, out)
            elif entry.held:
                begin(state, entry, worker, out)
            else:
                _send_otherwise(state, worker, number, out)


def _take_back(state: SchedulerState, worker: WorkerState, number: int, out: list[Instruction]) -> None:
    """Calls of a worker wait for a value that is lost."""
    for task in list(worker.queue):
        entry = state.tasks.get(task)
        if entry is None or entry.worker != worker.name or entry.phase is not Phase.SENT:
            continue
        if number in entry.task.needs:
            lifecycle.take_back(state, entry, out)
            _unqueue(state, worker, task)
            out.append(Drop(worker.name, (task,)))


def _unqueue(state: SchedulerState, worker: WorkerState, task: int) -> None:
    """A call has not begun, and will not: the worker that waits with it is not busy."""
    worker.load -= worker.queue.pop(task)
    worker.passed_on.discard(task)
    state.relieved.add(worker.name)
