"""Calls of library functions and of undecorated functions: they overlap, and nobody can tell."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check, peak

HEAD = (
    PRELUDE
    + """
import collections, copy, datetime, functools, itertools, json, math, operator, re, statistics
FACTOR = 3
NAMES = {2: "two", 3: "three", 4: "four", 5: "five"}

class Loud:
    def __init__(self, value):
        self.value = value
    def __len__(self):
        note("len", self.value)
        return 3
    def __eq__(self, other):
        note("eq", self.value)
        return self.value == getattr(other, "value", other)
    def __hash__(self):
        note("hash", self.value)
        return hash(self.value)
    def __lt__(self, other):
        note("lt", self.value)
        return self.value < other.value
    def __add__(self, other):
        note("add", self.value)
        return Loud(self.value + getattr(other, "value", other))
    __radd__ = __add__
    def __iter__(self):
        note("iter", self.value)
        for x in range(2):
            note("next", x)
            yield x

@functional
def loud(x):
    return Loud(x)

def double(x):
    return x * 2 + FACTOR

def named(x):
    return NAMES[x]

def inner(x):
    return 10 // (x - 3)

def outer(x):
    return inner(x) + 1

def spread(x):
    a = f(x)
    b = g(a)
    return a + b

def gather(xs):
    out = []
    for x in xs:
        out.append(f(x))
    return out

def logged(x):
    note("logged", x)
    return x

def by_logged(x):
    note("key", x)
    return -x
"""
)

OVERLAPPING = {
    "a helper that only computes": """
@schedule
def main():
    return [double(f(i)) for i in range(4)]
""",
    "a helper that reads a table": """
@schedule
def main():
    out = [named(f(i)) for i in range(1, 5)]
    NAMES[3] = "changed"
    return out
""",
    "a helper that comes to functional calls": """
@schedule
def main():
    return [spread(i) for i in range(4)]
""",
    "a helper with a loop of functional calls": """
@schedule
def main():
    return gather(range(4))
""",
    "a helper with a choice on a result": """
def chosen(x):
    a = f(x)
    if a > 2:
        return g(a)
    return a
@schedule
def main():
    return [chosen(i) for i in range(4)]
""",
    "a helper that calls itself": """
def tree(n):
    if n == 0:
        return f(1)
    return tree(n - 1) + tree(n - 1)
@schedule
def main():
    return tree(2)
""",
    "a local function whose variable changes later": """
@schedule
def main():
    scale = 3
    def scaled(x):
        a = f(x)
        if a > 2:
            return a * scale
        return -a
    out = [scaled(i) for i in range(4)]
    scale = 10
    return out, scaled(7)
""",
    "a local lambda that only computes, of a variable that changes later": """
@schedule
def main():
    scale = 3
    times = lambda x: x * scale
    out = [times(f(i)) for i in range(4)]
    scale = 10
    return out
""",
    "a local function made in a loop": """
@schedule
def main():
    out = []
    for i in range(4):
        def step(x):
            return f(x) + i
        out.append(step(i))
    return out
""",
    "a closure": """
def make(k):
    def add_k(x):
        return f(x) + k
    return add_k
@schedule
def main():
    steps = [make(k) for k in range(4)]
    return [step(1) for step in steps]
""",
    "a method of a plain class": """
class Pipeline:
    def __init__(self):
        self.results = []
    def step(self, x):
        self.results.append(f(x))
    def run(self, n):
        for i in range(n):
            self.step(i)
        return self.results
@schedule
def main():
    return Pipeline().run(4)
""",
    "a partial function": """
def plus(a, b):
    return f(a) + b
@schedule
def main():
    step = functools.partial(plus, b=3)
    return [step(i) for i in range(4)]
""",
    "a wrapper around a functional function": """
def twice(function):
    @functools.wraps(function)
    def call(*args):
        return function(*args), function(*args)
    return call
@schedule
def main():
    step = twice(f)
    return [step(i) for i in range(2)]
""",
    "functions handed to library functions": """
@schedule
def main():
    ys = [pair(i) for i in range(4)]
    return (
        sorted(ys, key=lambda p: -p[0]), max(ys, key=operator.itemgetter(0)), min(ys, key=lambda p: p[1]),
        functools.reduce(lambda a, b: a + b, [p[0] for p in ys]),
    )
""",
    "functions of the library": """
@schedule
def main():
    ys = [f(i) for i in range(4)]
    return (
        math.sqrt(ys[0]), statistics.mean(ys), json.dumps(ys), re.sub("1", "x", str(ys[1])), copy.copy(ys),
        collections.Counter(ys).most_common(1), datetime.date(2024, 1, ys[2]) + datetime.timedelta(days=ys[0]),
        list(zip(ys, ys)), dict(zip("abcd", ys)), ", ".join(map(str, ys)), sum(map(abs, ys)),
        list(itertools.chain(ys, ys)), list(itertools.accumulate(ys)), round(ys[0] / 3, ndigits=2), int("1" * ys[0]),
    )
""",
    "keywords of methods": """
@schedule
def main():
    texts = [str(f(i)) for i in range(4)]
    return [text.split(sep="1", maxsplit=1) for text in texts], [text.encode(encoding="ascii") for text in texts]
""",
    "arrays": """
import numpy as np
@functional
def row(n):
    return np.arange(n + 2.0)
