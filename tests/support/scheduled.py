"""Runs a program plain, by the reference evaluator and by the machine, and compares everything that can be observed.

A program is source text that defines ``main`` and may define ``arguments()``. It finds these names in its globals:
``schedule`` and ``functional`` (Pydron's decorators, or, in the plain run, stand-ins), ``note`` (a function nobody
knows, which logs the state of what it is given) and ``log``.

In the plain run a functional function works on copies of its arguments and gives a copy of its result, because that is
the one difference that the functional promise allows.
"""

from __future__ import annotations

import contextlib
import functools
import io
import itertools
import linecache
import os
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast
from unittest import mock

from portraits import Painter, Portrait

import pydron
from pydron.entry import Record
from pydron.interpret import function as evaluated
from pydron_runtime import preparation
from pydron_runtime.data import payload
from pydron_runtime.executors.base import Completion, Executor
from pydron_runtime.executors.inline import InlineExecutor
from pydron_runtime.machine import granularity, ranges, tiers
from pydron_runtime.machine import machine as machines
from pydron_runtime.machine.window import Window
from pydron_runtime.sessions import Session
from pydron_runtime.testing.scripted import ScriptedExecutor, newest_first, oldest_first, seeded

_numbers = itertools.count(1)
_HARNESS = (os.path.basename(__file__), "contextlib.py")


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
    """Source text, ready to be executed as often as one likes; each time in fresh globals."""

    text: str
    filename: str = field(default_factory=lambda: f"<program {next(_numbers)}>")

    def __post_init__(self) -> None:
        lines = [line + "\n" for line in self.text.split("\n")]
        linecache.cache[self.filename] = (len(self.text), None, lines, self.filename)

    def namespace(self, schedule: Callable[..., Any], functional: Callable[..., Any]) -> dict[str, Any]:
        """The program's globals, after its text has run."""
        log: list[Portrait] = []
        names: dict[str, Any] = {"__name__": "__main__", "schedule": schedule, "functional": functional, "log": log}
        names["note"] = lambda *values: log.append(Painter(self.filename, _HARNESS).paint(values))
        exec(compile(self.text, self.filename, "exec", dont_inherit=True), names)
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


# Stand-ins for the decorators.

_inside = [0]


