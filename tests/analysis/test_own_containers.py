"""A function may store into the containers it made itself, and into nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from pydron.analysis.verdicts import verdict_on


def appends(xs: list[int]) -> None:
    xs.append(1)


def appends_to_another_name(xs: list[int]) -> None:
    ys = xs
    ys.append(1)


def appends_to_an_element(rows: list[list[int]]) -> None:
    out = []
    for row in rows:
        out.append(row)
    out[0].append(1)


def appends_to_what_it_added(row: list[int]) -> None:
    out: list[list[int]] = []
    out += [row]
    out[0].append(1)


def adds_in_place(table: dict[int, list[int]], row: list[int]) -> None:
    own = {1: row}
    own[1] += [2]


def shadowed(rows: list[list[int]]) -> None:
    out = [[y] for y in rows]
    y = 0
    out[0][0][1] = y


def updates_by_keyword(row: list[int]) -> None:
    own: dict[str, list[int]] = {}
    own.update(a=row)
    own["a"].append(1)


def sets_a_default(row: list[int]) -> None:
    own: dict[int, list[int]] = {}
    own.setdefault(1, row).append(1)


def partitions(array: Any) -> None:
    array.partition(1)


def modifies_in_a_comprehension(rows: list[list[int]]) -> None:
    [row.append(1) for row in rows]  # type: ignore[func-returns-value]


def modifies_a_namesake(rows: list[list[int]]) -> None:
    row: list[int] = []
    row.extend([])
    [row.append(1) for row in rows]  # type: ignore[func-returns-value]


def loops_and_modifies(rows: list[list[int]]) -> None:
    for row in [*rows]:
        row.append(1)


MODIFYING = [
    updates_by_keyword, sets_a_default, partitions,
    appends, appends_to_another_name, appends_to_an_element, appends_to_what_it_added, adds_in_place, shadowed,
    modifies_in_a_comprehension,
    modifies_a_namesake,
    modifies_in_a_comprehension, modifies_a_namesake, loops_and_modifies,
]  # fmt: skip


@pytest.mark.parametrize("function", MODIFYING, ids=lambda function: function.__name__)
def test_a_function_that_may_modify_an_argument_asks_for_arguments_that_cannot_be(function: Any) -> None:
    verdict = verdict_on(function)
    assert verdict is None or verdict.immutable
