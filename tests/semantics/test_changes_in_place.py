"""Objects that several names, containers and branches know, changed in place by operands that are not there yet."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check

PROGRAMS = {
    "in place on what a container holds": """
@schedule
def main():
    a = items(2)
    l = [a]
    a += items(1)
    s = str(l)
    t = total(l[0])
    u = add(l)
    return s, t, u, l, a
""",
    "in place on a part": """
@functional
def nested(n): return [[i] for i in range(n)]
@functional
def deep(xs): return [list(x) for x in xs]
@schedule
def main():
    xs = nested(3)
    ys = xs[0]
    ys += items(1)
    t = deep(xs)
    a, b, c = xs
    b += items(2)
    t2 = deep(xs)
    return t, t2, xs, ys is xs[0], a is ys
""",
    "in place on a region's result that is an outer object": """
@schedule
def main():
    ys = [1]
    if odd(1):
        zs = ys
    else:
        zs = [2]
    zs += items(2)
    t = len(ys)
    return t, ys, zs is ys
""",
    "in place on a function's result that is its argument": """
@schedule
def inner(xs, n):
    if odd(n):
        return xs
    return [n]
@schedule
def main():
    ys = [1]
    a = inner(ys, 1)
    a += items(2)
    t = len(ys)
    u = total(ys)
    return t, u, ys, a is ys
""",
    "in place in a region": """
@schedule
def main():
    xs = items(3)
    ys = xs
    if odd(1):
        ys += items(1)
    t = total(xs)
    zs = [ys]
    if odd(1):
        ys += [2]
    return xs, ys, t, total(zs[0]), xs is ys
""",
    "two aliases changed in place": """
@schedule
def main():
    a = items(2)
    b = a
    c = b
    a += items(1)
    b += items(3)
    a += items(2)
    t = total(c)
    if odd(1):
        a += items(2)
    u = total(c)
    if odd(1):
        b += items(1)
    return a, b, c, t, u, total(c)
""",
    "arrays": """
import numpy
@functional
def arr(n): return numpy.arange(n) * 1.0
@schedule
def main():
    t = 0
    for x in range(3):
        t += arr(3)
    s = t
    k = [s]
    t += arr(3)
    v = total(s)
    w = s[0] + 1
    t += 1
    z = str(k)
    if odd(1):
        t += arr(3)
    y = total(s)
    return s, t, v, w, z, y
""",
    "counting in branches": """
@schedule
def main():
    n = 0
    total_ = 0
    words = ""
    for x in range(6):
        if odd(f(x)):
            n += 1
            total_ += f(x)
        else:
            words += str(x)
        m = n
    return n, total_, words, m
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_change_in_place_is_seen_by_all_who_know_the_object(name: str) -> None:
    check(PRELUDE + PROGRAMS[name])
