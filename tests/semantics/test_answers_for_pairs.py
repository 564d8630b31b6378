"""Loops over `enumerate` and `zip` take answers that workers made ahead, and nobody can tell but by the clock."""

from __future__ import annotations

import sys
from unittest import mock

import pytest
from loop_forms import Prompt, asking_ahead, switching
from scheduled import PRELUDE, Program, by_machine, check, check_ranges

from pydron_runtime.machine.iteration import elements_ahead
from pydron_runtime.machine.loops import ranges

PROGRAMS = {
    "elements that are numbered": """
@schedule
def main():
    out = {}
    for i, x in enumerate(["a", "bb", "é", "ccc", "dddd", "eeeee", "ffffff"], 3):
        out[x] = f(i), g(len(x) + i)
    return out
""",
    "elements side by side": """
@schedule
def main(xs=[5, 6, 7, 8, 9, 1.5, 11, 12]):
    ys = (1, 2, 3, 4, 5, 6, 7)
    return [add(x, y, k=z, z=0) for x, y, z in zip(xs, ys, range(10, 100))]
""",
    "numbered pairs, and pairs of numbered ones": """
@schedule
def main():
    out = []
    for i, (x, y) in enumerate(zip([1, 2, 3, 4, 5, 6], "abcdef")):
        out.append(f(x + i) + len(y))
    for (i, x), y in zip(enumerate([1, 2, 3, 4, 5, 6]), [9, 8, 7, 6, 5]):
        out.append(f(x + i) + g(y))
    return out
""",
    "lists of other lengths, which is an error": """
out = []
@schedule
def main():
    for x, y in zip([1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5], strict=True):
        out.append(f(x) + g(y))
""",
    "a numbered list that changes": """
@schedule
def main():
    xs = list(range(12))
    out = []
    for i, x in enumerate(xs):
        out.append(f(x))
        if i % 3 == 0 and i + 2 < len(xs):
            xs[i + 1] = x * 100
            xs[i + 2] = float(xs[i + 2])
        if i == 5:
            del xs[8]
            xs.append(77)
    return out, xs
""",
    "a list that changes beside another one": """
@schedule
def main():
    xs, ys = list(range(12)), [str(n) * n for n in range(12)]
    out = []
    for x, y in zip(xs, ys):
        out.append(f(x) + len(y))
        if x == 4:
            ys[5] = "other"
            ys[6:8] = []
            xs.insert(6, 1000)
    return out, xs, ys
""",
    "one iterator twice": """
@schedule
def main():
    steps = iter(list(range(12)))
    out = []
    for x, y in zip(steps, steps):
        out.append(f(x) + g(y))
    return out
""",
    "an iterator that the loop draws from": """
@schedule
def main():
    steps = iter(list(range(20)))
    out = []
    for i, x in enumerate(steps):
        out.append((i, f(x)))
        if i % 2:
            out.append(next(steps))
    return out, list(steps)
""",
    "numbers beyond the largest index": """
@schedule
def main():
    return [f(i % 7) + x for i, x in enumerate([1, 2, 3, 4, 5, 6], 2 ** 70)]
""",
    "a pairing that is left and gone on with": """
@schedule
def main():
    out = []
    pairs = zip(range(20), list(range(40)))
    for x, y in pairs:
        out.append(f(x) + g(y))
        if x == 9:
            break
    out.append(list(pairs))
    for x, y in pairs:
        out.append(f(x))
    return out
""",
}

ANSWERED = [
    "elements that are numbered",
    "elements side by side",
    "numbered pairs, and pairs of numbered ones",
    "lists of other lengths, which is an error",
    "a numbered list that changes",
]


@pytest.mark.parametrize("name", PROGRAMS)
def test_answers_for_pairs_change_nothing(name: str) -> None:
    check(PRELUDE + PROGRAMS[name], copies=True)


@pytest.mark.parametrize("iterations", [1, 2, 7, 100])
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_length_of_ranges_of_pairs_changes_nothing(name: str, iterations: int) -> None:
    check_ranges(PRELUDE + PROGRAMS[name], iterations)


@pytest.mark.parametrize("name", ANSWERED)
def test_answers_for_pairs_are_taken(name: str) -> None:
    program = Program(PRELUDE + PROGRAMS[name])
    taken = mock.Mock(side_effect=elements_ahead.paired)
    with switching(sys.maxsize), asking_ahead(), mock.patch.object(ranges, "paired", taken):
        by_machine(program, Prompt(), short=True)
    assert taken.called, "no range of iterations was answered"
