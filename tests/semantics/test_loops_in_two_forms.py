"""A loop that leaves the machine and comes back goes on exactly where it was."""

from __future__ import annotations

from unittest import mock

import pytest
from loop_forms import Prompt
from scheduled import PRELUDE, Program, by_machine, check, compare, plain

from pydron_runtime.machine.loops import tiers
from pydron_runtime.machine.operations import call as ops_call

PROGRAMS = {
    "break, continue and else": """
@schedule
def main():
    out = []
    for x in range(9):
        if x == 2:
            continue
        out.append(f(x))
        if x == 6:
            break
    else:
        out.append("else of the first")
    for x in range(3):
        out.append(g(x))
    else:
        out.append("else of the second")
    return out, x
""",
    "a list that grows while it is gone through": """
@schedule
def main():
    queue = [1, 2, 3]
    seen = []
    for x in queue:
        seen.append(f(x))
        if x < 40 and len(queue) < 12:
            queue.append(x * 3)
    return queue, seen
""",
    "a list that shrinks and changes ahead of the loop": """
@schedule
def main():
    xs = list(range(10))
    out = []
    for i, x in enumerate(xs):
        out.append(f(x))
        if x == 3:
            xs.pop()
            xs[5] = 77
    return xs, out
""",
    "an iterator that logs": """
@schedule
def main():
    out = []
    for x in items(5):
        note(x)
        out.append(f(x))
    return out
""",
    "results of before the loop are used in it": """
@schedule
def main():
    xs = [1, 2, 3, 4]
    a = f(3)
    total = a
    table = {"a": a}
    for x in xs:
        total += x
        table[x] = total
        note(total)
    b = f(total)
    return total, table, b
""",
    "a failure in the middle": """
target = []

@schedule
def main():
    for x in range(8):
        target.append(fails(x, 5))
        note(x)
""",
    "return from inside of nested loops": """
@schedule
def main():
    for x in range(5):
        for y in range(5):
            if f(x) + g(y) > 20:
                return x, y
    return None
""",
    "a target that is unpacked, and a variable left over": """
@schedule
def main():
    out = []
    for (a, b), *rest in [((1, 2), 3), ((4, 5), 6, 7)]:
        out.append((f(a), g(b), rest))
    return out, a, b, rest
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_loop_is_the_same_in_each_form(name: str) -> None:
    """The machine, the loop as written, and both in turns give the same."""
    check(PRELUDE + PROGRAMS[name])


class SlowClock:
    """Time goes on by a millisecond each time that somebody looks."""

    def __init__(self) -> None:
        self.now = 0

    def perf_counter_ns(self) -> int:
        self.now += 1_000_000
        return self.now


def test_a_loop_that_takes_long_and_hands_nothing_out_goes_on_as_it_was_written() -> None:
    text = """
@schedule
def main():
    out = []
    for x in range(40):
        for y in range(100):
            out.append(f(x) + y)
    return out
"""
    program = Program(PRELUDE + text)
    on_machine = mock.Mock(side_effect=ops_call._timed)
    with mock.patch.object(tiers, "time", SlowClock()), mock.patch.object(ops_call, "_timed", on_machine):
        with mock.patch.object(tiers, "always", lambda: False):
            seen = by_machine(program, Prompt(), short=True)
    compare(program, "nested loops", plain(program), seen)
    assert 0 < on_machine.call_count <= 4000 * 0.3, "the calls of most iterations are the machine's affair"
