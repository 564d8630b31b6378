"""Versions: the memory of an array, or of a large string, lies in one segment, however many calls receive it.

The same memory is the same version as long as nothing can have changed it, which whoever owns the table knows; after
that, as long as it is equal to what was written, which is cheaper to find out than writing it.
"""

from __future__ import annotations

import os
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydron_runtime.data.apart import Apart, content_of
from pydron_runtime.data.extents import SHARED_FROM
from pydron_runtime.data.payload import Payload, in_segment
from pydron_runtime.data.readable import dump_readable
from pydron_runtime.data.segments import Segment

_CHUNK = 1024 * 1024
"""Bytes that are compared at once: they fit into a processor's cache."""

_CONSTANTS = 2
"""So many strings stay in segments after the last call that received them, if there was more than one."""


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


@dataclass(slots=True)
class _Constant:
    """A string that was written into a segment. It is kept as long as the segment is.

    Attributes:
        value: The string.
        content: Its bytes.
        segment: Kept alive by the payloads that refer to it.
    """

    value: bytes | str
    content: bytes | bytearray
    segment: weakref.ref[Segment]


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
        self._constants: dict[int, _Constant] = {}
        self._again: deque[Segment] = deque(maxlen=_CONSTANTS)
        self._placed: dict[int, Segment] = {}

    def arguments(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Payload:
        """The arguments of a call as they are now, in serialised form.

        Raises:
            TransportError: They cannot be pickled, or not be read back.
        """
        named = dict(kwargs)
        if not any(map(_is_constant, (*args, *named.values()))):
            return dump_readable((args, named), "arguments", self.place)
        try:
            args = tuple(map(self._apart, args))
            named = {name: self._apart(value) for name, value in named.items()}
            return dump_readable((args, named), "arguments", self.place)
        finally:
            self._placed.clear()

    def _apart(self, value: Any) -> Any:
        """A value; a large string that cannot change, apart, and already in a segment."""
        if not _is_constant(value):
            return value
        known = self._constants.get(id(value))
        segment = None if known is None else known.segment()
        if known is not None and segment is not None:
            self.saved += len(segment)
            if segment not in self._again:
                self._again.append(segment)
        else:
            content = content_of(value)
            made = in_segment(memoryview(content))
            if isinstance(made, bytes):
                return value
            key = id(value)
            gone = weakref.ref(made, partial(self._constants.pop, key))
            segment = made
            known = self._constants[key] = _Constant(value, content, gone)
        self._placed[id(known.content)] = segment
        return Apart(value, known.content)

    def place(self, raw: memoryview) -> bytes | Segment:
        """Where a large buffer's content is: a segment that is there, or a new one; bytes if none can be made."""
        array: Any = raw.obj
        placed = self._placed.get(id(array))
        if placed is not None:
            return placed
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
            gone = weakref.ref(owner, partial(self._known.pop, key))
            self._known[key] = _Version(gone, weakref.ref(made), None, self._moment())
        return made

    def forget(self) -> None:
        """Keep no segment any longer."""
        self._known.clear()
        self._constants.clear()
        self._again.clear()


def _is_constant(value: object) -> bool:
    """Whether a value is a large string that nothing can change."""
    kind = type(value)
    return (kind is str or kind is bytes) and len(value) >= SHARED_FROM  # type: ignore[arg-type]


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
