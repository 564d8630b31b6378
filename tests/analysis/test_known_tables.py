"""Every entry of the tables of known callables exists, runs, gives the same twice, and leaves its arguments alone."""

from __future__ import annotations

import copy
import functools
import importlib
import sys
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from known_arguments import ATTEMPTS, RECEIVERS, portrait

from pydron.analysis import library, purity

SINCE = {
    ("math", "cbrt"): (3, 11), ("math", "exp2"): (3, 11), ("math", "sumprod"): (3, 12), ("math", "fma"): (3, 13),
    ("itertools", "batched"): (3, 12), ("decimal.Decimal", "fma"): (3, 10),
}  # fmt: skip
"""Entries that older Pythons lack."""

FUNCTIONS = [
    (module, name)
    for module, names in library.FUNCTIONS.items()
    for name in sorted(names)
    if not module.startswith("scipy.")
]
LAZY = [(module, name) for module, names in library.LAZY.items() for name in sorted(names)]
METHODS = [
    (f"{module}.{kind}", name)
    for module, kinds in library.METHODS.items()
    for kind, names in kinds.items()
    for name in sorted(names)
]
CLASS_METHODS = [
    (f"{module}.{kind}", name)
    for module, kinds in library.CLASS_METHODS.items()
    for kind, names in kinds.items()
    for name in sorted(names)
]


def entry(home: str, name: str) -> Any:
    """The callable, or a skipped test where this Python does not have it yet."""
    if sys.version_info < SINCE.get((home, name), (3, 0)):
        pytest.skip(f"{home}.{name} is newer than this Python")
    return getattr(importlib.import_module(home), name)


def tried(function: Any, writes: Callable[[int], bool] = lambda count: False) -> int:
    """Try all lists of arguments; the number of those that the function takes.

    Args:
        writes: Whether so many arguments are known to make it change one.

    Each is tried twice, on equal arguments: the outcomes have to be the same, and the arguments what they were.
    """
    accepted = 0
    for given in ATTEMPTS:
        if writes(len(given)):
            continue
        outcomes = []
        for _ in range(2):
            args = copy.deepcopy(given)
            before = portrait(args)
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    outcomes.append(portrait(function(*args)))
            except Exception as error:
                outcomes.append((type(error), str(error).partition(" at 0x")[0]))
            else:
                accepted += 1
            assert portrait(args) == before, f"changed its arguments {given!r}"
        assert outcomes[0] == outcomes[1], f"two outcomes for {given!r}"
    return accepted


@pytest.mark.parametrize(("module", "name"), FUNCTIONS, ids=map(".".join, FUNCTIONS))
def test_a_function_of_the_tables_computes_and_does_nothing_else(module: str, name: str) -> None:
    function = entry(module, name)
    assert purity.is_known_pure(function)
    assert not purity.is_lazy(function)
    assert tried(function, functools.partial(purity.writes_into, function)), "no list of arguments: add one"


@pytest.mark.parametrize(("module", "name"), LAZY, ids=map(".".join, LAZY))
def test_an_iterator_of_the_tables_computes_and_does_nothing_else(module: str, name: str) -> None:
    function = entry(module, name)
    assert purity.is_lazy(function)
    assert not purity.is_known_pure(function)
    assert tried(function), "no list of arguments is accepted: add one"


@pytest.mark.parametrize(("home", "name"), METHODS, ids=map(".".join, METHODS))
def test_a_method_of_the_tables_computes_and_leaves_its_object_alone(home: str, name: str) -> None:
    makers = [make for named, make in RECEIVERS.items() if named.partition(",")[0] == home]
    if not makers:
        pytest.skip(f"{home} cannot be made on this system")
    if not hasattr(makers[0](), name):
        pytest.skip(f"{home}.{name} is newer than this Python")
    assert purity.is_pure_method(type(makers[0]()), name)

    def method_of(make: Callable[[], Any]) -> Callable[..., Any]:
        def method(*args: Any) -> Any:
            receiver = make()
            before = portrait(receiver)
            try:
                return getattr(receiver, name)(*args)
            finally:
                assert portrait(receiver) == before, "changed its object"

        return method

    writes = functools.partial(purity.method_writes_into, type(makers[0]()), name)
    assert sum(tried(method_of(make), writes) for make in makers), "no list of arguments is accepted: add one"


@pytest.mark.parametrize(("home", "name"), CLASS_METHODS, ids=map(".".join, CLASS_METHODS))
def test_a_class_method_of_the_tables_computes_and_does_nothing_else(home: str, name: str) -> None:
    module, _, kind = home.rpartition(".")
    owner = entry(module, kind)
    assert purity.is_pure_class_method(owner, name)
    assert tried(getattr(owner, name)), "no list of arguments is accepted: add one"


@pytest.mark.parametrize(
    "table", [library.PASSING, library.CALLING, library.FRESH], ids=["passing", "calling", "fresh"]
)
def test_the_other_tables_say_more_about_entries_of_the_main_ones(table: Mapping[str, frozenset[str]]) -> None:
    for module, names in table.items():
        main = library.FUNCTIONS.get(module, frozenset()) | library.LAZY.get(module, frozenset())
        assert names <= main


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("builtins", "input"), ("builtins", "open"), ("builtins", "print"), ("builtins", "exec"), ("builtins", "next"),
        ("builtins", "setattr"), ("builtins", "id"), ("random", "random"), ("time", "time"), ("operator", "iadd"),
        ("operator", "setitem"), ("operator", "delitem"), ("itertools", "tee"), ("numpy", "empty"), ("numpy", "put"),
        ("numpy", "save"), ("numpy.random", "rand"), ("decimal", "getcontext"), ("json", "load"), ("re", "purge"),
    ],
)  # fmt: skip
def test_what_does_more_than_compute_is_not_known(module: str, name: str) -> None:
    function = getattr(importlib.import_module(module), name)
    assert not purity.is_known_pure(function)
    assert not purity.is_lazy(function)


def test_clocks_of_datetime_and_files_of_pathlib_are_not_known() -> None:
    import datetime
    import pathlib

    assert not purity.is_known_pure(datetime.datetime.now)
    assert not purity.is_known_pure(datetime.date.today)
    assert not purity.is_pure_method(type(pathlib.Path()), "replace")
    assert not purity.is_pure_method(type(pathlib.Path()), "exists")


def test_a_function_put_in_the_place_of_a_library_function_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    import statistics

    def mean(values: list[float]) -> float:
        return 0.0

    monkeypatch.setattr(statistics, "mean", mean)
    assert not purity.is_known_pure(statistics.mean)


def test_no_name_of_a_method_that_only_computes_is_one_that_modifies() -> None:
    for names in purity.MUTATING.values():
        assert not names & purity.PURE_METHOD_NAMES
