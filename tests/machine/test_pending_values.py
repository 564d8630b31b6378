"""A placeholder settles once, passes values on, travels as a reference, and is loud where user code could meet it."""

from __future__ import annotations

import gc
import operator
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from pydron.errors import InternalError
from pydron_runtime.data import references
from pydron_runtime.machine.values.drops import Drops
from pydron_runtime.machine.values.pending import Pending


def test_waiters_are_told_once_in_the_order_in_which_they_came() -> None:
    pending, told = Pending(), []
    pending.waiters += [lambda: told.append("first"), lambda: told.append("second")]
    pending.settle([1])
    assert pending.done and told == ["first", "second"] and not pending.waiters


def test_a_value_that_can_be_had_is_made_once_and_only_when_somebody_looks() -> None:
    made: list[int] = []

    def load() -> list[int]:
        made.append(1)
        return [7]

    pending = Pending()
    pending.settle_later(load)
    assert pending.done and made == []
    assert pending.get() is pending.get()
    assert made == [1]


def test_a_forwarded_value_is_the_same_object_whenever_it_comes() -> None:
    early, late, value = Pending(), Pending(), [1]
    source = Pending()
    early.forward(source)
    assert not early.done
    source.settle(value)
    late.forward(source)
    assert early.get() is late.get() is value


def test_forwarding_a_plain_value_settles() -> None:
    pending = Pending()
    pending.forward(3)
    assert pending.done and pending.get() == 3


def test_nobody_can_pickle_a_placeholder_outside_the_issue_of_a_call() -> None:
    with pytest.raises(LookupError, match="outside the issue"):
        pickle.dumps(Pending())


def test_a_placeholder_travels_as_a_reference_and_one_number_is_one_object() -> None:
    pending = Pending()
    pending.task = 5
    with references.collecting() as met:
        data = pickle.dumps([pending, pending])
    assert met == [pending, pending] or met == [pending]
    with references.resolving(lambda number: [number]):
        first, second = pickle.loads(data)
    assert first is second and first == [5]


def test_a_settled_scalar_travels_by_value() -> None:
    pending = Pending()
    pending.task = 5
    pending.settle(42)
    with references.collecting() as met:
        assert pickle.loads(pickle.dumps((pending,))) == (42,)
    assert met == []


def test_the_program_hears_at_once_when_nobody_holds_a_result() -> None:
    """Without the garbage collector: results are released while a loop runs."""
    drops = Drops()
    gc.disable()
    try:
        one, two = Pending(), Pending()
        one.number, two.number = 9, 10
        for pending in (one, two):
            drops.watch(pending)
            pending.settle_later(lambda: [1])
        drops.renumber(10, 11)
        assert drops.take() == []
        del one, pending
        assert drops.take() == [9]
        del two
        assert drops.take() == [11] and not drops._watched
    finally:
        gc.enable()


def test_no_code_of_ours_runs_when_the_program_drops_a_result() -> None:
    """It would swallow an interrupt that is raised just then."""
    assert not hasattr(Pending, "__del__")


LEAKS: list[Callable[[Any], Any]] = [
    bool, len, iter, str, int, float, hash, operator.neg, operator.not_, list, format,
    lambda p: p + 1, lambda p: 1 + p, lambda p: p == 1, lambda p: p < 1, lambda p: p[0], lambda p: 1 in p, lambda p: p(),
    lambda p: [].extend(p), lambda p: [1][p], lambda p: f"{p}", lambda p: round(p), lambda p: next(p),
]  # fmt: skip


@pytest.mark.parametrize("use", [use for use in LEAKS if use is not hash])
def test_a_leaked_placeholder_is_loud(use: Callable[[Any], Any]) -> None:
    with pytest.raises(InternalError, match="outside the machine"):
        use(Pending())
