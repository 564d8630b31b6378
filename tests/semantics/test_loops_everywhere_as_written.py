"""Loops go on as they were written wherever they stand: in branches, helpers, guarded statements, and ``while`` loops."""

from __future__ import annotations

import sys
from unittest import mock

import pytest
from loop_forms import Prompt, switching
from scheduled import PRELUDE, Program, by_machine, check, compare, plain

from pydron_runtime.machine.loops.tiers import Tiers

PROGRAMS = {
    "a while loop": """
@schedule
def main():
    i, out = 0, []
    while i < 12:
        out.append(f(i))
        i += 1
    return out, i
""",
    "a while loop on results, with a test that is a statement": """
@schedule
def main():
    a, b = items(9), items(5)
    i = j = 0
    out = []
    while i < len(a) and j < len(b):
        if a[i] <= b[j]:
            out.append(a[i])
            i += 1
        else:
            out.append(b[j])
            j += 1
    else:
        out.append("else")
    return out + a[i:] + b[j:]
""",
    "continue, break and else of while loops": """
@schedule
def main():
    i, out = 0, []
    while i < 20:
        i += 1
        if odd(i):
            continue
        if i > 10:
            break
        out.append(g(i))
    else:
        out.append("else of the first")
    while i:
        i -= 1
    else:
        out.append("else of the second")
    return out, i
""",
    "while loops in one another": """
@schedule
def main():
    rows, i = [], 0
    while i < 4:
        j, row = 0, []
        while j < 5:
            row.append(f(i * j))
            j += 1
        rows.append(row)
        i += 1
    return rows
""",
    "a branch on a result": """
@schedule
def main():
    out = []
    if f(1) == 2:
        for x in range(9):
            out.append(g(x))
    note("after")
    return out
""",
    "a helper": """
def helper(xs, out):
    for x in xs:
        out.append(f(x))
@schedule
def main():
    out = []
    helper(range(9), out)
    helper(items(9), out)
    return out
""",
    "scheduled functions": """
@schedule
def inner(xs):
    out = []
    for x in xs:
        out.append(f(x))
    return out
@schedule
def main():
    return inner(range(9)), inner(items(9))
""",
    "a loop over a result": """
@schedule
def main():
    out = []
    for x in items(9):
        out.append(x * 2)
    return out
""",
    "a try statement": """
@schedule
def main():
    out, last = [], None
    try:
        for x in range(9):
            last = f(x)
            out.append(last)
    finally:
        note(("last", last))
    return out
""",
    "a with statement": """
import contextlib
@schedule
def main():
    out = []
    with contextlib.suppress(ValueError):
        for x in range(9):
            out.append(f(x))
    return out
""",
}

HARD = {
    "a handler that reads what the loop has bound": """
@schedule
def main():
    out, last, n = [], None, 0
    try:
        for x in range(9):
            last = f(x)
            n += 1
            if x == 6:
                raise ValueError(x)
            out.append(last)
    except ValueError as error:
        note((last, n, x, str(error)))
    return out, last, n
""",
    "a handler that reads what a while loop has bound": """
@schedule
def main():
    i, seen = 0, None
    try:
        while True:
            seen = f(i)
            i += 1
            if i == 7:
                {}[i]
    except KeyError:
        note((i, seen))
    return i, seen
""",
    "code beyond a loop stores ahead of it": """
STATE = {"level": 1}
class Box: pass
box = Box()
box.size = 1
@schedule
def main():
    out = []
    if f(1) == 2:
        for x in range(9):
            out.append((f(x), STATE["level"], box.size))
    STATE["level"] = 2
    box.size = 3
    return out, STATE["level"], box.size
""",
    "a loop changes what code beyond it reads": """
class Box: pass
@schedule
def main():
    box, kept = Box(), {}
    box.count = 0
    if f(1) == 2:
        for x in range(9):
            box.count += f(x)
            kept[x] = box.count
    return box.count, len(kept), list(kept.items())
""",
    "output within and beyond a loop": """
@schedule
def main():
    if f(0) == 1:
        for x in range(6):
            print(f(x), "within")
    print("beyond", g(1))
    i = 0
    while i < f(4):
        print("turn", i)
        i += 1
    print("end")
""",
    "a failure in a branch's loop, and stores beyond it": """
SEEN = []
@schedule
def main():
    if f(1) == 2:
        for x in range(9):
            SEEN.append(x)
            if x == 5:
                raise IndexError(x)
    SEEN.append("never")
    note("never")
""",
    "unknown code within a branch's loop": """
@schedule
def main():
    out = []
    if f(1) == 2:
        for x in range(6):
            note(x)
            out.append(f(x))
    out.append("after")
    note(len(out))
    return out
""",
    "loops of two branches that share a list": """
@schedule
def main():
    out = []
    if f(1) == 2:
        for x in range(5):
            out.append(f(x))
    if f(2) == 3:
        i = 0
        while i < 5:
            out.append(g(i) + len(out))
            i += 1
    return out
""",
    "a variable that a while loop deletes": """
@schedule
def main():
    i = 0
    while i < 4:
        value = f(i)
        i += 1
        if i < 4:
            del value
    try:
        return value
    except UnboundLocalError:
        return "unbound"
""",
    "an exit from a while loop in a try statement": """
@schedule
def main():
    i, out = 0, []
    try:
        while True:
            out.append(f(i))
            i += 1
            if i > 5:
                return out, i
    finally:
        note((i, list(out)))
""",
}


@pytest.mark.parametrize("name", [*PROGRAMS, *HARD])
def test_where_a_loop_stands_changes_nothing(name: str) -> None:
    check(PRELUDE + {**PROGRAMS, **HARD}[name], copies=True)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_loop_leaves_the_machine_wherever_it_stands(name: str) -> None:
    left: list[bool] = []
    more = Tiers.more

    def seen(self: Tiers) -> bool:
        goes_on = more(self)
        left.append(goes_on and self.plain)
        return goes_on

    program = Program(PRELUDE + PROGRAMS[name])
    with switching(sys.maxsize), mock.patch.object(Tiers, "more", seen):
        outcome = by_machine(program, Prompt(), short=True)
    compare(program, "loops as written", plain(program), outcome)
    assert any(left), "the loop stayed on the machine"
