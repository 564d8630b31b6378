"""The store of a worker: the values that it keeps. Beyond a limit of memory, those used least recently are put away."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydron_runtime.data.held import Held
from pydron_runtime.data.kept import Kept
from pydron_runtime.data.payload import Payload

PutAway = Callable[[Sequence[Kept]], bool]
"""Puts values out of memory. False if that cannot be."""

AT_ONCE = 16 * 1024 * 1024
"""Bytes that are put away together at least, if there are so many: each time takes a file."""


class Store:
    """For one thread, but for :meth:`find`."""

    def __init__(self) -> None:
        self._kept: dict[int, Kept] = {}
        self._in_memory: dict[int, int] = {}  # those with their bytes, least recently used first
        self._bytes = 0
        self._limit: int | None = None
        self._put_away: PutAway = lambda values: False
        self._full = False

    def __len__(self) -> int:
        return len(self._kept)

    def limit(self, limit: int, put_away: PutAway) -> None:
        """From now on, keep no more than so many bytes in memory."""
        self._limit, self._put_away = limit, put_away

    def keep(self, number: int, form: Held | Payload) -> Kept:
        """Keep a value, until it is forgotten. What is kept under the number already stays."""
        kept = self._kept.get(number)
        if kept is None:
            kept = self._kept[number] = Kept(form)
            if self._limit is not None:
                self._in_memory[number] = kept.in_memory
                self._bytes += self._in_memory[number]
                self._make_room(self._limit)
        return kept

    def find(self, number: int) -> Kept | None:
        """A value that is kept. From any thread."""
        return self._kept.get(number)

    def use(self, number: int) -> Kept | None:
        """The same, for a call: it has been used now."""
        size = self._in_memory.pop(number, None)
        if size is not None:
            self._in_memory[number] = size
        return self._kept.get(number)

    def forget(self, number: int) -> None:
        """A value is not needed any more. Calls that have it keep it."""
        self._kept.pop(number, None)
        self._bytes -= self._in_memory.pop(number, 0)
        self._full = False

    def _make_room(self, limit: int) -> None:
        if self._bytes <= limit or self._full:
            return
        chosen: list[int] = []
        freed = 0
        for number, size in self._in_memory.items():
            if freed >= max(self._bytes - limit, AT_ONCE):
                break
            chosen.append(number)
            freed += size
        if self._put_away([self._kept[number] for number in chosen]):
            self._bytes -= freed
            for number in chosen:
                del self._in_memory[number]
        else:
            self._full = True  # until something is forgotten: trying costs time
