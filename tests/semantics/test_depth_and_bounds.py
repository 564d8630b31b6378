"""Deep recursion, many calls, small windows: bounded, and the same results."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator

import pytest
from scheduled import PRELUDE, Program, by_machine, check, compare, plain

import pydron
from pydron.headroom import add_room, give_back, users_limit
from pydron_runtime.testing.scripted import ScriptedExecutor, newest_first, oldest_first


@pytest.fixture
def low_limit() -> Iterator[None]:
    """A recursion that runs away is over sooner."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 200)
    yield
    sys.setrecursionlimit(limit)


@pytest.mark.usefixtures("low_limit")
def test_a_recursion_that_runs_away_is_a_recursion_error_and_the_program_goes_on() -> None:
    check(
        f"""{PRELUDE}
@schedule
def down(n):
    return down(n + f(n) * 0 + 1)
def main():
    try:
        down(0)
    except RecursionError as error:
        note(type(error).__name__)
    return up(3)
@schedule
def up(n):
    return f(n) + g(n)
"""
    )


@pytest.mark.usefixtures("low_limit")
@pytest.mark.parametrize("depth", [0, 5])
def test_wherever_the_stack_gets_full_the_program_goes_on(depth: int) -> None:
    """Each depth lets the stack run out at another operation of the machine."""
    check(
        f"""{PRELUDE}
@schedule
def down(n):
    return down(n + f(n) * 0 + 1)
def at(depth):
    if depth:
        return at(depth - 1)
    try:
        down(0)
    except RecursionError as error:
        note(type(error).__name__)
def main():
    at({depth})
    return up(3)
@schedule
def up(n):
    return f(n) + g(n)
"""
    )


def test_a_deep_recursion_gives_its_result() -> None:
    check(
        f"""{PRELUDE}
@schedule
def count(n):
    if n == 0:
        return f(n)
    return count(n - 1) + 1
@schedule
def main():
    return count(400)
"""
    )


DEEP = f"""{PRELUDE}
@schedule
def stored(n, log):
    log.append(f(n))
    for x in range(1):
        if n:
            stored(n - 1, log)
    return len(log)
class Walker:
    @schedule
    def walk(self, n):
        self.seen = n
        return self.walk(n - 1) if n else f(n)
@schedule
def main():
    return stored(300, []), Walker().walk(400)
"""
"""Functions that cannot be deferred, as deep as Python lets them."""


def test_a_recursion_with_effects_may_be_as_deep_as_in_plain_python() -> None:
    check(DEEP, ways=["short calls"])


def test_functions_that_run_as_written_may_be_as_deep_as_in_plain_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYDRON_ALWAYS", raising=False)
    limit = sys.getrecursionlimit()
    program = Program(DEEP)
    with pydron.configure(executor="inline"):
        seen = program.observe(program.namespace(pydron.schedule, pydron.functional))
    compare(program, "inline", plain(program), seen)
    assert sys.getrecursionlimit() == limit


@pytest.mark.usefixtures("low_limit")
def test_a_program_may_catch_its_own_recursion_error() -> None:
    check(
        f"""{PRELUDE}
@schedule
def down(n):
    return f(down(n + 1))
@schedule
def main():
    try:
        return down(0)
    except RecursionError as error:
        note(type(error).__name__)
    return f(2)
""",
        ways=["newest first"],
    )


def test_a_limit_that_the_program_sets_stays() -> None:
    """Room is taken back only from a limit to which it was added."""
    limit = sys.getrecursionlimit()
    add_room()
    add_room()
    assert (users_limit(), sys.getrecursionlimit() > limit) == (limit, True)
    try:
        sys.setrecursionlimit(limit + 7)
        give_back()
        assert users_limit() == sys.getrecursionlimit() == limit + 7
        add_room()
        give_back()
        give_back()
        assert users_limit() == sys.getrecursionlimit() == limit + 7
    finally:
        sys.setrecursionlimit(limit)


@pytest.mark.parametrize("window", [1, 2, 5])
@pytest.mark.parametrize("policy", [oldest_first, newest_first])
def test_no_more_calls_are_in_flight_than_the_window_allows(window: int, policy: object) -> None:
    text = f"{PRELUDE}\n@schedule\ndef main():\n    return [f(x) for x in range(40)]\n"
    executor = ScriptedExecutor(policy)  # type: ignore[arg-type]
    program = Program(text)
    compare(program, "window", plain(program), by_machine(program, executor, window))
    assert executor.peak <= window


def test_results_that_nobody_keeps_are_released_while_the_loop_runs() -> None:
    text = f"{PRELUDE}\n@schedule\ndef main():\n    t = 0\n    for x in range(300):\n        t += f(x)\n    return t\n"
    most = [0]

    class Watching(ScriptedExecutor):
        def step(self) -> bool:
            most[0] = max(most[0], self.held)
            return super().step()

    executor = Watching(oldest_first)
    outcome = by_machine(Program(text), executor, 20)
    assert outcome.result == ("int", repr(sum(range(1, 301))))
    assert most[0] <= 40
    assert executor.held == 0


def test_a_long_loop_does_not_need_a_deep_stack() -> None:
    """Thousands of values that depend on one another are computed one after the other, not one inside the other."""
    text = (
        f"{PRELUDE}\n@schedule\ndef main():\n    t = f(0)\n    for x in range(3000):\n        t = t + 1\n    return t\n"
    )
    limit = sys.getrecursionlimit()
    program = Program(text)
    compare(program, "long chain", plain(program), by_machine(program, ScriptedExecutor()))
    assert sys.getrecursionlimit() == limit
