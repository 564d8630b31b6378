"""When calls fail: the first failure in program order is raised, what is before it has happened, nothing after it has."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check

PROGRAMS = {
    "failing stores after an operator of the user's own that fails": """
class Loud:
    pass
@functional
def loud(x):
    return Loud()
SEEN = []
@schedule
def main():
    out = []
    try:
        x = 1 + loud(1)
        SEEN[0] = x
    except TypeError:
        out.append("set")
    try:
        x = 1 + loud(1)
        SEEN.pop()
    except TypeError:
        out.append("pop")
    try:
        x = 1 + loud(1)
        SEEN.remove(3)
    except TypeError:
        out.append("remove")
    note(out)
    x = 1 + loud(1)
    del SEEN[0]
""",
    "the first of several": """
@schedule
def main():
    a = f(1)
    b = fails(1, 1)
    c = fails(2, 2)
    return a, b, c
""",
    "a failure of the program after failing calls": """
@schedule
def main():
    a = fails(1, 1)
    b = [][3]
""",
    "a failure of the program before failing calls": """
@schedule
def main():
    b = [][f(3)]
    a = fails(1, 1)
""",
    "a failure of an operation between failing calls": """
@schedule
def main():
    a = f(-1)
    b = 1 / a
    c = fails(1, 1)
""",
    "a failing operand far from its use": """
@schedule
def main(out):
    a = [fails(x, 2) for x in range(5)]
    out.append(1)
    b = a[2] + 1
    out.append(b)
def arguments():
    return ([],)
""",
    "everything stored after the failure is taken back": """
class Box:
    def __init__(self):
        self.x, self.items = 1, [1]
BOX = Box()
LIST = [1, 2, 3]
DICT = {"k": 1}
SET = {1}
@schedule
def main(xs, box):
    a = f(1)
    LIST.append(a)
    b = fails(1, 1)
    LIST.append(5)
    LIST.insert(0, f(2))
    LIST[1] = 7
    LIST[0:2] = [9]
    LIST.extend(items(2))
    LIST.pop()
    LIST.reverse()
    LIST.sort(key=None)
    del LIST[0]
    LIST.remove(2)
    DICT["k"] = f(3)
    DICT["new"] = 1
    DICT.update({"z": 1})
    DICT.setdefault("y", []).append(f(1))
    del DICT["k"]
    DICT.pop("new")
    SET.add(5)
    SET.discard(1)
    BOX.x = f(1)
    BOX.y = 2
    BOX.items.append(b)
    box.items += [f(1)]
    xs += [1]
    xs.clear()
    xs.append(xs)
    box.x += 1
def arguments():
    return [1, 2], Box()
""",
    "what a failing branch has stored before stays": """
OUT = []
@schedule
def main(out, table):
    if odd(1):
        out.append(f(1))
        table["k"] = f(2)
        out.append(fails(3, 3))
        out.append(4)
    out.append(5)
    OUT.append(6)
def arguments():
    return [], {}
""",
    "what a failing branch of the program's own has stored before stays": """
