"""The scheduler's decisions one by one: order, depth of queues, placement, death, cancellation."""

from __future__ import annotations

import msgspec
import pytest
from played_scheduler import MS, Played, call, ok

from pydron.errors import InternalError
from pydron_runtime.data.payload import Payload
from pydron_runtime.data.tasks import Lost, Skipped, Succeeded
from pydron_runtime.scheduler import placement
from pydron_runtime.scheduler.events import Cancelled, Died, Joined, Released, StartFailed, Submitted, Ticked
from pydron_runtime.scheduler.instructions import (
    Dispatch,
    Drop,
    Forget,
    NoteLost,
    StartWorkers,
    Stop,
)
from pydron_runtime.scheduler.placement import is_hungry
from pydron_runtime.scheduler.pool import GRACE
from pydron_runtime.scheduler.state import TaskState
from pydron_runtime.scheduler.transitions import FOLLOWING, SETTLED, UNSUCCESSFUL, Phase
from pydron_runtime.worker.machine import Worker


def test_workers_are_asked_for_when_there_is_work_and_no_more_than_that() -> None:
    played = Played(4)
    assert played.submit(call(1), call(2))[-1] == StartWorkers(("w1", "w2"))
    assert not any(isinstance(item, StartWorkers) for item in played.event(Joined(0, "w1")))
    assert played.submit(*(call(number) for number in range(3, 9)))[-1] == StartWorkers(("w3", "w4"))


def test_the_oldest_task_comes_first() -> None:
    played = Played(1, "w1")
    played.submit(call(5), call(3))
    assert played.sent() == {"w1": [3]} or played.sent() == {"w1": [5]}  # one: its duration is not known
    played = Played(1)
    played.submit(call(5), call(3), call(9))
    assert played.event(Joined(0, "w1")) and played.sent() == {"w1": [3]}


def test_a_task_of_a_lower_rank_comes_before_older_ones() -> None:
    played = Played(1)
    played.submit(call(1), call(2), *(msgspec.structs.replace(call(number), rank=-1) for number in (4, 3)))
    assert played.event(Joined(0, "w1")) and played.sent() == {"w1": [3]}
    played.report("w1", ok(3, took=200 * MS))
    played.report("w1", ok(4, took=200 * MS))
    assert played.sent() == {"w1": [1]}


def test_an_unknown_function_is_sent_one_at_a_time_and_a_short_one_in_batches() -> None:
    played = Played(1, "w1")
    played.submit(*(call(number) for number in range(1, 1001)))
    assert played.sent() == {"w1": [1]}
    played.report("w1", ok(1, took=20_000))
    assert len(played.sent()["w1"]) == placement.BUDGET // 20_000
    assert sum(assignment.define for assignment in played.assignments()) == 0, "the function went with the first call"


def test_a_queue_of_short_calls_is_topped_up_with_many_at_once() -> None:
    played = Played(1, "w1")
    played.submit(*(call(number) for number in range(1, 1001)))
    played.report("w1", ok(1, took=100_000))
    queue = played.sent()["w1"]
    assert len(queue) == 40
    groups = []
    for number in queue:
        worker = played.scheduler.state.workers["w1"]
        assert is_hungry(played.scheduler.state) == (worker.load <= placement.REFILL)
        played.report("w1", ok(number, took=100_000))
        groups += [len(sent) for sent in played.sent().values()]
    assert groups == [10, 10, 10, 10], "a message per call would cost more than the calls"


def test_the_scheduler_is_hungry_as_long_as_a_new_task_could_be_sent() -> None:
    played = Played(1)
    assert is_hungry(played.scheduler.state), "there is no worker yet"
    played.submit(call(1))
    played.event(Joined(0, "w1"))
    assert is_hungry(played.scheduler.state), "a second call may lie ahead"
    played.report("w1", ok(1, took=MS))
    assert is_hungry(played.scheduler.state), "a worker without work"
    played.submit(*(call(number) for number in range(2, 6)))
    assert not is_hungry(played.scheduler.state)
    played.submit(call(9))
    assert not played.sent()
    played.event(Cancelled(0, (2,)))
    assert is_hungry(played.scheduler.state), "a worker makes a call that nobody wants"


@pytest.mark.parametrize("took, ahead", [(50 * MS, True), (500 * MS, False)])
def test_a_call_lies_ahead_of_a_worker_unless_calls_take_long(took: int, ahead: bool) -> None:
    played = Played(2, "w1", "w2")
    played.submit(*(call(number) for number in range(1, 9)))
    assert played.sent() == {"w1": [1], "w2": [2]}
    played.report("w2", ok(2, took=took))
    assert played.sent() == ({"w2": [3, 4]} if ahead else {"w2": [3]})
    played.report("w1", ok(1, took=took))
    assert played.sent() == ({"w1": [5, 6]} if ahead else {"w1": [4]})
    played.report("w2", ok(3, took=took))
    assert played.sent() == ({} if ahead else {"w2": [5]}), "two are left for two workers: nobody gets one ahead"