def copying(function: Callable[..., Any]) -> Callable[..., Any]:
    """A functional function as the promise describes it: it works on copies and gives a copy."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if _inside[0]:
            return function(*args, **kwargs)
        try:
            args, kwargs = payload.load(payload.dump((args, kwargs)))
        except payload.TransportError:
            return function(*args, **kwargs)
        _inside[0] += 1
        try:
            result = function(*args, **kwargs)
        finally:
            _inside[0] -= 1
        try:
            return payload.load(payload.dump(result))
        except payload.TransportError:
            return result

    return functools.update_wrapper(call, function) if isinstance(function, types.FunctionType) else call


def evaluating(function: Any) -> Any:
    """A scheduled function as its graph says, run by the reference evaluator."""
    if isinstance(function, (staticmethod, classmethod)):
        return type(function)(evaluating(function.__func__))
    if not isinstance(function, types.FunctionType):
        return function
    graph = Record(function, False).taken_apart
    if graph.kind != "function":
        return function
    return evaluated(
        graph,
        function.__globals__,
        defaults=function.__defaults__ or (),
        kwdefaults=function.__kwdefaults__ or {},
        closure=function.__closure__ or (),
    )


# Ways of running.


def plain(program: Program, copies: bool = True) -> Outcome:
    """The run that all others have to equal.

    Args:
        copies: Whether functional calls work on copies, as those do that run elsewhere.
    """
    return program.observe(program.namespace(_itself, copying if copies else _itself))


def _itself(function: Any) -> Any:
    return function


def by_evaluator(program: Program) -> Outcome:
    """The run by the reference evaluator."""
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
    with executing(executor, window, short):
        return program.observe(program.namespace(pydron.schedule, functional))


EXECUTORS: dict[str, Callable[[], Executor]] = {
    "oldest first": lambda: ScriptedExecutor(oldest_first),
    "newest first": lambda: ScriptedExecutor(newest_first),
    "random 1": lambda: ScriptedExecutor(seeded(1)),
    "random 2, all at once": lambda: ScriptedExecutor(seeded(2), ahead=1000),
    "inline": InlineExecutor,
}


class Difference(AssertionError):
    """A run differs from the plain one."""


def differences(expected: Outcome, seen: Outcome) -> list[str]:
    """What differs between two outcomes, for people."""
    found = []
    for name in Outcome.__dataclass_fields__:
        before, after = getattr(expected, name), getattr(seen, name)
        if before != after:
            where, left, right = first_difference(before, after)
            found.append(f"{name}{where}:\n    plain:   {left}\n    other:   {right}")
    return found


def first_difference(left: Portrait, right: Portrait) -> tuple[str, Portrait, Portrait]:
    """The outermost parts of two portraits that are not alike, and where they stand."""
    where = ""
    while type(left) is tuple and type(right) is tuple and len(left) == len(right):
        index = next(index for index in range(len(left)) if left[index] != right[index])
        where, left, right = f"{where}[{index}]", left[index], right[index]
    return where, left, right


def check(text: str, copies: bool = False) -> Outcome:
    """Run a program in all ways; they have to be the same.

    Args:
        copies: Functional calls work on copies also where they run in the program, so that programs may be compared in
            which code taken whole calls functional functions and keeps what it gave them.

    Raises:
        Difference: They are not.
    """
    program = Program(text)
    expected = plain(program)
    compare(program, "evaluator", expected, by_evaluator(program))
    for name, make in EXECUTORS.items():
        compare(program, name, expected, by_machine(program, make(), copies=copies))
    compare(program, "small window", expected, by_machine(program, ScriptedExecutor(newest_first), 3, copies=copies))
    in_program = by_machine(program, ScriptedExecutor(), short=True, copies=copies)
    compare(program, "short calls", plain(program, copies=copies), in_program)
    for name, long in (("loops as written", sys.maxsize), ("loops in turns", -1)):
        with switching(long):
            seen = by_machine(program, ScriptedExecutor(), short=True, copies=copies)
        compare(program, name, plain(program, copies=copies), seen)
    with switching(-1):
        seen = by_machine(program, Prompt(newest_first), copies=copies)
    compare(program, "loops in turns, calls handed out", expected, seen)
    with switching(sys.maxsize), asking_ahead():
        seen = by_machine(program, Prompt(newest_first), short=True, copies=True)
    compare(program, "answers made ahead", expected, seen)
    return expected


class Prompt(ScriptedExecutor):
    """A scripted executor that completes a task whenever somebody asks what is there."""

    def completed(self, owner: int) -> list[Completion]:
        self.step()
        return super().completed(owner)


@contextlib.contextmanager
def asking_ahead(iterations: int = 3) -> Iterator[None]:
    """Loops that go on as they were written ask workers for the results of their calls, however little that pays."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(tiers, "WORTH", -1))
        stack.enter_context(mock.patch.object(tiers, "SEPARATELY", sys.maxsize))
        stack.enter_context(mock.patch.object(tiers, "_KNOWN", 0))
        stack.enter_context(mock.patch.object(ranges, "WORTH_ALL", -1))
        stack.enter_context(mock.patch.object(ranges, "TRIAL", sys.maxsize))
        stack.enter_context(
            mock.patch.object(ranges.Ranges, "_iterations", lambda self, left, most: min(left, iterations))
        )
        yield


def check_ranges(text: str, iterations: int) -> None:
    """Run a program whose loops take answers that were made ahead, for so many iterations at a time.

    Raises:
        Difference: It does something else than plainly.
    """
    program = Program(text)
    with switching(sys.maxsize), asking_ahead(iterations):
        seen = by_machine(program, Prompt(), short=True, copies=True)
    compare(program, f"ranges of {iterations}", plain(program), seen)


@contextlib.contextmanager
def switching(long: int) -> Iterator[None]:
    """Outermost loops leave the machine after one turn without a call.

    Args:
        long: Nanoseconds after which a turn brings the machine back; -1 brings it back after each.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(tiers, "_STREAK", 0))
        stack.enter_context(mock.patch.object(tiers, "_LOOK", 1))
        stack.enter_context(mock.patch.object(tiers, "_IDLE", 1))
        stack.enter_context(mock.patch.object(tiers, "LONG", long))
        stack.enter_context(mock.patch.object(tiers, "VERY_LONG", long))
        stack.enter_context(mock.patch.object(tiers, "_SHORT_STREAK", 0))
        stack.enter_context(mock.patch.object(tiers, "always", lambda: False))
        yield


def compare(program: Program, name: str, expected: Outcome, seen: Outcome) -> None:
    """Hold two outcomes against each other.

    Raises:
        Difference: They are not the same.
    """
    found = differences(expected, seen)
    if found:
        raise Difference(f"{name} differs from plain Python in\n  " + "\n  ".join(found) + f"\n{program.text}")


def peak(text: str) -> int:
    """How many functional calls are in flight at once when the machine runs a program; also compares the runs."""
    check(text)
    executor = ScriptedExecutor(oldest_first)
    by_machine(Program(text), executor)
    return executor.peak
