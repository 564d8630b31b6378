"""However many calls a program makes, and of however many functions, what is remembered of them stays bounded."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scheduled import executing

import pydron
from pydron_runtime.data.functions import function_of
from pydron_runtime.data.outcomes import Outcome
from pydron_runtime.data.payload import TransportError, dump
from pydron_runtime.data.tasks import Function, Skipped, Task
from pydron_runtime.protocol.messages import FUNCTIONS
from pydron_runtime.scheduler import placement
from pydron_runtime.scheduler.events import Joined, Reported, Submitted
from pydron_runtime.scheduler.instructions import Dispatch
from pydron_runtime.scheduler.machine import Scheduler
from pydron_runtime.testing.scripted import ScriptedExecutor
from pydron_runtime.transport.mailbox import Mailboxes
from pydron_runtime.worker.execution import MOST, FunctionTable


def closure_over(value: object) -> Callable[[], object]:
    def closure() -> object:
        return value

    return closure


def closure_over_itself() -> Callable[[int], Any]:
    def closure(n: int) -> Any:
        return n and closure(n - 1)

    return closure


class Large:
    """Something that the program wants to be rid of."""


def test_a_function_that_was_sent_dies_as_if_it_had_not_been() -> None:
    large = Large()
    functions: list[Any] = [closure_over(large), closure_over_itself(), closure_over(closure_over_itself())]
    for function in functions:
        function_of(function)
    watched = [weakref.ref(each) for each in (large, *functions)]
    del large, function
    functions.clear()
    gc.collect()
    assert [each() for each in watched] == [None] * 4


def test_a_function_is_serialised_once_until_something_that_it_reads_is_another() -> None:
    value = [1]
    read = closure_over(value)
    first = function_of(read)
    assert function_of(read) is first
    cell = (read.__closure__ or ())[0]
    cell.cell_contents = [1]
    second = function_of(read)
    assert second is not first and second.blob == first.blob
    del cell.cell_contents
    assert function_of(read).blob != first.blob


def test_a_worker_knows_the_functions_that_it_was_sent_last() -> None:
    table = FunctionTable()
    blob = function_of(len).blob
    for number in range(MOST + 10):
        table.define(str(number), blob)
        table.define("often", blob)
        table.find("often")
    assert table.find(str(MOST + 9)) is len and table.find("often") is len
    with pytest.raises(TransportError, match="never sent"):
        table.find("0")
    assert len(table._blobs) == MOST and len(table._loaded) <= MOST


def test_the_scheduler_sends_a_function_again_before_the_worker_may_have_forgotten_it() -> None:
    scheduler = Scheduler(1)
    scheduler.handle(Submitted(0, (Task(1, Function("often", b"", "often"), dump(((), {}))),)))
    scheduler.handle(Joined(0, "w1"))
    defined_since = again = 0
    for number in range(2, 3 * FUNCTIONS):
        scheduler.handle(Reported(number, "w1", (Outcome(number - 1, "ok", dump(None), 0, 1),)))
        digest = "often" if number % 10 == 0 else f"only {number}"
        out = scheduler.handle(Submitted(number, (Task(number, Function(digest, b"", digest), dump(((), {}))),)))
        (assignment,) = [each for one in out if isinstance(one, Dispatch) for each in one.assignments]
        if digest != "often":
            defined_since += 1
        elif assignment.define:
            defined_since, again = 0, again + 1
        else:
            assert defined_since <= FUNCTIONS, "the worker may have forgotten it"
        assert len(scheduler.state.workers["w1"].functions) <= FUNCTIONS
    assert again >= 2


def test_durations_of_functions_that_are_called_no_longer_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placement, "REMEMBERED", 10)
    scheduler = Scheduler(1)
    for number in range(100):
        placement.learn(scheduler.state, "often", 5)
        placement.learn(scheduler.state, f"only {number}", 7)
    assert len(scheduler.state.durations) == 10 and scheduler.state.durations["often"] == 5


def test_completions_for_an_owner_that_has_ended_are_dropped() -> None:
    mail = Mailboxes()
    for owner in (1, 1, 1, 2):
        mail.expect(owner)
    mail.deliver({1: [Skipped(1, None)]})
    mail.dismiss(1)
    mail.deliver({1: [Skipped(2, None)], 2: [Skipped(3, None)]})
    mail.deliver({1: [Skipped(4, None)]})
    assert mail.collect(1) == [] and len(mail.collect(2)) == 1
    assert not (mail._boxes or mail._open or mail._dismissed)
    mail.dismiss(5)
    assert not mail._dismissed, "nothing is to come"


@pydron.functional
def fails(x: int) -> int:
    if x == 3:
        raise ValueError(x)
    return x


@pydron.schedule
def fails_early(n: int) -> list[int]:
    return [fails(x) for x in range(n)]


def test_a_run_that_fails_leaves_no_completions_behind() -> None:
    """What was cancelled completes all the same, and nobody collects it."""
    executor = ScriptedExecutor()
    with executing(executor), pytest.raises(ValueError, match="3"):
        fails_early(20)
    assert not executor._ledger._mail


PROGRAM = """
import gc, os, resource, sys, time
import pydron
from pydron_runtime.executors.local import shared

