"""While scheduled functions run, threads get the interpreter soon; afterwards all is as it was."""

from __future__ import annotations

import sys
import threading

from pydron_runtime.machine.switching import INTERVAL, switching_quickly


def test_the_interval_is_short_only_while_something_runs() -> None:
    before = sys.getswitchinterval()
    with switching_quickly():
        with switching_quickly():
            assert abs(sys.getswitchinterval() - min(before, INTERVAL)) < 1e-9
        assert abs(sys.getswitchinterval() - min(before, INTERVAL)) < 1e-9
    assert sys.getswitchinterval() == before


def test_it_stays_short_until_the_last_thread_has_ended() -> None:
    before = sys.getswitchinterval()
    entered, leave = threading.Event(), threading.Event()

    def run() -> None:
        with switching_quickly():
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=run)
    with switching_quickly():
        thread.start()
        assert entered.wait(10)
    assert abs(sys.getswitchinterval() - min(before, INTERVAL)) < 1e-9
    leave.set()
    thread.join()
    assert sys.getswitchinterval() == before


def test_who_sets_an_interval_meanwhile_keeps_it() -> None:
    before = sys.getswitchinterval()
    try:
        with switching_quickly():
            sys.setswitchinterval(0.002)
        assert abs(sys.getswitchinterval() - 0.002) < 1e-9
    finally:
        sys.setswitchinterval(before)
