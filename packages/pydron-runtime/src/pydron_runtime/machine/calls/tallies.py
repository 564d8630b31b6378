"""Tallies: what a machine counts for those who show how far it is. Nothing is counted where nobody looks.

Everything is counted by the line of the outermost function at which it happens: a call that a called function makes
counts where that function was called.
"""

from __future__ import annotations

import time
import weakref
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.values.indirect import behind

if TYPE_CHECKING:
    from pydron_runtime.machine.loops.tiers import Tiers
    from pydron_runtime.machine.machine import Machine
    from pydron_runtime.machine.order.entries import TaskEntry

_COUNTED = (list, tuple, range, dict, set, frozenset, str, bytes)
_PAIRING = (enumerate, zip)


class LoopTally:
    """One outermost loop.

    Attributes:
        site: The loop, as a place in the code.
        total: How many turns it will have; None where that cannot be known without running user code.
        began: When it began, ``time.monotonic``.
    """

    __slots__ = ("_tiers", "began", "site", "total")

    def __init__(self, site: int, tiers: Tiers, iterable: Any) -> None:
        self.site = site
        self.total = length_of(iterable)
        self.began = time.monotonic()
        self._tiers = weakref.ref(tiers)

    @property
    def begun(self) -> int | None:
        """How many turns have begun; None when the loop is over and forgotten."""
        tiers = self._tiers()
        return None if tiers is None else tiers.begun


class Tallies:
    """The counts of one machine. Written by the program's thread, read by another one.

    Attributes:
        began: When the machine began, ``time.monotonic``.
        issued: Calls that were issued, by place in the outermost function's code.
        loops: Its loops, by place; of a loop that runs again, the latest run.
    """

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.issued: dict[int, int] = {}
        self.loops: dict[int, LoopTally] = {}

    def count(self, entry: TaskEntry) -> None:
        """A call was issued."""
        site = outermost_site(entry)
        self.issued[site] = self.issued.get(site, 0) + 1

    def loop(self, site: int, tiers: Tiers, iterable: Any) -> None:
        """A loop of the outermost function begins."""
        self.loops[site] = LoopTally(site, tiers, iterable)


def count_issued(machine: Machine, entry: TaskEntry) -> None:
    """A call was issued. Counts it if anybody looks."""
    if machine.tallies is not None:
        machine.tallies.count(entry)


def outermost_site(entry: TaskEntry) -> int:
    """The place in the outermost function's code at which a call counts."""
    frame, site = entry.frame, entry.site
    while frame is not None and frame.frame is not None:
        frame, site = frame.frame, frame.site
    return site


def length_of(iterable: Any) -> int | None:
    """How many elements a loop will go through, where builtin containers tell; None otherwise."""
    kind = type(iterable)
    if kind in _COUNTED:
        return len(iterable)
    if kind in _PAIRING:
        found = behind(iterable)
        return min(map(len, found)) if found else None
    if kind.__module__ == "numpy" and getattr(iterable, "shape", None):
        return int(iterable.shape[0])
    return None
