"""B2: comprehensions, and built-ins that go through all of an iterable."""

from __future__ import annotations

import pytest
from contract import Item, Row, hold

ITEM = Item(
    "B2",
    "Comprehensions, and what goes through all of an iterable",
    (
        Row("`[f(x) for x in xs]`", "return [f(x) for x in range(4)]"),
        Row("`{f(x) for x in xs}`", "return {f(x) for x in range(4)}"),
        Row("`{x: f(x) for x in xs}`", "return {x: f(x) for x in range(4)}"),
        Row("`{f(x): x for x in xs}`", "return {f(x): x for x in range(4)}"),
        Row("`{f(x): g(x) for x in xs}`", "return {f(x): g(x) for x in range(2)}"),
        Row("`[[f(x + y) for x in xs] for y in ys]`", "return [[f(x + y) for x in range(2)] for y in range(2)]"),
        Row("`[f(x + y) for x in xs for y in ys]`", "return [f(x + y) for x in range(2) for y in range(2)]"),
        Row("`[x for x in xs if odd(x)]`", "return [x for x in range(4) if odd(x)]"),
        Row("`[y for x in xs if (y := f(x)) > 2]`", "return [y for x in range(4) if (y := f(x)) > 2]"),
        Row(
            "`[g(y) for y in ys if y > 2]`, conditions on results",
            "ys = [f(x) for x in range(4)]\nreturn [g(y) for y in ys if y > 2]",
        ),
        Row("`{x for x in xs if odd(x)}`", "return {x for x in range(4) if odd(x)}"),
        Row("`{x: x for x in xs if odd(x)}`", "return {x: x for x in range(4) if odd(x)}"),
        Row("`sum([f(x) for x in xs])`", "return sum([f(x) for x in range(4)])"),
        Row("`min([...])`, `max([...])`", "return min([f(x) for x in range(2)]), max([g(x) for x in range(2)])"),
        Row("`any([...])`, `all([...])`", "return any([odd(x) for x in range(2)]), all([odd(x) for x in range(2)])"),
        Row(
            "`sorted([...])`, `sorted(..., key=...)`",
            "return sorted([f(x) for x in range(2)]), sorted([g(x) for x in range(2)], key=lambda y: -y)",
        ),
        Row("`sorted(xs, key=f)`", "return sorted(range(4), key=f)"),
        Row("`max(xs, key=f)`", "return max(range(4), key=f), min(range(4), key=g)", calls=8),
        Row("`xs.sort(key=f)`", "xs = [3, 1, 2, 0]\nxs.sort(key=f)\nreturn xs"),
        Row(
            "`list`, `tuple`, `set`, `dict` of results",
            "return list([f(1)]), tuple([f(2)]), set([f(3)]), dict([(1, f(4))])",
        ),
        Row('`"".join([...])`', "return ''.join([text(x) for x in range(4)])"),
        Row("`zip`, `enumerate`", "return [i + x + y for (i, x), y in zip(enumerate([f(1), f(2)]), [f(3), f(4)])]"),
        Row("`map(f, xs)`", "return list(map(f, range(4)))"),
        Row("`filter(odd, xs)`", "return list(filter(odd, range(4)))"),
        Row("`map(lambda x: f(x) + 1, xs)`", "return list(map(lambda x: f(x) + 1, range(4)))"),
    ),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_comprehensions_and_what_goes_through_all_of_an_iterable_overlap(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
