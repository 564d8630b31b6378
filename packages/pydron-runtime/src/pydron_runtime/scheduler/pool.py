"""Pool: workers are asked for, join, report and die."""

from __future__ import annotations

from pydron_runtime.data.outcomes import Outcome, completion_of
from pydron_runtime.data.tasks import Lost
from pydron_runtime.protocol.messages import KEEP_BYTES
from pydron_runtime.scheduler import placement, values
from pydron_runtime.scheduler.instructions import Forget, Instruction, NoteEnd, NoteLost, StartWorkers, Stop
from pydron_runtime.scheduler.lifecycle import lose, put_back, replace_lost, settle, take_back
from pydron_runtime.scheduler.state import SchedulerState, TaskState, WorkerState
from pydron_runtime.scheduler.transitions import Phase

POISON = 3
"""A task that was running when so many workers died is given up."""

FAILED_STARTS = 3
"""So many workers in a row that die before they are ready mean that none can be had."""

IDLE_DEATHS = 10
"""So many deaths in a row that no task can be blamed for mean the same."""

GRACE = 50_000_000
"""Nanoseconds that a call which nobody wants any more may keep others waiting: a few times what a worker costs."""

WAY_OUT = "PYDRON_EXECUTOR=inline runs the program without worker processes."


def staff(state: SchedulerState, out: list[Instruction]) -> None:
    """Ask for workers if there is work for more than there are."""
    lacking = min(state.size, state.ready_count + state.running) - len(state.workers) + state.leaving
    if lacking > 0 and state.broken is None:
        _start(state, lacking, out)


def staff_all(state: SchedulerState, out: list[Instruction]) -> None:
    """Ask for all the workers there may be."""
    if state.broken is None:
        _start(state, state.size - len(state.workers) + state.leaving, out)


def _start(state: SchedulerState, lacking: int, out: list[Instruction]) -> None:
    if lacking <= 0:
        return
    names = tuple(f"w{state.started + place + 1}" for place in range(lacking))
    state.started += lacking
    for name in names:
        state.workers[name] = WorkerState(name)
    out.append(StartWorkers(names))


def free_the_stuck(state: SchedulerState, now: int, out: list[Instruction]) -> None:
    """Stop workers that are busy with long calls that nobody wants any more while wanted ones have no worker.

    A cancelled call may take for ever, so it gets some time to end, and then the worker is replaced; ``state.due`` says
    when to look again. Most end by themselves sooner than another worker starts: those that a search cancels take as
    long as those that it waits for.
    """
    if not state.ready_count:
        return
    for name in sorted(state.doubtful):
        worker = state.workers.get(name)
        if worker is None or all(_has(state, name, number) for number in worker.queue):
            del state.doubtful[name]
            continue
        if worker.load < placement.BUDGET or any(_is_wanted(state, worker, number) for number in worker.queue):
            continue
        since = state.doubtful[name]
        if since is None:
            since = state.doubtful[name] = now
        if now < since + GRACE:
            state.due = min(state.due or since + GRACE, since + GRACE)
            continue
        del state.workers[name]
        state.leaving -= worker.leaving
        lost = values.unkeep_all(state, worker)
        lose(state, lost)
        replace_lost(state, lost, out)
        out.append(Stop(name))


def _has(state: SchedulerState, name: str, number: int) -> bool:
    entry = state.tasks.get(number)
    return entry is not None and entry.worker == name


def _is_wanted(state: SchedulerState, worker: WorkerState, number: int) -> bool:
    """Whether a worker is not to be stopped for the sake of a call: somebody wants it, or it ends as it does, or did,
    where it was passed to."""
    if number in worker.passed_on:
        return True
    entry = state.tasks.get(number)
    return entry is not None and entry.phase is Phase.SENT and entry.worker == worker.name


def join(state: SchedulerState, name: str) -> None:
    """A worker is ready."""
    worker = state.workers.get(name)
    if worker is not None:
        worker.joined = True
        placement.offer(state, worker)
        state.failed_starts = 0


def report(state: SchedulerState, name: str, outcomes: tuple[Outcome, ...], out: list[Instruction]) -> None:
    """Take a worker's outcomes. Those of calls that it does not have, or that are settled, change nothing."""
    worker = state.workers.get(name)
    if worker is None:
        return
    state.idle_deaths = 0
    for outcome in outcomes:
        cost = worker.queue.pop(outcome.task, None)
        if cost is not None:
            worker.load -= cost
            worker.passed_on.discard(outcome.task)
        entry = state.tasks.get(outcome.task)
        size = outcome.payload.size if outcome.kind == "ok" and outcome.payload is not None else 0
        if cost is None or entry is None or entry.phase is not Phase.SENT or entry.worker != name:
            if size >= KEEP_BYTES and outcome.task not in worker.kept:
                out.append(Forget(name, (outcome.task,)))  # the worker keeps it, and nobody wants it
            continue
        if outcome.kind == "dropped":
            take_back(state, entry, out)  # nobody cancelled it
            continue
        placement.learn(state, entry.task.function.digest, outcome.finished - outcome.started)
        values.keep(state, worker, outcome.task, size)
        entry.maker = name
        out.append(NoteEnd(name, entry.attempts, outcome))
        settle(state, entry, completion_of(outcome, name, entry.attempts), out)
    placement.offer(state, worker)
    values.evict(state, worker, out)


def bury(state: SchedulerState, name: str, reason: str, running: int | None, out: list[Instruction]) -> None:
    """A worker is gone: its calls are made again elsewhere, but for one that keeps killing workers."""
    worker = state.workers.pop(name, None)
    if worker is None:
        return
    state.leaving -= worker.leaving
    lost = values.unkeep_all(state, worker)
    lose(state, lost)
    if running is None:
        running = next(iter(worker.queue), 0)
    blamed = False
    for number in worker.queue:
        entry = state.tasks.get(number)
        if entry is None or entry.phase is not Phase.SENT or entry.worker != name:
            continue
        out.append(NoteLost(number, name, entry.attempts, entry.sent, reason))
        if number == running:
            blamed = True
            entry.deaths += 1
        if entry.deaths >= POISON:
            settle(state, entry, Lost(number, _poison(entry, reason)), out)
        else:
            put_back(state, entry, out)
    replace_lost(state, lost, out)
    if not worker.joined:
        state.failed_starts += 1
    state.idle_deaths = 0 if blamed else state.idle_deaths + 1
    if state.failed_starts >= FAILED_STARTS:
        give_up(state, f"No worker process can be started: {FAILED_STARTS} in a row were {reason}. {WAY_OUT}", out)
    elif state.idle_deaths >= IDLE_DEATHS:
        give_up(
            state, f"Worker processes do not live: {IDLE_DEATHS} in a row were {reason}, with no call running.", out
        )


def _poison(entry: TaskState, reason: str) -> str:
    label = entry.task.label or entry.task.function.name
    reason, _, words = reason.partition("\n")
    way_out = f"{WAY_OUT}\nIt last wrote to the error stream:\n{words}" if words else WAY_OUT
    return (
        f"{label} killed every worker process it ran on: {entry.deaths} times, at last the process was {reason}."
        f" Look for native code that crashes, for calls that end the process, or for memory running out. {way_out}"
    )


def give_up(state: SchedulerState, reason: str, out: list[Instruction]) -> None:
    """No worker can be had: whatever is open, and whatever comes, is lost."""
    state.broken = reason
    for entry in list(state.tasks.values()):
        if not entry.settled:
            settle(state, entry, Lost(entry.task.id, state.broken), out)
