"""B11: functions of the program that nobody marked."""

from __future__ import annotations

import pytest
from contract import AHEAD, Item, Row, hold

CLASSES = """
import dataclasses, functools

class Base:
    def __init__(self, x):
        self.x = x
        self.y = f(x)
    def run(self, x):
        return f(x)
    def __call__(self, x):
        return g(x)
    @property
    def area(self):
        return f(self.x)
    @functools.cached_property
    def volume(self):
        return g(self.x)

class Child(Base):
    def __init__(self, x):
        super().__init__(x)
        self.z = g(x)
    def run(self, x):
        return super().run(x) + 1

@dataclasses.dataclass
class Case:
    x: int
    y: int = dataclasses.field(init=False)
    def __post_init__(self):
        self.y = f(self.x)

class Pipeline:
    def __init__(self, *stages):
        self.stages = stages
    def run(self, x):
        for stage in self.stages:
            x = stage(x)
        return x
    def power(self, x):
        return g(x)

class Machine:
    def __init__(self):
        self.engine = Pipeline(f)
    def drive(self, x):
        return self.engine.power(x) + 1
"""

TIMED = """
import functools, time
def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        started = time.perf_counter()
        result = function(*args, **kwargs)
        print(function.__name__, (time.perf_counter() - started) * 0)
        return result
    return wrapper
@timed
def load(x, k=1):
    return f(x) + k
"""

ITEM = Item(
    "B11",
    "Functions of the program",
    (
        Row("a local function", "k = 3\ndef step(x):\n    return f(x) + k\nreturn [step(x) for x in range(4)]"),
        Row("a lambda", "step = lambda x: f(x) + 1\nreturn [step(x) for x in range(4)]"),
        Row(
            "a closure",
            "return [make(k)(1) for k in range(4)]",
            before="def make(k):\n    def step(x):\n        return f(x) + k\n    return step",
        ),
        Row(
            "a scheduled function",
            "return [step(x) for x in range(4)]",
            before="@schedule\ndef step(x):\n    a = f(x)\n    if a > 2:\n        return g(a)\n    return a",
        ),
        Row(
            "a recursive function: fib",
            "return fib(5)",
            before="@schedule\ndef fib(n):\n    if n < 2:\n        return f(n)\n    return fib(n - 1) + fib(n - 2)",
        ),
        Row(
            "a recursive function: merge sort",
            "return sort([3, 1, 2, 0])",
            before="@functional\ndef merge(a, b):\n    return sorted(a + b)\n@functional\ndef one(xs):\n    return list(xs)\ndef sort(xs):\n    if len(xs) < 2:\n        return one(xs)\n    m = len(xs) // 2\n    return merge(sort(xs[:m]), sort(xs[m:]))",
        ),
        Row(
            "a recursive function: a tree walk",
            "return walk((1, (2, None, None), (3, (4, None, None), None)))",
            before="def walk(tree):\n    if tree is None:\n        return 0\n    value, left, right = tree\n    return f(value) + walk(left) + walk(right)",
        ),
        Row(
            "a method that calls functional functions",
            "return [Step().run(x) for x in range(4)]",
            before="class Step:\n    def run(self, x):\n        return f(x) + 1",
        ),
        Row("an `__init__` that calls functional functions", "return [Base(x).y for x in range(4)]", before=CLASSES),
        Row("a `__post_init__` of a dataclass", "return [Case(x) for x in range(4)]", before=CLASSES),
        Row(
            "`super().__init__(x)`",
            "cs = [Child(x) for x in range(4)]\nreturn [(c.y, c.z) for c in cs]",
            calls=8,
            before=CLASSES,
        ),
        Row("`super().run(x)`", "c = Child(0)\nreturn [c.run(x) for x in range(4)]", before=CLASSES),
        Row("an object that can be called", "b = Base(0)\nreturn [b(x) for x in range(4)]", before=CLASSES),
        Row("a property", "bs = [Base(x) for x in range(4)]\nreturn [b.area for b in bs]", calls=8, before=CLASSES),
        Row(
            "a `cached_property`",
            "b = Base(1)\nbs = [Base(x) for x in range(4)]\nreturn [b.volume + b.volume for b in bs]",
            calls=8,
            before=CLASSES,
        ),
        Row("a method of an attribute", "m = Machine()\nreturn [m.drive(x) for x in range(4)]", before=CLASSES),
        Row(
            "a decorator of one's own: `function(*args, **kwargs)` between two clocks",
            "return [load(x, k=2) for x in range(4)]",
            before=TIMED,
            behaviour=AHEAD,
        ),
        Row(
            "`def norm(v): return np.linalg.norm(v)`, functional",
            "return [norm(v) for v in np.eye(4)]",
            before="import numpy as np\n@functional\ndef norm(v):\n    return np.linalg.norm(v)",
        ),
        Row("functions in attributes", "p = Pipeline(f, g)\nreturn [p.run(x) for x in range(4)]", 8, before=CLASSES),
        Row(
            "functions in a table: `TABLE[name](x)`",
            "return [apply(name, x) for name in TABLE for x in range(2)]",
            before="TABLE = {'f': f, 'g': g}\ndef apply(name, x):\n    return TABLE[name](x)",
        ),
        Row(
            "functions in a list that is an argument",
            "return [through([f, g], x) for x in range(4)]",
            calls=8,
            before="def through(stages, x):\n    for stage in stages:\n        x = stage(x)\n    return x",
        ),
        Row("`functools.partial(f, 1)`", "import functools\nreturn [functools.partial(add, x)() for x in range(4)]"),
    ),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_functions_that_come_to_functional_calls_overlap(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