def test_a_worker_without_work_gets_what_lies_ahead_elsewhere() -> None:
    played = Played(2, "w1", "w2")
    played.submit(*(call(number) for number in range(1, 9)))
    played.report("w2", ok(2, took=50 * MS))
    played.report("w1", ok(1, took=50 * MS))
    for number in (3, 4, 7):
        played.report("w2", ok(number, took=50 * MS))
    assert played.sent() == {"w2": [8]}
    played.report("w2", ok(8, took=50 * MS))
    assert played.sent() == {"w2": [6]}, "w1 is still at 5"
    assert Drop("w1", (6,)) in played.last
    played.report("w1", ok(5, took=50 * MS))
    assert not played.report("w1", ok(6, took=50 * MS)), "it had begun; nobody asked"
    played.report("w2", ok(6, took=50 * MS))
    assert played.delivered() == [Succeeded(6, Payload(b"r" * 10), "w2", 50 * MS)]


def test_a_call_that_was_passed_on_does_not_cost_its_first_worker_the_life() -> None:
    played = passed_on_to_the_second()
    played.submit(*(call(number) for number in range(20, 30)))
    assert not any(isinstance(item, Stop) for item in played.last)


def test_a_call_that_was_passed_on_counts_as_its_first_attempt() -> None:
    """Its errors and traces say how often it was tried; it was not lost."""
    played = Played(2, "w1", "w2")
    played.submit(*(call(number) for number in range(1, 9)))
    played.report("w2", ok(2, took=50 * MS))
    played.report("w1", ok(1, took=50 * MS))
    for number in (3, 4, 7, 8):
        played.report("w2", ok(number, took=50 * MS))
    sent = [item for item in played.last if isinstance(item, Dispatch)]
    assert [(item.worker, one.task.id, one.attempt) for item in sent for one in item.assignments] == [("w2", 6, 1)]


def test_a_worker_lives_on_with_a_call_that_has_ended_elsewhere() -> None:
    """It ends here, too, and soon: starting another worker would take longer."""
    played = passed_on_to_the_second()
    played.report("w2", ok(6, took=50 * MS))
    played.event(Released(0, (6,)))
    played.submit(call(20), call(21))
    assert not any(isinstance(item, Stop) for item in played.event(Ticked(GRACE)))


def test_a_worker_is_replaced_whose_call_was_passed_on_and_then_cancelled() -> None:
    """Nobody knows whether such a call ends."""
    played = passed_on_to_the_second()
    played.event(Cancelled(0, (6,)))
    played.submit(call(20), call(21))
    assert Stop("w1") in played.event(Ticked(GRACE))


def passed_on_to_the_second() -> Played:
    """A pool whose first worker has begun the call 6, which was then passed on to the second."""
    played = Played(2, "w1", "w2")
    played.submit(*(call(number) for number in range(1, 9)))
    played.report("w2", ok(2, took=50 * MS))
    played.report("w1", ok(1, took=50 * MS))
    for number in (3, 4, 7, 8):
        played.report("w2", ok(number, took=50 * MS))
    assert played.sent() == {"w2": [6]}
    played.report("w1", ok(5, took=50 * MS))
    return played


def test_short_calls_are_shared_out_evenly() -> None:
    played = Played(2, "w1", "w2")
    played.submit(call(1))
    played.report("w1", ok(1, took=10_000))
    played.submit(*(call(number) for number in range(2, 102)))
    assert sorted(map(len, played.sent().values())) == [50, 50]


def test_a_call_goes_where_its_biggest_need_is() -> None:
    played = Played(2, "w1", "w2")
    played.submit(call(1), call(2), call(3, 1, 2))
    played.report("w1", ok(1, size=5_000))
    played.report("w2", ok(2, size=50_000))
    assert played.sent() == {"w2": [3]}
    (assignment,) = played.assignments()
    assert assignment.kept == (2,) and [number for number, _ in assignment.values] == [1]


def test_a_value_is_sent_to_a_worker_once() -> None:
    played = Played(1, "w1")
    played.submit(call(1), call(2, 1), call(3, 1))
    played.report("w1", ok(1, size=5_000))
    assert played.assignments()[0].kept == (1,) and not played.assignments()[0].values
    played.event(Died(0, "w1", "killed", 2))
    played.event(Joined(0, "w2"))
    assert played.assignments()[0].values and not played.assignments()[0].kept
    played.report("w2", ok(2))
    assert played.assignments()[0].kept == (1,) and not played.assignments()[0].values


def test_what_is_over_the_limit_is_forgotten_oldest_first() -> None:
    played = Played(1, "w1", keep_limit=12_000)
    played.submit(call(1), call(2), call(3))
    played.report("w1", ok(1, size=5_000))
    played.report("w1", ok(2, size=5_000))
    assert Forget("w1", (1,)) not in played.last
    played.report("w1", ok(3, size=5_000))
    assert Forget("w1", (1,)) in played.last
    played.event(Released(0, (2,)))
    assert played.last == [Forget("w1", (2,))]


