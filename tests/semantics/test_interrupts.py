"""Ctrl-C stops a scheduled function at a place where plain Python could have stopped, and leaves the program usable."""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Any

import pytest
from scheduled import PRELUDE, Program, executing

import pydron
from pydron_runtime.data.tasks import Task
from pydron_runtime.testing.scripted import ScriptedExecutor, newest_first


class Interrupting(ScriptedExecutor):
    """A signal comes in place of one completion, while the program waits."""

    def __init__(self, after: int) -> None:
        self.after = after
        super().__init__(self._choose)

    def _choose(self, ready: Sequence[Task]) -> int:
        if len(self.order) == self.after:
            self.after = -1
            signal.raise_signal(signal.SIGINT)
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


LIMITED = f"""{PRELUDE}
import signal
class Late(Exception):
    pass
def handler(number, frame):
    raise Late(number)
class Written:
    def __getstate__(self):
        signal.raise_signal(signal.SIGUSR1)
        return {{}}
class Read:
    def __setstate__(self, state):
        signal.raise_signal(signal.SIGUSR1)
    def __getstate__(self):
        return {{"x": 1}}
@functional
def make(kind):
    return kind()
@schedule
def reads_a_result():
    return make(Read)
@schedule
def reads_a_result_in_a_try():
    try:
        return make(Read)
    except Late:
        return "late"
@schedule
def writes_an_argument():
    return f(Written())
@schedule
def decides(xs):
    for x in xs:
        if f(x) > 2:
            return x
        note(1)
"""


@pytest.fixture
def limited() -> Iterator[dict[str, Any]]:
    """A program with a handler for SIGUSR1 that raises, as programs do that limit the time they take."""
    names = Program(LIMITED).namespace(pydron.schedule, pydron.functional)
    before = signal.signal(signal.SIGUSR1, names["handler"])
    yield names
    signal.signal(signal.SIGUSR1, before)


@pytest.mark.parametrize("function", ["reads_a_result", "writes_an_argument"])
def test_what_a_handler_raises_is_not_taken_for_a_value_that_cannot_travel(
    limited: dict[str, Any], function: str
) -> None:
    with executing(ScriptedExecutor()), pytest.raises(limited["Late"]):
        limited[function]()


def test_a_try_statement_of_the_programs_finds_what_a_handler_has_raised(limited: dict[str, Any]) -> None:
    with executing(ScriptedExecutor()):
        assert limited["reads_a_result_in_a_try"]() == "late"


class Signalling(ScriptedExecutor):
    """A signal comes while the program waits for a completion."""

    def __init__(self) -> None:
        super().__init__(self._choose)

    def _choose(self, ready: Sequence[Task]) -> int:
        signal.raise_signal(signal.SIGUSR1)
        return 0


def test_what_a_handler_raises_does_not_wait_for_what_came_before(limited: dict[str, Any]) -> None:
    executor = Signalling()
    with executing(executor), pytest.raises(limited["Late"]):
        limited["decides"]([1, 2, 3])
    assert executor.order == [], "nothing was waited for"


LEAVING = f"""{PRELUDE}
import sys
class EndsWhenRead:
    def __reduce__(self):
        return (sys.exit, (3,))
class EndsWhenWritten:
    def __reduce__(self):
        raise SystemExit(4)
class StopsWhenRead:
    def __reduce__(self):
        return (stop, ())
class StopsWhenWritten:
    def __reduce__(self):
        raise KeyboardInterrupt
def stop():
    raise KeyboardInterrupt
KINDS = [EndsWhenRead, EndsWhenWritten, StopsWhenRead, StopsWhenWritten]
@functional
def make(kind):
    return kind()
@functional
def name(value):
    return type(value).__name__
@schedule
def main():
    return [type(made).__name__ for made in [make(kind) for kind in KINDS]]
@schedule
def passed_on():
    return [name(make(kind)) for kind in KINDS]
@schedule
def arguments():
    return [name(kind()) for kind in KINDS]
"""


@pytest.mark.parametrize("function", ["main", "passed_on", "arguments"])
def test_values_that_end_the_interpreter_when_they_are_written_or_read_just_do_not_travel(function: str) -> None:
    names = Program(LEAVING).namespace(pydron.schedule, pydron.functional)
    with executing(ScriptedExecutor()):
        assert names[function]() == [kind.__name__ for kind in names["KINDS"]]
