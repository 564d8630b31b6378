"""B11: functions of the program that nobody marked."""

from __future__ import annotations

import pytest
from contract import Item, Row, hold

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
        Row("`functools.partial(f, 1)`", "import functools\nreturn [functools.partial(add, x)() for x in range(4)]"),
    ),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_functions_that_come_to_functional_calls_overlap(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
