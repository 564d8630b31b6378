"""A worker that somebody has stopped is noticed and replaced; one that is merely busy is left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from distribution_calls import add, announce_and_wait, collect, process_id, task
from distribution_processes import alive, read_when_there, until

from pydron.errors import ConfigurationError
from pydron_runtime.conformance.executors import EventLog
from pydron_runtime.data.payload import load
from pydron_runtime.executors.base import Lost, Succeeded
from pydron_runtime.executors.local import LocalExecutor
from pydron_runtime.transport import vitals
from pydron_runtime.transport.vitals import Watch, frozen_limit

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes through /proc")


def test_who_is_stopped_for_too_long_is_frozen_and_who_goes_on_in_time_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    states = {1: [True, True, True], 2: [True, False, True], 3: [False, False, False]}
    looks = iter((0, 1, 2))
    watch = Watch(2.0)
    found = []
    for now in looks:
        monkeypatch.setattr(vitals, "is_stopped", lambda pid: states[pid][now])
        found.append(watch.look({"one": 1, "two": 2, "three": 3}, float(now)))
    assert found == [[], [], ["one"]]


def test_a_process_that_is_gone_is_nobodys_business() -> None:
    watch = Watch(0.0)
    assert watch.look({"gone": 2**22 + 1}, 0.0) == []


def test_a_limit_that_is_no_time_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("no", "0", "-1", "nan"):
        monkeypatch.setenv("PYDRON_FROZEN_SECONDS", text)
        with pytest.raises(ConfigurationError, match="PYDRON_FROZEN_SECONDS"):
            frozen_limit()
    monkeypatch.setenv("PYDRON_FROZEN_SECONDS", "0.5")
    assert frozen_limit() == 0.5


@pytest.mark.slow
def test_a_stopped_process_is_told_from_a_busy_one_that_holds_the_interpreters_lock() -> None:
    """``sum`` over a range never lets go of the lock, and answers nobody."""
    process = subprocess.Popen([sys.executable, "-c", "print(flush=True); sum(range(10**12))"], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        for _ in range(100):
            assert vitals.is_stopped(process.pid) is False
        os.kill(process.pid, signal.SIGSTOP)
        until(lambda: vitals.is_stopped(process.pid) is True, "the process is stopped")
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalExecutor]:
    monkeypatch.setenv("PYDRON_FROZEN_SECONDS", "0.1")
    executor = LocalExecutor(2)
    yield executor
    executor.close()


def value(completion: Any) -> Any:
    assert isinstance(completion, Succeeded), completion
    return load(completion.result)


@pytest.mark.slow
def test_a_worker_stopped_in_a_call_is_replaced_and_the_call_made_again(pool: LocalExecutor, tmp_path: Path) -> None:
    log: Any = EventLog()
    pool.recorder = log
    pool.submit(task(1, announce_and_wait, str(tmp_path / "here")))
    victim = int(read_when_there(str(tmp_path / "here")))
    os.remove(tmp_path / "here")
    os.kill(victim, signal.SIGSTOP)
    pool.submit(task(2, add, 20))
    assert value(collect(pool, 1)[2]) == 20, "the other worker is not disturbed"
    assert int(read_when_there(str(tmp_path / "here"))) != victim
    (tmp_path / "here.go").touch()
    assert value(collect(pool, 1)[1]) == "went on"
    assert not alive(victim)
    reasons = [event[3] for event in log.events if event[0] == "worker_stopped"]
    assert len(reasons) == 1 and "frozen" in reasons[0] and "SIGSTOP" in reasons[0]


@pytest.mark.slow
def test_a_nursery_that_is_stopped_is_replaced(pool: LocalExecutor) -> None:
    pool.submit(task(1, process_id))
    worker = value(collect(pool, 1)[1])
    nursery = pool.nursery
    assert nursery is not None
    os.kill(nursery, signal.SIGSTOP)
    until(lambda: not alive(nursery) and not alive(worker), "the nursery and its workers are gone")
    pool.submit(task(2, process_id))
    assert alive(value(collect(pool, 1)[2]))
    assert pool.nursery not in (None, nursery)


def stop_oneself() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


@pytest.mark.slow
def test_a_call_that_stops_every_worker_is_lost_by_name(pool: LocalExecutor) -> None:
    pool.submit(task(1, stop_oneself))
    completion = collect(pool, 1)[1]
    assert isinstance(completion, Lost)
    assert "stop_oneself" in completion.reason and "frozen" in completion.reason
