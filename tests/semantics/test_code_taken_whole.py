"""Statements that are not taken apart run as written, in their place among calls that run ahead."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check

PROGRAMS = {
    "try, except, else, finally": """
@schedule
def main():
    out = []
    for x in range(4):
        a = f(x)
        try:
            b = fails(a, 3)
            out.append(b)
        except ValueError as error:
            out.append(str(error))
        except (KeyError, TypeError):
            out.append("never")
        else:
            out.append("else")
        finally:
            out.append("finally")
        out.append(g(x))
    return out
""",
    "handlers see the variables as they were": """
@schedule
def main():
    x = y = 0
    xs = []
    try:
        x = f(1)
        xs.append(x)
        y = fails(2, 2)
        x = f(100)
        xs.append(x)
    except ValueError:
        return x, y, xs
""",
    "try with return, break and continue inside": """
@schedule
def inner(x):
    try:
        if x:
            return f(x)
        fail(x)
    except ValueError:
        return "handled"
    finally:
        note("finally", x)
@schedule
def main():
    out = []
    for x in range(5):
        try:
            if x == 1:
                continue
            if odd(f(f(x))):
                break
            out.append(f(x))
        finally:
            out.append(x)
    return out, inner(0), inner(1), x
""",
    "with": """
import contextlib
@contextlib.contextmanager
def manager(name):
    note("enter", name)
    try:
        yield [name]
    finally:
        note("exit", name)
@schedule
def main():
    out = [f(0)]
    with manager("a") as a, manager("b") as (b,):
        out.append(f(1))
        a.append(g(1))
    with contextlib.suppress(ValueError):
        out.append(fails(1, 1))
        out.append("never")
    with manager("c"):
        x = f(5)
        fail(x)
    return out
""",
    "match": """
class Point:
    __match_args__ = ("x", "y")
    def __init__(self, x, y):
        self.x, self.y = x, y
@schedule
def main():
    out = []
    for value in [f(1), pair(1), table(1), items(3), "text", Point(f(0), g(1)), None, f(8)]:
        match value:
            case 2:
                out.append(("two", f(2)))
            case int(n) if odd(n):
                out.append(("odd", g(n)))
            case (a, [b]):
                out.append(("pair", a, b))
            case {"n": n, **rest}:
                out.append(("table", n, rest))
            case [first, *others]:
                out.append(("list", first, others))
            case str():
                continue
            case Point(1, y):
                out.append(("point", y))
            case None:
                break
            case _:
                out.append("other")
    return out
""",
    "nested classes and functions": """
@schedule
def main():
    k = f(1)
    class Local:
        attribute = g(k)
        def method(self, x):
            return f(x) + k
        @staticmethod
        def other():
            return [f(i) for i in range(2)]
    def recursive(n):
        return f(n) if n < 2 else recursive(n - 1) + recursive(n - 2)
    def counting():
        nonlocal k
        k += 1
        return k
    k = f(k)
    a = counting(), counting(), k
    k = f(k)
    box = Local()
    return a, k, Local.attribute, box.method(2), box.other(), recursive(4), Local.__qualname__, counting.__qualname__
""",
    "global and nonlocal": """
COUNT = 0
@schedule
def main():
    global COUNT, NEW
    for x in range(3):
        COUNT += f(x)
        NEW = [COUNT]
        note(COUNT)
    def inner():
        global COUNT
        COUNT = g(COUNT)
    inner()
    return COUNT, NEW
""",
    "a global that a failure leaves as it was": """
COUNT = 0
@schedule
def main():
    global COUNT
    COUNT = f(1)
    COUNT += fails(2, 2)
    COUNT = 7
""",
    "generators inside": """
@schedule
def main():
    def steps(n):
        for i in range(n):
            note("step", i)
            yield f(i)
    a = [x for x in steps(3)]
    b = sum(f(x) for x in items(3) if odd(x))
    c = (f(x) for x in items(3))
    d = f(7)
    for x in steps(2):
        note("body", x)
    for x in steps(5):
        if odd(x):
            break
    return a, b, list(c), d, next(steps(1))
""",
    "imports inside": """
@schedule
def main():
    import math
    from collections import deque as queue
    a = math.sqrt(f(3))
    b = queue([f(1), f(2)])
    b.append(g(1))
    return a, list(b), math.floor(a + f(0))
""",
    "locals, exec and eval": """
@schedule
def main():
    a = f(1)
    b = [f(2)]
    note(sorted(locals().items(), key=str))
    exec("b.append(f(5))")
    return eval("a + b[0]"), b, [x for x in vars()]
""",
    "lambdas and default arguments are made at their place": """
@schedule
def main():
    made = []
    for x in range(3):
        made.append(lambda y, x=f(x): x + y)
    k = f(0)
    other = lambda: k
    k = f(9)
    return [function(g(1)) for function in made], other()
""",
    "async code inside": """
import asyncio
@schedule
def main():
    async def work(x):
        note("work", x)
        await asyncio.sleep(0)
        return f(x)
    async def all_of_it():
        return await asyncio.gather(*(work(x) for x in range(3)))
    a = f(1)
    return a, asyncio.run(all_of_it())
""",
    "decorated nested functions": """
import functools
@schedule
def main():
    @functools.lru_cache(maxsize=f(1))
    def cached(x):
        note("cached", x)
        return g(x)
    @schedule
    def nested(x):
        return f(x) + f(x + 1)
    @functional
    def local(x):
        return x * 2
    return cached(1), cached(1), nested(1), [local(x) for x in range(3)]
""",
    "a walrus in a comprehension condition": """
@schedule
def main():
    return [y for x in items(4) if (y := f(x)) > 2], [z := f(x) for x in range(2)], z
""",
    "deletion of variables and items": """
@schedule
def main():
    a, b = f(1), items(3)
    del b[f(0)]
    c = {"k": f(1), "j": 2}
    del c["k"]
    del a
    note(b, c)
    return a
""",
    "star expressions and chained assignment to parts": """
@schedule
def main():
    xs = [0, 0, 0]
    d = {}
    xs[0], d["k"], *rest = f(1), g(1), f(2), f(3)
    xs[1] = d["z"] = items(2)
    xs[1].append(7)
    (xs[2], (d["p"], d["q"])) = f(4), pair(5)
    return xs, d, rest, xs[1] is d["z"]
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_statement_taken_whole_runs_in_its_place(name: str) -> None:
    check(PRELUDE + PROGRAMS[name])
