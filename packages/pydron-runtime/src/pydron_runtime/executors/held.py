"""Held results: values that stay with an engine until the program looks at them.

The program gets a payload of a few bytes in place of the result. When that is unpickled, the result is fetched. The
engine keeps the result as long as the payload, or the executor's book, holds on to it.
"""

from __future__ import annotations

import itertools
import pickle
import threading
import weakref
from collections.abc import Callable
from typing import Any

from pydron_runtime.data.payload import Payload, load

_numbers = itertools.count(1)
_held: dict[int, Callable[[], Payload]] = {}
_lock = threading.Lock()


class HeldPayload(Payload, frozen=True, weakref=True):
    """A payload that stands for one that is elsewhere."""


class _Token:
    def __init__(self, number: int) -> None:
        self._number = number

    def __reduce__(self) -> Any:
        return redeem, (self._number,)


def hold(fetch: Callable[[], Payload]) -> Payload:
    """A payload that is loaded by fetching another one. ``fetch`` may block, and may raise when the value is gone."""
    number = next(_numbers)
    with _lock:
        _held[number] = fetch
    held = HeldPayload(pickle.dumps(_Token(number), protocol=5))
    weakref.finalize(held, _held.pop, number, None).atexit = False
    return held


def redeem(number: int) -> Any:
    """The value of a held result. Named in pickles: do not move.

    Raises:
        LookupError: It was dropped, or this is not the process that holds it.
    """
    fetch = _held.get(number)
    if fetch is None:
        raise LookupError(f"the held result {number} is not known in this process")
    return load(fetch())
