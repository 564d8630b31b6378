"""Placement: which worker gets which ready task, and how much work lies in a worker's queue.

The oldest task comes first: in a program that is the one whose result is waited for soonest. Before it come pieces of
a recursion, which others wait for that can fill the end when there are no pieces left. A worker's queue
holds a few milliseconds of expected work, so that it never waits for the next message, and never much more, so
that no worker sits idle at the end while another has a long queue. Calls that take longer than that are
sent one at a time, and so are calls of functions whose duration is not known yet. While more calls are ready than there
are workers, one call *ahead* is sent all the same, so that a worker begins the next one at once. When another worker
runs out of work, it is given what lies ahead elsewhere.
"""

from __future__ import annotations

import heapq

from pydron_runtime.protocol.messages import FUNCTIONS, KEEP_BYTES
from pydron_runtime.scheduler import lifecycle, moving, nearness, sharing, values
from pydron_runtime.scheduler.instructions import Assignment, Dispatch, Drop, Instruction
from pydron_runtime.scheduler.state import SchedulerState, TaskState, WorkerState
from pydron_runtime.scheduler.transitions import Phase

BUDGET = 4_000_000
"""Nanoseconds of expected work in one worker's queue."""

REFILL = 3_000_000
"""Nanoseconds of expected work beyond which a queue is not topped up: a message each costs more than short calls."""

AHEAD = 100_000_000
"""Nanoseconds; calls that take longer are not sent ahead: nothing is gained."""

PER_CALL = 2_000
"""Nanoseconds that the shortest call costs a worker: bounds the number of calls in a queue."""

TRANSFER = 0.5
"""Nanoseconds per byte to serialise a held value, and to map it elsewhere (measured: 0.3 to 0.7)."""

NETWORK = 4.0
"""Nanoseconds per byte where it has to be sent: between 1 and 10 Gbit/s, with the bytes copied and encrypted."""

GAIN = 0.3
"""Weight of the latest measurement in a function's expected duration."""

REMEMBERED = 10_000
"""Durations of so many functions are remembered: those measured last."""


def learn(state: SchedulerState, digest: str, duration: int) -> None:
    """Take a measured duration into account."""
    before = state.durations.pop(digest, None)
    if len(state.durations) >= REMEMBERED:
        del state.durations[next(iter(state.durations))]  # the one that was made longest ago
    state.durations[digest] = duration if before is None else int(before + GAIN * (duration - before))


def expected(state: SchedulerState, entry: TaskState) -> int:
    """Nanoseconds that a task is expected to take; unknown functions count as a full queue."""
    known = state.durations.get(entry.task.function.digest)
    return BUDGET if known is None else max(known, PER_CALL)


def _has_room(state: SchedulerState, worker: WorkerState, cost: int, filling: bool) -> bool:
    """Whether a worker may get one more call; ``filling``: it is about to be sent some."""
    if worker.leaving:
        return False
    if not worker.queue:
        return True
    if worker.load + cost <= BUDGET:
        return filling or _runs_low(worker)
    return cost != BUDGET and _may_get_one_ahead(worker, cost) and state.ready_count > len(state.workers)


def _runs_low(worker: WorkerState) -> bool:
    return worker.load <= REFILL or len(worker.queue) < 2


def is_hungry(state: SchedulerState) -> bool:
    """Whether a new task may change anything before a worker reports something. Looks at all workers."""
    if state.broken is not None or state.doubtful or len(state.workers) - state.leaving < state.size:
        return True
    for worker in state.workers.values():  # a plain loop: this is asked whenever something has happened
        if not worker.leaving and _runs_low(worker):
            return True
    return False


def _may_get_one_ahead(worker: WorkerState, cost: int = 0) -> bool:
    return len(worker.queue) == 1 and max(worker.load, cost) <= AHEAD and worker.load != BUDGET


def _holder_of_most(state: SchedulerState, entry: TaskState) -> WorkerState | None:
    """The worker that keeps most bytes of what a task needs."""
    sums: dict[str, int] = {}
    for need in entry.task.needs:
        for name in state.keepers.get(need, ()):
            sums[name] = sums.get(name, 0) + state.workers[name].kept[need]
    if not sums:
        return None
    return state.workers[max(sorted(sums), key=sums.__getitem__)]


def _is_worth_waiting(state: SchedulerState, entry: TaskState, holder: WorkerState, least: int) -> bool:
    """Whether a task had better queue where its values are than have them moved to the worker with the least load."""
    here = sum(holder.kept.get(need, 0) for need in set(entry.task.needs))
    cost = NETWORK if state.direct else TRANSFER
    return not holder.leaving and holder.joined and holder.load - least <= here * cost


def _is_held_elsewhere(state: SchedulerState, need: int, worker: WorkerState) -> bool:
    return need not in worker.kept and state.tasks[need].held


def offer(state: SchedulerState, worker: WorkerState) -> None:
    """A worker has room, or more of it than before. To be called whenever that may be so.

    With the heap that this fills, a decision takes as long with ten thousand workers as with ten.
    """
    if worker.joined and not worker.leaving and (worker.load < BUDGET or _may_get_one_ahead(worker)):
        if len(state.room) > 4 * len(state.workers) + 64:  # mostly of what was true before
            state.room[:] = {entry for entry in state.room if _still_counts(state, *entry)}
            heapq.heapify(state.room)
        heapq.heappush(state.room, (worker.load, worker.name))


