"""Ctrl-C stops a scheduled function at a place where plain Python could have stopped, and leaves the program usable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scheduled import PRELUDE, Program, executing

import pydron
from pydron_runtime.data.tasks import Task
from pydron_runtime.testing.scripted import ScriptedExecutor


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
