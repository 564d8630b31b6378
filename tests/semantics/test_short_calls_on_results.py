"""A short call on results that are not there yet is made in the program when they are; only known ones, on small values."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from scheduled import executing

from pydron import functional, schedule
from pydron_runtime.machine.calls.granularity import SHORT, Cost, cost_of
from pydron_runtime.testing.scripted import ScriptedExecutor, newest_first, oldest_first


@functional
def work(number: int) -> int:
    return number * 10


@functional
def add(left: Any, right: Any) -> Any:
    if left == 20:
        raise ValueError(left, right)
    return left + right


@schedule
def tree(count: int) -> Any:
    level = [work(number) for number in range(3, 3 + count)]
    while len(level) > 1:
        level = [add(level[place], level[place + 1]) for place in range(0, len(level), 2)]
    return level[0]


@schedule
def failing() -> Any:
    good = add(work(5), work(6))
    bad = add(work(2), work(1))
    return good, bad, add(work(7), bad)


@contextlib.contextmanager
def measuring() -> Iterator[None]:
    """Calls count as short if that is what was measured."""
    with mock.patch.object(Cost, "is_short", property(lambda cost: cost.calls > 3 and cost.mean < SHORT)):
        yield


def known(largest: int) -> None:
    """As if calls had been measured."""
    for function, took in ((work, 10**9), (add, 1_000)):
        cost = cost_of(function)
        cost.calls, cost.mean, cost.largest = 10, took, largest


@pytest.mark.parametrize("policy", [oldest_first, newest_first])
@pytest.mark.parametrize(("largest", "handed_out"), [(10, 8), (100_000, 15)])
def test_a_short_call_on_small_results_is_not_handed_out(policy: Any, largest: int, handed_out: int) -> None:
    executor = ScriptedExecutor(policy)
    with executing(executor), measuring():
        known(largest)
        assert tree(8) == sum(number * 10 for number in range(3, 11))
    assert len(executor.submitted) == handed_out


def test_its_failure_is_that_of_the_call() -> None:
    executor = ScriptedExecutor(newest_first)
    with executing(executor), measuring():
        known(10)
        with pytest.raises(ValueError, match="20") as caught:
            failing()
    assert [entry.name for entry in caught.traceback][-2:] == ["failing", "add"]
    assert len(executor.submitted) == 5
