"""B8: branches on results."""

from __future__ import annotations

import pytest
from contract import Item, Row, hold

ITEM = Item(
    "B8",
    "Branches on results",
    (
        Row(
            "`if f(x) > k: ... else: ...`",
            "out = []\nfor x in range(4):\n    if odd(x):\n        y = f(x)\n    else:\n        y = g(x)\n    out.append(y)\nreturn out",
        ),
        Row(
            "nested `if`",
            "out = []\nfor x in range(4):\n    y = 0\n    if odd(x):\n        if odd(f(x)):\n            y = g(x)\n    out.append(y)\nreturn out",
        ),
        Row("`f(x) if odd(x) else g(x)`", "return [f(x) if odd(x) else g(x) for x in range(4)]"),
        Row("`and`, `or`", "return [odd(x) and f(x) or g(x) for x in range(4)]"),
        Row("`assert f(x) > 0`", "for x in range(4):\n    assert f(x) > 0, x"),
        Row(
            "`a = f(x)`, `if a > k: out.append(a)`",
            "out = []\nfor x in range(4):\n    a = f(x)\n    if a > 2:\n        out.append(a)\nreturn out",
        ),
        Row(
            "the same with `d[x] = a`",
            "d = {}\nfor x in range(4):\n    a = f(x)\n    if a > 2:\n        d[x] = a\nreturn d",
        ),
        Row(
            "the same, and an append in every turn",
            "out, seen = [], []\nfor x in range(4):\n    a = f(x)\n    seen.append(x)\n    if a > 2:\n        out.append(a)\n    else:\n        out.append(-a)\n    seen.append(g(x))\nreturn out, seen",
            calls=8,
        ),
        Row(
            "`if a > k: out.append(a)`, then `out.append(x)`",
            "out = []\nfor x in range(4):\n    a = f(x)\n    if a > 2:\n        out.append(a)\n    out.append(x)\nreturn out",
        ),
        Row(
            "`if a > k: out.append(g(a))`",
            "out = []\nfor x in range(4):\n    a = f(x)\n    if a > 2:\n        out.append(g(a))\nreturn out",
        ),
        Row("`if a > k: n += 1`", "n = 0\nfor x in range(4):\n    if f(x) > 2:\n        n += 1\nreturn n"),
    ),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_branches_on_results_overlap(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
