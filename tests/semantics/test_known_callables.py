"""Functional calls behind library functions and undecorated functions overlap."""

from __future__ import annotations

import pytest
from known_programs import HEAD
from scheduled import peak

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
    "map of functional calls": """
@schedule
def main():
    ys = list(map(f, range(4)))
    zs = [z for z in map(f, ys)]
    return ys, zs, sorted(map(spread, range(3))), ", ".join(map(str, map(f, range(2)))), [*map(add, ys, zs)]
""",
    "folds of functional calls": """
@schedule
def main():
    return sum(map(f, range(4))), min(map(f, range(4))), max(map(spread, range(3))), sum(map(items, range(3)), [])
""",
    "records": """
import dataclasses
@dataclasses.dataclass
class Point:
    x: int
    y: int = 2
    def area(self):
        return self.x * self.y
@functional
def point(x):
    return Point(x)
def norm(p):
    return p.x * p.x + p.y * p.y
def same(p, q):
    return p == q, str(p)
@schedule
def main():
    ps = [point(i) for i in range(4)]
    own = Point(f(1), f(2))
    out = [norm(p) for p in ps], norm(own), [same(p, own) for p in ps]
    own.x = f(7)
    return out, norm(own)
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
