"""Operations run when their operands are there, in the order in which user code may run, and settle or fail once."""

from __future__ import annotations

import operator
from typing import Any

import pytest
from idle_machines import idle_machine

from pydron_runtime.machine.effects.putting_off import put_off
from pydron_runtime.machine.failures.attempts import Unwinding
from pydron_runtime.machine.machine import Machine
from pydron_runtime.machine.order.entries import State
from pydron_runtime.machine.values.pending import Pending


class Loud:
    """A class whose operators are the user's."""

    ran: list[str] = []

    def __add__(self, other: Any) -> str:
        Loud.ran.append("add")
        return "sum"


@pytest.fixture
def machine() -> Machine:
    Loud.ran.clear()
    return idle_machine()


def test_an_operation_runs_when_its_last_operand_is_there(machine: Machine) -> None:
    left, right = Pending(), Pending()
    entry = put_off(machine.main, 0, operator.add, (left, right))
    left.settle(1)
    machine.step(block=False)
    assert not entry.pending.done
    right.settle(2)
    machine.step(block=False)
    assert entry.pending.get() == 3 and entry.state is State.DONE


def test_an_operation_with_all_operands_there_still_runs_only_in_a_step(machine: Machine) -> None:
    entry = put_off(machine.main, 0, operator.add, (1, 2))
    assert entry.state is State.OPEN
    machine.step(block=False)
    assert entry.pending.get() == 3


def test_a_failure_is_kept_until_everything_earlier_counts(machine: Machine) -> None:
    first, second = Pending(), Pending()
    put_off(machine.main, 0, operator.neg, (first,))
    entry = put_off(machine.main, 0, operator.truediv, (1, second))
    second.settle(0)
    machine.step(block=False)
    assert entry.state is State.FAILED
    first.settle(1)
    with pytest.raises(Unwinding) as raised:
        machine.step(block=False)
    assert type(raised.value.error) is ZeroDivisionError


def test_the_users_operators_run_only_when_everything_earlier_counts(machine: Machine) -> None:
    first, second = Pending(), Pending()
    put_off(machine.main, 0, operator.neg, (first,))
    entry = put_off(machine.main, 0, operator.add, (second, 1))
    second.settle(Loud())
    machine.step(block=False)
    assert entry.state is State.OPEN and Loud.ran == []
    first.settle(1)
    for _ in range(3):
        machine.step(block=False)
    assert entry.pending.get() == "sum" and Loud.ran == ["add"]


def test_an_operation_waits_for_the_one_that_it_has_to_follow(machine: Machine) -> None:
    ran: list[str] = []
    operand = Pending()
    first = put_off(machine.main, 0, lambda value: ran.append("first"), (operand,))
    put_off(machine.main, 0, lambda value: ran.append("second"), (1,), after=first)
    machine.step(block=False)
    assert ran == []
    operand.settle(0)
    for _ in range(3):
        machine.step(block=False)
    assert ran == ["first", "second"]


def test_a_snapshot_is_filled_in_before_the_operation_sees_it(machine: Machine) -> None:
    element = Pending()
    snapshot: list[Any] = [element, 2]
    machine.containers.track(snapshot)
    entry = put_off(machine.main, 0, sum, (snapshot,), snapshots=(snapshot,))
    element.settle(5)
    machine.step(block=False)
    assert entry.pending.get() == 7


def test_a_part_of_a_result_no_longer_travels_as_the_result(machine: Machine) -> None:
    """The program may change the part; the worker that holds the result would not know."""
    whole = Pending()
    whole.task = 4
    entry = put_off(machine.main, 0, operator.getitem, (whole, 0))
    whole.settle([[1], [2]])
    machine.step(block=False)
    assert entry.pending.get() == [1] and whole.task is None