def test_the_tasks_of_a_dead_worker_are_sent_again() -> None:
    played = Played(2, "w1", "w2")
    played.submit(call(1), call(2))
    played.event(Died(5, "w1", "killed by signal 9 (SIGKILL)", 1))
    assert any(isinstance(item, NoteLost) and item.task == 1 and item.attempt == 1 for item in played.last)
    assert played.last[-1] == StartWorkers(("w3",))
    played.event(Joined(6, "w3"))
    assert played.sent() == {"w3": [1]} and played.assignments()[0].attempt == 2
    played.report("w1", ok(1))
    assert played.delivered() == [], "a report of a worker that is dead counts for nothing"
    played.report("w3", ok(1))
    assert [item.task for item in played.delivered() if isinstance(item, Succeeded)] == [1]


def test_only_the_running_task_is_blamed_and_given_up_after_three_deaths() -> None:
    played = Played(1, "w1")
    played.submit(call(1, function="short"))
    played.report("w1", ok(1, took=1_000))
    played.submit(*(call(number, function="short") for number in (2, 3, 4)))
    for place in (1, 2, 3):
        played.event(Died(0, f"w{place}", "killed by signal 11 (SIGSEGV)", 2))
        lost = [item for item in played.delivered() if isinstance(item, Lost)]
        assert len(lost) == (place == 3)
        played.event(Joined(0, f"w{place + 1}"))
    assert "short() killed every worker process it ran on: 3 times" in lost[0].reason and "SIGSEGV" in lost[0].reason
    assert sorted(played.scheduler.state.workers["w4"].queue) == [3, 4]


def test_three_workers_that_die_before_they_are_ready_end_it() -> None:
    played = Played(1)
    played.submit(call(1), call(2, 1))
    for place in (1, 2, 3):
        assert not played.delivered()
        played.event(Died(0, f"w{place}", "ended by itself with exit status 1", 0))
    assert [type(item) for item in played.delivered()] == [Lost, Lost] or Skipped(2, 1) in played.delivered()
    played.submit(call(3))
    assert isinstance(played.delivered()[0], Lost)


def test_a_start_that_fails_for_good_settles_everything() -> None:
    played = Played(1)
    played.submit(call(1))
    played.event(StartFailed(0, "No interpreter."))
    assert played.delivered() == [Lost(1, "No interpreter.")]


def test_cancelling_drops_what_was_sent_and_skips_what_depends() -> None:
    played = Played(1, "w1")
    played.submit(call(1), call(2, 1), call(3))
    played.event(Cancelled(0, (1,)))
    assert set(played.delivered()) == {Skipped(1, None), Skipped(2, 1)}
    assert Drop("w1", (1,)) in played.last


def test_a_worker_stuck_in_a_cancelled_long_call_is_replaced_when_it_is_needed() -> None:
    """Not at once: as a rule the call ends sooner than another worker starts."""
    played = Played(1, "w1")
    played.submit(call(1))
    dues = []
    for event in (Cancelled(100, (1,)), Submitted(200, (call(2),)), Ticked(199 + GRACE)):
        assert not any(isinstance(item, Stop) for item in played.event(event))
        dues.append(played.scheduler.state.due)
    assert dues == [None, 200 + GRACE, 200 + GRACE]
    played.event(Ticked(200 + GRACE))
    assert Stop("w1") in played.last and played.last[-1] == StartWorkers(("w2",))
    assert played.scheduler.state.due is None


def test_a_worker_whose_cancelled_call_ends_in_time_is_kept() -> None:
    played = Played(1, "w1")
    played.submit(call(1))
    played.event(Cancelled(0, (1,)))
    played.submit(call(2))
    played.report("w1", ok(1))
    assert played.sent() == {"w1": [2]} and played.scheduler.state.due is None


def test_every_phase_is_in_the_table_and_lasting_ones_lead_nowhere() -> None:
    assert set(FOLLOWING) == set(Phase)
    assert {phase for phase, following in FOLLOWING.items() if not following} == UNSUCCESSFUL
    assert SETTLED == UNSUCCESSFUL | {Phase.DONE, Phase.GONE}
    entry = TaskState(call(1))
    with pytest.raises(InternalError, match="WAITING to DONE"):
        entry.move(Phase.DONE)


def test_a_worker_reports_before_a_call_that_may_be_long_and_batches_short_ones() -> None:
    """A result that is there never waits behind a call that takes its time."""
    from pydron_runtime.protocol.messages import Call, Execute, Parcel

    worker = Worker()
    worker.accept(Execute((), tuple(Call(number, "f", Parcel(b"")) for number in range(1, 5))), [])
    first = worker.next()
    assert first is not None and not worker.must_report(first)
    worker.finished(first, ok(1, took=1_000))
    second = worker.next()
    assert second is not None and not worker.must_report(second), "f was short so far"
    worker.finished(second, ok(2, took=50 * MS))
    assert worker.must_report(worker.next()), "f was long last time"
    report, _ = worker.report()
    assert [ended.task for ended in report.ended] == [1, 2]
    assert not worker.must_report(None)
