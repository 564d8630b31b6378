"""B16: results that stay where they are."""

from __future__ import annotations

import pytest
from contract import Item, Row, hold

ITEM = Item(
    "B16",
    "Results that stay where they are",
    (Row("`g(f(x))`: a result passed only to other calls", "return [g(f(x)) for x in range(4)]", calls=8),),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_results_passed_on_overlap(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
