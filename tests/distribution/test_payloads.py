"""Values, classes, functions and failures survive the way through bytes."""

from __future__ import annotations

import collections
import dataclasses
import enum
import importlib
import math
import os
import pickle
import sys
import threading
import types
from pathlib import Path
from typing import Any, NamedTuple

import cloudpickle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydron_runtime.data import classes
from pydron_runtime.data.failures import FrameRecord, dump_failure, load_failure, traceback_of
from pydron_runtime.data.functions import function_of
from pydron_runtime.data.payload import TransportError, dump, load

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(max_size=100))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.tuples(inner, inner), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_plain_values_come_back_as_pickle_brings_them(value: Any) -> None:
    assert repr(load(dump(value))) == repr(pickle.loads(pickle.dumps(value)))


def test_each_load_is_a_fresh_copy() -> None:
    payload = dump([1, [2]])
    one, two = load(payload), load(payload)
    one[1].append(3)
    assert two == [1, [2]]


@pytest.mark.parametrize("size", [3, 1_000, 100_000])
def test_arrays_keep_contents_and_writability(size: int) -> None:
    numpy = pytest.importorskip("numpy")
    array = numpy.arange(size)
    payload = dump(array)
    array[0] = 99
    found = load(payload)
    assert found[0] == 0 and found.flags.writeable
    array.flags.writeable = False
    assert not load(dump(array)).flags.writeable
    assert payload.size >= size * array.itemsize


def test_what_cannot_be_pickled_is_named() -> None:
    with pytest.raises(TransportError) as caught:
        dump(((1, threading.Lock()), {"key": 2}), "arguments")
    assert caught.value.what == "arguments"
    assert "argument 2" in caught.value.reason and "lock" in caught.value.reason
    with pytest.raises(TransportError) as caught:
        dump(((1,), {"key": [threading.Lock()]}), "arguments")
    assert "argument 'key'" in caught.value.reason
    with pytest.raises(TransportError) as caught:
        dump(iter_of_nothing(), "result")
    assert "generator" in caught.value.reason


def iter_of_nothing() -> Any:
    yield from ()


def test_a_value_nested_too_deeply_is_an_error_and_no_crash() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(TransportError):
        dump(deep)
    while deep:  # taken apart by hand: freeing it at once would recurse as deeply
        deep = deep[0]


# Classes


def test_local_classes_of_every_kind_come_back_as_themselves() -> None:
    @dataclasses.dataclass
    class Data:
        x: int

    class Choice(enum.Enum):
        ONE = 1

    class Named(NamedTuple):
        x: int

    Old = collections.namedtuple("Old", "x y")

    class Problem(ValueError):
        pass

    class Base:
        def me(self) -> type:
            return __class__  # type: ignore[name-defined,no-any-return]

    class Derived(Base):
        def me(self) -> type:
            return super().me()

    for value in (Data(1), Named(1), Old(1, 2)):
        found = load(dump(value))
        assert type(found) is type(value) and found == value
    assert load(dump(Choice.ONE)) is Choice.ONE
    assert type(load(dump(Problem("p")))) is Problem
    assert load(dump(Derived())).me() is Base
    assert load(dump([Data, Base])) == [Data, Base]


def test_a_class_is_pickled_once_and_again_only_when_it_changes() -> None:
    class Thing:
        setting = 1

    first = dump(Thing())
    assert dump(Thing()) == first
    Thing.setting = 2
    assert dump(Thing()) != first
    assert type(load(first)) is Thing and Thing.setting == 2, "reading an old definition must not change the class"


def test_classes_that_mention_each_other() -> None:
    class Left:
        def other(self) -> Any:
            return Right()

    class Right:
        def other(self) -> Any:
            return Left()

    left, right = load(dump((Left(), Right())))
    assert type(left) is Left and type(right) is Right and type(left.other()) is Right


