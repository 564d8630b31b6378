"""A loop of short calls takes answers that workers made ahead, and nobody can tell but by the clock."""

from __future__ import annotations

import sys
from collections import Counter
from unittest import mock

import pytest
from loop_forms import Prompt, asking_ahead, switching
from scheduled import PRELUDE, Program, by_machine, check, check_ranges, compare, executing, plain

import pydron
from pydron_runtime.conformance.executors import EventLog
from pydron_runtime.machine.loops import ranges

PROGRAMS = {
    "a call per iteration": """
@schedule
def main():
    out = []
    for x in range(20):
        out.append(f(x))
    return out
""",
    "calls that need one another, and a choice by a result": """
@schedule
def main():
    out = []
    total = 0
    for x in range(20):
        y = x * 2
        a = f(y)
        if a % 3 == 0:
            b = g(a)
        else:
            b = f(a) + 1
        total += b
        out.append((a, b, total))
    return out
""",
    "a comprehension": """
@schedule
def main():
    return [f(x) + g(x) for x in range(20) if odd(x)]
""",
    "shared values": """
FACTOR = 3
@schedule
def main(start=4):
    out = []
    for x in (1, 2, 3, 4, 5, 6, 7, 8):
        out.append(f(x * FACTOR + start))
    return out
""",
    "elements that are unpacked": """
@schedule
def main():
    out = {}
    for name, (a, b) in [("p", (1, 2)), ("q", (3, 4)), ("r", (5, 6)), ("s", (7, 8)), ("t", (9, 10))]:
        out[name] = f(a), g(b)
    return out
""",
    "results that are no scalars": """
@schedule
def main():
    out = []
    for x in range(12):
        t = table(x)
        t["list"].append(f(x))
        out.append((total(t["list"]), t))
    return out
""",
    "builtins on the way": """
@schedule
def main():
    out = []
    for name in ["a", "bb", "ccc", "dddd", "eeeee", "ffffff"]:
        n = len(name)
        out.append(f(max(n, 3)))
    return out
""",
    "a failure in the middle": """
out = []
@schedule
def main():
    for x in range(20):
        out.append(fails(x, 11))
        note(x)
""",
    "a failure that depends on a result": """
out = []
@schedule
def main():
    for x in range(20):
        y = f(x)
        out.append(fails(y, 12))
        z = 1 / (y - 15)
        out.append(g(z))
""",
    "leaving early": """
@schedule
def main():
    for x in range(30):
        y = f(x)
        if x == 3:
            continue
        if y > 15:
            break
        note(x, g(y))
    else:
        note("else")
    return x, y
""",
    "the function means something else on the way": """
def swap():
    global h
    h = g
@functional
def h(x):
    return x - 1
@schedule
def main():
    out = []
    for x in range(12):
        if x == 5:
            swap()
        a = h(x)
        b = f(a)
        out.append((a, b))
    return out
""",
    "a constant that changes on the way": """
STEP = 1
def change():
    global STEP
    STEP = 100
@schedule
def main():
    out = []
    for x in range(12):
        if x == 5:
            change()
        out.append(f(x * STEP))
    return out
""",
    "a list that changes on the way": """
@schedule
def main():
    xs = list(range(12))
    out = []
    for x in xs:
        out.append(f(x))
        if x == 2:
            xs[4] = 1000
            xs.insert(6, 2000)
        if x == 8:
            del xs[-2:]
            xs.append(3000)
    return out
""",
    "a variable of the loop that the body binds": """
@schedule
def main():
    out = []
    k = 1
    for x in range(12):
        x += 1
        out.append(f(x * k))
        k = k + x
        out.append(f(k))
    return out, x, k
""",
    "a variable that a nested function sees": """
@schedule
def main():
    out = []
    k = 0
    def bump():
        nonlocal k
        k += 1
    for x in range(12):
        bump()
        out.append(f(x + k))
    return out
""",
    "zeros with a sign": """
@schedule
def main():
    out = []
    for x in [0.0, -0.0, 0.0, -0.0, 1.0, -0.0]:
        out.append(str(f(x) - 1) + str(g(x)))
    return out
""",
    "names that the slice uses itself": """
@schedule
def main(type=7, BaseException=8):
    out = []
    for set in range(12):
        out.append(f(set + type) + g(BaseException))
    return out
""",
    "arguments by keyword, and starred": """
@schedule
def main():
    out = []
    for x in range(12):
        out.append(add(x, *(1, 2), k=x, **{"z": x}))
    return out
""",
    "a loop within": """
@schedule
def main():
    out = []
    for x in range(6):
        a = f(x)
        for y in range(3):
            out.append(g(y) + a)
        out.append(f(a))
    return out
""",
    "an ellipsis as a result": """
@functional
def dots(x):
    return ... if x % 2 else x
@schedule
def main():
    return [(dots(x), f(x)) for x in range(10)]
""",
    "an exit from the function": """
@functional
def leave(x):
    if x == 7:
        raise SystemExit(3)
    return x
@schedule
def main():
    for x in range(12):
        note(leave(x))
""",
}

ANSWERED = [
    "a call per iteration",
    "calls that need one another, and a choice by a result",
    "a comprehension",
    "shared values",
    "elements that are unpacked",
    "builtins on the way",
    "leaving early",
]


@pytest.mark.parametrize("name", PROGRAMS)
def test_answers_change_nothing(name: str) -> None:
    check(PRELUDE + PROGRAMS[name], copies=True)


@pytest.mark.parametrize("iterations", [1, 2, 7, 100])
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_length_of_ranges_changes_nothing(name: str, iterations: int) -> None:
    check_ranges(PRELUDE + PROGRAMS[name], iterations)


@pytest.mark.parametrize("name", ANSWERED)
def test_answers_are_taken(name: str) -> None:
    taken: list[bool] = []
    take = ranges.Ranges._take

    def count(self: ranges.Ranges, number: int) -> object:
        answers = take(self, number)
        taken.append(answers is not None)
        return answers

    program = Program(PRELUDE + PROGRAMS[name])
    with switching(sys.maxsize), asking_ahead(), mock.patch.object(ranges.Ranges, "_take", count):
        by_machine(program, Prompt(), short=True)
    assert any(taken), "no range of iterations was answered"


def test_what_is_asked_beyond_the_end_of_the_loop_is_given_up() -> None:
    text = (
        PRELUDE + "\n@schedule\ndef main():\n    for x in range(1000):\n        if f(x) > 10:\n            return x\n"
    )
    program = Program(text)
    executor = Prompt()
    with switching(sys.maxsize), asking_ahead():
        seen = by_machine(program, executor, short=True)
    compare(program, "early end", plain(program), seen)
    assert executor.held == 0, "answers are kept that nobody will take"
    assert len(executor.submitted) < 30


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_trace_says_how_each_range_ended(name: str) -> None:
    log = EventLog()
    program = Program(PRELUDE + PROGRAMS[name])
    with switching(sys.maxsize), asking_ahead(), executing(Prompt(), short=True, recorder=log):
        program.observe(program.namespace(pydron.schedule, pydron.functional))
    ended = {event[1]: event[3] for event in log.events if event[0] == "task_retired"}
    asked = Counter(event[1] for event in log.events if event[0] == "task_issued")
    retired = Counter(event[1] for event in log.events if event[0] == "task_retired")
    assert asked == retired
    assert set(ended.values()) <= {"ok", "failed", "cancelled"}
    if name in ANSWERED:
        assert "ok" in ended.values()
