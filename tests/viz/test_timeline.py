"""The timeline: who did what when, without two bars on top of each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pydron.trace import AttemptRow, Run, TaskRow, Trace, WaitRow, WorkerRow, columns_of
from pydron_viz.model import lanes_of
from pydron_viz.timeline import busy, lanes


def test_the_program_comes_first_then_workers_in_natural_order() -> None:
    """worker-10 stands behind worker-9."""
    trace = Trace(workers=tuple(WorkerRow(f"worker-{n}") for n in (10, 9, 1)))
    assert [lane.name for lane in lanes(trace)] == ["program", "worker-1", "worker-9", "worker-10"]


def test_each_call_has_a_bar_in_the_lane_of_whoever_ran_it(pipeline: Trace) -> None:
    """All calls are drawn once; the one that the program ran itself is in the program's lane."""
    found = lanes(pipeline)
    subjects = sorted(bar.subject for lane in found for bar in lane.bars if bar.kind == "task")
    assert subjects == list(range(1, 130))
    assert [bar.subject for bar in found[0].bars if bar.kind == "task"] == [129]
    assert [bar.label for bar in found[0].bars if bar.kind == "wait"] == ["start", "PD101"]
    assert found[1].note == "process 4000 on localhost, closed"


def test_a_lost_attempt_is_drawn_where_it_was_lost() -> None:
    """The worker that died shows what it was doing, the other one the call that gave the result."""
    trace = Trace(
        tasks=(TaskRow(1, "f", issued=0, sent=5, started=6, finished=9, worker="b", attempts=2, outcome="ok"),),
        attempts=(AttemptRow(1, 1, "a", 1, 4, "lost", "killed by signal 9"),),
        workers=(WorkerRow("a", started=0, stopped=4), WorkerRow("b", started=0)),
    )
    _, first, second = lanes(trace)
    assert [(bar.kind, bar.begin, bar.end) for bar in first.bars] == [("lost", 1, 4)]
    assert [(bar.kind, bar.begin, bar.end) for bar in second.bars] == [("task", 6, 9)]


def test_a_call_of_a_killed_program_ends_with_the_trace() -> None:
    """Nothing runs beyond what was recorded; in a live run it has no end yet."""
    task = TaskRow(1, "f", issued=0, sent=5, worker="a")
    live = lanes(Trace(run=Run(state="running", written=50), tasks=(task,)))[1].bars[0]
    killed = lanes(Trace(run=Run(state="killed", written=50), tasks=(task,)))[1].bars[0]
    assert (live.end, live.state) == (None, "running") and (killed.end, killed.state) == (50, "failed")


def test_busy_counts_overlapping_bars_once() -> None:
    """A worker that runs two things at once is not busy twice."""
    trace = Trace(
        tasks=(
            TaskRow(1, issued=0, started=0, finished=10, worker="a", outcome="ok"),
            TaskRow(2, issued=0, started=5, finished=12, worker="a", outcome="ok"),
            TaskRow(3, issued=0, started=20, finished=30, worker="a", outcome="ok"),
        )
    )
    lane = lanes(trace)[1]
    assert busy(lane, 100) == 22 and busy(lane, 25) == 17 and lane.rows == 2


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20)), max_size=30))
def test_bars_of_one_row_never_overlap(spans: list[tuple[int, int]]) -> None:
    """Whatever waits a program had, each can be seen and clicked."""
    waits = tuple(WaitRow(None, None, None, "f", 1, "value", "", None, b, b + length) for b, length in spans)
    lane = lanes(Trace(waits=waits))[0]
    assert len(lane.bars) == len(spans) and lane.rows >= 1
    for one in lane.bars:
        for other in lane.bars:
            if one is not other and one.row == other.row and one.end is not None and other.end is not None:
                assert one.end <= other.begin or other.end <= one.begin


def test_parts_that_were_put_off_wait_in_a_lane_of_their_own() -> None:
    """However many of them wait at once, the program's lane shows what the program itself waited for, and comes first."""
    own = WaitRow(1, 1, 1, "f", 9, "PD101", "", None, 5, 20)
    others = tuple(WaitRow(2, 1, 1, "f", 3, "try", "", None, begin, 30, own=False) for begin in range(40))
    trace = Trace(waits=(own, *others), workers=(WorkerRow("w1"),))
    program, worker, parts = lanes(trace)
    assert (program.name, worker.name, parts.name, parts.kind) == ("program", "w1", "put off", "parts")
    assert [bar.subject for bar in program.bars] == [0] and program.rows == 1
    assert len(parts.bars) == 40
    assert [lane["name"] for lane in lanes_of(trace, columns_of(()))] == ["program", "w1", "put off"]


def test_workers_of_one_host_stand_together() -> None:
    """In a cluster a lane's label says on which host its worker ran; on one host that goes without saying."""
    hosts = (("w1", "node2.lab"), ("w2", "node10.lab"), ("w3", "node2.lab"))
    trace = Trace(workers=tuple(WorkerRow(name, host) for name, host in hosts))
    found = lanes_of(trace, columns_of(()))[1:]
    assert [lane["label"] for lane in found] == ["node2 w1", "node2 w3", "node10 w2"]
    alone = Trace(workers=(WorkerRow("w1", "here"), WorkerRow("w2", "here")))
    assert [lane["label"] for lane in lanes_of(alone, columns_of(()))[1:]] == ["w1", "w2"]
