"""Where the calls that the machine makes for a library function turn out to be short, Python takes the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import pydron
from pydron.marks import scheduled_record
from pydron_runtime.execution import execute
from pydron_runtime.executors.inline import InlineExecutor
from pydron_runtime.machine.calls.granularity import Cost, cost_of
from pydron_runtime.machine.code import code_of
from pydron_runtime.machine.iteration.lulls import Lull

NUMBERS = [(number * 37) % 401 - 200 for number in range(400)]


@pydron.functional
def squared(x: int) -> int:
    return x * x


@pydron.functional
def is_uneven(x: int) -> Any:
    return x % 2


@pydron.functional
def checked(x: int) -> int:
    return 1 // (x - 150)


def sort_in_place(xs: list[int]) -> list[int]:
    xs = list(xs)
    xs.sort(key=squared, reverse=True)
    return xs


PROGRAMS: dict[str, Callable[[list[int]], Any]] = {
    "sorted": lambda xs: sorted(xs, key=squared),
    "sorted backwards": lambda xs: sorted(xs, key=squared, reverse=True),
    "sort": sort_in_place,
    "max": lambda xs: max(xs, key=squared),
    "min": lambda xs: min(xs, key=squared),
    "max of elements one by one": lambda xs: max((squared(x) for x in xs), key=is_uneven),
    "list of filter": lambda xs: list(filter(is_uneven, xs)),
    "list of filter of results": lambda xs: list(filter(is_uneven, map(squared, xs))),
    "failure in sorted": lambda xs: sorted(xs, key=checked),
    "failure in max": lambda xs: max(xs, key=checked),
    "failure in filter": lambda xs: list(filter(checked, xs)),
}


def outcome(run: Callable[[], Any]) -> tuple[Any, Any]:
    """The result, or the words of the error."""
    try:
        return run(), None
    except ZeroDivisionError as error:
        return None, str(error)


@pytest.mark.parametrize("program", PROGRAMS)
def test_it_is_as_in_plain_python_and_nearly_all_calls_are_pythons(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for function in (squared, is_uneven, checked):
        for _ in range(5):
            cost_of(function).measured(1_000)
    monkeypatch.setattr(Cost, "ran_in_program", lambda *_: None)  # so it stays, however busy the computer is
    begun: list[bool] = []

    def begins(lull: Lull, look: Callable[[Lull], bool] = Lull.begins) -> bool:
        begun.append(look(lull))
        return begun[-1]

    monkeypatch.setattr(Lull, "begins", begins)
    record = scheduled_record(pydron.schedule(PROGRAMS[program]))
    code = code_of(record)
    assert code is not None
    executor = InlineExecutor()
    assert outcome(lambda: execute(code, (NUMBERS,), {}, executor, None)) == outcome(lambda: record.function(NUMBERS))
    assert begun.count(True) == 1 and begun[-1] and len(begun) < 150
