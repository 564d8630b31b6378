"""Workers come and go while the program runs: the scheduler's decisions about a pool that changes its size."""

from __future__ import annotations

from pydron_runtime.data.outcomes import Outcome
from pydron_runtime.data.payload import Payload
from pydron_runtime.data.tasks import Function, Task
from pydron_runtime.scheduler.events import Event, Joined, Reported, Resized, Submitted, Withdrawn
from pydron_runtime.scheduler.instructions import Dispatch, Instruction, NoteLost, StartWorkers, Stop
from pydron_runtime.scheduler.invariants import check
from pydron_runtime.scheduler.machine import Scheduler

MS = 1_000_000


class Pool:
    """A scheduler with so many workers, each with one long call."""

    def __init__(self, size: int, calls: int) -> None:
        self.scheduler = Scheduler(size)
        tasks = tuple(Task(n, Function("digest", b"", "f"), Payload(b"()")) for n in range(1, calls + 1))
        self.event(Submitted(0, tasks))
        for place in range(min(size, calls)):
            self.event(Joined(0, f"w{place + 1}"))

    def event(self, event: Event) -> list[Instruction]:
        out = self.scheduler.handle(event)
        check(self.scheduler.state)
        return out

    def report(self, worker: str, task: int) -> list[Instruction]:
        return self.event(Reported(0, worker, (Outcome(task, "ok", Payload(b"r"), 0, 20 * MS),)))


def sent(instructions: list[Instruction]) -> dict[str, list[int]]:
    return {i.worker: [a.task.id for a in i.assignments] for i in instructions if isinstance(i, Dispatch)}


def test_calls_of_a_worker_that_was_taken_away_are_made_again_and_nobody_is_blamed() -> None:
    """However often a host is cut off: that is no reason to give up a call."""
    pool = Pool(1, 1)
    for place in range(20):
        out = pool.event(Withdrawn(0, (f"w{place + 1}",), "cut off"))
        assert any(isinstance(i, NoteLost) and i.reason == "cut off" for i in out)
        assert StartWorkers((f"w{place + 2}",)) in out
        assert sent(pool.event(Joined(0, f"w{place + 2}"))) == {f"w{place + 2}": [1]}
    assert pool.scheduler.state.broken is None


def test_a_bigger_share_brings_workers_for_what_is_ready() -> None:
    pool = Pool(1, 5)
    assert StartWorkers(("w2", "w3")) in pool.event(Resized(0, 3))
    assert sent(pool.event(Joined(0, "w2"))) == {"w2": [2]}


def test_a_smaller_share_ends_busy_workers_after_their_calls() -> None:
    pool = Pool(2, 4)
    assert not any(isinstance(i, Stop) for i in pool.event(Resized(0, 1)))
    leaving = next(name for name, worker in pool.scheduler.state.workers.items() if worker.leaving)
    task = next(iter(pool.scheduler.state.workers[leaving].queue))
    out = pool.report(leaving, task)
    assert Stop(leaving) in out
    assert leaving not in sent(out)


def test_a_smaller_share_ends_idle_workers_first() -> None:
    pool = Pool(2, 2)
    pool.report("w1", 1)
    assert Stop("w1") in pool.event(Resized(0, 1))


def test_a_share_that_grows_again_keeps_the_workers_that_were_to_leave() -> None:
    pool = Pool(2, 4)
    pool.event(Resized(0, 1))
    pool.event(Resized(0, 2))
    assert not any(worker.leaving for worker in pool.scheduler.state.workers.values())
    assert sent(pool.report("w1", 1)) == {"w1": [3]}


def test_a_program_may_be_without_any_worker_and_get_some_later() -> None:
    pool = Pool(0, 2)
    assert not pool.scheduler.state.workers
    assert StartWorkers(("w1", "w2")) in pool.event(Resized(0, 8))


def test_a_share_of_nothing_lets_calls_end() -> None:
    pool = Pool(1, 2)
    pool.event(Resized(0, 0))
    assert Stop("w1") in pool.report("w1", 1)
    assert not pool.scheduler.state.workers
