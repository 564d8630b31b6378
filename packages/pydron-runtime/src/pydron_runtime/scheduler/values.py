"""Values: which worker keeps which result. The scheduler alone decides what is kept, so both sides always agree.

A worker keeps every large value that it makes or is sent until it is told to forget it. Messages to a worker
arrive in order, and a worker takes what a call needs out of its store when the call arrives, so a value can be
forgotten as soon as no *later* call relies on it.

A *held* value (ADR 13) is an object in one worker and nowhere else. It is not forgotten to make room; it is shared
first. On another host it stays: a worker there puts on disk what is too much (ADR 25).
"""

from __future__ import annotations

from pydron_runtime.protocol.messages import KEEP_BYTES
from pydron_runtime.scheduler.instructions import Forget, Instruction, Share
from pydron_runtime.scheduler.state import SchedulerState, TaskState, WorkerState


def keep(state: SchedulerState, worker: WorkerState, number: int, size: int) -> None:
    """Note that a worker has a value now, or has used it again."""
    if size < KEEP_BYTES:
        return
    if number in worker.kept:
        worker.kept_bytes -= worker.kept.pop(number)  # to the end of the order of use
        worker.kept_bytes += size  # which is another than before, if the value was held and is serialised now
    else:
        worker.kept_bytes += size
        state.keepers.setdefault(number, set()).add(worker.name)
    worker.kept[number] = size


def evict(state: SchedulerState, worker: WorkerState, out: list[Instruction]) -> None:
    """Make a worker forget what it used least recently until it is within the limit."""
    if worker.kept_bytes <= state.keep_limit:
        return
    gone: list[int] = []
    left = worker.kept_bytes
    for number, size in worker.kept.items():
        if left <= state.keep_limit:
            break
        left -= size
        entry = state.tasks[number]
        if entry.held and (entry.sharing or len(state.keepers[number]) == 1):
            if not state.direct:  # else the worker puts it on disk
                ask_holder(state, state.tasks[number], out)  # it can be forgotten when others have it
            continue
        worker.kept_bytes -= size
        gone.append(number)
    for number in gone:
        del worker.kept[number]
        _no_longer(state, worker, number)
    if gone:
        out.append(Forget(worker.name, tuple(gone)))


def source_of(state: SchedulerState, entry: TaskState) -> tuple[str, bool]:
    """Who is to give a held value, and whether it is to be asked between two calls: only who made it has it at hand."""
    keepers = state.keepers[entry.task.id]
    return (entry.maker, False) if entry.maker in keepers else (min(keepers), True)


def ask_holder(state: SchedulerState, entry: TaskState, out: list[Instruction]) -> None:
    """Have a held value serialised."""
    if not entry.sharing:
        entry.sharing = True
        name, late = source_of(state, entry)
        out.append(Share(name, (entry.task.id,), late))


def forget(state: SchedulerState, number: int, out: list[Instruction]) -> None:
    """Nobody needs a value any more: every worker may forget it."""
    for name in sorted(state.keepers.pop(number, ())):
        worker = state.workers[name]
        worker.kept_bytes -= worker.kept.pop(number)
        out.append(Forget(name, (number,)))


def unkeep_all(state: SchedulerState, worker: WorkerState) -> list[int]:
    """What a dead worker kept is kept no more. The values that it alone held."""
    lost: list[int] = []
    for number in worker.kept:
        _no_longer(state, worker, number)
        entry = state.tasks[number]
        if number not in state.keepers and entry.held:
            lost.append(number)
            if entry.coming_to:
                state.unanswered.append(number)
        elif entry.held and entry.sharing:
            entry.sharing = False
            state.unanswered.append(number)
    for number in list(worker.coming):
        no_longer_coming(state, worker, number)
    if worker.giving:
        state.astray.add(worker.name)
    return lost


def no_longer_coming(state: SchedulerState, worker: WorkerState, number: int) -> None:
    """A value is not on its way to a worker any more."""
    _, source = worker.coming.pop(number)
    if source in state.workers:
        state.workers[source].giving -= 1
    if number in state.tasks:
        state.tasks[number].coming_to.discard(worker.name)


def _no_longer(state: SchedulerState, worker: WorkerState, number: int) -> None:
    keepers = state.keepers[number]
    keepers.discard(worker.name)
    if not keepers:
        del state.keepers[number]
