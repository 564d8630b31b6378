"""Short calls of a recursive scheduled function run as they are written, and change nothing but the time."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import pytest
from scheduled import PRELUDE, Program, executing

from pydron import functional, schedule
from pydron_runtime.machine.calls import at_own_speed
from pydron_runtime.machine.calls.brought_forth import short_call
from pydron_runtime.testing.scripted import ScriptedExecutor, newest_first

FUNCTIONS = """
@functional
def merge(left, right):
    return sorted([*left, *right])
@schedule
def sort(values):
    if len(values) < 2:
        return values
    middle = len(values) // 2
    return merge(sort(values[:middle]), sort(values[middle:]))
@schedule
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
@functional
def double(n):
    return 2 * n
@schedule
def doubled(n):
    return double(n) if n < 2 else doubled(n - 1) + doubled(n - 2)
"""

PROGRAMS = {
    "a sort": """
@schedule
def main():
    xs = [(number * 37) % 101 for number in range(60)]
    ys = sort(xs)
    xs.append(5)
    return ys, sort(xs), sort([f(3), f(1)]), sort([f(1)])
""",
    "the very object that it is given": """
@schedule
def main():
    xs, zs = [f(1)], [3]
    ys, ws = sort(sort(xs)), sort(sort(zs))
    ys.append(2)
    ws.append(4)
    return xs, ys is xs, zs, ws is zs
""",
    "functional calls at the end": """
@schedule
def main():
    return [doubled(n) for n in range(9)] + [fib(8)]
""",
    "a failure": """
@schedule
def failing(n):
    if n == 1:
        raise ValueError(n)
    return double(n) if n < 3 else failing(n - 2) + failing(n - 1)
@schedule
def main():
    OUT.append(f(1))
    a = [failing(2), failing(4)]
    OUT.append(a)
    try:
        failing(6)
    except ValueError as error:
        OUT.append(error.args)
    note(f(2))
    failing(5)
OUT = []
""",
    "output": """
@schedule
def said(n):
    print("before", n)
    result = double(n) if n < 2 else said(n - 1) + said(n - 2)
    print("after", n)
    return result
@schedule
def main():
    a = f(1)
    print(a)
    b = said(5)
    print(f(b))
    return said(4), sort([2, 1, 3])
""",
    "what others have changed": """
@schedule
def looked(n):
    return [SEEN[-1]] if n < 1 else looked(n - 1) + looked(n - 1)
@schedule
def main():
    SEEN.append(9)
    found = [looked(2)]
    for number in range(4):
        SEEN.append(f(number))
        found.append(looked(3))
        SEEN.append(number)
        found.append(looked(2))
    return found
SEEN = []
""",
    "within another function": """
@schedule
def main():
    base = f(3)
    @schedule
    def inner(n):
        return base if n < 2 else inner(n - 1) + inner(n - 2)
    found = [inner(4)]
    base = 5
    return found + [inner(4), inner(5)]
""",
    "arguments that are not there yet": """
@schedule
def main():
    a = fib(f(4))
    b = sort([f(3), f(2), f(9)])
    c = sort(g(b) if b[0] == 2 else b)
    return a, b, c, doubled(f(2))
def g(x):
    return [*x, 1, 0]
""",
}


@pytest.fixture(autouse=True)
def microseconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each call takes one, and none is treated as long because all are, in tests."""
    monkeypatch.setattr(at_own_speed, "always", lambda: False)
    clock = SimpleNamespace(perf_counter_ns=itertools.count(step=1000).__next__)
    monkeypatch.setattr(at_own_speed, "time", clock)


@pytest.mark.parametrize("name", PROGRAMS)
def test_short_calls_give_what_they_give(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    def counting(*args: Any) -> Any:
        made.append(args)
        return short_call(*args)

    monkeypatch.setattr(at_own_speed, "short_call", counting)
    program = Program(PRELUDE + FUNCTIONS + PROGRAMS[name])
    with executing(ScriptedExecutor(newest_first, 2)):
        outcome = program.observe(program.namespace(schedule, functional))
    plain = program.observe(program.namespace(plainly, plainly))
    assert outcome == plain
    assert made


def plainly(function: object) -> object:
    return function


def test_calls_that_suddenly_take_long_are_entered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """There are functional calls in them, which are handed out then, and overlap."""
    monkeypatch.setattr(at_own_speed, "ANYHOW", 0)
    monkeypatch.setattr(at_own_speed, "ABOUT", 0)
    source = FUNCTIONS + "@schedule\ndef main():\n    return [doubled(n % 7) for n in range(50)]\n"
    program = Program(PRELUDE + source)
    executor = ScriptedExecutor(newest_first, 2)
    with executing(executor):
        outcome = program.observe(program.namespace(schedule, functional))
    assert outcome == program.observe(program.namespace(plainly, plainly))
    assert executor.peak > 8
