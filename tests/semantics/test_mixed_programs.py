"""Small programs that mix constructs, each around one thing that could go wrong."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check

PROGRAMS = {
    "a choice gives back the object itself": """
@schedule
def main(l):
    m = l
    z = items(2)
    a = l or z
    b = l if f(1) > z else m
    return a, b
def arguments():
    return ([],)
""",
    "a choice between objects on a result": """
@schedule
def main(l):
    m = l
    n = f(0)
    a = l if n > 0 else m
    b = n > 5 or l
    a.append(1)
    b.append(2)
    c = 0
    while l is m and c < 3:
        c += f(n) - 1
        m.append(n)
    return a is l, b is l, l, c
def arguments():
    return ([],)
""",
    "an error of the program inside nested functions": """
@schedule
def inner(x):
    if odd(x):
        return [][x]
    return f(x)
@schedule
def main():
    a = [inner(x) for x in range(2)]
    return a
""",
    "results in defaults and class bodies": """
@schedule
def main():
    a = f(1)
    def loc(x=a, *, y=[a]):
        return x, y
    b = f(2)
    class C:
        z = [b]
    return loc(), C.z
""",
    "tuples of results as keys": """
@schedule
def main():
    k = (f(1), g(2))
    d = {k: 1}
    d[(f(1), 3)] = 2
    return d, k in d, d.get(k), d[f(1), 3]
""",
    "arrays": """
import numpy as np
@functional
def arr(n): return np.arange(n) * 1.0
@schedule
def main():
    a = np.zeros(3)
    for i in range(3):
        a[i] = f(i)
    b = arr(3)
    c = b + a
    b += c
    b[0] = 100
    d = total(b)
    v = b[1:]
    if odd(1):
        v[0] = 7
    e = b.sum(), v.tolist()
    b *= f(1)
    m = np.stack([arr(2), arr(2)])
    m[:, 0] = f(5)
    return a, b, c, d, e, m, v
""",
    "methods that look at elements": """
@schedule
def main():
    xs = [f(3), f(1), f(2)]
    a = xs.pop()
    b = xs.pop(0)
    xs.append(f(9))
    xs.sort()
    xs.remove(10)
    i = xs.index(2)
    xs.extend(x for x in items(2))
    xs.extend({f(1): 2})
    xs.insert(f(0), "in")
    xs[f(0)] = "at"
    ys = sorted(xs, key=str)
    xs.reverse()
    return a, b, i, xs, ys, xs.copy(), xs * 2
""",
    "sets": """
@schedule
def main():
    s = {1}
    s.add(f(1)); s.update(items(3)); s |= {f(9)}
    t = s & set(items(5))
    t.discard(f(0))
    s.remove(10)
    return s, t, s - t, s ^ t, f(1) in s, s <= t, frozenset(s)
""",
    "methods of texts": """
@functional
def text(x): return "a-b-%d" % x
@schedule
def main():
    a = text(1)
    b = a.split("-")
    c = a.replace("a", text(2))
    d = "-".join(b)
    e = a[0], a[f(0)], a[::-1], a * f(1), text(3) in [a, "a-b-3"], a.startswith(("a", "b"))
    return b, c, d, e, a.encode(), list(a), a.format(), max(a), sorted(b), dict(zip(b, c))
""",
    "a linked list of results": """
class N:
    def __init__(self, v): self.v = v; self.next = None; self.kids = []
@functional
def node(x): return N(x)
ROOT = N(0)
@schedule
def main():
    cur = ROOT
    for x in range(4):
        cur.next = node(x)
        cur.kids.append(cur.next)
        cur.next.v += f(x)
        cur = cur.next
    return ROOT, cur.v, [k.v for k in ROOT.kids]
""",
    "two names of a list in branches": """
@schedule
def main():
    a = []; b = a
    for x in range(4):
        if odd(x):
            a.append(x)
        else:
            b.append(-x)
        if odd(f(x)):
            b.append("z")
            n = len(a)
    return a, n
""",
    "a result changed in branches": """
@schedule
def main():
    xs = items(3)
    if odd(1):
        xs.append(9)
    ys = xs
    if odd(1):
        ys += [1]
    t = total(xs)
    if odd(1):
        xs = items(2)
    xs.append(5)
    return xs, ys, t
