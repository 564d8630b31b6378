"""Tracebacks show the user's frames, each activation once, at the line where it stood."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from scheduled import PRELUDE, Program, executing

import pydron
from pydron import runner
from pydron.places import Place
from pydron_runtime.testing.scripted import ScriptedExecutor, newest_first

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


UNDERLINED = f"""{PRELUDE}
class Thing:
    def grow(self, x):
        return [self.missing, x]

@schedule
def argument(x):
    return f(x) + fails(x - 1, 0)

@schedule
def operator(x):
    return "a" + (f(x)
        + 1)

@schedule
def inner(x):
    y = f(x)
    return [y + 1, (g(x) + [][y + 3])]

@schedule
def nested(x):
    return 1 + inner(x)

@schedule
def stream(x):
    return 1 + sum(fails(i, 2) for i in range(x, 5))

@schedule
def handled(x):
    try:
        return fails(x, 1) + 1
    except ValueError as e:
        raise KeyError(f(x)) from e

@schedule
def unknown(x):
    return Thing().grow(f(x))

@schedule
def recursive(x):
    return recursive(x - 1) if x else fails(f(x), 1)

@schedule
def looped(x):
    for i in range(3):
        with LOCK:
            if fails(i, x):
                return total([i, None])
"""

LOCK = "import threading\nLOCK = threading.Lock()\n"


@pytest.mark.parametrize("name", re.findall(r"@schedule\ndef (\w+)", UNDERLINED))
@pytest.mark.parametrize("short", [False, True])
def test_what_is_printed_is_what_plain_python_prints(name: str, short: bool) -> None:
    """Underlines included, for those versions that have them."""
    program = Program(LOCK + UNDERLINED)

    def shown(schedule: Callable[..., Any], functional: Callable[..., Any]) -> str:
        names = program.namespace(schedule, functional)
        try:
            names[name](1)
        except Exception as error:
            assert error.__traceback__ is not None
            return "".join(traceback.format_exception(type(error), error, error.__traceback__.tb_next))
        raise AssertionError("it did not fail")

    with executing(ScriptedExecutor(newest_first), short=short):
        seen = shown(pydron.schedule, pydron.functional)
    assert seen == shown(lambda function: function, lambda function: function)


def test_the_frame_of_a_scheduled_function_has_its_arguments() -> None:
    names = Program(TEXT).namespace(pydron.schedule, pydron.functional)
    with executing(ScriptedExecutor()):
        try:
            names["inner"](1)
        except ValueError as error:
            frames = [entry for entry, _ in traceback.walk_tb(error.__traceback__)]
    assert frames[1].f_code.co_name == "inner" and frames[1].f_locals["x"] == 1
    assert frames[1].f_globals is names


def test_one_place_may_be_shown_in_two_roles() -> None:
    users = test_one_place_may_be_shown_in_two_roles.__code__
    place, above = Place(users.co_firstlineno), Place(users.co_firstlineno + 1)
    roles: tuple[runner.Role, ...] = ("part", "function")
    for role in roles:
        runner.entry_of(users, place, None, {}, role=role)
    shown = [
        traceback.extract_tb(runner.without_own_frames(runner.entry_of(users, above, below, {})))
        for below in [runner.entry_of(users, place, None, {}, role=role) for role in roles]
    ]
    assert [[frame.lineno for frame in frames] for frames in shown] == [[place.line], [above.line, place.line]]
