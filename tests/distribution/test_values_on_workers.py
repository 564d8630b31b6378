"""Values that stay with workers: used there, fetched when wanted, computed again when their worker dies."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import distribution_calls as calls
import pytest
from distribution_calls import Reference, collect, task
from distribution_processes import alive, until

from pydron_runtime.data.held import hold
from pydron_runtime.data.payload import load
from pydron_runtime.executors.base import Lost, Succeeded
from pydron_runtime.executors.local import LocalExecutor


def large() -> list[int]:
    return list(range(5_000))


def test_a_large_result_that_nobody_else_knows_is_held() -> None:
    assert held_result_of(large)
    assert not held_result_of(lambda: [1, 2])


def held_result_of(function: Any) -> bool:
    result = function()
    return hold(result) is not None


def test_a_result_that_somebody_else_knows_could_be_changed_and_is_not_held() -> None:
    known = large()
    assert not held_result_of(lambda: known)


def test_a_result_with_objects_in_it_whose_serialisation_may_fail_is_not_held() -> None:
    assert not held_result_of(lambda: [*range(5_000), threading.Lock()])
    assert held_result_of(lambda: {number: (number, "text") for number in range(2_000)})


def test_an_array_is_held_if_nobody_knows_its_memory() -> None:
    numpy = pytest.importorskip("numpy")
    shared = numpy.ones(10_000)
    assert held_result_of(lambda: numpy.ones(10_000))
    assert held_result_of(lambda: numpy.ones(10_000).reshape(100, 100))
    assert not held_result_of(lambda: shared[:])
    assert not held_result_of(lambda: numpy.array([large()] * 3000, dtype=object))


@pytest.fixture
def pool() -> Iterator[LocalExecutor]:
    executor = LocalExecutor(2)
    yield executor
    executor.close()


def chain(pool: LocalExecutor) -> dict[int, Any]:
    """Three calls of which the first two are only there for the next."""
    pool.submit(task(1, calls.numbers_from, 0, 5_000))
    pool.submit(task(2, calls.doubled, Reference(1), needs=(1,)))
    pool.submit(task(3, calls.lengths, Reference(2), needs=(2,)))
    return collect(pool, 3)


def held_size(completion: Any) -> int:
    assert isinstance(completion, Succeeded), completion
    return completion.result.held


def value(completion: Any) -> Any:
    assert isinstance(completion, Succeeded), completion
    return load(completion.result)


@pytest.mark.slow
def test_what_only_other_calls_need_does_not_visit_the_program(pool: LocalExecutor) -> None:
    done = chain(pool)
    assert held_size(done[1]) and held_size(done[2]) and not held_size(done[3])
    assert value(done[3]) == [5_000]
    assert done[1].worker == done[2].worker == done[3].worker, "a call goes where its values are"
    assert value(pool.obtain(2)) == [2 * number for number in range(5_000)]
    assert value(pool.obtain(2))[-1] == 9_998, "it can be asked for again"


@pytest.mark.slow
def test_a_value_can_be_had_while_its_worker_makes_another_call(pool: LocalExecutor, tmp_path: Path) -> None:
    place = str(tmp_path / "here")
    pool.submit(task(1, calls.numbers_from, 0, 5_000))
    pool.submit(task(2, calls.waited_sum, place, Reference(1), needs=(1,)))
    assert held_size(collect(pool, 1)[1])
    until(lambda: os.path.exists(place), "the second call runs")
    assert value(pool.obtain(1))[-1] == 4_999
    Path(place + ".go").touch()
    assert value(collect(pool, 1)[2]) == sum(range(5_000))


@pytest.mark.slow
def test_values_that_die_with_their_worker_are_computed_again(pool: LocalExecutor) -> None:
    done = chain(pool)
    victim = pool.processes[done[2].worker]
    os.kill(victim, signal.SIGKILL)
    until(lambda: not alive(victim), "the worker is gone")
    assert value(pool.obtain(2)) == [2 * number for number in range(5_000)]
    pool.submit(task(4, calls.lengths, Reference(1), Reference(2), needs=(1, 2)))
    assert value(collect(pool, 1)[4]) == [5_000, 5_000]


@pytest.mark.slow
def test_a_value_that_was_released_is_computed_again_for_what_was_made_from_it(pool: LocalExecutor) -> None:
    done = chain(pool)
    pool.release([1])
    victim = pool.processes[done[2].worker]
    os.kill(victim, signal.SIGKILL)
    until(lambda: not alive(victim), "the worker is gone")
    assert value(pool.obtain(2))[-1] == 9_998
    assert isinstance(pool.obtain(1), Lost), "what was released cannot be had"


@pytest.mark.slow
def test_whoever_waits_for_a_value_is_told_when_the_pool_is_closed(pool: LocalExecutor, tmp_path: Path) -> None:
    place = str(tmp_path / "here")
    pool.submit(task(1, calls.waited_sum, place, [1]))
    until(lambda: os.path.exists(place), "the call runs")
    answers: list[Any] = []
    waiter = threading.Thread(target=lambda: answers.append(pool.obtain(1)))
    waiter.start()
    driver = pool._driver
    assert driver is not None
    until(lambda: bool(driver.answers.awaited), "somebody waits")
    pool.close()
    waiter.join(calls.PATIENCE)
    assert isinstance(answers[0], Lost)
    assert isinstance(pool.obtain(1), Lost)


@pytest.mark.slow
def test_a_large_result_outlives_the_worker_that_reported_it(pool: LocalExecutor) -> None:
    numpy = pytest.importorskip("numpy")
    pool.submit(task(1, numpy.ones, 100_000))
    done = collect(pool, 1)[1]
    victim = pool.processes[done.worker]  # type: ignore[union-attr]
    os.kill(victim, signal.SIGKILL)
    until(lambda: not alive(victim), "the worker is gone")
    array = value(done)
    assert array.sum() == 100_000 and array.flags.writeable
