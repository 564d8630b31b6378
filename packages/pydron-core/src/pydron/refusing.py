"""Refuses calls of scheduled functions while a program is only being looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

REFUSED: list[bool] = []
"""Not empty while calls of scheduled functions are refused."""


class ScheduledCallReached(BaseException):
    """A scheduled function was called while a program was only being looked at."""


@contextmanager
def refusing_calls() -> Iterator[None]:
    """While active, a call of a scheduled function raises :class:`ScheduledCallReached` instead of computing."""
    REFUSED.append(True)
    try:
        yield
    finally:
        REFUSED.pop()
