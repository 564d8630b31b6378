"""Decisions that helpers and scheduled functions make: the calls in them are asked for ahead, and nobody notices."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, Program, by_machine, check, peak

from pydron_runtime.testing.scripted import ScriptedExecutor, oldest_first

HELPERS = """
@functional
def big(x):
    return x > 4

def plain(x):
    return big(x)

def chosen(x):
    a = f(x)
    if a > 4:
        return True
    return False

def guarded(x):
    if not odd(x):
        return False
    return f(x) > 6

def otherwise(x):
    if x < 0:
        return g(x) > 4
    else:
        return f(x) > 4

@schedule
def scheduled(x):
    return f(x) > 4

@schedule
def staged(x):
    y = g(f(x))
    return y > 40

def deeper(x):
    return chosen(x)

def computed(x, *more, k=2, **named):
    y = double(x) * k + 1
    return f(y) > 19

def double(x):
    return x + x

def both(x):
    return big(x) and odd(x)

def summed(x):
    total = 0
    for y in range(x):
        total += f(y)
    return total > 10

def streamed(x):
    return sum(f(y) for y in range(x)) > 10

def listed(x):
    return max([f(y) for y in range(x, x + 3)]) > 6

def paired(x):
    for i, y in enumerate([x, x + 1]):
        if f(y) > 6:
            return True
    return False

def attempted(x):
    try:
        return fails(x, 3) > 4
    except ValueError:
        note("failed", x)
        return False

def failing(x):
    if fails(x, 3) > 4:
        return True

def printing(x):
    r = f(x)
    print("tried", x, r)
    return r > 4

def logging(x):
    note("before", x)
    r = f(x) > 4
    note("after", x)
    return r

def counted(x, seen=[]):
    seen.append(x)
    return f(x) + len(seen) > 7

def recursive(x, n=2):
    return f(x) > 4 if n == 0 else recursive(x, n - 1)

def endless(x):
    return f(x) > 4 or endless(x + 1)

def lazily(x):
    yield f(x)

class Test:
    def __init__(self, k):
        self.k = k
        self.seen = []

    def passes(self, x):
        return f(x) > self.k

    def remembers(self, x):
        self.seen.append(f(x))
        return self.seen[-1] > self.k

    @property
    def loud(self):
        note("loud", self.k)
        return self.k

    def listens(self, x):
        return f(x) > self.loud
"""


def program(body: str) -> str:
    indented = "\n".join("    " + line for line in body.strip("\n").split("\n"))
    return f"{PRELUDE}{HELPERS}\n@schedule\ndef main():\n{indented}\n"


def loop(test: str) -> str:
    return f"for x in range(20):\n    if {test}:\n        return x"


OVERLAPPING = {
    "a plain helper": loop("plain(x)"),
    "a helper with a decision": loop("chosen(x)"),
    "a helper with a decision before its call": loop("guarded(x)"),
    "a helper with a decision on its argument": loop("otherwise(x)"),
    "a scheduled function": loop("scheduled(x)"),
    "a scheduled function of two stages": loop("staged(x)"),
    "a helper that calls a helper": loop("deeper(x)"),
    "arguments that a helper computes": loop("computed(x, 7, k=3, other=1)"),
    "defaults": loop("computed(x)"),
    "a helper with and": loop("both(x)"),
    "a loop in a helper": loop("summed(x)"),
    "a generator expression in a helper": loop("streamed(x)"),
    "a list comprehension in a helper": loop("listed(x)"),
    "a loop in a helper that may be left": loop("paired(x)"),
    "a helper with a handler": loop("attempted(x)"),
    "a helper that prints": loop("printing(x)"),
    "a helper that calls itself": loop("recursive(x)"),
    "a method": "t = Test(4)\n" + loop("t.passes(x)"),
    "a method that stores": "t = Test(4)\n" + loop("t.remembers(x)"),
    "a keyword": loop("chosen(x=x)"),
    "a local function": "k = 4\ndef passes(x):\n    return f(x) > k\n" + loop("passes(x)"),
    "a lambda": "passes = lambda x: f(x) > 4\n" + loop("passes(x)"),
    "any": "return any(chosen(x) for x in range(20))",
    "a loop within": "for x in range(20):\n    t = 0\n    for y in range(2):\n        t += f(x + y)\n    if t > 20:\n        return x",
    "a generator expression within": loop("all(f(x + y) > 7 for y in range(2))"),
    "pairs within": loop("max([f(y) + z for y, z in zip([x, 1], [2, 3])]) > 9"),
    "an unknown call of a result": "for x in range(6):\n    note(plain(x))",
}


@pytest.mark.parametrize("name", OVERLAPPING)
def test_calls_in_helpers_of_the_next_iterations_are_under_way(name: str) -> None:
    assert peak(program(OVERLAPPING[name])) >= 4


SAME = {
    "failures beyond the exit": loop("failing(x + 2) or x == 0"),
    "failures before the exit": loop("failing(x)"),
    "effects of helpers": loop("logging(x)"),
    "helpers that keep state": loop("counted(x)"),
    "a helper without end": "for x in range(3, 9):\n    if endless(x):\n        return x",
    "a generator": loop("next(lazily(x)) > 4"),
    "a property": "t = Test(4)\n" + loop("t.listens(x)"),
    "a variable that changes": "k = 9\ndef passes(x):\n    return f(x) > k\nfor x in range(20):\n    if passes(x):\n        return x\n    k -= 1",
    "wrong arguments": loop("plain(x, x)"),
    "a name that comes to mean something else": "global plain\nwas = plain\ntry:\n    for x in range(9):\n        if plain(x):\n            return x\n        if x == 2:\n            plain = odd\nfinally:\n    plain = was",
}


@pytest.mark.parametrize("name", SAME)
def test_looking_into_helpers_is_not_noticed(name: str) -> None:
    check(program(SAME[name]))


def asked(text: str) -> ScriptedExecutor:
    executor = ScriptedExecutor(oldest_first)
    by_machine(Program(program(text)), executor)
    return executor


def test_the_calls_of_an_iteration_are_asked_for_once() -> None:
    executor = asked("for x in range(6):\n    if guarded(x) and x > 9:\n        return x")
    assert len(executor.submitted) <= 6 + 6
    assert executor.held == 0


def test_helpers_with_many_calls_are_looked_into_within_bounds() -> None:
    executor = asked("for x in range(4):\n    if sum([f(x + y) for y in range(100)]) > 5000:\n        return x\n")
    assert len(executor.submitted) <= 400 + 32
    assert executor.held == 0


def test_recursion_without_end_is_looked_into_within_bounds() -> None:
    executor = asked("for x in range(4):\n    if big(x) and endless(x):\n        return x\n")
    assert len(executor.submitted) <= 60
    assert executor.held == 0
