"""B7: several stages with no barrier between them."""

from __future__ import annotations

import pytest
from contract import Item, Row, hold

ITEM = Item(
    "B7",
    "Stages without a barrier",
    (
        Row(
            "`ys = [f(x) for x in xs]; zs = [g(y) for y in ys]`",
            "ys = [f(x) for x in range(4)]\nreturn [g(y) for y in ys]",
            calls=8,
        ),
        Row(
            "a loop over results of a loop",
            "ys, zs = [], []\nfor x in range(4):\n    ys.append(f(x))\nfor y in ys:\n    zs.append(g(y))\nreturn zs",
            calls=8,
        ),
        Row("`g(f(x))`", "return [g(f(x)) for x in range(4)]", calls=8),
        Row("`g(f(x) + 1)`: a computation in between", "return [g(f(x) + 1) for x in range(4)]"),
        Row(
            "`total([f(x) for x in xs])`: a call of all results",
            "return total([f(x) for x in range(4)]), g(7)",
            calls=6,
        ),
    ),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_stages_overlap(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
