"""A scheduled function is still the function it was, to everybody who looks at it."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import functools
import gc
import inspect
import pickle
import types
import typing
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from unittest import mock

import cloudpickle
import pytest

import pydron
from pydron import functional as promises
from pydron import schedule as orchestrates
from pydron.marks import is_scheduled


@promises
def f(x: Any) -> Any:
    return x + 1


def plain(x: int, /, y: int = 3, *more: Any, k: float = 2.0, **named: Any) -> list[Any]:
    """What it does."""
    return [f(x), y, more, k, named]


@orchestrates
def scheduled(x: int, /, y: int = 3, *more: Any, k: float = 2.0, **named: Any) -> list[Any]:
    """What it does."""
    return [f(x), y, more, k, named]


def test_names_documentation_and_annotations_are_kept() -> None:
    assert (scheduled.__name__, scheduled.__qualname__, scheduled.__module__) == ("scheduled", "scheduled", __name__)
    assert scheduled.__doc__ == "What it does."
    assert scheduled.__annotations__ == plain.__annotations__
    assert typing.get_type_hints(scheduled) == typing.get_type_hints(plain)


def test_signature_and_defaults_are_kept_by_every_way_of_looking() -> None:
    assert inspect.signature(scheduled) == inspect.signature(plain)
    assert inspect.signature(scheduled, follow_wrapped=False) == inspect.signature(plain)
    assert inspect.getfullargspec(scheduled) == inspect.getfullargspec(plain)
    assert scheduled.__defaults__ == plain.__defaults__ and scheduled.__kwdefaults__ == plain.__kwdefaults__
    code, other = scheduled.__code__, plain.__code__
    for part in ("co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_filename", "co_freevars"):
        assert getattr(code, part) == getattr(other, part)
    assert code.co_varnames[:5] == other.co_varnames[:5]


def test_it_is_a_function_with_source_of_its_own() -> None:
    assert isinstance(scheduled, types.FunctionType) and inspect.isfunction(scheduled) and inspect.isroutine(scheduled)
    assert inspect.getsource(scheduled).startswith("@orchestrates\ndef scheduled")
    assert scheduled.__globals__ is globals()
    assert repr(scheduled).startswith("<function scheduled at")
    assert scheduled.__wrapped__ is scheduled.sequential  # type: ignore[attr-defined]
    assert hash(scheduled) and weakref.ref(scheduled)() is scheduled


def test_attributes_can_be_set() -> None:
    scheduled.own = 1  # type: ignore[attr-defined]
    assert scheduled.__dict__["own"] == 1
    del scheduled.own  # type: ignore[attr-defined]
    assert not hasattr(scheduled, "own")


WRONG: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((), {}), ((1,), {}), ((1, 2, 3), {}), ((1, 2), {}), ((1, 2), {"c": 1, "d": 2}), ((1,), {"a": 1, "c": 1}),
    ((1, 2), {"c": 1, "b": 2}),
]  # fmt: skip


@pytest.mark.parametrize("args, kwargs", WRONG)
def test_wrong_arguments_are_complained_of_by_python_itself(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    def function(a: Any, b: Any, *, c: Any) -> Any:
        return f(a)

    with pytest.raises(TypeError) as expected:
        function(*args, **kwargs)
    with pytest.raises(TypeError) as seen:
        orchestrates(function)(*args, **kwargs)
    assert str(seen.value) == str(expected.value)
    assert len(seen.traceback) == len(expected.traceback)


def test_defaults_may_be_changed_later() -> None:
    @orchestrates
    def function(a: Any, b: Any = 1, *, c: Any = 2) -> Any:
        return [f(a), b, c]

    @orchestrates
    def caller() -> Any:
        return function(1)

    changeable: Any = function
    assert function(1) == caller() == [2, 1, 2]
    changeable.__defaults__ = (10,)
    assert function(1) == caller() == [2, 10, 2]
    changeable.__kwdefaults__ = {"c": 20}
    assert function(1) == caller() == [2, 10, 20]
    changeable.__kwdefaults__["c"] = 21
    assert function(1) == caller() == [2, 10, 21]
    changeable.__defaults__ = None
    for call, given in ((changeable, (1,)), (caller, ())):
        with pytest.raises(TypeError, match="missing 1 required positional argument: 'b'"):
            call(*given)


def test_code_and_names_may_be_changed_later() -> None:
    @orchestrates
    def function(a: Any) -> Any:
        return [f(a)]

    def other(a: Any) -> Any:
        return ["other", f(a)]

    @orchestrates
    def caller() -> Any:
        return function(1)

    changeable: Any = function
    assert caller() == [2]
    changeable.__name__, changeable.__qualname__, changeable.__doc__ = "new", "Home.new", "New."
    assert repr(changeable).startswith("<function Home.new") and function(1) == [2]
    changeable.__code__ = other.__code__
    assert function(1) == caller() == ["other", 2]
    assert not is_scheduled(function)


def test_it_is_pickled_by_name_and_copied_as_itself() -> None:
    assert pickle.loads(pickle.dumps(scheduled)) is scheduled
    assert copy.copy(scheduled) is scheduled
    assert copy.deepcopy({"f": [scheduled]})["f"][0] is scheduled


def test_a_local_one_travels_by_value_and_stays_scheduled() -> None:
    k = 3

    @orchestrates
    def fact(n: int, *, step: int = 1) -> Any:
        """Recursive."""
        return k if n < 1 else f(n) * fact(n - step)

    travelled = cloudpickle.loads(cloudpickle.dumps(fact))
    assert travelled is not fact and travelled(3) == fact(3) == 4 * 3 * 2 * 3
    assert is_scheduled(travelled) and travelled.__doc__ == "Recursive." and travelled.graph.kind == "function"
    assert inspect.signature(travelled) == inspect.signature(fact)


def test_a_function_made_from_its_code_is_scheduled_as_well() -> None:
    entry: Any = scheduled
    made = types.FunctionType(entry.__code__, entry.__globals__, "made", entry.__defaults__, entry.__closure__)
    made.__kwdefaults__ = entry.__kwdefaults__
    assert made(1) == plain(1)


def test_local_ones_are_forgotten_when_nobody_has_them() -> None:
    def make() -> weakref.ref[Any]:
        @orchestrates
        def fact(n: int) -> Any:
            return 1 if n < 1 else f(n) * fact(n - 1)

        assert fact(2) == 6
        return weakref.ref(fact)

    made = make()
    gc.collect()
    assert made() is None


def test_closures_are_the_users_own() -> None:
    n = 1

    @orchestrates
    def function(x: Any) -> Any:
        nonlocal n
        n += f(x)
        return n

    assert function(1) == 3 and n == 3
    closure = function.__closure__
    assert closure is not None and closure[0].cell_contents == 3
    closure[0].cell_contents = 10
    assert function(1) == 12


def test_lazy_functions_stay_what_they_are() -> None:
    seen: list[str] = []

    @orchestrates
    def generator(n: int) -> Iterator[Any]:
        seen.append("begun")
        for i in range(n):
            yield f(i)

    @orchestrates
    async def coroutine(x: Any) -> Any:
        return f(x)

    @orchestrates
    async def stream(n: int) -> AsyncIterator[Any]:
        for i in range(n):
            yield f(i)

    @contextlib.contextmanager
    @orchestrates
    def manager(x: Any) -> Iterator[Any]:
        yield f(x)

    async def collect() -> list[Any]:
        return [x async for x in stream(2)]

    assert inspect.isgeneratorfunction(generator) and inspect.isgenerator(generator(2)) and not seen
    assert list(generator(3)) == [1, 2, 3] and seen == ["begun"]
    assert inspect.iscoroutinefunction(coroutine) and asyncio.run(coroutine(1)) == 2
    assert inspect.isasyncgenfunction(stream) and asyncio.run(collect()) == [1, 2]
    with manager(1) as value:
        assert value == 2


def test_the_decorator_may_have_any_name_and_be_applied_in_any_way() -> None:
    assert pydron.schedule is orchestrates
    again = orchestrates(scheduled)
    assert again is scheduled
    bracketed: Callable[..., Any] = orchestrates()(plain)
    assert is_scheduled(bracketed) and bracketed(1) == plain(1)
    assert is_scheduled(promises(orchestrates(plain))) and orchestrates(f)(1) == 2


def test_a_name_can_be_patched() -> None:
    with mock.patch.dict(globals(), {"f": lambda x: "patched"}):
        assert scheduled(1)[0] == "patched"
    assert scheduled(1)[0] == 2
    mock.create_autospec(scheduled)(1)


def test_wrappers_that_copy_its_attributes_are_not_taken_for_it() -> None:
    @functools.wraps(scheduled)
    def wrapper(*args: Any) -> Any:
        return ["wrapped", scheduled(*args)]

    assert not is_scheduled(wrapper) and wrapper(1)[0] == "wrapped"
    assert orchestrates(wrapper)(1) == ["wrapped", plain(1)]
