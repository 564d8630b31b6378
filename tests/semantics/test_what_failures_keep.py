"""When the program has dealt with a failure, nothing of it is left: not even until the garbage collector comes by."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from scheduled import PRELUDE, Program, executing

import pydron
from pydron_runtime.testing.scripted import ScriptedExecutor

PROGRAM = f"""{PRELUDE}
class Value:
    pass
@functional
def made(value):
    return Value()
@functional
def failing(value):
    raise ValueError(value)
@schedule
def fails_in_a_call(value):
    return failing(made(value))
@schedule
def fails_itself(value):
    result = made(value)
    note(f(1))
    raise ValueError(result)
"""


@pytest.fixture
def without_collector() -> Iterator[None]:
    """Objects end by their references alone."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("without_collector")
@pytest.mark.parametrize("function", ["fails_in_a_call", "fails_itself"])
def test_arguments_and_errors_end_with_the_handler(function: str) -> None:
    names = Program(PROGRAM).namespace(pydron.schedule, pydron.functional)

    def call() -> list[weakref.ref[Any]]:
        value = names["Value"]()
        left = [weakref.ref(value)]
        try:
            names[function](value)
        except ValueError as error:
            left += [weakref.ref(error.args[0])]
        return left

    with executing(ScriptedExecutor()):
        call()
        assert [each() for each in call()] == [None, None]
