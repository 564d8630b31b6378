"""Interrupts wait while something must not be broken off, and come then: none is lost, none comes twice."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from pydron.uninterrupted import uninterrupted


def test_an_interrupt_comes_when_what_it_must_not_break_off_is_done() -> None:
    done = False
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            done = True
    assert done and signal.getsignal(signal.SIGINT) is before


def test_one_within_another_waits_for_the_outer() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt):
        with uninterrupted():
            with uninterrupted():
                signal.raise_signal(signal.SIGINT)
                done.append("inner")
            done.append("outer")
    assert done == ["inner", "outer"]


def test_all_handlers_are_called_in_order_and_are_there_again() -> None:
    heard: list[int] = []
    numbers = (signal.SIGUSR1, signal.SIGUSR2)
    before = [signal.signal(number, lambda number, _: heard.append(number)) for number in numbers]
    try:
        with uninterrupted():
            signal.raise_signal(signal.SIGUSR2)
            signal.raise_signal(signal.SIGUSR1)
            assert heard == []
        assert heard == [signal.SIGUSR2, signal.SIGUSR1]
        signal.raise_signal(signal.SIGUSR1)
        assert heard[2:] == [signal.SIGUSR1]
    finally:
        for number, handler in zip(numbers, before):
            signal.signal(number, handler)


def test_a_handler_that_was_set_meanwhile_stays() -> None:
    def other(*_: object) -> None:
        return

    before = signal.getsignal(signal.SIGUSR1)
    try:
        signal.signal(signal.SIGUSR1, lambda *_: None)
        with uninterrupted():
            signal.signal(signal.SIGUSR1, other)
        assert signal.getsignal(signal.SIGUSR1) is other
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_an_error_passes_through_and_other_threads_are_not_concerned() -> None:
    with pytest.raises(ZeroDivisionError), uninterrupted():
        1 / 0
    handlers = []

    def work() -> None:
        with uninterrupted():
            handlers.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert handlers == [signal.getsignal(signal.SIGINT)]


FIRST_CALL = """
import builtins, signal, sys
import pydron

@pydron.functional
def f(x):
    return x + 1

@pydron.schedule
def main(n):
    out = []
    for i in range(n):
        out.append(f(i))
    return out

imported = builtins.__import__
names = []

def interrupting(name, *rest, **more):
    names.append(name)
    if len(names) == int(sys.argv[1]):
        signal.raise_signal(signal.SIGINT)
    return imported(name, *rest, **more)

builtins.__import__ = interrupting
try:
    main(5)
except KeyboardInterrupt:
    print("interrupted")
builtins.__import__ = imported
print(main(5))
"""


@pytest.mark.slow
@pytest.mark.parametrize("moment", [1, 40, 400])
def test_an_interrupt_during_the_imports_of_the_first_call_breaks_nothing(moment: int) -> None:
    command = [sys.executable, "-c", FIRST_CALL, str(moment)]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (finished.stdout, finished.stderr) == ("interrupted\n[1, 2, 3, 4, 5]\n", "")
