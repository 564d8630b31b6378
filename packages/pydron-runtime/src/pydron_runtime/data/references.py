"""References: how a value that does not exist yet appears inside pickled arguments.

A placeholder pickles itself as ``resolve(number)``. On the worker, while the arguments of one call are being
unpickled, :func:`resolving` says what each number stands for. One number is one object within a call.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_current = threading.local()


class Unresolved(LookupError):
    """A reference was met where nobody says what references stand for."""


def resolve(number: int) -> Any:
    """The value that a reference stands for, inside :func:`resolving`. Named in pickles: do not move.

    Raises:
        Unresolved: Outside :func:`resolving`.
    """
    lookup: Callable[[int], Any] | None = getattr(_current, "lookup", None)
    if lookup is None:
        raise Unresolved(f"reference {number} met outside the unpickling of a call's arguments")
    return lookup(number)


class Reference:
    """Pickles as a reference to another value: what stands for it is looked up where this is read."""

    __slots__ = ("_number",)

    def __init__(self, number: int) -> None:
        self._number = number

    def __reduce__(self) -> Any:
        return resolve, (self._number,)


@contextmanager
def resolving(lookup: Callable[[int], Any]) -> Iterator[None]:
    """While active in this thread, references stand for ``lookup(number)``, called once per number."""
    memo: dict[int, Any] = {}

    def once(number: int) -> Any:
        if number not in memo:
            memo[number] = lookup(number)
        return memo[number]

    before = getattr(_current, "lookup", None)
    _current.lookup = once
    try:
        yield
    finally:
        _current.lookup = before


class collecting:  # reads as what it does: ``with collecting() as met``
    """While active in this thread, placeholders that get pickled note themselves in the list that this gives."""

    __slots__ = ("_before",)

    def __enter__(self) -> list[Any]:
        self._before: list[Any] | None = getattr(_current, "met", None)
        met: list[Any] = []
        _current.met = met
        return met

    def __exit__(self, *_: object) -> None:
        _current.met = self._before


def is_collecting() -> bool:
    """Whether placeholders may be pickled in this thread."""
    return getattr(_current, "met", None) is not None


def note(placeholder: object) -> None:
    """Called by a placeholder while it is pickled.

    Raises:
        LookupError: Outside :func:`collecting`: a placeholder has reached a place where user code could see it.
    """
    met: list[Any] | None = getattr(_current, "met", None)
    if met is None:
        raise LookupError("a placeholder was pickled outside the issue of a call")
    met.append(placeholder)
