"""Iterators of which nothing is known: asking one for an element may do anything.

On the machine each step is a sync-point. A loop that goes on as it was written has nothing under way, so it may take
the elements without looking, at Python's own speed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame


class InTurn:
    """Takes elements from an iterator of which nothing is known, each when everything before has retired.

    Attributes:
        raw: The elements, for who knows that nothing is under way. At its end the iterator is not asked again.
    """

    __slots__ = ("_detail", "_frame", "_site", "raw")

    def __init__(self, frame: Frame, site: int, detail: str, iterator: Iterator[Any]) -> None:
        self._frame = frame
        self._site = site
        self._detail = detail
        self.raw = frame.code.steps(site, iterator)

    def __iter__(self) -> InTurn:
        return self

    def __next__(self) -> Any:
        self._frame.machine.fence(self._frame, self._site, "PD402", self._detail)
        return next(self.raw)
