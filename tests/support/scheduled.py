"""Runs a program plain, by the reference evaluator and by the machine, and compares everything that can be observed.

A program is source text that defines ``main`` and may define ``arguments()``. It finds these names in its globals:
``schedule`` and ``functional`` (Pydron's decorators, or, in the plain run, stand-ins), ``note`` (a function nobody
knows, which logs the state of what it is given) and ``log``.

In the plain run a functional function works on copies of its arguments and gives a copy of its result, because that is
the one difference that the functional promise allows.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import linecache
import os
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast
from unittest import mock

from compiled_once import Compiled
from decorations import copying, evaluating, itself
from loop_forms import Prompt, asking_ahead, switching
from portraits import Painter, Portrait

import pydron
from pydron_runtime import preparation
from pydron_runtime.executors.base import Executor
from pydron_runtime.executors.inline import InlineExecutor
from pydron_runtime.machine import machine as machines
from pydron_runtime.machine.calls import granularity
from pydron_runtime.machine.order.window import Window
from pydron_runtime.sessions import Session
from pydron_runtime.testing.scripted import ScriptedExecutor, newest_first, oldest_first, seeded

_numbers = itertools.count(1)
_SHOWN = 2000
_HARNESS = (os.path.basename(__file__), "compiled_once.py", "decorations.py", "contextlib.py")


PRELUDE = """
@functional
def f(x):
    return x + 1

@functional
def g(x):
    return x * 10

@functional
def add(x, y=100, *more, k=1000, **named):
    return [x, y, list(more), k, dict(named)]

@functional
def odd(x):
    return x % 2 == 1

@functional
def items(n):
    return list(range(n))

@functional
def table(n):
    return {"n": n, "list": [n]}

@functional
def pair(x):
    return x, [x]

@functional
def total(xs):
    return sum(xs)

@functional
def fail(x):
    raise ValueError("fail", x)

@functional
def fails(x, at):
    if x == at:
        raise ValueError("fails", x)
    return x
"""
"""Functional functions for programs written by hand."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What can be observed of one run.

    Attributes:
        result: Portrait of what ``main`` returned, or None.
        error: Portrait of what it raised, or None.
        arguments: Portrait of its arguments afterwards.
        world: Portrait of the program's globals afterwards.
        log: What ``note`` was given, in order.
        output: What was printed.
    """

    result: Portrait
    error: Portrait
    arguments: Portrait
    world: Portrait
    log: Portrait
    output: str


@dataclass(slots=True)
class Program:
    """Source text, ready to be executed as often as one likes; each time in fresh globals.

    Attributes:
        compiled: Its graphs and the code emitted from them, which all executions share.
    """

    text: str
    filename: str = field(default_factory=lambda: f"<program {next(_numbers)}>")
    compiled: Compiled = field(default_factory=Compiled)
    code: types.CodeType = field(init=False)

    def __post_init__(self) -> None:
        lines = [line + "\n" for line in self.text.split("\n")]
        linecache.cache[self.filename] = (len(self.text), None, lines, self.filename)
        self.code = compile(self.text, self.filename, "exec", dont_inherit=True)

    def namespace(self, schedule: Callable[..., Any], functional: Callable[..., Any]) -> dict[str, Any]:
        """The program's globals, after its text has run."""
        log: list[Portrait] = []
        names: dict[str, Any] = {"__name__": "__main__", "schedule": schedule, "functional": functional, "log": log}
        names["note"] = lambda *values: log.append(Painter(self.filename, _HARNESS).paint(values))
        exec(self.code, names)
        return names

    def observe(self, names: dict[str, Any]) -> Outcome:
        """Call ``main`` and observe."""
        arguments = names["arguments"]() if "arguments" in names else ()
        result, error = None, None
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            try:
                result = names["main"](*arguments)
            except BaseException as raised:
                error = raised
        painter = Painter(self.filename, _HARNESS)
        given = {"schedule", "functional", "log", "note"}
        world = {
            name: value
            for name, value in names.items()
            if not name.startswith("__") and name not in given and not callable(value)
        }
        return Outcome(
            painter.paint(result),
            painter.paint(error),
            painter.paint(arguments),
            painter.paint(world),
            tuple(names["log"]),
            output.getvalue(),
        )


# Ways of running.


def plain(program: Program, copies: bool = True) -> Outcome:
    """The run that all others have to equal.

    Args:
        copies: Whether functional calls work on copies, as those do that run elsewhere.
    """
    return program.observe(program.namespace(itself, copying if copies else itself))


def by_evaluator(program: Program) -> Outcome:
    """The run by the reference evaluator."""
    with program.compiled.shared():
        return program.observe(program.namespace(evaluating, copying))


@contextlib.contextmanager
def executing(
    executor: Executor, window: int | None = None, short: bool = False, recorder: Any = None
) -> Iterator[None]:
    """Scheduled functions run through the machine, on this executor.

    Args:
        window: How many unretired entries there may be; None for the machine's own bound.
        short: Whether each functional call counts as too short to be handed out; else none does, however quick it is.
        recorder: Is told what happens.
    """
    session = Session(cast(Any, executor), recorder)
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.dict(os.environ, {"PYDRON_ALWAYS": "1", "PYDRON_EXECUTOR": "inline"}))
        stack.enter_context(mock.patch.object(preparation, "session_of", lambda settings, name: session))
        stack.enter_context(mock.patch.object(granularity.Cost, "is_short", short))
        if window is not None:
            stack.enter_context(mock.patch.object(machines, "Window", lambda: Window(window)))
        yield


