"""Every entry of the tables of scipy exists, runs, gives the same twice, and leaves its arguments alone."""

from __future__ import annotations

import copy
import importlib
import inspect
import warnings
from typing import Any

import pytest
import scipy.stats
from known_arguments import portrait
from known_scipy_arguments import ATTEMPTS, MATRIX, OWN, WAVE

from pydron.analysis import library, purity, scipy_library

MODULES = sorted(scipy_library.FUNCTIONS)
ENTRIES = [(module, name) for module in MODULES for name in sorted(scipy_library.FUNCTIONS[module])]


def member(module: str, name: str) -> Any:
    """The callable, or a skipped test where this scipy does not have it."""
    found = getattr(importlib.import_module(module), name, None)
    if found is None:
        pytest.skip(f"this scipy has no {module}.{name}")
    return found


def outcome(function: Any, given: tuple[Any, ...]) -> Any:
    """What a call gives; the arguments have to stay what they were."""
    args = copy.deepcopy(given)
    before = portrait(args)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return portrait(function(*args))
    finally:
        assert portrait(args) == before, f"changed its arguments {given!r}"


@pytest.mark.parametrize(("module", "name"), ENTRIES, ids=map(".".join, ENTRIES))
def test_a_function_of_scipy_computes_and_does_nothing_else(
    module: str, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    function = member(module, name)
    assert purity.is_known_pure(function)
    own = OWN.get(f"{module.removeprefix('scipy.')}.{name}")
    for given in ATTEMPTS if own is None else [own]:
        if purity.writes_into(function, len(given)):
            continue
        try:
            first = outcome(function, given)
        except AssertionError:
            raise
        except Exception:
            continue
        assert first == outcome(function, given), f"two outcomes for {given!r}"
        assert capfd.readouterr() == ("", "")
        return
    pytest.fail("no list of arguments is accepted: add one")


@pytest.mark.parametrize("module", MODULES)
def test_the_installed_scipy_has_the_entries_of_the_tables(module: str) -> None:
    names = scipy_library.FUNCTIONS[module]
    assert sum(hasattr(importlib.import_module(module), name) for name in names) > 0.9 * len(names)


ALL = [(module, name) for module in library.FUNCTIONS for name in sorted(library.FUNCTIONS[module]) if "." in module]
ALL += [("numpy", name) for name in sorted(library.FUNCTIONS["numpy"])]


def test_arguments_that_are_changed_are_known_by_position_and_by_keyword() -> None:
    """The names of parameters tell; those of ufuncs and of C functions are not looked at."""
    for module, name in ALL:
        function = getattr(importlib.import_module(module), name, None)
        try:
            parameters = list(inspect.signature(function).parameters.values()) if callable(function) else []
        except ValueError:
            continue
        for position, parameter in enumerate(parameters):
            if parameter.kind is parameter.VAR_KEYWORD:
                continue
            if parameter.name in ("out", "verbose", "options") or parameter.name.startswith("overwrite_"):
                by_keyword = parameter.name in library.FORBIDDEN_KEYWORDS
                assert by_keyword or purity.writes_into(function, 0, [parameter.name]), f"{module}.{name}"
                if parameter.kind is not parameter.KEYWORD_ONLY:
                    assert purity.writes_into(function, position + 1), f"{module}.{name}"


def test_a_call_that_is_told_to_overwrite_or_print_is_not_known() -> None:
    from scipy import linalg, ndimage, optimize

    assert purity.writes_into(linalg.inv, 1, ["overwrite_a"])
    assert purity.writes_into(linalg.inv, 2)
    assert purity.writes_into(ndimage.gaussian_filter, 2, ["output"])
    assert purity.writes_into(optimize.minimize, 2, ["options"])
    assert not purity.writes_into(optimize.minimize, 2, ["method"])


@pytest.mark.parametrize(
    "name", ["pdf", "logpdf", "cdf", "sf", "ppf", "isf", "mean", "var", "std", "median", "interval", "support"]
)
def test_a_method_of_a_distribution_computes_and_does_nothing_else(name: str) -> None:
    method = getattr(scipy.stats.norm, name)
    given = (0.3,) if name in ("pdf", "logpdf", "cdf", "sf", "ppf", "isf", "interval") else ()
    assert purity.is_known_pure(method)
    assert outcome(method, given) == outcome(method, given)


def test_what_draws_numbers_or_is_somebody_elses_is_not_known() -> None:
    from scipy import optimize

    mine = type("Mine", (scipy.stats.rv_continuous,), {})()
    assert not purity.is_known_pure(scipy.stats.norm.rvs)
    assert not purity.is_known_pure(scipy.stats.norm.fit)
    assert not purity.is_known_pure(mine.cdf)
    assert not purity.is_known_pure(optimize.differential_evolution)
    assert not purity.is_known_pure(optimize.fmin)


def test_solvers_call_what_they_are_given() -> None:
    from scipy import integrate, optimize

    for function in (optimize.brentq, optimize.minimize, integrate.quad):
        assert purity.is_calling(function)
    assert not purity.is_calling(member("scipy.linalg", "solve"))
    assert outcome(member("scipy.linalg", "solve"), (MATRIX, MATRIX))[0] == "array"
    assert outcome(member("scipy.fft", "fft"), (WAVE,))[0] == "array"
