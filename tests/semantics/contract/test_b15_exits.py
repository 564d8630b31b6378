"""B15: early exits."""

from __future__ import annotations

import pytest
from contract import Item, Row, hold

ITEM = Item(
    "B15",
    "Early exits",
    (Row("`any([f(x) for x in xs])`", "return any([odd(x) for x in range(4)])"),),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_early_exits_overlap(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
