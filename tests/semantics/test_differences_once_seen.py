"""Small programs that once did something else than under plain Python, each for what it shows."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check

PROGRAMS = {
    "results unpacked into the display of a set": """
@schedule
def main():
    a = {*map(f, range(4))}
    b = {f(1), *[f(2), f(1)], *a}
    c = {*zip(map(f, range(2)), "ab"), (f(5), 1)}
    return sorted(a), sorted(b), sorted(c)
""",
    "a result that has no hash, unpacked into the display of a set": """
@schedule
def main():
    note("begin")
    return {*map(items, range(2)), note("after")}
""",
    "elements with hashes of the program's own, unpacked into the display of a set": """
class Loud:
    def __init__(self, x):
        self.x = x
    def __hash__(self):
        note("hash", self.x)
        return self.x
def made(n):
    for i in range(n):
        note("next", i)
        yield Loud(i)
@schedule
def main():
    a = f(1)
    b = {*made(2), a}
    return len(b)
""",
    "an exception in a guarded statement within a handler, in a stack of its own": """
@schedule
def main():
    seen = []
    try:
        try:
            fails(1, 1)
        except ValueError as e:
            try:
                fails(2, 2)
            except ValueError as e2:
                seen.append((e2.args, e2.__context__ is e))
            try:
                raise LookupError(f(1))
            except LookupError as e3:
                seen.append((e3.args, e3.__context__ is e))
    except KeyError:
        pass
    return seen
""",
    "what is being handled, in a stack of its own": """
import sys
def handled():
    return repr(sys.exc_info()[1])
@schedule
def main():
    seen = []
    try:
        fail(f(1))
    except ValueError:
        try:
            if f(2) > 1:
                seen.append(handled())
                raise
        except ValueError as e:
            seen.append((e.args, repr(e.__context__)))
        seen.append(handled())
    seen.append(handled())
    return seen
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_does_what_plain_python_does(name: str) -> None:
    check(PRELUDE + PROGRAMS[name])
