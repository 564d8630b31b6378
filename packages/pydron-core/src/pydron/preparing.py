"""Whether a thread is preparing a call: finding the executor, importing the machine, compiling, building a machine.

Pydron uses Python's own library for that, and a program may have scheduled functions of the library. Preparing a call
of one would come to the same function once more, without end; so while a thread prepares, they run as they are written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

Result = TypeVar("Result")


class Preparing(threading.local):
    """One value per thread.

    Attributes:
        now: Whether the thread is preparing a call. Who sets it does so within the ``try`` whose ``finally`` resets it,
            so that an interrupt cannot leave it set.
    """

    now = False


PREPARING = Preparing()


def prepared(prepare: Callable[..., Result], *args: Any) -> Result:
    """``prepare(*args)``, a part of preparing a call: while it runs, the thread is preparing one."""
    before = PREPARING.now
    try:
        PREPARING.now = True
        return prepare(*args)
    finally:
        PREPARING.now = before
