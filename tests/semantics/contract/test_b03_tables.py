"""B3: results in dicts and sets."""

from __future__ import annotations

import pytest
from contract import Item, Row, hold

ITEM = Item(
    "B3",
    "Results in dicts and sets",
    (
        Row("`d[k] = f(x)`", "d = {}\nfor x in range(4):\n    d[x] = f(x)\nreturn d"),
        Row(
            "`d.setdefault(k, []).append(f(x))`",
            "d = {}\nfor x in range(4):\n    d.setdefault(x % 2, []).append(f(x))\nreturn d",
        ),
        Row("`d.setdefault(k, f(x))`", "d = {}\nfor x in range(4):\n    d.setdefault(x, f(x))\nreturn d"),
        Row(
            "`hist[k] = hist.get(k, 0) + f(x)`",
            "hist = {}\nfor x in range(4):\n    hist[x % 2] = hist.get(x % 2, 0) + f(x)\nreturn hist",
        ),
        Row("`hist[k] += f(x)`", "hist = {0: 0, 1: 0}\nfor x in range(4):\n    hist[x % 2] += f(x)\nreturn hist"),
        Row(
            "`if k in d: ... else: d[k] = f(x)`",
            "d = {}\nfor x in range(4):\n    if x % 3 in d:\n        d[x % 3] += f(x)\n    else:\n        d[x % 3] = f(x)\nreturn d",
        ),
    ),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_results_in_dicts_and_sets_overlap(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
