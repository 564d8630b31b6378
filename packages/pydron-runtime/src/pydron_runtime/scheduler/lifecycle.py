"""Lifecycle: tasks are accepted, become ready, settle, and are forgotten.

The value of a settled task may get lost: a worker that held it dies. Then the call is made once more, when somebody
needs the value. What it was made from has to be known for that; see ``TaskState.heirs``.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from pydron_runtime.data.tasks import (
    Completion,
    Failed,
    Lost,
    Skipped,
    Succeeded,
    Task,
    Untransportable,
)
from pydron_runtime.scheduler import nearness, values
from pydron_runtime.scheduler.instructions import Deliver, Drop, Hold, Instruction, NoteReady, Provide
from pydron_runtime.scheduler.state import SchedulerState, TaskState
from pydron_runtime.scheduler.transitions import UNSUCCESSFUL, Phase

DEEPEST = 32
"""So many held values at most are made from one another: what has to be made again if the worker dies."""


_NOT_MADE = frozenset({Phase.SKIPPED, Phase.CANCELLED, Phase.LOST})
"""Phases of calls of which nobody knows whether they would have ended."""


def submit(state: SchedulerState, tasks: Iterable[Task], out: list[Instruction]) -> None:
    """Accept new tasks."""
    ready: list[int] = []
    for task in tasks:
        entry = TaskState(task)
        state.tasks[task.id] = entry
        if state.broken is not None:
            settle(state, entry, Lost(task.id, state.broken), out)
            continue
        if task.needs and not _attach(state, entry, out):
            continue
        if not entry.missing:
            make_ready(state, entry)
            ready.append(task.id)
    if ready:
        out.append(NoteReady(tuple(ready)))


def _attach(state: SchedulerState, entry: TaskState, out: list[Instruction]) -> bool:
    """Tie a task to those it needs. False if it was settled because one of them cannot be had."""
    number = entry.task.id
    needs = [state.tasks.get(need) for need in dict.fromkeys(entry.task.needs)]
    for need, producer in zip(dict.fromkeys(entry.task.needs), needs):
        if producer is None:
            reason = f"{entry.task.label or 'A call'} needs the result of task {need}, which was released before."
            settle(state, entry, Lost(number, reason), out)
            return False
        if producer.phase in UNSUCCESSFUL:
            settle(state, entry, Skipped(number, need), out)
            return False
    for producer in needs:
        assert producer is not None
        producer.dependents.add(number)
        nearness.attached(entry, producer)
        entry.missing += producer.phase is not Phase.DONE
        if state.direct and producer.phase is Phase.SENT and not producer.holding and producer.depth <= DEEPEST:
            producer.holding = True
            assert producer.worker is not None
            out.append(Hold(producer.worker, producer.task.id))
    for producer in needs:
        assert producer is not None
        if producer.phase is Phase.GONE:
            make_again(state, producer, out)
    return entry.phase is Phase.WAITING


def make_ready(state: SchedulerState, entry: TaskState) -> None:
    """Put a task among those that wait for a worker."""
    entry.move(Phase.READY)
    state.ready_count += 1
    heapq.heappush(state.ready, (entry.task.rank, entry.task.id))


def _leave(state: SchedulerState, entry: TaskState) -> None:
    if entry.phase is Phase.READY:
        state.ready_count -= 1
    elif entry.phase is Phase.SENT:
        state.running -= 1
        if entry.worker in state.workers and entry.task.id in state.workers[entry.worker].queue:
            state.doubtful.setdefault(entry.worker)  # it makes a call that is wanted no longer, or not from it


def put_back(state: SchedulerState, entry: TaskState, out: list[Instruction]) -> None:
    """A task that was sent waits for another worker, and for values that were lost meanwhile."""
    _leave(state, entry)
    entry.worker = None
    producers = [state.tasks[need] for need in set(entry.task.needs)]
    entry.missing = sum(producer.phase is not Phase.DONE for producer in producers)
    if not entry.missing:
        make_ready(state, entry)
        return
    entry.move(Phase.WAITING)
    for producer in producers:
        if producer.phase is Phase.GONE:
            make_again(state, producer, out)


def take_back(state: SchedulerState, entry: TaskState, out: list[Instruction]) -> None:
    """A task that was sent is to be made elsewhere, and has not been begun as far as is known: that was no attempt."""
    entry.attempts -= 1
    put_back(state, entry, out)


def make_again(state: SchedulerState, entry: TaskState, out: list[Instruction]) -> None:
    """Have a call made once more, because its value is gone; first those whose values it needs."""
    todo = [entry]
    while todo:
        entry = todo.pop()
        if entry.phase is not Phase.GONE:
            continue
        producers = [state.tasks[need] for need in sorted(set(entry.task.needs))]
        failed = next((producer for producer in producers if producer.phase in UNSUCCESSFUL), None)
        if failed is not None:
            settle(state, entry, Skipped(entry.task.id, failed.task.id), out)
            continue
        entry.missing = 0
        for producer in producers:
            producer.heirs.discard(entry.task.id)
            producer.dependents.add(entry.task.id)
            entry.missing += producer.phase is not Phase.DONE
            todo.append(producer)
        if entry.missing:
            entry.move(Phase.WAITING)
        else:
            make_ready(state, entry)


def lose(state: SchedulerState, lost: Iterable[int]) -> None:
    """Held values are gone with their worker. Whoever waits for one waits for it to be made again."""
    for number in lost:
        entry = state.tasks[number]
        entry.move(Phase.GONE)
        entry.result = None
        entry.sharing = False
        for dependent in (state.tasks[each] for each in sorted(entry.dependents)):
            if dependent.phase is Phase.READY:
                state.ready_count -= 1
                dependent.move(Phase.WAITING)
                dependent.missing = 1
            elif dependent.phase is Phase.WAITING and number in dependent.awaiting:
                dependent.awaiting.discard(number)
            elif dependent.phase is Phase.WAITING:
                dependent.missing += 1


def replace_lost(state: SchedulerState, lost: Iterable[int], out: list[Instruction]) -> None:
    """Make those lost values again that somebody needs now; the others when somebody does."""
    for number in lost:
        entry = state.tasks.get(number)
        if entry is None or entry.phase is not Phase.GONE:
            continue
        if entry.asked or any(state.tasks[each].phase is Phase.WAITING for each in entry.dependents):
            make_again(state, entry, out)
        else:
            collect(state, entry, out)


def _phase_of(completion: Completion) -> Phase:
    if isinstance(completion, Succeeded):
        return Phase.DONE
    if isinstance(completion, (Failed, Untransportable)):
        return Phase.FAILED
    if isinstance(completion, Skipped):
        return Phase.CANCELLED if completion.cause is None else Phase.SKIPPED
    return Phase.LOST


def settle(state: SchedulerState, entry: TaskState, completion: Completion, out: list[Instruction]) -> None:
    """Give a task its completion; what waits for it becomes ready, or is skipped in turn."""
    todo = [(entry, completion)]
    ready: list[int] = []
    while todo:
        entry, completion = todo.pop()
        if entry.settled and entry.phase is not Phase.GONE:
            continue
        _leave(state, entry)
        entry.move(_phase_of(completion))
        entry.worker = None
        entry.awaiting.clear()
        if entry.passed_by and entry.phase in _NOT_MADE and entry.passed_by in state.workers:
            state.workers[entry.passed_by].passed_on.discard(entry.task.id)
        if not entry.delivered:
            entry.delivered = True
            out.append(Deliver(entry.task.owner, completion))
        if isinstance(completion, Succeeded):
            entry.result = completion.result
        if entry.asked and entry.held:
            values.ask_holder(state, entry, out)
        elif entry.asked:
            entry.asked = False
            out.append(Provide(completion))
        for number in sorted(entry.dependents):
            dependent = state.tasks[number]
            if entry.phase is not Phase.DONE:
                todo.append((dependent, Skipped(number, entry.task.id)))
                continue
            dependent.missing -= 1
            if not dependent.missing and dependent.phase is Phase.WAITING:
                make_ready(state, dependent)
                ready.append(number)
        _detach(state, entry, out)
    if ready:
        out.append(NoteReady(tuple(ready)))


def _detach(state: SchedulerState, entry: TaskState, out: list[Instruction]) -> None:
    """A settled task needs nothing any more, unless its value is only held somewhere: then it stays an heir."""
    for need in entry.task.needs:
        producer = state.tasks.get(need)
        if producer is not None and entry.task.id in producer.dependents:
            producer.dependents.discard(entry.task.id)
            if entry.held:
                producer.heirs.add(entry.task.id)
            collect(state, producer, out)
    collect(state, entry, out)


def disinherit(state: SchedulerState, entry: TaskState, out: list[Instruction]) -> None:
    """The value of a task is safe, or not wanted: what it was made from is not needed for it."""
    for need in entry.task.needs:
        producer = state.tasks.get(need)
        if producer is not None and entry.task.id in producer.heirs:
            producer.heirs.discard(entry.task.id)
            collect(state, producer, out)


def collect(state: SchedulerState, entry: TaskState, out: list[Instruction]) -> None:
    """Forget a settled task that nobody can mention any more.

    One that has heirs stays: with its value if that is safe, so that nothing further back is needed, else without.
    """
    if not entry.released or not entry.settled or entry.dependents:
        return
    number = entry.task.id
    held = entry.held
    if number in state.keepers:
        values.forget(state, number, out)
    if entry.heirs:
        if held:
            entry.move(Phase.GONE)
            entry.result = None
            entry.sharing = False
        return
    if state.tasks.pop(number, None) is not None:
        disinherit(state, entry, out)


def cancel(state: SchedulerState, tasks: Iterable[int], out: list[Instruction]) -> None:
    """Settle unfinished tasks as skipped. Cancelled tasks count as released."""
    drops: dict[str, list[int]] = {}
    for number in tasks:
        entry = state.tasks.get(number)
        if entry is None:
            continue
        if entry.phase is Phase.SENT and entry.worker is not None and not entry.delivered:
            drops.setdefault(entry.worker, []).append(number)
        entry.released = True
        if entry.settled or entry.delivered:
            collect(state, entry, out)
        else:
            settle(state, entry, Skipped(number, None), out)
    out.extend(Drop(worker, tuple(numbers)) for worker, numbers in drops.items())


def release(state: SchedulerState, tasks: Iterable[int], out: list[Instruction]) -> None:
    """The program will not mention these tasks again."""
    for number in tasks:
        entry = state.tasks.get(number)
        if entry is not None:
            entry.released = True
            collect(state, entry, out)
