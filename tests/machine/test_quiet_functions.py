"""A function that comes to no functional call is remembered as quiet, until a name in it means something else."""

from __future__ import annotations

import math
import types
from collections.abc import Callable
from typing import Any

import pytest

import pydron
from pydron import runner
from pydron.config import settings
from pydron.marks import scheduled_record
from pydron_runtime.machine.code import code_of
from pydron_runtime.prospects import has_prospects
from pydron_runtime.quiet import Quiet, quiet_of

BOX: list[int] = []
TOOLS = types.ModuleType("tools")
TOOLS.inner = types.ModuleType("inner")  # type: ignore[attr-defined]
TOOLS.inner.function = lambda x: x


class Thing:
    def method(self, x: Any) -> Any:
        return x


THING = Thing()


def helper(x: Any) -> Any:
    return x


@pydron.functional
def promised(x: Any) -> Any:
    return x


@pydron.schedule
def scheduled(x: Any) -> Any:
    return x


def quiet(function: Callable[..., Any], *args: Any) -> Quiet:
    """What is remembered of a function after a call without prospects."""
    code = code_of(scheduled_record(pydron.schedule(function)))
    assert code is not None and not has_prospects(code, args)
    return quiet_of(code)


def plain(x: Any) -> Any:
    out = [str(x), helper(x)]
    out.append(math.sqrt(x))
    BOX.append(len(out))
    return ", ".join(map(str, out)), TOOLS.inner.function(x)


def test_names_that_mean_the_same_keep_a_function_quiet() -> None:
    found = quiet(plain, 1)
    assert found.holds()


@pytest.mark.parametrize("name", ["helper", "BOX", "TOOLS", "len", "math"])
def test_a_global_that_is_bound_again_ends_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = quiet(plain, 1)
    monkeypatch.setitem(globals(), name, promised)
    assert not found.holds()


def test_an_attribute_of_a_module_that_is_bound_again_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = quiet(plain, 1)
    monkeypatch.setattr(TOOLS.inner, "function", promised)
    assert not found.holds()


def test_a_promise_made_later_ends_it() -> None:
    found = quiet(plain, 1)
    pydron.functional(lambda x: x)
    assert not found.holds()


def test_a_variable_of_the_enclosing_function_that_changes_ends_it() -> None:
    callee: Any = helper

    def function(x: Any) -> Any:
        return callee(x)

    found = quiet(function, 1)
    assert found.holds()
    callee = promised
    assert not found.holds()


DEPENDING: dict[str, Callable[..., Any]] = {
    "an argument is called": lambda x: x(1),
    "a method of an argument is called": lambda x: x.method(1),
    "a method of an object is called": lambda x: THING.method(x),
    "a scheduled function is called": lambda x: scheduled(x),
}


@pytest.mark.parametrize("name", DEPENDING)
def test_what_may_change_otherwise_is_looked_at_each_time(name: str) -> None:
    found = quiet(DEPENDING[name], THING if "argument" in name else 1)
    assert not found.always and not found.holds()


def test_one_that_calls_itself_is_its_own_code_while_it_runs() -> None:
    @pydron.schedule
    def count(n: int) -> Any:
        if n < 0:
            raise ValueError(n)
        codes.append(count.__code__)
        return 0 if n == 0 else 1 + count(n - 1)

    codes: list[Any] = []
    record = scheduled_record(count)
    with pydron.configure(executor="local"):
        assert count(3) == 3
        codes.clear()
        assert count(3) == 3 and set(codes) == {record.function.__code__}
        assert count.__code__ is record.code
        with pytest.raises(ValueError) as caught:
            count(-1)
        assert [entry.name for entry in caught.traceback[1:]] == ["count"]
        assert scheduled_record(count) is record


@pydron.schedule
def sort_by_comprehensions(values: list[int]) -> list[int]:
    if not values:
        return []
    low = [value for value in values[1:] if value < values[0]]
    return sort_by_comprehensions(low) + sorted(value for value in values if value >= values[0])


@pydron.schedule
def append_turns(n: int, out: list[int]) -> None:
    if n:
        append_turns(n - 1, out)
        out.append(n)
        append_turns(n - 1, out)


@pytest.mark.parametrize("function, args", [(sort_by_comprehensions, ([3, 1, 2],)), (append_turns, (4, []))])
def test_one_that_calls_itself_is_looked_at_once_per_call_from_outside(
    function: Callable[..., Any], args: tuple[Any, ...], looked_at: list[Any]
) -> None:
    """Whatever its body has besides: comprehensions, or methods of what it is given."""
    with pydron.configure(executor="local"):
        function(*args)
    assert len(looked_at) == 1
    assert function.__code__ is scheduled_record(function).code


def test_a_quiet_function_notices_that_it_is_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the front door: what was remembered is not used once a name means a functional function."""

    @pydron.schedule
    def function(x: Any) -> Any:
        return helper(x)

    record = scheduled_record(function)
    with pydron.configure(executor="local"):
        assert function(1) == 1 and record.quiet is not None and function(2) == 2
        monkeypatch.setitem(globals(), "helper", promised)
        code = code_of(record)
        assert code is not None and not record.quiet.holds() and has_prospects(code, (1,))


def adding(x: int) -> int:
    return x + 1


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The calls of scheduled functions for which more is looked at than whether the function is still quiet."""
    calls: list[Any] = []
    real = runner.run

    def run(record: Any, args: Any, kwargs: Any) -> Any:
        calls.append(args)
        return real(record, args, kwargs)

    monkeypatch.setattr(runner, "run", run)
    for name in ("PYDRON_ALWAYS", "PYDRON_TRACE", "PYDRON_CHECK", "PYDRON_EXECUTOR"):
        monkeypatch.delenv(name, raising=False)
    return calls


def test_a_quiet_function_is_looked_at_once(looked_at: list[Any]) -> None:
    function = pydron.schedule(adding)
    assert [function(x) for x in range(4)] == [1, 2, 3, 4]
    assert looked_at == [(0,)]


def test_other_settings_end_it(looked_at: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    function = pydron.schedule(adding)
    assert function(0) == 1
    monkeypatch.setenv("PYDRON_ALWAYS", "1")
    assert function(1) == 2
    monkeypatch.delenv("PYDRON_ALWAYS")
    with pydron.configure(executor="inline"):
        assert function(2) == 3
    pydron.functional(lambda x: x)
    assert function(3) == 4
    assert looked_at == [(0,), (1,), (2,), (3,)]


def test_the_settings_are_one_object_while_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYDRON_WORKERS", raising=False)
    before = settings()
    assert settings() is before
    monkeypatch.setenv("PYDRON_WORKERS", "3")
    changed = settings()
    assert changed.workers == 3 and settings() is changed
    monkeypatch.delenv("PYDRON_WORKERS")
    assert settings() == before