OUT = []
@schedule
def main(out):
    if odd(1):
        out.append(f(1))
        out.append(1 // 0)
        out.append(4)
    out.append(5)
    OUT.append(6)
def arguments():
    return ([],)
""",
    "what a failing nested function has stored before stays": """
OUT = []
@schedule
def inner(out):
    out.append(f(1))
    fails(2, 2)
    out.append(3)
    OUT.append(3)
@schedule
def main(out):
    OUT.append(f(0))
    inner(out)
    OUT.append(1)
def arguments():
    return ([],)
""",
    "a failure in each iteration order": """
LOG = []
@schedule
def main(out):
    for x in range(6):
        LOG.append(x)
        out.append(fails(x, 3))
        if fails(x, 4) > 1:
            out.append("more")
def arguments():
    return ([],)
""",
    "effects nobody knows, around failures": """
@schedule
def main():
    a = f(1)
    note("one", a)
    b = fails(2, 2)
    note("two")
    c = f(b)
""",
    "a call with a failed argument does not count": """
@schedule
def main():
    a = fails(1, 1)
    b = fail(a)
    c = fail(b)
    return c
""",
    "a failure inside a container that is passed on": """
@schedule
def main():
    a = [f(1), fails(1, 1)]
    return total(a)
""",
    "a failing deferred loop": """
@schedule
def main(out):
    n = 0
    while f(n) < 10:
        n = fails(n + 1, 4)
    out.append(n)
    m = fail(1)
def arguments():
    return ([],)
""",
    "a failing scheduled function among others": """
@schedule
def inner(x):
    a = f(x)
    return fails(a, 3)
@schedule
def main(out):
    for x in range(5):
        out.append(inner(x))
def arguments():
    return ([],)
""",
    "a failing scheduled function that is handled": """
@schedule
def inner(x, out):
    out.append(x)
    a = fails(x, 2)
    out.append(a)
    return a
@schedule
def main(out):
    for x in range(4):
        try:
            inner(x, out)
        except ValueError as error:
            note(error)
            out.append("handled")
        finally:
            out.append("finally")
    return out
def arguments():
    return ([],)
""",
    "a failing function called natively by a handler": """
def main():
    out = []
    try:
        inner(out)
    except ValueError:
        other(out)
@schedule
def inner(out):
    out.append(f(1))
    fail(2)
@schedule
def other(out):
    out.append(f(1))
    fails(3, 3)
    out.append(1)
""",
    "errors that are not exceptions": """
@functional
def leave(x):
    raise SystemExit(x)
@functional
def interrupt(x):
    raise KeyboardInterrupt(x)
OUT = []
@schedule
def one():
    a = f(1)
    OUT.append(a)
    leave(3)
    OUT.append(4)
@schedule
def two():
    a = f(1)
    OUT.append(a)
    interrupt(3)
    OUT.append(5)
def main():
    for function in (one, two):
        try:
            function()
        except BaseException as error:
            note(error, OUT)
""",
    "notes and attributes": """
@functional
def noted(x):
    error = ValueError(x)
    error.__notes__ = ["a note"]
    error.extra = [x]
    raise error
@schedule
def main():
    f(1)
    noted(2)
""",
    "an exception group": """
@functional
def grouped(x):
    raise ExceptionGroup("many", [ValueError(x), KeyError(x)]) if "ExceptionGroup" in dir(__builtins__) else ValueError(x)
@schedule
def main():
    f(1)
    grouped(2)
""",
    "the same exception object twice": """
@schedule
def inner(error):
    f(1)
    raise error
def main():
    error = ValueError(1)
    for _ in range(2):
        try:
            inner(error)
        except ValueError as caught:
            note(caught is error, caught)
""",
    "lines of an expression over several lines": """
@schedule
def main():
    a = f(1)
    return [
        f(1),
        g(2) if odd(a)
        else fails(
            3, 3
        ),
        1 // 0,
    ]
""",
    "an operation on several lines": """
@schedule
def main():
    a = f(-1)
    b = (
        1
        +
        2 // a
    )
    return b
""",
    "a conditional expression on several lines": """
@schedule
def main():
    a = f(-1)
    b = (
        1 if a
        else
        2 // a
    )
    return b
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_failure_is_that_of_plain_python(name: str) -> None:
    check(PRELUDE + PROGRAMS[name])


@pytest.mark.parametrize(
    "handled", ["return f(1)", "try:\n        {}[1]\n    except KeyError:\n        return [f(x) for x in (1, 2)]"]
)
def test_why_a_call_could_not_travel_is_no_context_of_what_it_raises(handled: str) -> None:
    """The function refers to a global that cannot be pickled, so it runs in the program."""
    check(
        "import sys\nclass Stays:\n    def __reduce__(self):\n        raise TypeError('no')\nstays = Stays()\n"
        "@functional\ndef f(x):\n    stays\n    raise ValueError(x, sys.exc_info()[0])\n"
        f"@schedule\ndef main():\n    {handled}\n"
    )
