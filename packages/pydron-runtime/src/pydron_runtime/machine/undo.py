"""Undo log: how to take back what was stored ahead of unretired work.

Each store that emitted code makes while something earlier has not retired leaves its inverse here. When an earlier
operation fails, the inverses of all stores after it run, youngest first, and objects that outlive the function are as
they would have been.
"""

from __future__ import annotations

from collections.abc import Callable

from pydron_runtime.machine.entries import Order

_TRIM = 4096


class UndoLog:
    """Inverses of stores, in the order in which the stores were made."""

    __slots__ = ("_inverses", "_limit")

    def __init__(self) -> None:
        self._inverses: list[tuple[Order, Callable[[], None]]] = []
        self._limit = _TRIM

    def __len__(self) -> int:
        return len(self._inverses)

    def add(self, order: Order, inverse: Callable[[], None]) -> None:
        """Remember how to take back a store made at a place in program order."""
        self._inverses.append((order, inverse))

    def forget_before(self, oldest: Order) -> None:
        """Everything before this place has retired and stays. Cheap: looks only when the log has grown."""
        if len(self._inverses) > self._limit:
            self._inverses = [item for item in self._inverses if item[0] > oldest]
            self._limit = max(_TRIM, 2 * len(self._inverses))

    def clear(self) -> None:
        """Everything has retired."""
        self._inverses.clear()
        self._limit = _TRIM

    def roll_back(self, failed: Order) -> None:
        """Take back every store made after a place in program order."""
        kept = []
        for order, inverse in reversed(self._inverses):
            if order > failed:
                inverse()
            else:
                kept.append((order, inverse))
        kept.reverse()
        self._inverses = kept
