"""Own mappings: results that belong to the program alone, mapped so that writing to them copies nothing.

A result that no other call will ever read is mapped *shared*: stores go straight to the segment's pages. Should the
program fork, parent and child must not see one another's stores, so just before a fork every such mapping is replaced,
in place, by a private one.
"""

from __future__ import annotations

import mmap
import os
import sys
import weakref
from functools import partial

from pydron_runtime.data.segments import Segment, mapped, put_over

MOST = 200
"""So many own mappings may be alive at once; each holds a descriptor. Further ones are private, like any other."""


class OwnMapping(mmap.mmap):
    """A shared mapping and its segment."""

    segment: Segment | None = None


_alive: dict[int, weakref.ref[OwnMapping]] = {}
"""Of an id. Who drops a mapping may be about to be interrupted: no Python code runs when one ends."""
_watching = False


def map_own(segment: Segment) -> mmap.mmap:
    """The bytes of a segment that nobody else reads, writable. The mapping holds the segment open."""
    global _watching
    if len(_alive) >= MOST:
        return mapped(segment)
    if not _watching:
        _watching = True
        os.register_at_fork(before=_make_private)
    size = len(segment)
    if sys.version_info >= (3, 13):
        area = OwnMapping(segment.descriptor, size, prot=mmap.PROT_READ | mmap.PROT_WRITE, trackfd=False)
    else:
        area = OwnMapping(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        put_over(area, segment.descriptor, size, mmap.MAP_SHARED)
    area.segment = segment
    key = id(area)
    _alive[key] = weakref.ref(area, partial(_alive.pop, key))
    return area


def _make_private() -> None:
    for area in [reference() for reference in list(_alive.values())]:
        segment = None if area is None else area.segment
        if area is None or segment is None:
            continue
        put_over(area, segment.descriptor, len(segment), mmap.MAP_PRIVATE)
        area.segment = None
    _alive.clear()
