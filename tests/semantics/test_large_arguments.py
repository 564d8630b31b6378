"""Large arrays as arguments: every call receives what they were at its place in the program, whatever changes them."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check

pytest.importorskip("numpy")

START = """
import numpy
@functional
def total(array, extra=0):
    return float(array.sum()) + extra
@functional
def ones(n):
    return numpy.ones(n)
N = 40_000
"""

PROGRAMS = {
    "stores between calls": """
@schedule
def main():
    array = numpy.zeros(N)
    out = []
    for i in range(5):
        out.append(total(array))
        array[i] = i + 1
        out.append(total(array, i))
        array[i:] += 1
        out.append(total(array[1:]))
    return out
""",
    "a call that nobody knows": """
def spoil(array, i):
    array[i] = 100
@schedule
def main():
    array = numpy.zeros(N)
    out = []
    for i in range(4):
        out.append(total(array))
        spoil(array, i)
        out.append(total(array))
    return out
""",
    "a call that calls back": """
@schedule
def main():
    array = numpy.zeros(N)
    out = []
    def again():
        out.append(total(array))
        return 0
    def spoil(callback):
        array[0] += 1
        callback()
        array[1] += 1
        return 1
    for i in range(3):
        out.append(total(array))
        note(spoil(again))
        out.append(total(array))
    return out
""",
    "views of one array": """
@schedule
def main():
    array = numpy.zeros(2 * N)
    left, right = array[:N], array[N:]
    out = []
    for i in range(3):
        out.append(total(left) + 0)
        right[i] = 5
        left[:] = i
        out.append((total(left), total(right), total(array)))
    return out
""",
    "a change that waits for a result": """
@schedule
def main():
    array = numpy.zeros(N)
    out = []
    for i in range(3):
        out.append(total(array))
        array += f(i)
        out.append(total(array))
        array[f(i)] = 50
        out.append(total(array))
    return out, array[:5].tolist()
""",
    "results changed by the program": """
@schedule
def main():
    out = []
    a = ones(N)
    out.append(total(a))
    a[0] = 100
    out.append(total(a))
    b = a
    b[1] = 100
    out.append(total(a))
    return out, a[:3].tolist()
""",
    "a generator that changes it": """
@schedule
def main():
    array = numpy.zeros(N)
    def steps():
        for i in range(3):
            array[i] = 10
            yield i
    out = []
    for i in steps():
        out.append(total(array))
        out.append(total(array, i))
    return out
""",
    "short calls, and a loop that goes on as it was written": """
@schedule
def main():
    array = numpy.zeros(N)
    out = [total(array)]
    for i in range(200):
        array[i] = 1
    out.append(total(array))
    return out
""",
    "a failure that takes stores back": """
@schedule
def main():
    array = numpy.zeros(N)
    out = []
    try:
        out.append(total(array))
        fails(1, 1)
        array[0] = 5
        out.append(total(array))
    except ValueError:
        out.append(total(array))
    return out
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_call_receives_the_array_as_it_was(name: str) -> None:
    check(PRELUDE + START + PROGRAMS[name])
