"""Versions: the memory of one array is written into a segment once, however many calls receive it.

The same memory is the same version as long as nothing can have changed it, which whoever owns the table knows; after
that, as long as it is equal to what was written, which is cheaper to find out than writing it.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydron_runtime.data.payload import in_segment
from pydron_runtime.data.segments import Segment

_CHUNK = 1024 * 1024
"""Bytes that are compared at once: they fit into a processor's cache."""


@dataclass(slots=True)
class _Version:
    """Memory that was written into a segment.

    Attributes:
        owner: The array that owns the memory. While it lives, nobody else can have the same address.
        segment: Kept alive by the payloads that refer to it.
        again: The segment itself, once a second payload referred to it.
        moment: When the segment was last known to be equal to the memory.
    """

    owner: weakref.ref[Any]
    segment: weakref.ref[Segment]
    again: Segment | None
    moment: object


class Versions:
    """The versions that one run of a program has written. For one thread.

    Attributes:
        saved: Bytes that did not have to be written.
    """

    def __init__(self, moment: Callable[[], object]) -> None:
        """
        Args:
            moment: Gives something that is equal to what it gave before if no memory can have changed since then.
        """
        self.saved = 0
        self._moment = moment
        self._known: dict[tuple[int, int], _Version] = {}

    def place(self, raw: memoryview) -> bytes | Segment:
        """Where a large buffer's content is: a segment that is there, or a new one; bytes if none can be made."""
        array: Any = raw.obj
        owner = _owner(array)
        if owner is None:
            return in_segment(raw)
        key = (array.__array_interface__["data"][0], raw.nbytes)
        known = self._known.get(key)
        if known is not None and known.owner() is owner:
            segment = known.segment()
            moment = self._moment()
            if segment is not None and (known.moment == moment or _equal(segment, raw)):
                known.again = segment
                known.moment = moment
                self.saved += raw.nbytes
                return segment
        made = in_segment(raw)
        if isinstance(made, Segment):
            gone = weakref.ref(owner, lambda _: self._known.pop(key, None))
            self._known[key] = _Version(gone, weakref.ref(made), None, self._moment())
        return made

    def forget(self) -> None:
        """Keep no segment any longer."""
        self._known.clear()


def _owner(exporter: Any) -> Any:
    """The array that owns the memory of an array; None for memory that others may have, and for everything else."""
    while type(exporter).__module__ == "numpy" and type(exporter).__name__ == "ndarray":
        if exporter.base is None:
            return exporter
        exporter = exporter.base
    return None


def _equal(segment: Segment, raw: memoryview) -> bool:
    """Whether a segment holds what a buffer holds."""
    chunk = bytearray(_CHUNK)
    for start in range(0, raw.nbytes, _CHUNK):
        part = raw[start : start + _CHUNK]
        read = os.preadv(segment.descriptor, [memoryview(chunk)[: part.nbytes]], start)
        if read != part.nbytes or (chunk if read == _CHUNK else chunk[:read]) != part:
            return False
    return True
