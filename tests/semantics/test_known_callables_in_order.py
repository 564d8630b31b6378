"""What others see of calls of library functions and undecorated functions is as in plain Python."""

from __future__ import annotations

import pytest
from known_programs import HEAD
from scheduled import check

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
    "folds of loud objects": """
@schedule
def main():
    total = sum(map(loud, range(3)), 1)
    note("sum")
    least = min(map(loud, (2, 1, 3)))
    note("min")
    most = max(map(loud, range(3)))
    return total.value, least.value, most.value
""",
    "a fold of loud objects that fails": """
@functional
def loud_until(x):
    if x == 3:
        raise ValueError(x)
    return Loud(x) if x == 1 else x
@schedule
def main():
    note("before")
    return sum(map(loud_until, range(5)))
""",
    "a fold of nothing": """
@schedule
def main():
    note(sum(map(f, [])), sum(map(f, ()), 5))
    start = [1]
    total, same = sum(map(items, range(3)), start), sum(map(items, []), start)
    start.append(f(1))
    note(total, same is start)
    return min(map(f, []))
""",
    "a map left half gone through": """
@schedule
def main():
    steps = map(f, [1, 2, 3, 4])
    for x in steps:
        break
    note(next(steps))
    rest = list(steps)
    return x, rest, list(map(f, steps))
""",
    "a map of a function that logs": """
def both(x):
    note("both", x)
    return f(x)
@schedule
def main():
    note("before")
    ys = list(map(both, range(3)))
    note("after")
    return ys, sum(map(both, range(3))), set(map(both, range(2)))
""",
    "a map given away": """
@schedule
def main():
    ys = [f(1), f(2)]
    steps = map(f, ys)
    note(list(logged(steps)))
    return ys
""",
    "records that log": """
import dataclasses
@dataclasses.dataclass
class Logging:
    x: int
    @property
    def y(self):
        note("y", self.x)
        return self.x
@dataclasses.dataclass
class Comparing:
    x: int
    def __eq__(self, other):
        note("eq", self.x)
        return self.x == other.x
@dataclasses.dataclass
class Counting:
    x: int
    def count(self, value):
        note("count", value)
        return value
@functional
def logging(x):
    return Logging(x)
@functional
def comparing(x):
    return Comparing(x)
@functional
def counting(x):
    return Counting(x)
def y_of(p):
    return p.y
def same(p, q):
    return p == q
def counted(p):
    return p.count(3)
@schedule
def main():
    out = [y_of(logging(1)), same(comparing(1), comparing(2))]
    note("between")
    out += [counted(counting(1)), counted([3, f(2)])]
    note("after")
    return out, y_of(logging(3))
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
