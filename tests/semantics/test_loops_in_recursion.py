"""Loops in unfolded calls that only compute go on as they were written, and do not wait for what is under way."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from loop_forms import Prompt
from scheduled import PRELUDE, Program, executing, plain

from pydron import functional, schedule
from pydron_runtime.machine.calls import unfolding
from pydron_runtime.machine.loops import tiers
from pydron_runtime.machine.loops.computing import only_computes
from pydron_runtime.testing.scripted import ScriptedExecutor, newest_first, oldest_first

QUICK = """
@functional
def quick(xs):
    if len(xs) <= 1:
        return xs
    pivot = xs[len(xs) // 2]
    low = [x for x in xs if x < pivot]
    middle = [x for x in xs if x == pivot]
    high = [x for x in xs if x > pivot]
    return quick(low) + middle + quick(high)
@schedule
def main():
    return quick([(number * 7919) % 1009 for number in range(400)])
"""

PROGRAMS = {
    "loops before the calls": QUICK,
    "loops behind the calls": """
@functional
def counted(n):
    if n < 3:
        return [n]
    left, right = counted(n - 1), counted(n - 3)
    sums = []
    for number in range(60):
        sums.append(abs(number - n))
    total = 0
    for value in sums:
        total += value
    return left + right + [total]
@schedule
def main():
    return counted(9)
""",
    "loops over results": """
@functional
def doubled(n):
    if n < 2:
        return [n] * 30
    return [x + 1 for x in doubled(n - 1)] + [x for x in doubled(n - 2) if x > 1]
@schedule
def main():
    return doubled(6)
""",
    "loops that print, raise and are left": """
@functional
def noisy(xs):
    if len(xs) < 40:
        return sum(xs)
    small = []
    for x in xs:
        if x == 77:
            print("seen", len(xs))
        if x > 900:
            break
        small.append(x)
    else:
        print("none", len(xs))
    try:
        for x in xs:
            if x == 613 and len(xs) < 200:
                raise KeyError(x)
    except KeyError as error:
        small.append(error.args[0])
    middle = len(xs) // 2
    return noisy(xs[:middle]) + noisy(xs[middle:]) + len(small)
@schedule
def main():
    return noisy([(number * 7919) % 1009 for number in range(400)])
""",
    "a failure behind a loop": """
@functional
def failing(xs):
    if len(xs) < 30:
        return xs[100]
    low = [x for x in xs if x < xs[len(xs) // 2]]
    high = [x for x in xs if x >= xs[len(xs) // 2]]
    return failing(low) + failing(high)
@schedule
def main():
    try:
        return failing(list(range(300)))
    except IndexError as error:
        return str(error)
""",
}


@contextlib.contextmanager
def in_forms(alone: Any) -> Iterator[None]:
    """Loops leave the machine after some iterations; ``alone`` says in place of the machine which may at once."""
    with (
        mock.patch.object(tiers, "always", lambda: False),
        mock.patch.object(tiers, "_STREAK", 4),
        mock.patch.object(tiers, "_IDLE", 8),
        mock.patch.object(tiers, "_LOOK", 1),
        mock.patch.object(unfolding, "SMALL", 0),
        mock.patch.object(tiers, "only_computes", alone),
    ):
        yield


def each_second() -> Any:
    """So that loops of both kinds meet: those that go on at once, and those that wait."""
    turns = itertools.count()
    return lambda *loop: only_computes(*loop) and bool(next(turns) % 2)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_recursive_function_with_loops_gives_what_it_gives(name: str) -> None:
    program = Program(PRELUDE + PROGRAMS[name])
    expected = plain(program)
    for executor in (ScriptedExecutor(oldest_first, 2), ScriptedExecutor(newest_first, 4), Prompt(newest_first, 2)):
        for alone in (only_computes, each_second()):
            with executing(executor), in_forms(alone):
                seen = program.observe(program.namespace(schedule, functional))
            assert (seen.result, seen.output) == (expected.result, expected.output)
            assert str(seen.error) == str(expected.error)


def test_a_loop_in_an_unfolded_call_does_not_wait_for_the_pieces_before_it() -> None:
    """Else the second half would be taken apart when the first one has come back."""
    program = Program(PRELUDE + QUICK)
    executor = ScriptedExecutor(oldest_first, 2)
    before: list[int] = []
    wait = executor.wait

    def waiting(owner: int, timeout: float | None = None) -> bool:
        before.append(len(executor.submitted))
        return wait(owner, timeout)

    executor.wait = waiting  # type: ignore[method-assign]
    with executing(executor), in_forms(only_computes):
        program.observe(program.namespace(schedule, functional))
    assert before[0] == unfolding.AHEAD * 2
