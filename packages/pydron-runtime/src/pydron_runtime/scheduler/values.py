"""Values: which worker keeps which result. The scheduler alone decides what is kept, so both sides always agree.

A worker keeps every large value that it makes or is sent until it is told to forget it. Messages to a worker
arrive in order, and a worker takes what a call needs out of its store when the call arrives, so a value can be
forgotten as soon as no *later* call relies on it.
"""

from __future__ import annotations

from pydron_runtime.protocol.messages import KEEP_BYTES
from pydron_runtime.scheduler.instructions import Forget, Instruction
from pydron_runtime.scheduler.state import SchedulerState, WorkerState


def keep(state: SchedulerState, worker: WorkerState, number: int, size: int) -> None:
    """Note that a worker has a value now, or has used it again."""
    if size < KEEP_BYTES:
        return
    if number in worker.kept:
        del worker.kept[number]  # to the end of the order of use
    else:
        worker.kept_bytes += size
        state.keepers.setdefault(number, set()).add(worker.name)
    worker.kept[number] = size


def evict(state: SchedulerState, worker: WorkerState, out: list[Instruction]) -> None:
    """Make a worker forget what it used least recently until it is within the limit."""
    if worker.kept_bytes <= state.keep_limit:
        return
    gone: list[int] = []
    for number, size in worker.kept.items():
        if worker.kept_bytes <= state.keep_limit:
            break
        worker.kept_bytes -= size
        gone.append(number)
    for number in gone:
        del worker.kept[number]
        _no_longer(state, worker, number)
    out.append(Forget(worker.name, tuple(gone)))


def forget(state: SchedulerState, number: int, out: list[Instruction]) -> None:
    """Nobody needs a value any more: every worker may forget it."""
    for name in sorted(state.keepers.pop(number, ())):
        worker = state.workers[name]
        worker.kept_bytes -= worker.kept.pop(number)
        out.append(Forget(name, (number,)))


def worker_gone(state: SchedulerState, worker: WorkerState) -> None:
    """What a dead worker kept is kept no more."""
    for number in worker.kept:
        _no_longer(state, worker, number)


def _no_longer(state: SchedulerState, worker: WorkerState, number: int) -> None:
    keepers = state.keepers[number]
    keepers.discard(worker.name)
    if not keepers:
        del state.keepers[number]
