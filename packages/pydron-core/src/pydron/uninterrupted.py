"""Postpones interrupts (Ctrl-C, and what else has a handler in Python) while something must not be broken off.

An import that an interrupt breaks off may leave a package behind half imported, for good: extension modules cannot be
imported a second time, some crash. Users press Ctrl-C in the first second as in any other, and go on in their notebook.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def uninterrupted() -> Iterator[None]:
    """While active, signals wait; their handlers are called when it ends, in order.

    Handlers run in the main thread only: in others, there is nothing to do. Takes some 20 µs.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    import signal  # late: `import pydron` need not have it

    came: list[int] = []

    def note(number: int, _: object) -> None:
        came.append(number)

    handlers: dict[int, Any] = {}
    try:
        for number in range(1, signal.NSIG):
            handler = signal.getsignal(number)
            if callable(handler):
                handlers[number] = handler
                signal.signal(number, note)
        yield
    finally:
        try:
            _put_back(list(handlers.items()), note)
        finally:
            for number in came:
                handlers[number](number, sys._getframe())


def _put_back(handlers: list[tuple[int, Any]], note: Callable[[int, object], None]) -> None:
    """All of them, even if one that is back already interrupts."""
    import signal

    if handlers:
        number, handler = handlers.pop()
        try:
            if signal.getsignal(number) is note:  # and not one that was set meanwhile
                signal.signal(number, handler)
        finally:
            _put_back(handlers, note)
