"""Stretches of time that overlap. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydron.trace.records import WaitRow


def union(spans: Iterable[tuple[int, int]]) -> int:
    """How long at least one of some spans (begin, end) lasts."""
    total, reached = 0, -1
    for begin, end in sorted(spans):
        if end > reached:
            total += end - max(begin, reached)
            reached = end
    return total


def standstill(waits: Iterable[WaitRow]) -> int:
    """How long waits lasted, in nanoseconds. Those of the program itself follow one another; of parts that had been put
    off any number may wait at once, and counts as one."""
    waits = list(waits)
    own = sum(wait.duration for wait in waits if wait.own)
    return own + union((wait.started, wait.finished) for wait in waits if not wait.own)
