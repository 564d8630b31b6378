"""Tracebacks show the user's frames, each activation once, at the line where it stood."""

from __future__ import annotations

import traceback

from scheduled import PRELUDE, Program, executing

import pydron
from pydron import runner
from pydron_runtime.testing.scripted import ScriptedExecutor

TEXT = f"""{PRELUDE}
@schedule
def inner(x):
    a = f(x)
    return fails(
        a,
        2,
    )

@schedule
def main():
    a = f(0)
    if odd(a):
        b = inner(a)
    return b
"""


def printed(text: str) -> list[str]:
    """The names and source lines that the program's user sees."""
    program = Program(text)
    names = program.namespace(pydron.schedule, pydron.functional)
    with executing(ScriptedExecutor()):
        try:
            names["main"]()
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            return [f"{frame.name}: {frame.line}" for frame in frames if frame.filename == program.filename]
    raise AssertionError("it did not fail")


def test_each_function_on_the_way_shows_the_line_of_its_call() -> None:
    assert printed(TEXT) == [
        "main: b = inner(a)",
        "inner: return fails(",
        'fails: raise ValueError("fails", x)',
    ]


def test_no_frame_of_pydron_is_shown() -> None:
    names = Program(TEXT).namespace(pydron.schedule, pydron.functional)
    with executing(ScriptedExecutor()):
        try:
            names["main"]()
        except ValueError as error:
            files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    assert not [name for name in files if "pydron" in name.replace(__file__, "")]


def test_a_region_and_its_function_are_one_activation() -> None:
    text = f"{PRELUDE}\n@schedule\ndef main():\n    a = f(0)\n    if odd(a):\n        b = [][f(a)]\n    return b\n"
    assert printed(text) == ["main: b = [][f(a)]"]


def test_code_of_the_same_text_is_not_the_same_code() -> None:
    """Two modules may hold equal functions; each has its own emitted code."""
    first, second = (compile("def g(): pass", "<same>", "exec") for _ in range(2))
    runner.show_as(first, second)
    assert first == second
    assert runner.shown_as(first) is second
    assert runner.shown_as(second) is second


def test_emitted_code_is_forgotten_with_its_function() -> None:
    users = compile("1", "<users>", "exec")
    emitted = compile("2", "<emitted>", "exec")
    runner.show_as(emitted, users)
    key = id(emitted)
    del emitted
    assert key not in runner._emitted
