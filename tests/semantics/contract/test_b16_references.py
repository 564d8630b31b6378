"""B16: results that stay where they are."""

from __future__ import annotations

from unittest import mock

import pytest
from contract import Item, Row, hold
from scheduled import Program, by_machine

from pydron_runtime.data import payload
from pydron_runtime.machine.calls import results
from pydron_runtime.testing.scripted import ScriptedExecutor

ITEM = Item(
    "B16",
    "Results that stay where they are",
    (Row("`g(f(x))`: a result passed only to other calls", "return [g(f(x)) for x in range(4)]", calls=8),),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_results_passed_on_overlap(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)


@pytest.mark.parametrize(
    "body",
    [
        "return [g(f(x)) for x in range(4)]",
        "ys = [f(x) for x in range(4)]\nd = {}\nfor y in ys:\n    d[len(d)] = y\nreturn [g(y) for y in d.values()]",
        "out = []\nfor x in range(4):\n    y = f(x)\n    pair = (x, y)\n    out.append(g(pair[1]))\nreturn out",
    ],
)
def test_results_passed_only_to_other_calls_are_never_looked_at(body: str) -> None:
    """The program takes in the results of the last stage, and no others."""
    large = mock.patch.object(payload, "READ_AT_ONCE", 0)
    with large, mock.patch.object(results, "_load", wraps=results._load) as loaded:
        by_machine(Program(Row("", body).program), ScriptedExecutor())
    assert loaded.call_count == 4
