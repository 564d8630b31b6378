"""Tables for a terminal. Pure."""

from __future__ import annotations

from collections.abc import Sequence

MOST_ROWS = 30


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], words: Sequence[str]) -> list[str]:
    """Lines with columns as wide as needed, after an empty line; nothing for no rows.

    Args:
        words: Heads of the columns that are aligned to the left; the others hold numbers.
    """
    if not rows:
        return []
    shown = [heads, *rows[:MOST_ROWS]]
    widths = [max(len(row[column]) for row in shown) for column in range(len(heads))]
    lines = [
        "  ".join(
            cell.ljust(width) if head in words else cell.rjust(width) for head, cell, width in zip(heads, row, widths)
        ).rstrip()
        for row in shown
    ]
    more = [f"... and {len(rows) - MOST_ROWS:,} more"] if len(rows) > MOST_ROWS else []
    return ["", *lines, *more]
