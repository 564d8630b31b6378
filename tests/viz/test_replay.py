"""Replay: the state of everything at any moment follows from the times in the trace."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pydron.trace import FrameRow, Run, TaskRow, Trace, WaitRow, WorkerRow, columns_of
from pydron_viz.replay import STATES, Life, Replay, final_states, life, most_overlapping, presumed_begins
from pydron_viz.timeline import lanes

FULL = TaskRow(1, "f", issued=10, ready=20, sent=25, started=30, finished=40, retired=50, worker="w", outcome="ok")


def test_a_task_passes_through_its_states() -> None:
    """Each moment belongs to the state that begins with it."""
    states = [life(FULL).at(time) for time in (9, 10, 19, 20, 29, 30, 39, 40, 99)]
    assert states == ["future", "waiting", "waiting", "ready", "ready", "running", "running", "done", "done"]


def test_a_failure_is_seen_when_it_happens_not_when_it_counts() -> None:
    """The call failed at the time when it ended."""
    failed = TaskRow(1, issued=1, started=2, finished=3, retired=9, outcome="failed", retirement="failed")
    assert [life(failed).at(time) for time in (2, 3, 9)] == ["running", "failed", "failed"]


def test_a_cancelled_task_that_never_ran_ends_when_it_is_dropped() -> None:
    """A call that nobody wants any more is neither waiting nor done."""
    dropped = TaskRow(1, issued=1, ready=2, retired=5, retirement="cancelled")
    assert [life(dropped).at(time) for time in (4, 5)] == ["ready", "cancelled"]


def test_a_lost_task_fails_when_the_program_learns_of_it() -> None:
    """All attempts died: there is no end of the call, only its retirement."""
    lost = TaskRow(1, issued=1, sent=2, retired=8, outcome="lost", retirement="failed", worker="w")
    assert [life(lost).at(time) for time in (2, 7, 8)] == ["running", "running", "failed"]


def test_a_task_of_a_killed_program_stays_where_it_was() -> None:
    """Missing times are no error, and what was running runs for ever."""
    assert life(TaskRow(1, issued=4, sent=6)).at(10**12) == "running"
    assert life(TaskRow(1)).at(0) == "waiting"


def test_a_moment_of_the_whole_run() -> None:
    """Counts, busy workers, active frames and the wait belong to one moment."""
    trace = Trace(
        run=Run(state="finished", finished=100),
        tasks=(FULL, TaskRow(2, "g", issued=35, needs=(1,))),
        frames=(FrameRow(1, started=5, finished=60), FrameRow(2, parent=1, started=35)),
        waits=(WaitRow(1, 1, None, "f.py", 3, "value", "", 1, 36, 50),),
        workers=(WorkerRow("w", started=0),),
    )
    moment = Replay(trace).at(37)
    assert moment.workers == {"w": 1} and moment.frames == (1, 2)
    assert moment.states == {1: "running", 2: "waiting"}
    assert moment.counts["running"] == 1 and set(moment.counts) == set(STATES)
    assert moment.wait is trace.waits[0] and Replay(trace).at(50).wait is None


def test_stepping_visits_every_change_and_stops_at_the_ends() -> None:
    """Forwards and backwards see the same moments."""
    replay = Replay(Trace(tasks=(FULL,)))
    forwards, time = [], -1
    while (following := replay.next_event(time)) is not None:
        forwards.append(time := following)
    backwards, time = [], 10**9
    while (preceding := replay.previous_event(time)) is not None:
        backwards.append(time := preceding)
    assert forwards == [10, 20, 30, 40] == backwards[::-1]


moments = st.none() | st.integers(0, 100)


@given(moments, moments, moments, moments, moments, st.sampled_from(["", "ok", "failed", "lost"]), st.integers(-1, 101))
def test_any_combination_of_times_has_a_state(
    issued: int | None, ready: int | None, started: int | None, finished: int | None, retired: int | None, outcome: str,
    time: int,
) -> None:  # fmt: skip
    """No trace, however damaged, makes the replay fail, and an ended task never comes back."""
    task = TaskRow(1, issued=issued, ready=ready, started=started, finished=finished, retired=retired, outcome=outcome)
    state = Replay(Trace(tasks=(task,))).lives[1].at(time)
    assert state == "future" or state in STATES
    if state in ("done", "failed", "cancelled"):
        assert life(task).at(time + 50) == state


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10))))
def test_overlap_is_what_counting_at_every_moment_gives(spans: list[tuple[int, int]]) -> None:
    """The sweep agrees with looking at each instant."""
    pairs = [(begin, begin + length) for begin, length in spans]
    expected = max((sum(begin <= time < end for begin, end in pairs) for time in range(45)), default=0)
    assert most_overlapping(pairs) == expected


def test_a_life_may_begin_before_it_was_issued() -> None:
    """Clocks of workers are converted, not exact: the state is still one of the known ones."""
    assert Life(10, 5, 7, 9, "done").at(10) == "done"


def test_a_worker_runs_one_call_at_a_time() -> None:
    """Calls are sent ahead of their turn: of those whose begin is not known the first began when the call before it had
    ended, and the others are ready, whether the run goes on or they were given up."""
    done = TaskRow(1, issued=0, sent=1, started=2, finished=10, worker="w", outcome="ok")
    sent = [TaskRow(number, issued=0, ready=1, sent=number, worker="w") for number in (2, 3, 4)]
    live = Trace(tasks=(done, *sent))
    assert presumed_begins(live.tasks) == {2: 10}
    assert [Replay(live).at(time).states[2] for time in (9, 10)] == ["ready", "running"]
    assert final_states(columns_of(live.tasks)) == ["done", "running", "ready", "ready"]
    given_up = Trace(tasks=(done, *(replace(task, retired=15, retirement="cancelled") for task in sent)))
    assert [(bar.subject, bar.begin, bar.end) for bar in lanes(given_up)[1].bars] == [(1, 2, 10), (2, 10, 15)]
    busy = Trace(tasks=(replace(done, finished=None, outcome=""), *sent))
    assert presumed_begins(busy.tasks) == {} and Replay(busy).at(50).counts["running"] == 1
