"""B9: loops that wait for their own results."""

from __future__ import annotations

import pytest
from contract import Item, Row, hold

ITEM = Item(
    "B9",
    "Loops that wait for their own results",
    (
        Row(
            "two `while` loops, one after the other",
            "a = b = 0\nwhile f(a) < 3:\n    a = f(a)\nwhile g(b) < 30:\n    b = f(b)\nreturn a, b",
            calls=2,
        ),
        Row(
            "two bisections, one after the other, with the same `mid`",
            "lo, hi = 0.0, 8.0\nwhile hi - lo > 1:\n    mid = (lo + hi) / 2\n    if f(mid) > 5:\n        hi = mid\n"
            "    else:\n        lo = mid\na = lo\nlo, hi = 0.0, 4.0\nwhile hi - lo > 1:\n    mid = (lo + hi) / 2\n"
            "    if g(mid) > 5:\n        hi = mid\n    else:\n        lo = mid\nreturn a, lo",
            calls=2,
        ),
        Row(
            "a `while` loop per element",
            "out = []\nfor x in range(4):\n    while x < 5:\n        x = f(x)\n    out.append(x)\nreturn out",
        ),
        Row(
            "`for y in items(x)`: a loop over a result",
            "out = []\nfor x in range(1, 5):\n    s = 0\n    for y in items(x):\n        s += y\n    out.append(s)\nreturn out",
        ),
    ),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_loops_that_wait_for_their_own_results_overlap(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
