"""B15: early exits."""

from __future__ import annotations

import pytest
from contract import AHEAD, Item, Row, hold

ITEM = Item(
    "B15",
    "Early exits",
    (
        Row("`any([f(x) for x in xs])`", "return any([odd(x) for x in range(4)])"),
        Row("`any(f(x) for x in xs)`", "return any(f(x) > 50 for x in range(4))", behaviour=AHEAD),
        Row(
            "`for x in xs: if f(x) > k: return x`",
            "for x in range(4):\n    if f(x) > 50:\n        return x",
            behaviour=AHEAD,
        ),
        Row(
            "the same with `break`",
            "found = None\nfor x in range(4):\n    if f(x) > 50:\n        found = x\n        break\nreturn found",
            behaviour=AHEAD,
        ),
        Row(
            "the same in a helper: `if check(x): return x`",
            "for x in range(4):\n    if check(x):\n        return x",
            before="def check(x):\n    y = f(x)\n    return y > 50",
            behaviour=AHEAD,
        ),
        Row(
            "the same in a scheduled function",
            "return any(check(x) for x in range(4))",
            before="@schedule\ndef check(x):\n    return f(x) > 50",
            behaviour=AHEAD,
        ),
        Row(
            "the same in a loop within the loop",
            "for x in range(4):\n    if sum(f(x + y) for y in range(2)) > 50:\n        return x",
            behaviour=AHEAD,
        ),
        Row(
            "an unknown call on each result",
            "for x in range(4):\n    note(f(x))",
            behaviour=AHEAD,
        ),
    ),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_early_exits_overlap(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
