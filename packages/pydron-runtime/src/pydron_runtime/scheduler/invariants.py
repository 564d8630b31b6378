"""Invariants: what is true of the scheduler's state after every event. Tests check it; the program does not."""

from __future__ import annotations

from pydron_runtime.scheduler.placement import BUDGET
from pydron_runtime.scheduler.state import SchedulerState, TaskState
from pydron_runtime.scheduler.transitions import Phase


def check(state: SchedulerState) -> None:
    """Look at the whole state.

    Raises:
        AssertionError: Something is not as it has to be; the message says what.
    """
    _check_tasks(state)
    _check_workers(state)
    _check_values(state)
    _check_progress(state)


def _check_tasks(state: SchedulerState) -> None:
    phases = [entry.phase for entry in state.tasks.values()]
    assert state.ready_count == phases.count(Phase.READY), "the count of ready tasks is wrong"
    assert state.running == phases.count(Phase.SENT), "the count of sent tasks is wrong"
    queued = {number for _, number in state.ready}
    for number, entry in state.tasks.items():
        assert number == entry.task.id
        assert (entry.result is not None) == (entry.phase is Phase.DONE), f"task {number}: a result without return"
        assert (entry.worker is not None) == (entry.phase is Phase.SENT), f"task {number}: a worker without call"
        if entry.phase is Phase.READY:
            assert number in queued, f"task {number} is ready and in no queue"
            assert entry.missing == 0
        if entry.phase is Phase.WAITING:
            unfinished = {need for need in entry.task.needs if state.tasks[need].phase is not Phase.DONE}
            assert not unfinished & entry.awaiting, f"task {number} awaits the sharing of a value that is not there"
            assert entry.missing == len(unfinished | entry.awaiting) > 0, f"task {number} waits for nothing"
        else:
            assert not entry.awaiting
        if entry.phase is Phase.SENT:
            assert entry.worker is not None
            assert number in state.workers[entry.worker].queue, f"task {number} is not where it was sent"
        if not entry.settled:
            for need in entry.task.needs:
                assert number in state.tasks[need].dependents, f"task {need} does not know that {number} needs it"
        for dependent in entry.dependents:
            assert not state.tasks[dependent].settled, f"task {number} is held by {dependent}, which has settled"
        idle = entry.released and entry.settled and not entry.dependents
        assert not (idle and (entry.held or not entry.heirs)), f"task {number} should be forgotten"
        _check_held(state, entry)


def _check_held(state: SchedulerState, entry: TaskState) -> None:
    """A held value is somewhere, can be made again, and is asked for if somebody waits for it."""
    number = entry.task.id
    for heir in entry.heirs:
        assert state.tasks[heir].settled, f"task {number} has {heir} as an heir, which has not settled"
        assert state.tasks[heir].held or state.tasks[heir].phase is Phase.GONE, f"the value of heir {heir} is safe"
    if entry.held or entry.phase is Phase.GONE:
        assert all(number in state.tasks[need].heirs for need in entry.task.needs), f"{number} cannot be made again"
    if entry.held:
        assert state.keepers.get(number), f"the value of {number} is held by nobody"
    waiters: list[object] = [each for each in entry.dependents if number in state.tasks[each].awaiting]
    waiters += [name for name in entry.coming_to if not state.workers[name].coming[number][0]]
    assert not (waiters or (entry.asked and entry.phase is Phase.DONE)) or (entry.held and entry.sharing), (
        f"the value of {number} is wanted, and its holder does not know"
    )
    assert not (entry.asked and entry.phase is Phase.GONE), f"{number} is asked for, and not made again"


def _check_workers(state: SchedulerState) -> None:
    leaving = sum(worker.leaving for worker in state.workers.values())
    room = set(state.room)
    assert state.leaving == leaving, "the count of leaving workers is wrong"
    assert len(state.workers) - leaving <= state.size, "more workers than allowed"
    for name, worker in state.workers.items():
        assert worker.load == sum(worker.queue.values()), f"{name}: the load is not that of its queue"
        assert worker.joined or not worker.queue, f"{name} was given calls before it was ready"
        if worker.joined and not worker.leaving and worker.load < BUDGET:
            assert (worker.load, name) in room, f"{name} has room, and nobody will know"
        unwanted = [n for n in worker.queue if (e := state.tasks.get(n)) is None or e.worker != name]
        assert not unwanted or name in state.doubtful, f"{name} has calls that nobody wants, and nobody will know"
        assert worker.queue or not worker.leaving, f"{name} has nothing left to do and should be gone"
        if len(worker.queue) > 1 and not any(_needs_values(state, number) for number in worker.queue):
            ahead = worker.load > BUDGET
            assert not ahead or name in state.ahead or worker.passed_on, f"{name} has more in its queue than the budget"


def _needs_values(state: SchedulerState, number: int) -> bool:
    """Whether a task may stand in a long queue because what it needs is there."""
    return number not in state.tasks or bool(state.tasks[number].task.needs)


def _check_values(state: SchedulerState) -> None:
    for name, worker in state.workers.items():
        assert worker.kept_bytes == sum(worker.kept.values()), f"{name}: kept bytes are wrong"
        for number in worker.kept:
            assert name in state.keepers.get(number, ()), f"{name} keeps {number} and nobody knows"
            assert number in state.tasks, f"{name} keeps {number}, which is forgotten"
    for number, names in state.keepers.items():
        assert names, f"value {number} has an empty set of keepers"
        for name in names:
            assert number in state.workers[name].kept, f"{name} does not keep {number}"

    for name, worker in state.workers.items():
        giving = sum(source == name for other in state.workers.values() for _, source in other.coming.values())
        assert worker.giving == giving, f"{name}: the count of values that it gives is wrong"
        for number, (_, source) in worker.coming.items():
            assert number not in worker.kept, f"{name} has {number}, which is on its way to it"
            assert not source or source in state.workers, f"{number} is to come from {source}, which is gone"
            known = state.tasks.get(number)
            assert known is None or name in known.coming_to, f"nobody knows that {number} is on its way to {name}"
    for number, entry in state.tasks.items():
        for name in entry.coming_to:
            assert number in state.workers[name].coming, f"{number} is not on its way to {name}"
    assert not state.astray and not state.unanswered, "what was to come from somebody who is gone was forgotten"


def _check_progress(state: SchedulerState) -> None:
    """Nothing stands still for no reason."""
    if state.broken is not None:
        assert not any(not entry.settled for entry in state.tasks.values()), "a task is open and no worker will come"
        return
    if state.ready_count:
        idle = [name for name, worker in state.workers.items() if worker.joined and not worker.queue]
        assert not idle, f"{idle} idle while tasks are ready"
        assert state.workers or not state.size, "tasks are ready, and no worker is there or on its way"