@schedule
def main():
    rows = [row(i) for i in range(4)]
    return [float(np.sqrt(r).sum()) for r in rows], [r.mean() for r in rows], [r.sum(axis=0).item() for r in rows]
""",
}


@pytest.mark.parametrize("name", OVERLAPPING)
def test_functional_calls_behind_known_and_plain_functions_overlap(name: str) -> None:
    assert peak(HEAD + OVERLAPPING[name]) >= 4


ORDERED = {
    "len of a loud object": """
@schedule
def main():
    a = f(1)
    b = len(loud(1))
    note(a)
    return len(loud(b)) + len([loud(2)])
""",
    "sum of loud objects": """
@schedule
def main():
    ys = [loud(i) for i in range(3)]
    total = sum(ys, Loud(0))
    note("after")
    return total.value
""",
    "sorting loud objects": """
@schedule
def main():
    ys = [loud(i) for i in (2, 1)]
    ys = sorted(ys)
    note("after")
    return [y.value for y in ys], max(loud(1), loud(2)).value
""",
    "sets and dicts of loud objects": """
@schedule
def main():
    ys = [loud(i) for i in range(2)]
    made = set(ys)
    note("set")
    table = dict(zip(ys, range(2)))
    return len(made), len(table)
""",
    "going through loud objects": """
@schedule
def main():
    y = loud(1)
    a = f(1)
    both = list(zip(y, [a, f(2)]))
    note("zipped")
    return both, tuple(y), list(map(str, y)), [*itertools.chain(y, [a])]
""",
    "keys that log": """
@schedule
def main():
    ys = [f(i) for i in range(3)]
    a = sorted(ys, key=by_logged)
    note("sorted")
    b = max(ys, key=lambda x: by_logged(x))
    return a, b, list(map(logged, ys)), list(filter(logged, ys))
""",
    "a helper that logs": """
@schedule
def main():
    out = []
    for i in range(3):
        out.append(logged(f(i)))
        note(i)
    return out
""",
    "a helper that only computes, given loud objects": """
def added(a, b):
    return a + b
@schedule
def main():
    a = added(loud(1), loud(2))
    note("added")
    b = added(f(1), Loud(3))
    note("again")
    return a.value, b.value
""",
    "a helper that gives back its argument": """
def same(xs):
    return xs
@schedule
def main():
    xs = [f(1), f(2)]
    ys = same(xs)
    ys.append(3)
    return xs is ys, xs
""",
    "a helper that modifies its argument": """
def grown(xs):
    xs.append(1)
    return len(xs)
@schedule
def main():
    xs = [f(1)]
    n = grown(xs)
    xs.append(f(2))
    return xs, n, grown(items(2))
""",
    "a helper reads what is modified later": """
def first(xs):
    return xs[0]
@schedule
def main():
    xs = [f(1), f(2)]
    a = first(xs)
    xs[0] = f(5)
    b = first(xs)
    return a, b
""",
    "a helper that waits reads a global list that is modified later": """
SEEN = [1]
def counted(x):
    a = f(x)
    if a > 0:
        return a + len(SEEN)
    return 0
@schedule
def main():
    out = [counted(1)]
    SEEN.append(f(2))
    out.append(counted(1))
    return out, SEEN
""",
    "a global function that is replaced": """
def now(x):
    return x + 1
def later(x):
    note("later", x)
    return x
@schedule
def main():
    global now
    a = now(f(1))
    now = later
    b = now(f(1))
    return a, b
""",
    "a helper with a failing functional call": """
def bad(x):
    a = fails(x, 2)
    return a + 1
@schedule
def main():
    out = []
    for i in range(4):
        out.append(bad(i))
        note(len(out))
    return out
""",
    "a helper that only computes and fails": """
@schedule
def main():
    return [outer(f(i)) for i in range(4)]
""",
    "a helper called wrongly": """
@schedule
def main():
    return double(f(1), f(2))
""",
    "a lambda called wrongly": """
step = lambda x: f(x)
@schedule
def main():
    return step()
""",
    "the first of several failures counts": """
@schedule
def main():
    a = outer(f(2))
    note("between")
    return a, fail(1)
""",
    "a recursive helper deeper than frames go": """
def deep(n):
    if n == 0:
        return f(0)
    return deep(n - 1)
@schedule
def main():
    return deep(120)
""",
    "an iterator left half gone through": """
@schedule
def main():
    steps = zip([f(1), f(2), f(3)], "abc")
    for x, name in steps:
        break
    note(next(steps))
    return x, name, list(steps)
""",
    "an array to write into": """
import numpy as np
@functional
def row(n):
    return np.arange(n + 1.0)
@schedule
def main():
    target = np.zeros(3)
    a = np.sqrt(row(2), target)
    np.sqrt(row(2), out=target)
    row(2).sum(0, None, target[:1].reshape(()))
    return a is target, target.tolist()
""",
    "a random generator of one's own": """
import random
@schedule
def main():
    rng = random.Random(1)
    return [rng.random() + f(i) for i in range(3)], rng.getstate()
""",
    "an exception with a result in it": """
@schedule
def main():
    try:
        raise KeyError(f(1), [f(2)])
    except KeyError as error:
        return error.args
""",
}


@pytest.mark.parametrize("name", ORDERED)
def test_what_others_see_of_calls_is_as_in_plain_python(name: str) -> None:
    check(HEAD + ORDERED[name], copies=True)
