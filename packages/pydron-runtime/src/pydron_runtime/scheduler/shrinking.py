"""Shrinking: workers that are taken away, and the number of workers that there may be.

A pool on this machine keeps its size. In a cluster the share of a program changes while it runs: hosts come and go,
other programs want workers too. Nobody is interrupted for that: a worker too many makes the calls it has, and goes.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydron_runtime.scheduler import placement, values
from pydron_runtime.scheduler.instructions import Instruction, NoteLost, Stop
from pydron_runtime.scheduler.lifecycle import lose, put_back, replace_lost
from pydron_runtime.scheduler.state import SchedulerState, WorkerState
from pydron_runtime.scheduler.transitions import Phase


def withdraw(state: SchedulerState, names: Iterable[str], reason: str, out: list[Instruction]) -> None:
    """Workers are gone; nobody is to blame. Their calls are made again elsewhere."""
    for name in names:
        worker = state.workers.pop(name, None)
        if worker is None:
            continue
        state.leaving -= worker.leaving
        lost = values.unkeep_all(state, worker)
        lose(state, lost)
        for number in worker.queue:
            entry = state.tasks.get(number)
            if entry is not None and entry.phase is Phase.SENT and entry.worker == name:
                out.append(NoteLost(number, name, entry.attempts, entry.sent, reason))
                put_back(state, entry, out)
        replace_lost(state, lost, out)


def resize(state: SchedulerState, size: int, out: list[Instruction]) -> None:
    """There may be so many workers from now on."""
    state.size = size
    surplus = len(state.workers) - state.leaving - size
    if surplus > 0:
        staying = [worker for worker in state.workers.values() if not worker.leaving]
        for worker in sorted(staying, key=_loss)[:surplus]:
            worker.leaving = True
            state.leaving += 1
    else:
        for worker in state.workers.values():
            if worker.leaving and surplus < 0:
                worker.leaving = False
                placement.offer(state, worker)
                state.leaving -= 1
                surplus += 1
    let_go(state, out)


def _loss(worker: WorkerState) -> tuple[bool, int, int]:
    """What a worker's going costs: the ones that are not ready first, then the idle ones with the fewest values."""
    return worker.joined, worker.load, worker.kept_bytes


def let_go(state: SchedulerState, out: list[Instruction]) -> None:
    """End the leaving workers that have made their calls."""
    if not state.leaving:
        return
    for name, worker in list(state.workers.items()):
        if worker.leaving and not worker.queue:
            del state.workers[name]
            state.leaving -= 1
            lost = values.unkeep_all(state, worker)
            lose(state, lost)
            out.append(Stop(name))
            replace_lost(state, lost, out)
