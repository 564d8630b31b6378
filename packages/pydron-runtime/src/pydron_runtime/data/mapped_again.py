"""Mapped again: calls that receive the same large value, one after the other, share one mapping of it.

To map 80 MB and look at them costs a worker 9 ms of page faults, twice as much as to add them up. A mapping is used
again if the calls before have let go of it and have not written to it: the kernel tells which of its pages are copies.
So each call still has memory that nobody else knows, as it was when the call was issued.
"""

from __future__ import annotations

import functools
import mmap
import os
import sys
import time
from collections.abc import Callable

from pydron_runtime.data import segments
from pydron_runtime.data.extents import Extent

RECENT = 3
"""A mapping is kept for so many calls after its last use: as long, its memory cannot be freed."""

KEPT = 0.2
"""Seconds after its last use that it is kept where no call comes."""

_NOT_COPIED = bytes((0x00, 0xA0, 0xA1))
"""Top bytes of the entries of ``/proc/self/pagemap`` for pages that are absent, or present and a file's own."""


class Mappings:
    """Mappings of other processes' segments. For one thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._call = 0
        self._known: dict[Extent, tuple[mmap.mmap, int, float]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def mapped(self, extent: Extent) -> mmap.mmap:
        """The bytes of a segment, writable; what is written stays in this mapping.

        Raises:
            SegmentGone: It is not there any more.
        """
        area = self._taken(extent)
        if area is None or not is_unwritten(area):
            area = segments.mapped(extent)
        self._known[extent] = area, self._call, self._clock()
        return area

    def _taken(self, extent: Extent) -> mmap.mmap | None:
        """The mapping that is known, if nobody else holds it."""
        known = self._known.pop(extent, None)
        if known is None:
            return None
        area = known[0]
        del known
        return area if _references(area) <= _fewest() else None

    def begin(self) -> None:
        """A call begins: let go of what recent ones have not used."""
        self._call += 1
        oldest = self._call - RECENT
        for extent in [extent for extent, (_, call, _) in self._known.items() if call < oldest]:
            del self._known[extent]

    def sweep(self) -> None:
        """No call has come: let go of what has not been used for a while."""
        oldest = self._clock() - KEPT
        for extent in [extent for extent, (_, _, used) in self._known.items() if used < oldest]:
            del self._known[extent]


def is_unwritten(area: mmap.mmap) -> bool:
    """Whether nobody has written to a private mapping of a file. False where the system does not tell."""
    import ctypes  # late: most programs have no large values

    if sys.byteorder != "little":
        return False
    first = ctypes.addressof(ctypes.c_char.from_buffer(area)) // mmap.PAGESIZE
    pages = -(-len(area) // mmap.PAGESIZE)
    try:
        descriptor = os.open("/proc/self/pagemap", os.O_RDONLY | os.O_CLOEXEC)
        try:
            entries = os.pread(descriptor, pages * 8, first * 8)
        finally:
            os.close(descriptor)
    except OSError:
        return False
    return len(entries) == pages * 8 and not entries[7::8].translate(None, _NOT_COPIED)


def _references(area: object) -> int:
    return sys.getrefcount(area)


@functools.cache
def _fewest() -> int:
    """What :func:`_references` counts for an object that one variable of its caller's knows."""
    area = object()
    return _references(area)