""",
    "functions that return their argument": """
@schedule
def inner(xs, n):
    if odd(n):
        return xs
    return xs + [n]
@schedule
def main(ys):
    a = inner(ys, 1)
    b = inner(ys, 2)
    a.append(3)
    c = inner(items(2), 1)
    c.append(4)
    return a, b, c, a is ys, ys
def arguments(): return [0],
""",
    "an endless loop that a result ends": """
@schedule
def main():
    n = 0
    out = []
    while True:
        n = f(n)
        out.append(n)
        if odd(n) and n > 4:
            break
        if n > 100: return None
    return n, out
""",
    "a global that a plain function changes too": """
STATE = {"n": 0, "log": []}
def bump():
    STATE["n"] += 1
    return STATE["n"]
@schedule
def main():
    for x in range(3):
        STATE["log"].append(f(x))
        k = bump()
        STATE["n"] += f(k)
    return STATE, k
""",
    "deleted and unbound variables": """
@schedule
def main():
    a = f(1)
    if odd(a):
        b = 1
    del a
    try:
        print(b)
    except UnboundLocalError as e:
        note(str(e))
    c = f(2)
    del c
    return c
""",
    "texts up to a failure": """
@schedule
def main(d):
    s = ""
    for x in range(5):
        s += str(fails(x, 3))
        d[x] = s
    return s
def arguments(): return {},
""",
    "slots and weak references": """
import weakref
class S:
    __slots__ = ("a", "b", "__weakref__")
@schedule
def main():
    s = S()
    s.a = f(1)
    w = weakref.ref(s)
    s.b = [g(1)]
    s.b.append(f(3))
    s.a += 1
    return s.a, s.b, w() is s
""",
    "enumerate and zip of lists that change": """
@schedule
def main():
    xs = [1, 2, 3]
    for i, x in enumerate(xs):
        if odd(x) and len(xs) < 6:
            xs.append(f(x))
    ys = [0, 0, 0]
    for (i, x), y in zip(enumerate(xs), ys):
        if odd(f(x)):
            ys[2] = 5
            xs[-1] = y
    return xs, ys
""",
    "starred targets": """
@schedule
def main():
    a, *b = [f(1), *items(3), f(2)]
    b.append(1)
    c, *d, e = pair(3)
    *x, y = table(1)
    return a, b, c, d, e, x, y, [*b, *d], (*b, a)
""",
    "errors while another is handled": """
@schedule
def inner(x):
    if odd(x):
        raise KeyError(f(x))
    return x
def main():
    try:
        try:
            return run()
        except KeyError:
            fail2()
    except Exception as e:
        note(e, e.__context__)
@schedule
def run():
    a = inner(0); b = inner(1); c = inner(2)
    return a, b, c
@schedule
def fail2():
    fail(f(1))
""",
    "nested comprehensions that hide names": """
x = 5
@schedule
def main():
    a = [[x for x in items(x)] for x in range(3)]
    b = {k: [v for v in vs] for k, vs in [(f(1), items(2))]}
    return a, b, x
""",
    "operands that and, or give back": """
@schedule
def main():
    a = items(0) or items(2)
    b = items(2) and items(0)
    c = a or b
    a.append(9)
    d = not items(0), bool(items(1)), (None or f(1)), (f(-1) and None)
    return a, b, c, c is a, d
""",
    "attributes of results": """
class Box:
    def __init__(self, v): self.v = v
@functional
def box(v): return Box(v)
@schedule
def main():
    b = box([1])
    c = b
    b.v += [f(1)]
    b.v.append(2)
    c.w = b.v
    t = total(c.v)
    b.v = None
    return b, c, t, b is c
""",
    "generator expressions and lambdas that read later": """
@schedule
def main():
    xs = [1]
    gen = (f(x) for x in xs)
    xs.append(2)
    a = list(gen)
    k = f(1)
    lam = lambda: k + len(xs)
    k = f(10)
    xs.append(f(1))
    return a, lam(), xs
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_does_what_plain_python_does(name: str) -> None:
    check(PRELUDE + PROGRAMS[name])
