"""What a call of a recursive function is expected to take follows from the size of what it is given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pydron_runtime.machine.calls.granularity import SHORT, Cost
from pydron_runtime.machine.values import sizes
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.sizes import Sizes, elements_of, size_of


@pytest.mark.parametrize(
    ("args", "kwargs", "size", "elements"),
    [
        ((30,), {}, (30,), 0),
        (([1, 2, 3], 7), {}, (3, 7), 3),
        (("abc", {1: 2}), {"low": -4}, (3, 1, -4), 4),
        ((np.zeros((4, 5)), 0.5, None, True), {}, (20, 0, 0, 0), 20),
        ((), {}, (), 0),
    ],
)
def test_the_size_of_a_call_is_a_number_per_argument(args: Any, kwargs: Any, size: Any, elements: int) -> None:
    assert size_of(args, kwargs) == size
    assert elements_of(args, kwargs) == elements


def test_finding_the_size_runs_no_code_of_the_program() -> None:
    class Loud(list):  # type: ignore[type-arg]
        def __len__(self) -> int:
            raise AssertionError("asked")

    class Number(int):
        def __int__(self) -> int:
            raise AssertionError("asked")

    assert size_of((Loud([1]), Number(3)), {}) == (0, 0)


def test_calls_of_the_same_size_or_nearly_the_same_tell_what_to_expect() -> None:
    known = Sizes()
    known.measured((1000,), 5_000)
    known.measured((30,), 2_000_000)
    assert known.expected((1000,)) == 5_000
    assert known.expected((1100,)) == 5_000
    assert known.expected((31,)) == 2_000_000
    assert known.expected((5,)) is None
    assert known.expected((40,)) is None
    assert known.expected((1000, 1)) is None


def test_sizes_that_do_not_tell_calls_apart_tell_nothing() -> None:
    known = Sizes()
    known.measured((2,), 5_000)
    known.tell = False
    assert known.expected((2,)) is None


def test_only_so_many_sizes_are_remembered() -> None:
    known = Sizes()
    for number in range(0, 100_000, 1000):
        known.measured((number,), number)
    assert known.expected((99_000,)) == 99_000
    assert known.expected((0,)) is None
    assert len(known._took) == sizes._REMEMBERED


def test_a_small_call_is_short_although_a_large_one_is_not_and_the_other_way_round() -> None:
    known = Sizes()
    known.measured((5,), 1_000)
    known.measured((30,), SHORT * 100)
    for mean in (0.0, SHORT * 50.0):
        cost = Cost(known)
        cost.calls, cost.mean = 10, mean
        assert cost.is_short_call((5,), {})
        assert not cost.is_short_call((30,), {})
        assert not cost.is_short_call((20,), {}), "nothing is known of it"
        assert not cost.is_short_call((Pending(),), {})
