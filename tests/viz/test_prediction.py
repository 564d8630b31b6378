"""Predictions: exact on runs that can be worked out by hand, and near enough to real runs."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from subprocess import run

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydron.trace import FrameRow, Run, TaskRow, Trace, WaitRow, WorkerRow, columns_of, read_trace
from pydron_viz.analysis.plan import Plan, plan
from pydron_viz.analysis.prediction import curve, figures
from pydron_viz.analysis.simulation import simulate

FRAME = FrameRow(1)
WORKERS = (WorkerRow("w1", started=0), WorkerRow("w2", started=0))


def task(number: int, begin: int, time: int, needs: tuple[int, ...] = (), name: str = "f", issued: int = 0) -> TaskRow:
    return TaskRow(number, name, 1, issued=issued, ready=begin, started=begin, finished=begin + time, worker="w1",
                   needs=needs, outcome="ok")  # fmt: skip


def planned(*tasks: TaskRow, waits: tuple[WaitRow, ...] = (), took: int = 0) -> Plan:
    last = max([0, *(one.issued or 0 for one in tasks), *(wait.finished for wait in waits)])
    if last < took:  # a scheduled function waits for its calls before it returns
        waits = (*waits, WaitRow(1, None, None, "p.py", 9, "end", "", None, last, took))
    trace = Trace(Run(state="finished", finished=took), frames=(FRAME,), tasks=tasks, waits=waits, workers=WORKERS)
    return plan(trace, columns_of(tasks))


def test_independent_calls_share_the_workers() -> None:
    """Four calls of 10 take 40, 20, 20 and 10 on one, two, three and four workers."""
    found = planned(*(task(number, 10 * number, 10) for number in range(1, 5)), took=50)
    assert [simulate(found, workers).took for workers in (1, 2, 3, 4, None)] == [40, 20, 20, 10, 10]
    assert simulate(found, 2).most == 2 and simulate(found, None).most == 4


def test_a_chain_cannot_be_shared() -> None:
    """The critical path is the chain, whatever stands beside it; work by span is the parallelism."""
    found = planned(task(1, 0, 30), task(2, 30, 30, (1,)), task(3, 60, 20), task(4, 80, 10, (2, 3)), took=90)
    assert [simulate(found, workers).took for workers in (1, 2, 1000)] == [90, 70, 70]
    told = figures(found)
    assert (told.work, told.span, told.path, told.path_work) == (90, 70, (0, 1, 3), 70)
    assert told.parallelism == round(90 / 70, 2)


def test_calls_that_the_program_ran_are_work() -> None:
    """Work is the same whoever did it."""
    own = replace(task(2, 10, 40, issued=10), worker="", inline_reason="small")
    assert planned(task(1, 0, 30), own, took=50).work == 70


def test_a_sync_point_holds_up_what_follows() -> None:
    """After a wait for everything before it the program goes on; without the wait both calls overlap."""
    wait = WaitRow(1, None, None, "p.py", 7, "PD101", "", 1, 0, 50)
    found = planned(task(1, 0, 50), task(2, 50, 50, issued=50), waits=(wait,), took=100)
    assert simulate(found, 2).took == 100
    assert simulate(found, 2, without={("p.py", 7, "PD101")}).took == 50
    assert figures(found).path == (0, 1)


def test_a_wait_for_a_value_is_for_one_call() -> None:
    """The other call goes on meanwhile."""
    wait = WaitRow(1, None, None, "p.py", 7, "value", "", 1, 0, 10)
    found = planned(task(1, 0, 10), task(2, 0, 100), task(3, 10, 10, issued=10), waits=(wait,), took=110)
    assert [simulate(found, workers).took for workers in (2, 3)] == [100, 100]
    assert simulate(found, None).started[2] == 10


def test_the_programs_own_time_stays() -> None:
    """What the program computes between its calls no worker can take from it."""
    found = planned(*(task(number, 20 * number, 10, issued=20 * number) for number in range(4)), took=75)
    assert simulate(found, 1000).took == 70


def test_a_faster_function_shortens_its_calls_only() -> None:
    """Twice as fast: half of the time of that function."""
    found = planned(task(1, 0, 40, name="f"), task(2, 40, 40, name="g"), took=80)
    assert simulate(found, 1, {"g": 2}).took == 60
    assert curve(found, (1, 2), {"g": 2}).points == ((1, 60), (2, 40))


def test_traces_that_end_in_the_middle_have_predictions() -> None:
    """Calls that have not ended are left out, and nothing waits for them forever."""
    wait = WaitRow(1, None, None, "p.py", 7, "PD101", "", 1, 0, 50)
    unfinished = TaskRow(2, "f", 1, issued=5, needs=(1,))
    found = planned(task(1, 0, 50), unfinished, TaskRow(3, needs=(2,)), waits=(wait,), took=60)
    assert simulate(found, 1).took == 50
    assert simulate(planned(), 3).took == 0 and figures(planned()).path == ()


@given(
    st.lists(st.tuples(st.integers(0, 50), st.sets(st.integers(1, 12), max_size=3)), max_size=12),
    st.integers(1, 6),
)
def test_no_schedule_beats_the_bounds(calls: list[tuple[int, set[int]]], workers: int) -> None:
    """Every prediction lies between the greater of span and work per worker, and their sum (Graham's bound)."""
    tasks, at = [], 0
    for number, (time, wanted) in enumerate(calls, 1):
        tasks.append(task(number, at, time, tuple(sorted(need for need in wanted if need < number))))
        at += time
    found = planned(*tasks, took=0)
    span, work = simulate(found, None).took, found.work
    took = simulate(found, workers).took
    assert max(span, work / workers) <= took <= work / workers + span


COMMAND = "from pydron.cli.main import main; raise SystemExit(main())"

PROGRAM = """
import time, pydron

@pydron.functional
def sleep(seconds, *before):
    time.sleep(seconds)
    return seconds

@pydron.schedule
def pipeline():
    firsts = [sleep(0.03 + 0.01 * (n % 3)) for n in range(14)]
    seconds = [sleep(0.02, first) for first in firsts]
    return sum(seconds) + sleep(0.05, *seconds)

pipeline()
"""


@pytest.mark.slow
def test_predictions_are_near_to_real_runs(tmp_path: Path) -> None:
    """From either trace, the run time on one and on two workers, as a ratio: calls that sleep do not disturb each
    other. The tolerance is for a busy computer."""
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    took, plans = {}, {}
    for workers in (1, 2):
        file = tmp_path / f"{workers}.pydron"
        words = [sys.executable, "-c", COMMAND, "run", "--workers", str(workers), "--trace", str(file), "program.py"]
        done = run(words, cwd=tmp_path, capture_output=True, text=True, timeout=100)
        assert done.returncode == 0, done.stderr
        trace = read_trace(file)
        plans[workers] = plan(trace, columns_of(trace.tasks))
        took[workers] = plans[workers].took
    for found in plans.values():
        predicted = {workers: simulate(found, workers).took for workers in (1, 2)}
        ratio, real = predicted[1] / predicted[2], took[1] / took[2]
        assert abs(ratio / real - 1) < 0.25, (predicted, took)
