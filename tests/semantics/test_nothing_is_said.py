"""Pydron writes, logs and warns of nothing by itself."""

from __future__ import annotations

import warnings

import pytest
from scheduled import PRELUDE, Program, by_machine, executing

from pydron_runtime.testing.scripted import ScriptedExecutor

DOUBTFUL = """
@schedule
def main():
    x = f(1)
    assert (x, "always true")
    if x is 1:
        return "\\d"
    return [g(y) for y in range(2) if y is not 2]
"""


def test_what_the_compiler_warns_of_is_not_said_again() -> None:
    """Python has said it when it compiled the program. That the filters are changed meanwhile is not seen."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = Program(PRELUDE + DOUBTFUL)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("default")
        registry: dict[str | tuple[str, type[Warning], int], int] = {}
        filters = list(warnings.filters)
        for _ in range(2):
            warnings.warn_explicit("once", UserWarning, "somewhere.py", 1, registry=registry)
            by_machine(program, ScriptedExecutor())
        assert warnings.filters == filters
    assert [str(one.message) for one in heard] == ["once"]


def test_a_call_that_cannot_travel_leaves_no_message(caplog: pytest.LogCaptureFixture) -> None:
    program = Program(
        f"{PRELUDE}\n@functional\ndef made(x):\n    return lambda: x\n@schedule\ndef main():\n    return made(1)()"
    )
    with executing(ScriptedExecutor()):
        assert by_machine(program, ScriptedExecutor()).result == ("int", "1")
    assert caplog.records == []
