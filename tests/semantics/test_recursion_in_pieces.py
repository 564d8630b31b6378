"""Recursive functional functions are spread over the workers, and give what they would have given."""

from __future__ import annotations

import msgspec
import pytest
from scheduled import PRELUDE, Program, check, executing

from pydron import functional, schedule
from pydron_runtime.data.tasks import Completion, Succeeded, Task
from pydron_runtime.machine.calls import granularity, unfolding
from pydron_runtime.testing.scripted import ScriptedExecutor, oldest_first

SORT = """
@functional
def merge(left, right):
    merged = []
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i] <= right[j]:
            merged.append(left[i])
            i += 1
        else:
            merged.append(right[j])
            j += 1
    return merged + left[i:] + right[j:]
@functional
def sort(values):
    if len(values) < 2:
        return values
    middle = len(values) // 2
    return merge(sort(values[:middle]), sort(values[middle:]))
@functional
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
@functional
def failing(n):
    if n == 3:
        raise ValueError(n)
    return n if n < 2 else failing(n - 1) + failing(n - 2)
@functional
def endless(n):
    if n == 3:
        raise ValueError(n)
    return endless(n - 1) + endless(n - 2)
@functional
def even(n):
    return True if n == 0 else uneven(n - 1)
@functional
def uneven(n):
    return False if n == 0 else even(n - 1)
@functional
def female(n):
    return 1 if n == 0 else n - male(female(n - 1))
@functional
def male(n):
    return 0 if n == 0 else n - female(male(n - 1))
@functional
def quick(xs):
    if len(xs) <= 1:
        return xs
    pivot = xs[0]
    low = [x for x in xs[1:] if x < pivot]
    high = [x for x in xs[1:] if x >= pivot]
    return quick(low) + [pivot] + quick(high)
"""

PROGRAMS = {
    "a sort": """
@schedule
def main(xs):
    ys = sort(xs)
    xs.append(5)
    return ys, sort(xs), len(xs)
def arguments():
    return ([(number * 37) % 101 for number in range(100)],)
""",
    "sums of two": """
@schedule
def main():
    return [fib(n) for n in range(12)], fib(13)
""",
    "a failure inside": """
@schedule
def main():
    OUT.append(fib(5))
    OUT.append(failing(7))
    OUT.append(fib(6))
OUT = []
""",
    "a failure that is caught": """
@schedule
def main():
    try:
        x = failing(6)
    except ValueError as error:
        return error.args, fib(8)
""",
    "functions that call each other": """
@schedule
def main():
    return [even(n) for n in range(9)]
""",
    "calls that are given what calls of themselves give": """
@schedule
def main():
    return female(16), male(15)
""",
    "a result that goes on": """
@schedule
def main():
    a = sort([3, 1, 2])
    if a[0] == 1:
        note(a)
    return quick(a + sort([9, 8, f(7)])), g(fib(10))
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_recursive_function_gives_what_it_gives(name: str) -> None:
    check(PRELUDE + SORT + PROGRAMS[name])


def handed_out_at_first(source: str, workers: int = 2) -> list[Task]:
    """What a program hands out before the first of it completes. The outcome is compared with plain Python's."""
    program = Program(PRELUDE + SORT + source)
    executor = ScriptedExecutor(oldest_first, workers)
    found: list[Task] = []
    at_first: list[Task] = []
    submit, wait = executor.submit, executor.wait

    def noting(task: Task) -> None:
        found.append(task)
        submit(task)

    def waiting(owner: int, timeout: float | None = None) -> bool:
        at_first[:] = at_first or found
        return wait(owner, timeout)

    executor.submit, executor.wait = noting, waiting  # type: ignore[method-assign]
    with executing(executor):
        outcome = program.observe(program.namespace(schedule, functional))
    plain = program.observe(program.namespace(plainly, plainly))
    assert (str(outcome.result), str(outcome.error)) == (str(plain.result), str(plain.error))
    return at_first


def plainly(function: object) -> object:
    return function


def test_calls_that_plain_python_never_comes_to_may_recurse_without_end() -> None:
    """``endless(3)`` raises before ``endless(2)`` is called, which never ends."""
    first = handed_out_at_first("@schedule\ndef main():\n    return endless(7)\n")
    assert len(first) == unfolding.AHEAD * 2


@pytest.mark.parametrize("workers", [2, 4])
def test_one_call_of_a_recursive_function_keeps_all_workers_busy(workers: int) -> None:
    """The outermost call is the only one in the program; several pieces of it are under way at once."""
    first = handed_out_at_first("@schedule\ndef main():\n    return fib(18)\n", workers)
    assert [task.function.name for task in first] == ["fib"] * unfolding.AHEAD * workers


def test_a_call_on_results_of_pieces_is_handed_out_before_these_are_there() -> None:
    """So that it begins, where they are, as soon as they are."""
    source = "@schedule\ndef main():\n    return sort([(number * 37) % 101 for number in range(100)])\n"
    program = Program(PRELUDE + SORT + source)
    executor = ScriptedExecutor(oldest_first, 2)
    found: list[tuple[Task, set[int]]] = []
    submit = executor.submit

    def noting(task: Task) -> None:
        found.append((task, set(executor.order)))
        submit(task)

    executor.submit = noting  # type: ignore[method-assign]
    with executing(executor):
        program.observe(program.namespace(schedule, functional))
    merges = [(task, done) for task, done in found if task.function.name == "merge"]
    assert {task.rank for task, _ in found if task.function.name == "sort"} == {unfolding.FIRST}
    assert {task.rank for task, _ in merges} == {0}
    assert any(len(task.needs) == 2 and done.isdisjoint(task.needs) for task, done in merges)


def test_only_functions_that_come_to_themselves_are_unfolded() -> None:
    from pydron.analysis.reach import is_recursive

    names: dict[str, object] = {"functional": lambda function: function}
    exec(SORT, names)
    exec("import math\ndef exp(x):\n    return math.exp(x)\n", names)  # an attribute of the same name
    assert [name for name in ("merge", "sort", "fib", "even", "uneven", "quick", "exp") if is_recursive(names[name])] == [  # type: ignore[arg-type]
        "sort", "fib", "even", "uneven", "quick",
    ]  # fmt: skip


def test_a_loop_of_short_calls_of_a_recursive_function_waits_for_what_the_first_ones_took(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And makes the others itself: handed out one by one, each would cost a thousand times what it takes."""
    for module in (granularity, unfolding):
        monkeypatch.setattr(module, "always", lambda: False)
    program = Program(PRELUDE + SORT + "@schedule\ndef main():\n    return [fib(n % 7) for n in range(300)]\n")
    executor = ScriptedExecutor(oldest_first, 2)
    completed = executor.completed

    def quickly(owner: int) -> list[Completion]:
        return [
            msgspec.structs.replace(each, nanoseconds=1000, carrying=0) if isinstance(each, Succeeded) else each
            for each in completed(owner)
        ]

    monkeypatch.setattr(executor, "completed", quickly)
    with executing(executor):
        outcome = program.observe(program.namespace(schedule, functional))
    plain = program.observe(program.namespace(plainly, plainly))
    assert (str(outcome.result), str(outcome.error)) == (str(plain.result), str(plain.error))
    assert len(executor.submitted) < 100
