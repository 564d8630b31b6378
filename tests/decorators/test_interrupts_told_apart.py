"""What a signal handler raises is told from what the code raises that the signal has met."""

from __future__ import annotations

import functools
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pydron.interrupts import is_interrupt, let_through


class Late(Exception):
    """A limit of time has passed."""


def late(*_: object) -> None:
    raise Late


class Clock:
    """Its methods, and it itself, can handle signals."""

    def strikes(self, number: int, frame: object) -> None:
        late()

    def __call__(self, number: int, frame: object) -> None:
        late()


HANDLERS: dict[str, Callable[..., Any]] = {
    "a function": late,
    "what calls a function": lambda number, frame: late(),
    "a method": Clock().strikes,
    "an object": Clock(),
    "a partial": functools.partial(Clock.strikes, Clock()),
}


@pytest.fixture(params=list(HANDLERS))
def handled(request: pytest.FixtureRequest) -> Iterator[None]:
    """SIGUSR1 has a handler that raises."""
    before = signal.signal(signal.SIGUSR1, HANDLERS[request.param])
    yield
    signal.signal(signal.SIGUSR1, before)


def raised_by(code: Callable[[], object]) -> BaseException:
    with pytest.raises(BaseException) as caught:
        code()
    return caught.value


def user_of_signals() -> None:
    signal.raise_signal(signal.SIGUSR1)


@pytest.mark.usefixtures("handled")
def test_what_any_kind_of_handler_raises_is_an_interrupt() -> None:
    assert is_interrupt(raised_by(user_of_signals))


@pytest.mark.usefixtures("handled")
def test_the_same_exception_of_the_codes_own_is_none() -> None:
    def fails() -> None:
        raise Late

    assert not is_interrupt(raised_by(fails))


def test_ctrl_c_is_an_interrupt_and_a_keyboard_interrupt_of_the_codes_own_is_none() -> None:
    def fails() -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert is_interrupt(raised_by(lambda: signal.raise_signal(signal.SIGINT)))
    finally:
        signal.signal(signal.SIGINT, before)
    assert not is_interrupt(raised_by(fails))


@pytest.mark.usefixtures("handled")
def test_an_interrupt_is_let_through_as_it_is() -> None:
    error = raised_by(user_of_signals)
    with pytest.raises(Late) as caught:
        let_through(error)
    assert caught.value is error and error.__context__ is None
    let_through(ValueError())
