"""Whether a scheduled function will almost certainly come to functional calls: then workers start before anything else."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

import pydron
from pydron.analysis.reach import names_functional


@pydron.functional
def work(x: int) -> int:
    return x


def helper(x: int) -> int:
    return work(x)


def idle(x: int) -> int:
    return x + 1


@pydron.schedule
def scheduled_with_work(x: int) -> int:
    return helper(x)


@pydron.schedule
def scheduled_without(x: int) -> int:
    return idle(x)


class Model:
    @staticmethod
    @pydron.functional
    def fit(x: int) -> int:
        return x


def directly(xs: list[int]) -> Any:
    outputs = []
    for x in xs:
        outputs.append(work(x))
    return outputs


def in_a_comprehension(xs: list[int]) -> Any:
    return [work(x) for x in xs]


def in_a_nested_function(xs: list[int]) -> Any:
    def one(x: int) -> int:
        return work(x)

    return list(map(one, xs))


def through_a_helper(xs: list[int]) -> Any:
    return helper(xs[0])


def through_a_scheduled_one(xs: list[int]) -> Any:
    return scheduled_with_work(xs[0])


def on_a_class(xs: list[int]) -> Any:
    return Model.fit(xs[0])


def with_a_scheduled_one_that_comes_to_nothing(xs: list[int]) -> Any:
    return scheduled_without(xs[0])


def with_a_method_of_that_name(xs: Any) -> Any:
    return xs.fit()


@pytest.mark.parametrize(
    "function",
    [directly, in_a_comprehension, in_a_nested_function, through_a_helper, through_a_scheduled_one, on_a_class],
)
def test_functional_functions_are_found_by_their_names(function: Any) -> None:
    assert names_functional(function)


@pytest.mark.parametrize("function", [idle, with_a_scheduled_one_that_comes_to_nothing, with_a_method_of_that_name])
def test_nothing_is_started_on_a_suspicion(function: Any) -> None:
    assert not names_functional(function)


def test_who_only_decorates_does_not_import_the_compiler() -> None:
    """Workers import the modules that functions come from, and compile nothing."""
    program = """
import sys, pydron
@pydron.functional
def f(x): return x
@pydron.schedule
def g(x): return f(x)
heavy = [name for name in sys.modules if name.startswith(("pydron.emit", "pydron.frontend", "pydron.compile"))]
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
