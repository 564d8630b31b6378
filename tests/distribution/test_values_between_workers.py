"""Held values that go from worker to worker: the scheduler's decisions, and a worker whose calls wait for values."""

from __future__ import annotations

import pytest
from played_scheduler import Played, call

from pydron_runtime.data.kept import Kept
from pydron_runtime.data.outcomes import Outcome
from pydron_runtime.data.payload import Payload
from pydron_runtime.protocol.codec import pack
from pydron_runtime.protocol.messages import Call, Drop, Execute, Given
from pydron_runtime.scheduler.events import Died, Moved, Shared
from pydron_runtime.scheduler.instructions import Deliver, Dispatch, Forget, Give, Move, Share
from pydron_runtime.scheduler.instructions import Drop as DropCalls
from pydron_runtime.worker.machine import Worker

LONG = 500_000_000
SIZE = 100_000


def held(number: int) -> Outcome:
    return Outcome(number, "ok", Payload(b"", held=SIZE), 0, LONG)


@pytest.fixture
def played() -> Played:
    """w1 has made the value of 1, w2 that of 2; 3 needs both and was sent to one of them."""
    made = Played(2, "w1", "w2", direct=True)
    made.submit(call(1), call(2), call(3, 1, 2))
    made.report("w1", held(1))
    made.report("w2", held(2))
    return made


def moves(played: Played) -> list[Move]:
    return [item for item in played.last if isinstance(item, Move)]


def test_a_call_is_sent_at_once_and_its_value_on_its_way(played: Played) -> None:
    (move,) = moves(played)
    (assignment,) = played.assignments()
    assert {move.source, move.target} == {"w1", "w2"} and played.sent() == {move.target: [3]}
    assert assignment.coming == (move.number,) and len(assignment.kept) == 1
    assert not any(isinstance(item, Share) for item in played.last), "nothing goes through the program"


def test_a_value_that_cannot_come_goes_through_the_program(played: Played) -> None:
    (move,) = moves(played)
    out = played.event(Moved(0, move.target, move.number, move.move, "it cannot be reached"))
    assert out == [Share(move.source, (move.number,))]
    out = played.event(Shared(0, move.source, move.number, Payload(b"v" * SIZE)))
    assert Give(move.target, move.number, Payload(b"v" * SIZE)) in out


def test_a_value_whose_source_dies_is_made_again_and_the_call_waits_for_it(played: Played) -> None:
    (move,) = moves(played)
    out = played.event(Died(0, move.source, "killed"))
    assert DropCalls(move.target, (3,)) in out
    assert played.sent() == {move.target: [move.number]}, "the call that made it is made again"
    played.report(move.target, held(move.number))
    assert played.sent() == {move.target: [3]} and not moves(played)


def test_a_value_that_is_on_its_way_is_not_sent_twice(played: Played) -> None:
    """Nor is one that has come."""
    (move,) = moves(played)
    played.submit(call(4, 1, 2), call(5, 1, 2), call(6, 1, 2))
    assert all(each.target == move.source for each in moves(played))
    played.event(Moved(0, move.target, move.number, move.move))
    played.report(move.target, held(3))
    assert not moves(played) and move.target in played.sent()


def test_late_news_of_a_value_that_nobody_needs_has_it_forgotten(played: Played) -> None:
    (move,) = moves(played)
    played.event(Moved(0, move.target, move.number, move.move))
    assert played.event(Moved(0, move.target, 99, 5)) == [Forget(move.target, (99,))]


def test_a_value_of_no_use_elsewhere_is_told_as_the_reason(played: Played) -> None:
    (move,) = moves(played)
    played.event(Moved(0, move.target, move.number, move.move, "it cannot be pickled"))
    out = played.event(Shared(0, move.source, move.number, None, "it cannot be pickled"))
    assert [type(item.completion).__name__ for item in out if isinstance(item, Deliver)] == ["Untransportable"]
    assert DropCalls(move.target, (3,)) in out, "the worker does not wait for ever"


def test_where_values_lie_in_segments_they_go_as_before() -> None:
    played = Played(2, "w1", "w2")
    played.submit(call(1), call(2), call(3, 1, 2))
    played.report("w1", held(1))
    played.report("w2", held(2))
    assert not moves(played) and not any(isinstance(item, Dispatch) for item in played.last)


def to_be_made(number: int, *coming: int) -> Call:
    return Call(number, "digest", pack(Payload(b"a"), []), coming=coming)


def test_a_call_waits_for_its_values_and_others_pass_it() -> None:
    worker = Worker()
    worker.accept(Execute((), (to_be_made(1, 50, 51), to_be_made(2))), [])
    execution = worker.next()
    assert execution is not None and execution.task == 2
    assert worker.next() is None
    for number in (50, 51):
        assert worker.next() is None
        worker.accept(Given(number, pack(Payload(b"v"), [])), [])
    execution = worker.next()
    assert execution is not None and execution.task == 1 and set(execution.values) == {50, 51}


def test_a_value_may_come_before_the_call() -> None:
    worker = Worker()
    worker.accept(Given(50, pack(Payload(b"v"), [])), [])
    worker.accept(Execute((), (to_be_made(1, 50),)), [])
    execution = worker.next()
    assert execution is not None and isinstance(kept := execution.values[50], Kept) and kept.payload() == Payload(b"v")


def test_a_call_that_waits_can_be_dropped() -> None:
    worker = Worker()
    worker.accept(Execute((), (to_be_made(1, 50),)), [])
    worker.accept(Drop((1,)), [])
    assert worker.next() is None and worker.must_report(None)
    assert [(ended.task, ended.kind) for ended in worker.report()[0].ended] == [(1, "dropped")]
