"""The conformance suite, bound to every executor of this repository. ``docs/writing-an-executor.md`` shows how."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Iterator
from typing import Any

import pytest

from pydron.config import Settings
from pydron_runtime.conformance import calls, programs
from pydron_runtime.conformance.calls import collect, free_numbers, task
from pydron_runtime.conformance.executors import ExecutorConformance, Failures, Lifetimes, Values, value
from pydron_runtime.conformance.scheduled import ProgramConformance
from pydron_runtime.executors import engines
from pydron_runtime.executors.base import Executor, Lost
from pydron_runtime.executors.engine import EngineExecutor
from pydron_runtime.executors.futures_engine import FuturesEngine
from pydron_runtime.executors.inline import InlineExecutor
from pydron_runtime.executors.local import LocalExecutor
from pydron_runtime.testing.scripted import ScriptedExecutor, newest_first, oldest_first, seeded


@pytest.fixture(scope="module")
def pool() -> Iterator[LocalExecutor]:
    executor = LocalExecutor(2)
    yield executor
    executor.close()


@pytest.fixture(scope="module")
def threads() -> Iterator[concurrent.futures.Executor]:
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture(scope="module")
def processes() -> Iterator[concurrent.futures.Executor]:
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        yield pool


class TestInline(ExecutorConformance):
    survives = False

    @pytest.fixture
    def executor(self) -> Iterator[Executor]:
        made = InlineExecutor()
        yield made
        made.close()


@pytest.mark.parametrize("policy", [oldest_first, newest_first, seeded(3)], ids=["oldest", "newest", "random"])
class TestScripted(Values, Failures, Lifetimes):
    @pytest.fixture
    def executor(self, policy: Any) -> Iterator[Executor]:
        made = ScriptedExecutor(policy, workers=1)
        yield made
        made.close()


class TestLocal(ExecutorConformance):
    @pytest.fixture
    def executor(self, pool: Executor) -> Executor:
        return pool


class TestThreads(ExecutorConformance):
    survives = False

    @pytest.fixture
    def executor(self, threads: Any) -> Executor:
        return engines.shared("futures", Settings(executor=threads))


@pytest.mark.slow
class TestProcesses(ExecutorConformance):
    survives = False

    @pytest.fixture
    def executor(self, processes: Any) -> Executor:
        return engines.shared("futures", Settings(executor=processes))


@pytest.mark.slow
class TestDask(ExecutorConformance):
    @pytest.fixture
    def executor(self) -> Executor:
        return engines.shared("dask", Settings(executor="dask://", workers=2))


class TestProgramsInline(ProgramConformance):
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"executor": "inline"}


class TestProgramsOnThreads(ProgramConformance):
    speaks_in_turn = False

    @pytest.fixture
    def settings(self, threads: Any) -> dict[str, Any]:
        return {"executor": threads}


@pytest.mark.slow
class TestProgramsLocal(ProgramConformance):
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"executor": "local", "workers": 2}


@pytest.mark.slow
class TestProgramsOnProcesses(ProgramConformance):
    @pytest.fixture
    def settings(self, processes: Any) -> dict[str, Any]:
        return {"executor": processes}


@pytest.mark.slow
class TestProgramsOnDask(ProgramConformance):
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"executor": "dask://", "workers": 2}


@pytest.mark.slow
def test_a_pool_that_breaks_is_an_error_and_no_hang() -> None:
    """A ProcessPoolExecutor does not survive the death of a worker. It is the program's: nobody replaces it."""
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        executor = engines.shared("futures", Settings(executor=pool))
        n = free_numbers()
        executor.submit(task(n, calls.kill_own_process))
        executor.submit(task(n + 1, calls.add, 1))
        for number, completion in collect(executor, 2).items():
            assert isinstance(completion, Lost)
            assert f"somewhere.py:{number}" in completion.reason and "ProcessPoolExecutor" in completion.reason
            assert "BrokenProcessPool" in completion.reason


def test_a_scheduled_function_in_a_call_does_not_wait_for_its_own_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one thread, a nested call that went to the same pool would wait for ever."""
    monkeypatch.setenv("PYDRON_ALWAYS", "1")
    import pydron

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with pydron.configure(executor=pool):
            assert programs.nested(3) == programs.nested.sequential(3)  # type: ignore[attr-defined]


def test_an_executor_object_stays_the_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not shut down when the settings change, and can be given again."""
    monkeypatch.setenv("PYDRON_ALWAYS", "1")
    import pydron

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        for _ in range(2):
            with pydron.configure(executor=pool):
                assert programs.branches(2) == programs.branches.sequential(2)  # type: ignore[attr-defined]
            assert pool.submit(int, "3").result() == 3


def test_an_executor_that_is_shut_down_is_an_error_that_says_so() -> None:
    pool = concurrent.futures.ThreadPoolExecutor(1)
    pool.shutdown()
    executor = engines.shared("futures", Settings(executor=pool))
    n = free_numbers()
    executor.submit(task(n, calls.add, 1))
    completion = collect(executor, 1)[n]
    assert isinstance(completion, Lost) and "shutdown" in completion.reason


def test_what_is_released_is_forgotten(threads: Any) -> None:
    """The book of an engine's executor does not grow with the run."""
    executor = EngineExecutor(FuturesEngine(threads))
    before = executor.held
    n = free_numbers()
    for number in range(n, n + 50):
        executor.submit(task(number, calls.add, number))
    done = collect(executor, 50)
    executor.release(done)
    assert executor.held == before
    assert value(done[n]) == n