def test_a_definition_read_elsewhere_makes_one_class(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a worker, which never had the class: two instances are of one class, which goes back by reference."""

    class Thing:
        pass

    payload = dump(Thing())
    for registry in ("_definitions", "_known"):
        monkeypatch.setattr(classes, registry, type(getattr(classes, registry))())
    monkeypatch.setattr(cloudpickle.cloudpickle, "_DYNAMIC_CLASS_TRACKER_BY_ID", {})
    monkeypatch.setattr(classes, "_following", True)
    one, two = load(payload), load(payload)
    assert type(one) is type(two) and type(one) is not Thing
    returned = dump(one)
    monkeypatch.undo()
    assert type(load(returned)) is Thing


# Functions


def test_a_function_is_serialised_once() -> None:
    assert function_of(dump_failure) is function_of(dump_failure)
    assert function_of(dump_failure).name == "dump_failure"
    assert len(function_of(dump_failure).blob) < 100, "importable functions travel by name"


def test_a_function_whose_surroundings_were_rebound_is_serialised_again() -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec("K = 1\ndef inner(): return K\ndef outer(): return inner()", namespace)
    outer = namespace["outer"]
    first = function_of(outer)
    assert function_of(outer) is first
    namespace["K"] = 2
    second = function_of(outer)
    assert second.digest != first.digest
    assert pickle.loads(second.blob)() == 2


def test_a_closure_whose_variable_was_rebound_is_serialised_again() -> None:
    free = 1

    def closure() -> int:
        return free

    first = function_of(closure)
    free = 2
    assert function_of(closure).digest != first.digest


def test_a_function_that_cannot_travel_says_so() -> None:
    lock = threading.Lock()

    def holds_a_lock() -> Any:
        return lock

    with pytest.raises(TransportError) as caught:
        function_of(holds_a_lock)
    assert caught.value.what == "function" and "holds_a_lock" in caught.value.reason


# Failures


def raised(make: Any) -> BaseException:
    try:
        make()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def test_cause_context_notes_and_attributes_survive() -> None:
    class Problem(Exception):
        pass

    def make() -> None:
        try:
            try:
                raise KeyError("first")
            except KeyError:
                raise ValueError("second")
        except ValueError as error:
            problem = Problem("third", 3, math.nan)
            problem.detail = [1, 2]  # type: ignore[attr-defined]
            if hasattr(problem, "add_note"):
                problem.add_note("a note")
            raise problem from error

    original = raised(make)
    found, frames = load_failure(dump_failure(original)[0])
    assert type(found) is Problem and found.args[:2] == ("third", 3)
    assert found.detail == [1, 2]  # type: ignore[attr-defined]
    assert getattr(found, "__notes__", None) == getattr(original, "__notes__", None)
    assert type(found.__cause__) is ValueError and found.__cause__ is found.__context__
    assert type(found.__cause__.__context__) is KeyError and found.__cause__.__cause__ is None
    assert found.__suppress_context__ and found.__traceback__ is None
    assert [frame.name for frame in frames] == ["raised", "make"]
    assert found.__cause__.__traceback__ is not None


def test_from_none_stays_so() -> None:
    def make() -> None:
        try:
            raise KeyError("hidden")
        except KeyError:
            raise ValueError("shown") from None

    found, _ = load_failure(dump_failure(raised(make))[0])
    assert found.__suppress_context__ and found.__cause__ is None and type(found.__context__) is KeyError


def test_exceptions_that_change_on_the_way_are_refused() -> None:
    class Wrapping(Exception):
        def __init__(self, text: str) -> None:
            super().__init__(f"<{text}>")

    class Demanding(Exception):
        def __init__(self, one: int, *, two: int) -> None:
            super().__init__(one)

    for error in (Wrapping("x"), Demanding(1, two=2)):
        with pytest.raises(TransportError) as caught:
            dump_failure(error)
        assert caught.value.what == "exception" and type(error).__name__ in caught.value.reason


def test_standard_exceptions_survive() -> None:
    for make in (
        lambda: open("/no/such/file"),
        lambda: os.environ["missing"],
        lambda: b"\xff".decode(),
        lambda: int("x"),
        lambda: next(iter(())),
        lambda: exec("1 +"),
        lambda: __import__("no_such_module"),
        lambda: (1).nothing,  # type: ignore[attr-defined]
        lambda: 1 // 0,
    ):
        original = raised(make)
        found, _ = load_failure(dump_failure(original)[0])
        assert type(found) is type(original) and str(found) == str(original) and found.args == original.args
        assert getattr(found, "name", None) == getattr(original, "name", None)


def test_a_cycle_of_contexts_survives() -> None:
    one, two = ValueError("one"), ValueError("two")
    one.__context__, two.__context__ = two, one
    found, _ = load_failure(dump_failure(one)[0])
    assert found.__context__ is not None and found.__context__.__context__ is found


def test_a_rebuilt_traceback_shows_the_recorded_places() -> None:
    records = [FrameRecord("a.py", 3, "outer", "m"), FrameRecord("b.py", 70_000, "inner", "m", 70_000, 4, 9)]
    rebuilt = traceback_of(records)
    places = []
    while rebuilt is not None:
        code = rebuilt.tb_frame.f_code
        places.append((code.co_filename, rebuilt.tb_lineno, code.co_name))
        rebuilt = rebuilt.tb_next
    assert places == [("a.py", 3, "outer"), ("b.py", 70_000, "inner")]
    assert traceback_of([]) is None


@pytest.mark.parametrize("value", [memoryview(b"view"), sys.__stderr__], ids=["view", "file"])
def test_what_would_come_back_as_something_else_does_not_travel(value: object) -> None:
    """A copy of a file's text is no file, and bytes are no view: the call runs in the program instead."""
    with pytest.raises(TransportError, match="cannot"):
        dump([value], "result")


def test_a_function_of_a_reloaded_module_does_what_it_does_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker has imported the module as it was before."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    source = tmp_path / "edited_between_calls.py"
    source.write_text("def rate():\n    return 1\n\ndef price(x):\n    return x * rate()\n")
    module = importlib.import_module("edited_between_calls")
    assert pickle.loads(function_of(module.price).blob) is module.price
    in_worker = types.ModuleType(module.__name__)
    vars(in_worker).update(vars(module))
    source.write_text("def rate():\n    return 10\n\ndef price(x):\n    return x * rate()\n")
    os.utime(source, (1, 1))
    importlib.invalidate_caches()
    importlib.reload(module)
    blob = function_of(module.price).blob
    monkeypatch.setitem(sys.modules, module.__name__, in_worker)
    assert pickle.loads(blob)(2) == 20