def by_machine(
    program: Program, executor: Executor, window: int | None = None, short: bool = False, copies: bool = False
) -> Outcome:
    """The run by the machine on some executor.

    Args:
        copies: Whether functional calls work on copies even where they run in the program.
    """
    functional = (lambda function: pydron.functional(copying(function))) if copies else pydron.functional
    with executing(executor, window, short), program.compiled.shared():
        return program.observe(program.namespace(pydron.schedule, functional))


class Difference(AssertionError):
    """A run differs from the plain one."""


def differences(expected: Outcome, seen: Outcome) -> list[str]:
    """What differs between two outcomes, for people."""
    found = []
    for name in Outcome.__dataclass_fields__:
        before, after = getattr(expected, name), getattr(seen, name)
        if before != after:
            where, left, right = first_difference(before, after)
            found.append(f"{name}{where}:\n    plain:   {str(left)[:_SHOWN]}\n    other:   {str(right)[:_SHOWN]}")
    return found


def first_difference(left: Portrait, right: Portrait) -> tuple[str, Portrait, Portrait]:
    """The outermost parts of two portraits that are not alike, and where they stand."""
    where = ""
    while type(left) is tuple and type(right) is tuple and len(left) == len(right):
        index = next(index for index in range(len(left)) if left[index] != right[index])
        where, left, right = f"{where}[{index}]", left[index], right[index]
    return where, left, right


def compare(program: Program, name: str, expected: Outcome, seen: Outcome) -> None:
    """Hold two outcomes against each other.

    Raises:
        Difference: They are not the same.
    """
    found = differences(expected, seen)
    if found:
        raise Difference(f"{name} differs from plain Python in\n  " + "\n  ".join(found) + f"\n{program.text}")


# All of them.

Way = Callable[[Program, bool], Outcome]
"""A way of running a program; the flag says whether calls in the program work on copies, too."""


def _handed_out(executor: Callable[[], Executor], window: int | None = None) -> Way:
    return lambda program, copies: by_machine(program, executor(), window, copies=copies)


def _looping(long: int, run: Way) -> Way:
    def way(program: Program, copies: bool) -> Outcome:
        with switching(long):
            return run(program, copies)

    return way


def _in_program(program: Program, copies: bool) -> Outcome:
    return by_machine(program, ScriptedExecutor(), short=True, copies=copies)


def _with_answers(program: Program, copies: bool) -> Outcome:
    with asking_ahead():
        return by_machine(program, Prompt(newest_first), short=True, copies=True)


ORDERS: dict[str, Way] = {
    "newest first": _handed_out(lambda: ScriptedExecutor(newest_first)),
    "random 1": _handed_out(lambda: ScriptedExecutor(seeded(1))),
    "random 2, all at once": _handed_out(lambda: ScriptedExecutor(seeded(2), ahead=1000)),
    "small window": _handed_out(lambda: ScriptedExecutor(newest_first), window=3),
}
"""Orders in which calls may complete, besides the program's own: they differ if there are several calls."""

WITHIN: dict[str, Way] = {
    "short calls": _in_program,
    "loops as written": _looping(sys.maxsize, _in_program),
    "loops in turns": _looping(-1, _in_program),
}
"""Ways in which the calls are made in the program."""

WAYS: dict[str, Way] = {
    "evaluator": lambda program, copies: by_evaluator(program),
    **ORDERS,
    "inline": _handed_out(InlineExecutor),
    **WITHIN,
    "loops in turns, calls handed out": _looping(-1, _handed_out(lambda: Prompt(newest_first))),
    "answers made ahead": _looping(sys.maxsize, _with_answers),
}


def check(text: str, copies: bool = False, ways: Iterable[str] = WAYS) -> Outcome:
    """Run a program in all ways; they have to be the same.

    Args:
        copies: Functional calls work on copies also where they run in the program, so that programs may be compared in
            which code taken whole calls functional functions and keeps what it gave them.
        ways: Names of those ways that are tried; "oldest first" always is.

    Raises:
        Difference: They are not.
    """
    program = Program(text)
    expected = plain(program)
    within = expected if copies else plain(program, copies=False)
    in_order = ScriptedExecutor(oldest_first)
    compare(program, "oldest first", expected, by_machine(program, in_order, copies=copies))
    for name in ways:
        if name not in ORDERS or len(in_order.submitted) > 1:
            compare(program, name, within if name in WITHIN else expected, WAYS[name](program, copies))
    return expected


def check_ranges(text: str, iterations: int) -> None:
    """Run a program whose loops take answers that were made ahead, for so many iterations at a time.

    Raises:
        Difference: It does something else than plainly.
    """
    program = Program(text)
    with switching(sys.maxsize), asking_ahead(iterations):
        seen = by_machine(program, Prompt(), short=True, copies=True)
    compare(program, f"ranges of {iterations}", plain(program), seen)


def peak(text: str) -> int:
    """How many functional calls are in flight at once when the machine runs a program; also compares the runs."""
    check(text)
    executor = ScriptedExecutor(oldest_first)
    by_machine(Program(text), executor)
    return executor.peak
