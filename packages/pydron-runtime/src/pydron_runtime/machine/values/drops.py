"""Drops: which results the program holds no longer.

The program drops a result at any moment, also when an interrupt (Ctrl-C) is about to be raised. Code of ours that ran
then, a ``__del__`` say, would swallow the interrupt. So what hears of it is a weak reference that calls the ``append``
of a list: no Python code is involved.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydron_runtime.machine.values.pending import Pending


class _Watched(weakref.ref["Pending"]):
    __slots__ = ("number",)

    number: int


class Drops:
    """Watches placeholders, by the numbers of their tasks."""

    def __init__(self) -> None:
        self._watched: dict[int, _Watched] = {}
        self._gone: list[_Watched] = []

    def watch(self, pending: Pending) -> None:
        """Note when the program drops this one. For that to happen at once, nothing it refers to may refer to it."""
        watched = self._watched[pending.number] = _Watched(pending, self._gone.append)
        watched.number = pending.number

    def renumber(self, before: int, now: int) -> None:
        """A placeholder stands for the result of another task from now on."""
        watched = self._watched.pop(before, None)
        if watched is not None:
            watched.number = now
            self._watched[now] = watched

    def take(self) -> list[int]:
        """The numbers of those that were dropped since the last time."""
        if not self._gone:
            return []
        gone, self._gone[:] = list(self._gone), []
        numbers = [watched.number for watched in gone]
        for number in numbers:
            self._watched.pop(number, None)
        return numbers
