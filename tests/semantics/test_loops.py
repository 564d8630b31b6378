"""Loops that depend on results of functional calls go the way they go in plain Python."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check

PROGRAMS = {
    "break, continue, else": """
@schedule
def main(limit):
    out = []
    for x in range(10):
        a = f(x)
        if odd(a):
            continue
        if a > limit:
            note("break", x)
            break
        out.append(a)
    else:
        out.append("else")
    for x in items(3):
        if f(x) > limit:
            break
    else:
        out.append("else")
    while out:
        if f(len(out)) < 3:
            break
        out = out[1:]
    else:
        out = "empty"
    return out, x, a
def arguments():
    return (5,)
""",
    "return from within loops": """
@schedule
def inner(limit):
    for x in range(10):
        for y in items(3):
            if fails(x * y, 99) > limit:
                return x, y
        note(x)
    return None
@schedule
def main():
    return inner(3), inner(1000)
""",
    "loops that converge": """
@functional
def better(x):
    return x / 2 + 1 / x
@schedule
def main():
    out = []
    for start in (1.0, 10.0):
        x = start
        steps = 0
        while abs(x * x - 2) > 1e-9:
            x = better(x)
            steps += 1
        out.append((x, steps))
    return out
""",
    "a while loop whose test has calls": """
@schedule
def main():
    n = 0
    while f(n) < 4 and not fail(0) if n > 10 else odd(n) or n < 3:
        n += 1
        if n == 7:
            break
    else:
        n = -n
    return n
""",
    "loops over results": """
@schedule
def main():
    out = []
    for x in items(3):
        out.append(f(x))
    for key in table(1):
        out.append(key)
    for key, value in table(2).items():
        out.append((key, value))
    for a, (b, c) in [pair(1), (f(1), pair(2))][1:]:
        out.append([a, b, c])
    for i, x in enumerate(items(3), start=f(1)):
        out.append(i * x)
    for a, b in zip(items(3), [f(1), f(2)]):
        out.append(a + b)
    for x in reversed(items(2)):
        out.append(x)
    for out2 in [out]:
        pass
    return out, x, out2 is out
""",
    "a loop over a list that grows": """
@schedule
def main():
    xs = [1]
    for x in xs:
        if len(xs) < 5:
            xs.append(f(x))
    ys = [0]
    for y in ys:
        if odd(y) or len(ys) < 3:
            ys.append(f(y))
    return xs, ys
""",
    "a loop over a dict that changes its values": """
@schedule
def main():
    d = {"a": 1, "b": 2, "c": 3}
    for key, value in d.items():
        if odd(value):
            d["c"] = f(value)
            d[key] = g(value)
    e = {1: 1}
    for key in e:
        e[f(key)] = 1
    return d, e
""",
    "views and iterators see later stores": """
@schedule
def main():
    d = {"a": 1}
    values = d.values()
    steps = iter([1, 2])
    xs = [1, 2, 3]
    numbered = enumerate(xs)
    if odd(1):
        d["b"] = f(1)
        xs.append(4)
    a = list(values), [x for x in steps], list(numbered), next(iter(xs))
    d["c"] = f(7)
    return a, sorted(values), sum(d.values()), 8 in d.values(), list(d.items())
""",
    "comprehensions with conditions on results": """
@schedule
def main():
    xs = [x for x in range(6) if odd(x)]
    ys = {f(x): [g(y) for y in xs if odd(y) and y < x] for x in xs if f(x) > 2}
    zs = {f(x) % 3 for x in xs if not odd(f(x))}
    ws = [(x, y) for x in items(3) if odd(x) for y in items(x + 1) if f(y) > 1]
    return xs, ys, zs, ws
""",
    "comprehension variables stay inside": """
x = "global"
@schedule
def main():
    y = "local"
    xs = [y for y in items(3)]
    zs = [f(z) for z in xs]
    return xs, y, x, zs, [x for x in xs if x], x
""",
    "deferred loops with stores": """
@schedule
def main():
    out = []
    seen = {}
    for x in items(4):
        out.append(x)
        seen[x] = f(x)
    a = len(out), len(seen)
    n = 0
    while n < f(2):
        out.append(n)
        n += 1
    out.append("end")
    return a, out, seen
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_loop_goes_where_it_goes_in_plain_python(name: str) -> None:
    check(PRELUDE + PROGRAMS[name])
