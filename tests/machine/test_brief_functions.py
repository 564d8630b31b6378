"""A scheduled function whose calls are over before anybody could help runs as it is, until a call of it is larger."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from typing import Any

import pytest

import pydron
import pydron_runtime.run  # noqa: F401 (says which frames are Pydron's own)
from pydron.analysis.reach import functional_functions
from pydron.config import settings
from pydron.marks import scheduled_record
from pydron_runtime import brief as brief_module
from pydron_runtime.brief import Brief, trial
from pydron_runtime.machine.calls.granularity import cost_of
from pydron_runtime.machine.code import code_of

MICROSECOND = 1_000


def short_functional(function: Callable[..., Any]) -> Callable[..., Any]:
    """A functional function that is known to take next to nothing."""
    pydron.functional(function)
    for _ in range(5):
        cost_of(function).measured(MICROSECOND)
    return function


@short_functional
def increased(x: Any) -> Any:
    return x + 1


@short_functional
def checked(x: int) -> int:
    if x < 0:
        raise ValueError(x)
    return x


@pydron.functional
def unknown(x: Any) -> Any:
    return x


def brief_of(function: Callable[..., Any], *args: Any, times: int = 2) -> Brief:
    """What is known of a function after some calls on the machine with these arguments that handed out nothing."""
    record = scheduled_record(function)
    trial(record, args, {}, settings(), None)
    code = code_of(record)
    assert code is not None
    found: Brief = record.brief
    for _ in range(times):
        found.ran_on_machine(code, settings(), found.extent(args, {}), MICROSECOND, issued=0)
    return found


def total(xs: Any) -> Any:
    result = 0
    for x in xs:
        result += increased(x)
    return result


def test_it_takes_two_calls_that_hand_out_nothing() -> None:
    function = pydron.schedule(total)
    assert brief_of(function, [1, 2, 3], times=1).settings is None
    assert brief_of(function, [1, 2, 3], times=1).settings is settings()


@pytest.mark.parametrize(
    ("seen", "same", "larger"),
    [
        ([1, 2, 3], [3, 2, 1], [1, 2, 3, 4]),
        (range(100), range(90), range(200)),
        ([0.001] * 20, [0.001] * 20, [0.05] * 20),
        (100, 120, 200),
        (0.001, 0.001, 0.1),
        (False, False, True),
        ("abcdefgh", "hgfedcba", "abcdefgh" * 2),
        ([[1, 2, 3]], [[4, 5, 6]], [list(range(50))]),
        (None, None, len),
        ([1], [1], [len]),
    ],
)
def test_calls_that_are_much_larger_go_to_the_machine(seen: Any, same: Any, larger: Any) -> None:
    found = brief_of(pydron.schedule(total), seen)
    assert found.settings is settings() and found.fits((same,), {})
    assert not found.fits((larger,), {}) and not found.fits((same, same), {}) and not found.fits((), {})


def test_what_an_object_holds_counts() -> None:
    class Holder:
        def __init__(self, length: int) -> None:
            self.items = list(range(length))

    @pydron.schedule
    def function(holder: Holder) -> Any:
        return total(holder.items)

    found = brief_of(function, Holder(10))
    assert found.fits((Holder(11),), {}) and not found.fits((Holder(1000),), {})


ITEMS = [1, 2, 3]


def of_items() -> Any:
    return [increased(x) for x in ITEMS]


def test_what_a_function_reads_around_it_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    found = brief_of(pydron.schedule(of_items))
    assert found.fits((), {})
    monkeypatch.setitem(globals(), "ITEMS", list(range(1000)))
    assert not found.fits((), {})


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 10**400, -(10**400)])
def test_any_number_has_an_extent(number: Any) -> None:
    found = brief_of(pydron.schedule(total), [number], number)
    assert found.fits((1, 1), {}) in (False, True) and not found.fits((number, len), {})


def seldom(x: int) -> Any:
    return unknown(x) if x > 10 else increased(x)


def called(function: Callable[[int], int], x: int) -> Any:
    return function(x) + increased(x)


@pytest.mark.parametrize("function", [seldom, called])
def test_a_functional_function_of_unknown_cost_keeps_it_on_the_machine(function: Any) -> None:
    args = (increased, 1) if function is called else (1,)
    assert brief_of(pydron.schedule(function), *args, times=5).settings is None


@pytest.mark.parametrize(("took", "issued"), [(MICROSECOND, 1), (brief_module.ON_MACHINE + 1, 0)])
def test_a_call_that_took_long_or_issued_something_begins_anew(took: int, issued: int) -> None:
    function = pydron.schedule(total)
    found, code = brief_of(function, [1, 2]), code_of(scheduled_record(function))
    assert code is not None
    larger, smaller = ([1] * 50,), ([1, 2],)
    found.ran_on_machine(code, settings(), found.extent(larger, {}), took, issued)
    assert found.fits(smaller, {})
    found.ran_on_machine(code, settings(), found.extent(smaller, {}), took, issued)
    assert found.settings is None


def test_a_call_that_takes_long_after_all_brings_the_machine_back(monkeypatch: pytest.MonkeyPatch) -> None:
    function = pydron.schedule(total)
    found = brief_of(function, [1])
    monkeypatch.setattr(brief_module, "LONG", -1)
    for _ in range(2):  # once may be the system's doing
        assert found.settings is settings() and found.run(scheduled_record(function), ([1],), {}) == 2
    assert found.settings is None
    assert brief_of(function, [1], times=7).settings is None and brief_of(function, [1], times=1).settings is not None


def deep(n: int) -> Any:
    return increased(0) if n == 0 else 1 + deep_entry(n - 1)


deep_entry = pydron.schedule(deep)


def one_way(n: int) -> Any:
    return increased(0) if n == 0 else other_way_entry(n - 1)


def other_way(n: int) -> Any:
    return one_way_entry(n - 1)


one_way_entry, other_way_entry = pydron.schedule(one_way), pydron.schedule(other_way)


def test_one_that_calls_itself_goes_as_deep_as_plain_python() -> None:
    with pydron.configure(executor="local", workers=2):
        assert brief_of(deep_entry, 2).settings is settings()
        scheduled_record(deep_entry).brief._limit = [sys.getrecursionlimit()]
        most = sys.getrecursionlimit() - len(traceback.extract_stack()) - 20
        assert deep_entry(most) == most + 1


def test_one_that_comes_to_itself_through_another_stays_on_the_machine() -> None:
    assert functional_functions(scheduled_record(one_way_entry).function) is None
    assert brief_of(one_way_entry, 2).settings is None


def test_through_the_front_door_it_is_plain_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Results, errors and their places are those of the function; a trace, or another setting, needs the machine."""

    @pydron.schedule
    def function(xs: list[int], out: list[int]) -> int:
        for x in xs:
            out.append(checked(x))
        return len(out)

    def no_machine(*_: Any) -> Any:
        raise AssertionError("the machine runs it")

    with pydron.configure(executor="local", workers=2):
        brief_of(function, [1, 2, 3], [])
        monkeypatch.setattr("pydron.runner.run", no_machine)
        out: list[int] = []
        assert function([1, 2], out) == 2 and out == [1, 2]
        with pytest.raises(ValueError, match="-1") as caught:
            function([5, -1], [])
        assert [entry.name for entry in caught.traceback[1:]] == ["function", "checked"]
        with pytest.raises(TypeError, match="missing 1 required"):
            function([1])  # type: ignore[call-arg]
        for larger in ([1] * 100, [increased]):
            with pytest.raises(AssertionError, match="the machine runs it"):
                function(larger, [])  # type: ignore[arg-type]
        with pydron.configure(workers=3), pytest.raises(AssertionError, match="the machine runs it"):
            function([1, 2], [])