def offer_relieved(state: SchedulerState) -> None:
    """Calls were taken from workers since the last time: they have room."""
    while state.relieved:
        worker = state.workers.get(state.relieved.pop())
        if worker is not None:
            offer(state, worker)


def _still_counts(state: SchedulerState, load: int, name: str) -> bool:
    worker = state.workers.get(name)
    return worker is not None and worker.load == load and worker.joined and not worker.leaving


def roomiest(state: SchedulerState) -> WorkerState | None:
    """The worker with the shortest queue; None if none has room."""
    room = state.room
    while room:
        if _still_counts(state, *room[0]):
            return state.workers[room[0][1]]
        heapq.heappop(room)  # it is gone, or its load has changed: then there is another entry
    return None


def place(state: SchedulerState, now: int, out: list[Instruction]) -> None:
    """Send ready tasks to workers as long as both are there."""
    sent: dict[str, list[Assignment]] = {}
    while state.ready:
        entry = state.tasks.get(state.ready[0][1])
        if entry is None or entry.phase is not Phase.READY:
            heapq.heappop(state.ready)  # settled, or sent, since it was put there
            continue
        entry = nearness.piece_before(state, entry)
        cost = expected(state, entry)
        chosen = _holder_of_most(state, entry) if entry.task.needs else None
        if chosen is None or not _has_room(state, chosen, cost, chosen.name in sent):
            holder, chosen = chosen, roomiest(state)
            if chosen is None or not _has_room(state, chosen, cost, chosen.name in sent):
                break  # it has the shortest queue of all
            if holder is not None and _is_worth_waiting(state, entry, holder, chosen.load):
                chosen = holder
        if not entry.task.needs:
            entry = nearness.nearest(state, entry, chosen.name)
        elsewhere = [need for need in dict.fromkeys(entry.task.needs) if _is_held_elsewhere(state, need, chosen)]
        if elsewhere and not state.direct:
            sharing.await_sharing(state, entry, elsewhere, out)
            continue
        if entry.task.id in chosen.queue:
            _leave_where_it_is(state, entry, chosen)
            continue
        sent.setdefault(chosen.name, []).append(_assign(state, entry, chosen, cost, now, out))
        if chosen.load > BUDGET and len(chosen.queue) > 1:
            state.ahead.add(chosen.name)
        offer(state, chosen)
    _send(state, sent, out)


def take_from_ahead(state: SchedulerState, out: list[Instruction]) -> bool:
    """Make a call ready again that lies behind another one, if a worker has nothing to do.

    The worker that had it may have begun it meanwhile. Then it is made twice, and one result counts.

    Returns:
        Whether a call has been made ready.
    """
    if not state.ahead or state.ready_count:
        return False
    idle = roomiest(state)
    if idle is None or idle.queue:
        return False
    for name in sorted(state.ahead):
        worker = state.workers.get(name)
        if worker is None or len(worker.queue) < 2 or worker.load <= BUDGET:
            state.ahead.discard(name)
            continue
        number = next(reversed(worker.queue))
        entry = state.tasks.get(number)
        state.ahead.discard(name)
        if entry is not None and entry.phase is Phase.SENT and entry.worker == name:
            lifecycle.take_back(state, entry, out)
            worker.passed_on.add(number)
            entry.passed_by = name
            out.append(Drop(name, (number,)))
            return True
    return False


def _send(state: SchedulerState, sent: dict[str, list[Assignment]], out: list[Instruction]) -> None:
    for name, assignments in sent.items():
        out.append(Dispatch(name, tuple(assignments)))
        values.evict(state, state.workers[name], out)


def _leave_where_it_is(state: SchedulerState, entry: TaskState, worker: WorkerState) -> None:
    """A call comes back to a worker from which it was passed on, and which has not said yet what became of it there."""
    entry.move(Phase.SENT)
    state.ready_count -= 1
    state.running += 1
    entry.worker = worker.name
    entry.attempts += 1
    worker.passed_on.discard(entry.task.id)


def _assign(
    state: SchedulerState, entry: TaskState, worker: WorkerState, cost: int, now: int, out: list[Instruction]
) -> Assignment:
    task = entry.task
    entry.move(Phase.SENT)
    state.ready_count -= 1
    state.running += 1
    entry.worker = worker.name
    entry.attempts += 1
    entry.sent = now
    worker.queue[task.id] = cost
    worker.load += cost
    define = task.function.digest not in worker.functions
    if define:
        if len(worker.functions) >= FUNCTIONS:
            worker.functions.clear()  # a program that makes a function per call would have them all remembered
        worker.functions.add(task.function.digest)
    nearness.begins(state, entry, worker.name)
    if not task.needs:
        entry.depth = 1
        entry.holding = bool(entry.dependents)
        return Assignment(task, entry.attempts, define, hold=entry.holding)
    producers = [state.tasks[need] for need in task.needs]
    entry.depth = 1 + max((producer.depth for producer in producers if producer.held), default=0)
    going, kept, coming = [], [], []
    for need in dict.fromkeys(task.needs):
        result = state.tasks[need].result
        assert result is not None
        if need in worker.kept:
            kept.append(need)
        elif state.tasks[need].held:
            coming.append(need)
            moving.begin(state, state.tasks[need], worker, out)
            continue
        else:
            going.append((need, result))
        if result.size >= KEEP_BYTES:
            values.keep(state, worker, need, result.size)
    entry.holding = bool(entry.dependents) and entry.depth <= lifecycle.DEEPEST
    return Assignment(task, entry.attempts, define, tuple(going), tuple(kept), entry.holding, tuple(coming))
