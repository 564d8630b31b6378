"""A misspelt name gets the hint that plain Python gives ("Did you mean ..."), also when it fails in a worker."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import Any

import pytest

from pydron_runtime.data.failures import HINT, dump_failure, load_failure, traceback_of

SOME_GLOBAL = 1


class Thing:
    def __init__(self, size: int = 0) -> None:
        self.value = b"x" * size


class Unwilling:
    value = 1

    def __reduce__(self) -> Any:
        raise SystemExit


class Refusing:
    value = 1

    def __reduce__(self) -> Any:
        return (sys.exit, ())


def misspelt_local() -> Any:
    colour = 1
    return color + colour  # type: ignore[name-defined]  # noqa: F821


def misspelt_global() -> Any:
    return SOME_GLOBALS  # type: ignore[name-defined]  # noqa: F821


def misspelt_builtin() -> Any:
    return pritn  # type: ignore[name-defined]  # noqa: F821


def unbound() -> Any:
    del misspelt  # type: ignore[name-defined]  # noqa: F821


FAILING: dict[str, Callable[[], Any]] = {
    "local": misspelt_local,
    "global": misspelt_global,
    "builtin": misspelt_builtin,
    "unbound": unbound,
    "nothing like it": lambda: quite_unlike_anything,  # type: ignore[name-defined]  # noqa: F821
    "method": lambda: [].appendd,  # type: ignore[attr-defined]
    "attribute": lambda: Thing().valeu,  # type: ignore[attr-defined]
    "module": lambda: sys.exitt,  # type: ignore[attr-defined]
    "class": lambda: Unwilling.valeu,  # type: ignore[attr-defined]
}


def raised_by(function: Callable[[], Any]) -> BaseException:
    with pytest.raises((NameError, AttributeError)) as caught:
        function()
    return caught.value


def printed(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> str:
    """The last line that the interpreter prints of an exception that nobody has caught."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    sys.__excepthook__(type(error), error, error.__traceback__)
    monkeypatch.undo()
    return stream.getvalue().splitlines()[-1]


def travelled(error: BaseException) -> BaseException:
    copy, records = load_failure(dump_failure(error)[0])
    return copy.with_traceback(traceback_of(records))


@pytest.mark.parametrize("case", FAILING)
def test_the_hint_is_that_of_plain_python(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    error = raised_by(FAILING[case])
    assert printed(travelled(error), monkeypatch) == printed(error, monkeypatch)


@pytest.mark.parametrize("thing", [Thing(HINT), Unwilling(), Refusing()])
def test_what_is_large_or_cannot_travel_gives_no_hint_and_does_no_harm(thing: Any) -> None:
    error = raised_by(lambda: thing.valeu)
    copy = travelled(error)
    assert isinstance(copy, AttributeError) and copy.args == error.args and copy.obj is None
