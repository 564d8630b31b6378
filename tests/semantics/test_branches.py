"""Branches that depend on results of functional calls go the way they go in plain Python."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check

PROGRAMS = {
    "a branch on a result": """
@schedule
def main():
    out = []
    for x in range(5):
        a = f(x)
        if a > 2:
            b = g(a)
        elif odd(a):
            b = -1
        else:
            b = None
        out.append((a, b))
    return out
""",
    "a variable bound in one branch only": """
@schedule
def main():
    for x in range(3):
        if odd(x):
            y = f(x)
        note(x)
    if odd(2):
        z = 1
    return y, z
""",
    "the filter pattern": """
@schedule
def main(out):
    for x in range(6):
        a = f(x)
        if a > 3:
            out.append(a)
    out.append("end")
    return out
def arguments():
    return ([],)
""",
    "the filter pattern on an attribute and on a global": """
class Box:
    pass
BOX = Box()
BOX.out = []
OUT = []
@schedule
def main():
    for x in range(4):
        if odd(x):
            BOX.out.append(f(x))
            OUT.append(f(x))
            BOX.last = x
    return len(OUT), BOX.last
""",
    "a branch that modifies what is read afterwards": """
@schedule
def main():
    xs = [1]
    ys = {}
    if odd(1):
        xs.append(f(1))
        ys["k"] = g(1)
    a = len(xs), xs[-1], ys.get("k"), list(ys), [x for x in xs], total(xs)
    if odd(2):
        xs.clear()
    b = xs + [1], xs[:], (xs, ys), sum(xs), max(xs), 2 in xs, str(xs)
    for i, x in enumerate(xs):
        if odd(x):
            xs[i] = f(100)
    c = list(zip(xs, ys.items()))
    if odd(3):
        ys["z"] = xs
    d = {**ys}, [*xs], sorted(xs), xs == [2, 2], bool(ys), not ys
    return a, b, c, d
""",
    "a branch that reads what is modified afterwards": """
@schedule
def main():
    xs = [1, 2]
    table = {"k": [0]}
    if odd(1):
        a = len(xs)
        b = total(xs)
        c = total(table["k"])
    else:
        a = b = c = None
    xs.append(3)
    table["k"].append(7)
    table["k"] = [9]
    if odd(1):
        d = total(xs) + total(table["k"])
    xs += [4]
    return a, b, c, d, xs
""",
    "aliases inside and outside of a branch": """
@schedule
def main():
    xs = [1]
    ys = xs
    zs = [xs]
    if odd(1):
        ys.append(f(1))
    n = len(xs), len(zs[0])
    zs[0].append(5)
    if odd(1):
        zs[0].append(6)
        q = zs
        q.append(7)
    return n, xs, ys, zs, xs is zs[0]
""",
    "an object that is read in a branch and changed afterwards": """
@schedule
def main():
    m = [1]
    for _ in range(3):
        m += m or items(2)
        for c in items(2):
            m = items(3)
    n = items(2)
    k = n
    if odd(1):
        p = len(n), [n]
    n += [1]
    n += items(1)
    return m, n, k, p, n is k, total([sum(k)])
""",
    "globals that a branch reads and later code changes": """
class Kept:
    items = [1]
OUT = [1]
LIMIT = 2
@schedule
def nested(x):
    return total(OUT) + x
@schedule
def reading(x):
    return nested(f(x))
@schedule
def main():
    a = f(1)
    if odd(a) or odd(1):
        b = total(OUT)
        c = len(Kept.items)
        d = nested(1)
    OUT.append(5)
    Kept.items.append(f(2))
    OUT.append(b or total(OUT))
    e = (OUT[0] if a > LIMIT else OUT[-1])
    OUT[0] = 100
    OUT[-1] = 200
    g2 = reading(f(2)) if odd(1) else 0
    OUT.clear()
    return a, b, c, d, e, g2
""",
    "nested branches": """
@schedule
def main():
    out = []
    for x in range(4):
        if odd(x):
            if odd(f(x)):
                r = 1
            else:
                r = g(x)
                if r > 10:
                    out.append(r)
        else:
            r = 0 if odd(g(x)) else f(x)
        out.append(r)
    return out
""",
    "assert and raise": """
@schedule
def main():
    assert odd(1), f(1)
    for x in range(4):
        if f(x) == 3:
            raise RuntimeError(f(x), g(x)) from KeyError(f(7))
""",
    "an assertion that fails": """
@schedule
def main():
    a = f(1)
    assert odd(a), (a, g(a))
""",
    "raise of a class, of a result, of nothing": """
@functional
def error(x):
    return KeyError(x)
@schedule
def one():
    raise error(f(1))
@schedule
def two():
    if odd(1):
        raise RuntimeError
@schedule
def three():
    raise f(1)
@schedule
def four():
    raise
@schedule
def main():
    for function in (one, two, three, four):
        try:
            function()
        except BaseException as error:
            note(function.__name__, error)
""",
    "pass, ellipsis, docstrings, annotations, del": """
@schedule
def main():
    "A docstring."
    a: int = f(1)
    b: "unknown"
    ...
    pass
    c = d = items(2)
    del a, c[0], d[:]
    x = (e := f(3)) + e
    if odd(e):
        del x
    return c, e, x, a
""",
    "unreachable code makes locals": """
@schedule
def main():
    if odd(1):
        return hidden
        hidden = f(1)
    return 1
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_branch_goes_where_it_goes_in_plain_python(name: str) -> None:
    check(PRELUDE + PROGRAMS[name])
