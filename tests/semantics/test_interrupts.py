"""Ctrl-C stops a scheduled function at a place where plain Python could have stopped, and leaves the program usable."""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

import pytest
from scheduled import PRELUDE, Program, executing

import pydron
from pydron_runtime.data.tasks import Task
from pydron_runtime.testing.scripted import ScriptedExecutor, newest_first


class Interrupting(ScriptedExecutor):
    """Raises KeyboardInterrupt in place of one completion, as a signal handler would while the program waits."""

    def __init__(self, after: int) -> None:
        self.after = after
        super().__init__(self._choose)

    def _choose(self, ready: Sequence[Task]) -> int:
        if len(self.order) == self.after:
            self.after = -1
            raise KeyboardInterrupt
        return len(ready) - 1


PROGRAM = f"""{PRELUDE}
OUT = []
@schedule
def main(xs):
    for x in range(6):
        OUT.append(x)
        xs.append(f(x))
        if odd(x):
            xs.append("odd")
    return xs
"""


def possible_states() -> list[tuple[list[Any], list[Any]]]:
    """What plain Python could leave behind in OUT and in the argument, at each of its steps."""
    states: list[tuple[list[Any], list[Any]]] = [([], [])]
    out: list[Any] = []
    xs: list[Any] = []
    for x in range(6):
        out.append(x)
        states.append((list(out), list(xs)))
        xs.append(x + 1)
        states.append((list(out), list(xs)))
        if x % 2:
            xs.append("odd")
            states.append((list(out), list(xs)))
    return states


def test_an_interrupt_leaves_a_state_that_plain_python_passes_through() -> None:
    for after in range(12):
        names = Program(PROGRAM).namespace(pydron.schedule, pydron.functional)
        xs: list[Any] = []
        executor = Interrupting(after)
        interrupted = False
        with executing(executor):
            try:
                names["main"](xs)
            except KeyboardInterrupt as error:
                interrupted = True
                assert error.__traceback__ is not None
        assert interrupted, after
        assert (names["OUT"], xs) in possible_states(), after
        assert executor.held == 0


def test_the_same_function_can_be_called_again_after_an_interrupt() -> None:
    names = Program(PROGRAM).namespace(pydron.schedule, pydron.functional)
    executor = Interrupting(3)
    with executing(executor):
        try:
            names["main"]([])
        except KeyboardInterrupt:
            names["OUT"].clear()
        assert names["main"]([]) == [1, 2, "odd", 3, 4, "odd", 5, 6, "odd"]


def test_an_interrupt_in_a_nested_function_keeps_what_has_happened_there() -> None:
    """What the program itself did before the interrupt, with nothing unfinished before it, stays."""
    program = Program(
        f"""{PRELUDE}
OUT = []
def stop():
    raise KeyboardInterrupt
@schedule
def inner():
    OUT.append("inner")
    note(f(1))
    OUT.append("before")
    stop()
@schedule
def main():
    OUT.append("main")
    inner()
"""
    )
    names = program.namespace(pydron.schedule, pydron.functional)
    with executing(ScriptedExecutor()):
        try:
            names["main"]()
        except KeyboardInterrupt:
            pass
    assert names["OUT"] == ["main", "inner", "before"]


EVERYTHING = f"""{PRELUDE}
@schedule
def main(xs):
    out = []
    for x in range(3):
        try:
            y = fails(x, 1)
            out.append(y)
            if odd(y):
                out.append("odd")
        except ValueError as error:
            out.append(error)
        finally:
            out.append("end")
    xs += out
    print(f(1))
    t = sum(f(i) for i in range(2))
    for i in range(4):
        if fails(i, 10) == 2:
            break
    return out
"""

PLACES = ("entry.py", "runner.py", os.sep + "machine" + os.sep)


class Interrupter:
    """Raises an interrupt where the interpreter may call a signal handler: as a function begins, or after C code.

    Attributes:
        count: How many such places in Pydron's own code have been passed.
    """

    def __init__(self, at: int) -> None:
        self.count = 0
        self._at = at

    def __call__(self, frame: FrameType, event: str, arg: Any) -> None:
        code = frame.f_code
        if event not in ("call", "c_return") or event == "call" and code.co_flags & inspect.CO_GENERATOR:
            return  # (a generator that is closed is no such place)
        if "pydron" in code.co_filename and any(place in code.co_filename for place in PLACES):
            self.count += 1
            if self.count == self._at:
                signal.default_int_handler(signal.SIGINT, None)


def interrupted_at(names: dict[str, Any], at: int) -> tuple[bool, int]:
    """Run a program, and interrupt it at a place: whether it heard of that, and how many places it came to."""
    interrupter = Interrupter(at)
    with executing(ScriptedExecutor(newest_first)):
        sys.setprofile(interrupter)
        try:
            names["main"]([])
        except KeyboardInterrupt:
            return True, interrupter.count
        finally:
            sys.setprofile(None)
    return False, interrupter.count


def interrupt_everywhere(step: int) -> None:
    names = Program(EVERYTHING).namespace(pydron.schedule, pydron.functional)
    with contextlib.redirect_stdout(io.StringIO()):
        interrupted_at(names, 0)  # compiles it
        _, count = interrupted_at(names, 0)
        assert count > 1000
        lost = []
        for at in range(1, count, step):
            heard, reached = interrupted_at(names, at)
            if reached >= at and not heard:
                lost.append(at)
    assert lost == []


def test_an_interrupt_at_any_moment_reaches_the_program() -> None:
    interrupt_everywhere(97)


@pytest.mark.slow
def test_an_interrupt_at_very_many_moments_reaches_the_program() -> None:
    interrupt_everywhere(29)
