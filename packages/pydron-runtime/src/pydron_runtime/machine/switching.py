"""Switching: while a scheduled function runs, its program lets the scheduler's thread have its turn soon.

A thread that computes gives the interpreter away every 5 ms only. A message needs several turns of the scheduler's
thread, so that workers stood idle for tens of milliseconds while the program computed. Python's own means against that
is the switch interval. It is short while scheduled functions run, and afterwards what it was.
"""

from __future__ import annotations

import os
import sys
import threading

INTERVAL = 0.0005
"""Seconds."""

_lock = threading.Lock()
_running = 0
_before = 0.0


class Quickly:
    """While entered, in whatever thread, threads wait at most some :data:`INTERVAL` for the interpreter."""

    __slots__ = ()

    def __enter__(self) -> None:
        global _running, _before
        with _lock:
            _running += 1
            if _running == 1:
                _before = sys.getswitchinterval()
                if _before > INTERVAL:
                    sys.setswitchinterval(INTERVAL)

    def __exit__(self, *_: object) -> None:
        global _running
        with _lock:
            _running -= 1
            # Who has set another interval meanwhile keeps it.
            if not _running and _before > INTERVAL and abs(sys.getswitchinterval() - INTERVAL) < 1e-9:
                sys.setswitchinterval(_before)


def switching_quickly() -> Quickly:
    """A context manager. (Not one of ``contextlib``: the program may have scheduled that module's functions.)"""
    return Quickly()


def _after_fork() -> None:
    global _lock, _running
    _lock = threading.Lock()
    if _running and _before > INTERVAL:
        sys.setswitchinterval(_before)
    _running = 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
