"""What every executor does, whoever runs the calls. Bound to the inline, the scripted and the local executor."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import distribution_calls as calls
import pytest
from distribution_calls import Reference, collect, task

from pydron_runtime.data.failures import load_failure
from pydron_runtime.data.payload import dump, load
from pydron_runtime.executors.base import Executor, Failed, Lost, Skipped, Succeeded, Untransportable
from pydron_runtime.executors.inline import InlineExecutor
from pydron_runtime.executors.local import LocalExecutor
from pydron_runtime.testing.scripted import ScriptedExecutor, newest_first, seeded


@pytest.fixture(scope="module")
def pool() -> Iterator[LocalExecutor]:
    executor = LocalExecutor(2)
    yield executor
    executor.close()


@pytest.fixture(params=["inline", "oldest", "newest", "random", "local"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    if request.param == "local":
        yield request.getfixturevalue("pool")  # the processes are shared; task numbers below are not
        return
    makers: dict[str, Callable[[], Executor]] = {
        "inline": InlineExecutor,
        "oldest": ScriptedExecutor,
        "newest": lambda: ScriptedExecutor(newest_first),
        "random": lambda: ScriptedExecutor(seeded(3)),
    }
    made = makers[request.param]()
    yield made
    made.close()


_last = 0


@pytest.fixture
def n() -> int:
    """A number after which a hundred thousand task numbers are free."""
    global _last
    _last += 100_000
    return _last


def value(completion: Any) -> Any:
    assert isinstance(completion, Succeeded), completion
    return load(completion.result)


def test_a_result_comes_back(executor: Executor, n: int) -> None:
    executor.submit(task(n, calls.add, 1, 2))
    assert value(collect(executor, 1)[n]) == 3


def test_completions_go_to_their_owner(executor: Executor, n: int) -> None:
    executor.submit(task(n, calls.add, 1, owner=n))
    executor.submit(task(n + 1, calls.add, 2, owner=n + 1))
    assert set(collect(executor, 1, owner=n + 1)) == {n + 1}
    assert set(collect(executor, 1, owner=n)) == {n}
    assert executor.completed(n) == []


def test_references_stand_for_results_at_any_depth(executor: Executor, n: int) -> None:
    executor.submit(task(n, calls.block, 100_000, 7))
    executor.submit(task(n + 1, calls.block, 10, 8))
    nested = {"a": [Reference(n), (Reference(n + 1),)]}
    executor.submit(task(n + 2, calls.same, nested, needs=(n, n + 1)))
    found = value(collect(executor, 3)[n + 2])
    assert found == {"a": [bytes([7]) * 100_000, (bytes([8]) * 10,)]}


def test_one_reference_is_one_object_within_a_call(executor: Executor, n: int) -> None:
    executor.submit(task(n, calls.same, [1]))
    executor.submit(task(n + 1, calls.are_one_object, Reference(n), Reference(n), needs=(n,)))
    assert value(collect(executor, 2)[n + 1]) is True


def test_each_call_has_its_own_copy_of_a_result(executor: Executor, n: int) -> None:
    executor.submit(task(n, calls.same, ["x" * 5_000]))
    executor.submit(task(n + 1, calls.append_to, Reference(n), needs=(n,)))
    executor.submit(task(n + 2, calls.append_to, Reference(n), needs=(n,)))
    done = collect(executor, 3)
    assert [len(value(done[n + k])) for k in range(3)] == [1, 2, 2]


def test_bindings_supply_values_of_the_program(executor: Executor, n: int) -> None:
    executor.submit(task(n, calls.add, Reference(-5), 1, bindings={-5: dump(41)}))
    assert value(collect(executor, 1)[n]) == 42


def test_a_chain_and_a_fan_in(executor: Executor, n: int) -> None:
    executor.submit(task(n, calls.add, 0))
    for step in range(1, 50):
        executor.submit(task(n + step, calls.add, Reference(n + step - 1), 1, needs=(n + step - 1,)))
    every = tuple(range(n, n + 50))
    executor.submit(task(n + 50, calls.add, *map(Reference, every), needs=every))
    assert value(collect(executor, 51)[n + 50]) == sum(range(50))


def test_a_failure_skips_what_needs_it_and_nothing_else(executor: Executor, n: int) -> None:
    executor.submit(task(n, calls.fail, "no"))
    executor.submit(task(n + 1, calls.add, Reference(n), needs=(n,)))
    executor.submit(task(n + 2, calls.add, Reference(n + 1), needs=(n + 1,)))
    executor.submit(task(n + 3, calls.add, 5))
    done = collect(executor, 4)
    assert isinstance(done[n], Failed)
    assert done[n + 1] == Skipped(n + 1, n)
    assert done[n + 2] == Skipped(n + 2, n + 1)
    assert value(done[n + 3]) == 5
    executor.submit(task(n + 4, calls.add, Reference(n), needs=(n,)))
    assert collect(executor, 1)[n + 4] == Skipped(n + 4, n)


def test_a_failure_brings_exception_cause_and_lines(executor: Executor, n: int) -> None:
    executor.submit(task(n, calls.fail, "no"))
    completion = collect(executor, 1)[n]
    assert isinstance(completion, Failed)
    exception, frames = load_failure(completion.exception)
    assert type(exception) is ValueError and exception.args == ("no",)
    assert type(exception.__cause__) is KeyError and exception.__cause__ is exception.__context__
    assert [frame.name for frame in frames] == ["fail"]
    assert os.path.basename(frames[0].filename) == "distribution_calls.py"
    assert "pydron_runtime" not in completion.text and "raise ValueError(message) from error" in completion.text


@pytest.mark.parametrize(
    ("function", "argument", "expected"),
    [(calls.interrupt, None, KeyboardInterrupt), (calls.leave, 3, SystemExit)],
    ids=["KeyboardInterrupt", "SystemExit"],
)
def test_leaving_exceptions_are_failures_like_others(
    executor: Executor, n: int, function: Any, argument: int | None, expected: type[BaseException]
) -> None:
    executor.submit(task(n, function, *([] if argument is None else [argument])))
    executor.submit(task(n + 1, calls.add, 1))
    done = collect(executor, 2)
    completion = done[n]
    assert isinstance(completion, Failed)
    assert type(load_failure(completion.exception)[0]) is expected
    assert value(done[n + 1]) == 1


@pytest.mark.parametrize(
    ("function", "what"),
    [(calls.returns_generator, "result"), (calls.raise_refusing, "exception")],
)
def test_what_cannot_travel_is_said(executor: Executor, n: int, function: Any, what: str) -> None:
    executor.submit(task(n, function))
    executor.submit(task(n + 1, calls.same, Reference(n), needs=(n,)))
    done = collect(executor, 2)
    completion = done[n]
    assert isinstance(completion, Untransportable) and completion.what == what
    assert completion.reason.endswith(".")
    assert done[n + 1] == Skipped(n + 1, n)


def test_local_functions_and_closures_travel_by_value(executor: Executor, n: int) -> None:
    offset = 40

    def shifted(number: int) -> int:
        return number + offset

    executor.submit(task(n, shifted, 2))
    executor.submit(task(n + 1, lambda: offset))
    done = collect(executor, 2)
    assert (value(done[n]), value(done[n + 1])) == (42, 40)


def test_instances_of_local_classes_come_back_as_such(executor: Executor, n: int) -> None:
    class Point:
        def __init__(self, x: int) -> None:
            self.x = x

        def right(self) -> Point:
            return Point(self.x + 1)

    executor.submit(task(n, calls.same, Point(1)))
    executor.submit(task(n + 1, lambda point: point.right(), Reference(n), needs=(n,)))
    before = dict(vars(Point))
    done = collect(executor, 2)
    found = value(done[n + 1])
    assert type(found) is Point and found.x == 2
    assert dict(vars(Point)) == before, "the class of the program was redefined"


def test_a_released_result_lives_until_those_who_need_it_are_done(executor: Executor, n: int) -> None:
    executor.submit(task(n, calls.add, 1))
    executor.submit(task(n + 1, calls.add, Reference(n), 1, needs=(n,)))
    executor.release([n])
    executor.submit(task(n + 2, calls.add, Reference(n + 1), 1, needs=(n + 1,)))
    assert value(collect(executor, 3)[n + 2]) == 3


def test_needing_what_was_released_is_an_error_that_says_so(executor: Executor, n: int) -> None:
    executor.submit(task(n, calls.add, 1))
    collect(executor, 1)
    executor.release([n])
    executor.submit(task(n + 1, calls.add, Reference(n), needs=(n,)))
    completion = collect(executor, 1)[n + 1]
    assert isinstance(completion, Lost) and "released" in completion.reason


def test_a_cancelled_task_completes_as_skipped_unless_it_was_done(executor: Executor, n: int) -> None:
    executor.submit(task(n, calls.add, 1))
    for step in range(1, 20):
        executor.submit(task(n + step, calls.add, Reference(n + step - 1), 1, needs=(n + step - 1,)))
    executor.cancel(range(n, n + 20))
    done = collect(executor, 20)
    for completion in done.values():
        assert isinstance(completion, (Succeeded, Skipped))


def test_waiting_for_nothing_returns_at_once(executor: Executor, n: int) -> None:
    assert executor.wait(owner=n) is False


def test_numpy_arrays_arrive_writable(executor: Executor, n: int) -> None:
    numpy = pytest.importorskip("numpy")

    def double(array: Any) -> Any:
        array *= 2
        return array

    for place, size in enumerate((10, 100_000)):
        executor.submit(task(n + 2 * place, calls.same, numpy.arange(size, dtype=float)))
        executor.submit(task(n + 2 * place + 1, double, Reference(n + 2 * place), needs=(n + 2 * place,)))
    done = collect(executor, 4)
    for place, size in enumerate((10, 100_000)):
        found = value(done[n + 2 * place + 1])
        assert found.flags.writeable
        found += 1
        assert found[3] == 7.0 and found.shape == (size,)
        assert value(done[n + 2 * place])[3] == 3.0
