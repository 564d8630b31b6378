"""B4: totals."""

from __future__ import annotations

import pytest
from contract import AHEAD, IN_PLACE, Item, Row, hold

ITEM = Item(
    "B4",
    "Totals",
    (
        Row("`total += f(x)`, numbers", "total = 0\nfor x in range(4):\n    total += f(x)\nreturn total"),
        Row("`total += text(x)`, strings", "total = ''\nfor x in range(4):\n    total += text(x)\nreturn total"),
        Row("`total += pair(x)`, tuples", "total = ()\nfor x in range(4):\n    total += pair(x)\nreturn total"),
        Row(
            "`total += items(x)`, lists, in place",
            "total = []\nsame = total\nfor x in range(4):\n    total += items(x)\nreturn total, same is total, same",
        ),
        Row(
            "`total += row(x)`, arrays, in place",
            "total = np.zeros(3)\nsame = total\nfor x in range(4):\n    total += row(x)\nreturn total.tolist(), same is total",
            before="import numpy as np\n@functional\ndef row(x):\n    return np.arange(3.0) + x",
            behaviour=IN_PLACE,
        ),
        Row("`total = total + f(x)`", "total = 0\nfor x in range(4):\n    total = total + f(x)\nreturn total"),
        Row(
            "`total -= f(x)`, `total *= g(x)`",
            "total = 1\nfor x in range(2):\n    total -= f(x)\n    total *= g(x)\nreturn total",
        ),
        Row("`best = max(best, f(x))`", "best = 0\nfor x in range(4):\n    best = max(best, f(x))\nreturn best"),
        Row(
            "`if f(x) > best: best = ...`",
            "best, where = 0, None\nfor x in range(4):\n    y = f(x)\n    if y > best:\n        best, where = y, x\nreturn best, where",
        ),
        Row(
            "`global count`, `count += f(x)`",
            "global count\nfor x in range(6):\n    count += f(x)\nreturn count",
            before="count = 0\n",
            behaviour=AHEAD,
        ),
        Row(
            "`global latest`, `latest = g(x) + 1`",
            "global latest\nfor x in range(6):\n    latest = g(x) + 1",
            before="latest = 0\n",
            behaviour=AHEAD,
        ),
    ),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_totals_overlap(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
