"""Lifecycle: tasks are accepted, become ready, settle, and are forgotten."""

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
from pydron_runtime.scheduler import values
from pydron_runtime.scheduler.instructions import Deliver, Drop, Instruction, NoteReady
from pydron_runtime.scheduler.state import SchedulerState, TaskState
from pydron_runtime.scheduler.transitions import Phase


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
        if producer.settled and producer.phase is not Phase.DONE:
            settle(state, entry, Skipped(number, need), out)
            return False
    for producer in needs:
        assert producer is not None
        producer.dependents.add(number)
        entry.missing += producer.phase is not Phase.DONE
    return True


def make_ready(state: SchedulerState, entry: TaskState) -> None:
    """Put a task among those that wait for a worker."""
    entry.move(Phase.READY)
    state.ready_count += 1
    heapq.heappush(state.ready, entry.task.id)


def _leave(state: SchedulerState, entry: TaskState) -> None:
    if entry.phase is Phase.READY:
        state.ready_count -= 1
    elif entry.phase is Phase.SENT:
        state.running -= 1


def put_back(state: SchedulerState, entry: TaskState) -> None:
    """A task that was sent waits for another worker."""
    _leave(state, entry)
    entry.worker = None
    make_ready(state, entry)


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
        if entry.settled:
            continue
        _leave(state, entry)
        entry.move(_phase_of(completion))
        entry.worker = None
        out.append(Deliver(entry.task.owner, completion))
        if isinstance(completion, Succeeded):
            entry.result = completion.result
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
    for need in entry.task.needs:
        producer = state.tasks.get(need)
        if producer is not None and entry.task.id in producer.dependents:
            producer.dependents.discard(entry.task.id)
            _collect(state, producer, out)
    _collect(state, entry, out)


def _collect(state: SchedulerState, entry: TaskState, out: list[Instruction]) -> None:
    """Forget a settled task that nobody can mention any more."""
    if entry.released and entry.settled and not entry.dependents:
        del state.tasks[entry.task.id]
        if entry.task.id in state.keepers:
            values.forget(state, entry.task.id, out)


def cancel(state: SchedulerState, tasks: Iterable[int], out: list[Instruction]) -> None:
    """Settle unfinished tasks as skipped. Cancelled tasks count as released."""
    drops: dict[str, list[int]] = {}
    for number in tasks:
        entry = state.tasks.get(number)
        if entry is None:
            continue
        if entry.phase is Phase.SENT and entry.worker is not None:
            drops.setdefault(entry.worker, []).append(number)
        entry.released = True
        if entry.settled:
            _collect(state, entry, out)
        else:
            settle(state, entry, Skipped(number, None), out)
    out.extend(Drop(worker, tuple(numbers)) for worker, numbers in drops.items())


def release(state: SchedulerState, tasks: Iterable[int], out: list[Instruction]) -> None:
    """The program will not mention these tasks again."""
    for number in tasks:
        entry = state.tasks.get(number)
        if entry is not None:
            entry.released = True
            _collect(state, entry, out)
