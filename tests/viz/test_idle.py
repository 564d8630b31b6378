"""Idle workers: every stretch has one cause, the one that was missing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pydron.trace import FrameRow, Run, TaskRow, Trace, WaitRow, WorkerRow, columns_of
from pydron_viz.analysis.idle import KINDS, idle

MS = 1_000_000


def task(number: int, worker: str, issued: int, ready: int, started: int, finished: int) -> TaskRow:
    return TaskRow(
        number, "f", 1, issued=issued * MS, ready=ready * MS, started=started * MS, finished=finished * MS,
        worker=worker, outcome="ok",
    )  # fmt: skip


def causes(
    tasks: list[TaskRow], waits: list[tuple[int, int]], end: int, worker: WorkerRow | None = None
) -> list[tuple[int, int, str]]:
    worker = worker or WorkerRow("w", started=0, stopped=end * MS, reason="closed")
    trace = Trace(
        Run(state="finished", finished=end * MS),
        frames=(FrameRow(1),),
        workers=(worker,),
        waits=tuple(WaitRow(1, None, None, "p.py", 3, "PD101", "", None, a * MS, b * MS) for a, b in waits),
    )
    return [(one.begin // MS, one.end // MS, one.kind) for one in idle(trace, columns_of(tasks), end * MS)]


def test_a_worker_waits_for_its_first_call() -> None:
    """The call was ready: the worker was starting."""
    assert causes([task(1, "w", 0, 0, 20, 30)], [], 30) == [(0, 20, "start")]


def test_calls_that_wait_for_results_leave_a_worker_idle() -> None:
    """Between its calls, the only one that had been issued was not ready."""
    tasks = [task(1, "w", 0, 0, 0, 10), task(2, "other", 0, 0, 0, 40), task(3, "w", 0, 40, 40, 50)]
    assert causes(tasks, [], 50) == [(10, 40, "data")]


def test_a_sync_point_leaves_a_worker_idle() -> None:
    """Nothing had been issued, because the program stood still."""
    tasks = [task(1, "w", 0, 0, 0, 10), task(2, "other", 0, 0, 0, 40), task(3, "w", 40, 40, 40, 50)]
    assert causes(tasks, [(1, 40)], 50) == [(10, 40, "sync")]
    assert causes(tasks, [], 50) == [(10, 40, "program")]


def test_what_is_ready_is_on_its_way() -> None:
    """A call was ready all the time: the stretch is the handing over."""
    assert causes([task(1, "w", 0, 0, 0, 10), task(2, "w", 0, 5, 30, 40)], [], 40) == [(10, 30, "handing")]


def test_at_the_end_nothing_is_left() -> None:
    """The last calls run elsewhere."""
    assert causes([task(1, "w", 0, 0, 0, 10), task(2, "other", 0, 0, 0, 40)], [], 40) == [(10, 40, "end")]


def test_a_lost_worker_is_told() -> None:
    """From its death to the end of the run."""
    dead = WorkerRow("w", started=0, stopped=10 * MS, reason="killed by signal 9")
    found = causes([task(1, "w", 0, 0, 0, 10)], [], 40, dead)
    assert found == [(10, 40, "lost")]


@given(
    st.lists(st.tuples(st.sampled_from("ab"), *(st.integers(0, 50) for _ in range(4))), max_size=10),
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=4),
)
def test_idle_stretches_lie_between_the_calls(
    calls: list[tuple[str, int, int, int, int]], waits: list[tuple[int, int]]
) -> None:
    """For any trace, also a nonsensical one: stretches of one worker are in order, and no call runs in them."""
    tasks = [task(number, one[0], *one[1:]) for number, one in enumerate(calls, 1)]
    trace = Trace(
        workers=(WorkerRow("a", started=0), WorkerRow("b", started=5 * MS, stopped=45 * MS, reason="killed")),
        waits=tuple(WaitRow(None, None, None, "p", 1, "value", "", None, a * MS, b * MS) for a, b in sorted(waits)),
    )
    found = idle(trace, columns_of(tasks), 60 * MS)
    for one in found:
        assert one.begin < one.end and one.kind in KINDS
        for row in tasks:
            if row.worker == one.worker and row.started < row.finished:  # type: ignore[operator]
                assert row.finished <= one.begin or row.started >= one.end  # type: ignore[operator]
