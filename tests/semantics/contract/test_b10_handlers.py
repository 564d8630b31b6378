"""B10: `try` and `with`."""

from __future__ import annotations

import pytest
from contract import Item, Row, hold

ITEM = Item(
    "B10",
    "`try` and `with`",
    (
        Row(
            "calls before and after a `try`",
            "a = [f(1), f(2)]\nb = [f(3), f(4)]\ntry:\n    c = 1\nfinally:\n    d = 2\nreturn a, b, c, d",
        ),
    ),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_calls_around_handlers_overlap(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