@pydron.functional
def g(x):
    total = 0
    for i in range(300):
        total += i
    return x + total

@pydron.functional
def fails(x):
    g(x)
    raise ValueError(x)

@pydron.schedule
def loop(n):
    return [g(i) for i in range(n)]

@pydron.schedule
def branches(n):
    out = []
    for i in range(n):
        a = g(i)
        if a % 2:
            out.append(g(a))
    return out

@pydron.schedule
def failures(n):
    caught = 0
    for i in range(n):
        try:
            fails(i)
        except ValueError:
            caught += 1
    return caught

def maker(k):
    @pydron.functional
    def made(x):
        return g(x) + k
    return made

@pydron.schedule
def many_functions(n):
    out = []
    for i in range(n):
        f = maker(i)
        out.append(f(i))
    return out

def megabytes(pid):
    with open(f"/proc/{pid}/statm") as stream:
        return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

def look():
    gc.collect()
    pids = [os.getpid(), *shared(2).processes.values()]
    return [len(gc.get_objects()), len(os.listdir("/proc/self/fd")), *(megabytes(pid) for pid in pids)]

CALLS = int(sys.argv[1])
made, looks = 0, []
while made < CALLS or len(looks) < 10:
    assert loop(20_000) == [44850 + i for i in range(20_000)]
    assert len(branches(10_000)) == 5_000
    assert failures(200) == 200
    assert len(many_functions(300)) == 300
    made += 35_500
    if made >= CALLS * len(looks) / 10:
        looks.append(look())
for each in looks:
    print(*each)
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes through /proc")
def test_a_million_calls_leave_nothing_behind(tmp_path: Path) -> None:
    """Objects, descriptors and megabytes of the program and of its workers, in the first third and in the last."""
    script = tmp_path / "program.py"
    script.write_text(PROGRAM, encoding="utf-8")
    command = [sys.executable, str(script), "1000000"]
    finished = subprocess.run(
        command, capture_output=True, text=True, timeout=900, env={**os.environ, "PYDRON_WORKERS": "2"}
    )
    assert finished.returncode == 0, finished.stderr
    looks = [[float(word) for word in line.split()] for line in finished.stdout.splitlines()]
    first, last = ([max(column) for column in zip(*part)] for part in (looks[1:4], looks[-3:]))
    assert len(first) == len(last) == 5, "the program and its two workers"
    assert last[0] - first[0] < 200, f"objects: {first[0]} and {last[0]}"
    assert last[1] <= first[1] + 1, f"descriptors: {first[1]} and {last[1]}"
    for before, after in zip(first[2:], last[2:]):
        assert after - before < 8, f"megabytes: {before} and {after}"
