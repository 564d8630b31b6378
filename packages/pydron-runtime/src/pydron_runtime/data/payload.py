"""Payload: a pickled value, with its large buffers kept apart so that they need not be copied.

:func:`dump` and :func:`load` are the only places where values become bytes and bytes become values. Classes and
functions that another process could not import (those of ``__main__``, local ones, lambdas) travel by value.
"""

from __future__ import annotations

import copyreg
import io
import pickle
from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, Any

import cloudpickle
import msgspec

from pydron.interrupts import let_through
from pydron_runtime.data import classes
from pydron_runtime.data.apart import Apart, nested
from pydron_runtime.data.extents import SHARED_FROM, Extent
from pydron_runtime.data.main_names import set_state
from pydron_runtime.data.modules import by_name

if TYPE_CHECKING:
    from pydron_runtime.data.segments import Segment

IN_BAND = 4096
"""Buffers of fewer bytes stay inside the pickle: keeping them apart would cost more than it saves."""

READ_AT_ONCE = 4096
"""The program reads results of fewer bytes when they arrive; larger ones when, and if, it needs them."""

_NEVER = frozenset({io.TextIOWrapper, memoryview})
"""What the pickler would put something else in the place of: a copy of the text for an open file, bytes for a view."""

_PLAIN = frozenset({int, float, bool, str, bytes, complex, type(None)})


Place = Callable[[memoryview], "bytes | Segment"]
"""Puts a large buffer somewhere: into a segment, or into bytes."""

Mapped = Callable[[Extent], Any]
"""Gives the bytes of a segment as memory that can be written to."""


class Payload(msgspec.Struct, frozen=True):
    """A value in pickle protocol 5.

    Attributes:
        data: The pickle.
        buffers: Out-of-band buffers, in the order of the pickle: bytes, segments that this process holds, or extents
            of segments that others hold.
        held: Bytes of a value that stays with the worker that made it; then there is nothing else here.
    """

    data: bytes
    buffers: tuple[bytes | Extent | Segment, ...] = ()
    held: int = 0

    @property
    def size(self) -> int:
        """Bytes in all."""
        if not self.buffers:
            return len(self.data) or self.held
        return len(self.data) + sum(len(buffer) for buffer in self.buffers)


class TransportError(Exception):
    """Something cannot be serialised, or not be read back.

    Attributes:
        what: "function", "arguments", "result", "exception" or "value".
        reason: Sentence for people.
    """

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(what, reason)
        self.what = what
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class ByValuePickler(cloudpickle.Pickler):  # type: ignore[misc]  # the base class carries no types
    """Pickles what can be imported by name, and all else by value; classes through :mod:`.classes`.

    Attributes:
        kinds: Classes of the objects that only their own class knows how to read back.
    """

    def __init__(self, stream: io.BytesIO, **options: Any) -> None:
        super().__init__(stream, **options)
        self.kinds: set[type] = set()

    def reducer_override(self, obj: Any) -> Any:
        """Called by the C pickler for everything that is not of a basic type."""
        kind = type(obj)
        if kind is Apart:
            return NotImplemented
        if kind.__module__ != "builtins" and not kind.__module__.startswith("numpy"):
            self.kinds.add(kind)
        if kind is FunctionType:
            return NotImplemented if by_name(obj) else (*self._dynamic_function_reduce(obj)[:5], set_state)
        if issubclass(kind, type):
            return classes.reduce(obj, _standalone)
        if kind in _NEVER:
            raise pickle.PicklingError(f"a {kind.__qualname__} cannot travel")
        if issubclass(kind, BaseException) and kind in copyreg.dispatch_table:
            return _as_it_is_defined(obj)
        return NotImplemented


def _as_it_is_defined(error: BaseException) -> Any:
    """How an exception's own class has it pickled.

    A library for tracebacks (tblib, which comes with dask) may have registered another way for all classes: one that
    brings tracebacks along, and does not end where two exceptions are each other's context.
    """
    registered = getattr(copyreg.dispatch_table[type(error)], "__module__", "") or ""
    return error.__reduce_ex__(5) if registered.partition(".")[0] == "tblib" else NotImplemented


def _standalone(value: object) -> bytes:
    """The in-band pickle of one definition."""
    stream = io.BytesIO()
    ByValuePickler(stream, protocol=5).dump(value)
    return stream.getvalue()


def _is_plain(value: object, depth: int = 4) -> bool:
    """Whether a value is, at a glance, nothing but scalars, so that no part of it needs a decision."""
    if type(value) in _PLAIN:
        return True
    if type(value) is tuple and len(value) <= 8 and depth:
        for item in value:
            kind = type(item)
            within = kind is tuple and _is_plain(item, depth - 1)
            if kind not in _PLAIN and not (kind is dict and not item) and not within:
                return False
        return True
    return False


def dump(
    value: object,
    what: str = "value",
    place: Place | None = None,
    verified: bool = False,
    kinds: set[type] | None = None,
) -> Payload:
    """Serialise a value as it is now.

    Args:
        value: Anything. Buffers (arrays) are copied: later changes of the value do not reach the payload.
        what: What the value is, for the error: "arguments", "result", ...
        place: Where large buffers go. None: into bytes.
        verified: Make sure that it can be read back, if it is too large for the reader to do so at once.
        kinds: Gets the classes of those objects in it that only their own class knows how to read back.

    Raises:
        TransportError: It does not survive pickling; the reason names the type that is to blame.
    """
    if _is_plain(value):
        return Payload(pickle.dumps(value, protocol=5))
    kept: list[bytes | Extent | Segment] = []

    def take(buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if raw.nbytes < IN_BAND:
            return True
        kept.append(raw.tobytes() if place is None or raw.nbytes < SHARED_FROM else place(raw))
        return False

    stream = io.BytesIO()
    try:
        pickler = ByValuePickler(stream, protocol=5, buffer_callback=take)
        pickler.dump(value)
    except BaseException as error:
        let_through(error)
        raise TransportError(what, _why_not(value, what, error)) from error
    payload = _in_segments(stream, kept) if place is not None else None
    payload = payload or Payload(stream.getvalue(), tuple(kept))
    if kinds is not None:
        kinds |= pickler.kinds
    if verified and pickler.kinds and payload.size >= READ_AT_ONCE:
        try:
            load(payload)
        except BaseException as error:
            let_through(error)
            raise unreadable(value, what, error) from error
    return payload


def _in_segments(stream: io.BytesIO, buffers: list[bytes | Extent | Segment]) -> Payload | None:
    """The payload of a large pickle, itself in a segment: it need not go through a socket. None for others."""
    with stream.getbuffer() as raw:
        placed = in_segment(raw) if raw.nbytes >= SHARED_FROM else b""
    return None if isinstance(placed, bytes) else Payload(nested(len(buffers)), (placed, *buffers))


def unreadable(value: object, what: str, error: BaseException) -> TransportError:
    """The error of a value that was written and cannot be read back."""
    named = what if what == "arguments" else f"{what} ({_named(value)})"
    return TransportError(what, f"The {named} cannot be read back ({type(error).__name__}: {error}).")


_BUFFER = pickle.dumps(pickle.PickleBuffer(bytearray()), protocol=5, buffer_callback=lambda _: None)


def as_buffer(content: bytes) -> Payload:
    """A payload that is loaded as memory with this content, which can be written to."""
    return Payload(_BUFFER, (content,))


def in_segment(raw: memoryview) -> bytes | Segment:
    """A place for a large buffer: a new segment; bytes where none can be made."""
    from pydron_runtime.data import segments  # late: most programs have no large values

    return segments.make(raw) or raw.tobytes()


def load(payload: Payload, own: bool = False, mapped: Mapped | None = None) -> Any:
    """A fresh copy of the value. Arrays are writable if they were. Those in segments are mapped, not copied.

    Args:
        own: Nobody else has read, or will ever read, the payload.
        mapped: Maps the segments of others; None: each is mapped anew.

    Raises:
        SegmentGone: A segment is not there any more.
        Exception: Whatever unpickling raises: a missing module, a constructor that refuses its arguments.
    """
    if payload.buffers:
        return pickle.loads(payload.data, buffers=[_writable(buffer, own, mapped) for buffer in payload.buffers])
    return pickle.loads(payload.data)


def _writable(buffer: bytes | Extent | Segment, own: bool, mapped: Mapped | None) -> Any:
    if isinstance(buffer, bytes):
        return bytearray(buffer)
    if mapped is not None and isinstance(buffer, Extent):
        return mapped(buffer)
    from pydron_runtime.data import own_mappings, segments

    if own and isinstance(buffer, segments.Segment):
        return own_mappings.map_own(buffer)
    return segments.mapped(buffer)


def _changed(payload: Payload, change: Callable[[Extent | Segment], bytes | Extent | Segment]) -> Payload:
    if all(isinstance(buffer, bytes) for buffer in payload.buffers):
        return payload
    return Payload(
        payload.data,
        tuple(buffer if isinstance(buffer, bytes) else change(buffer) for buffer in payload.buffers),
    )


def adopted(payload: Payload) -> Payload:
    """The same payload, its segments held by this process as well, so that it outlives whoever made it.

    Where this process holds many segments already, their content is copied.

    Raises:
        SegmentGone: A segment is not there any more.
    """
    from pydron_runtime.data import segments

    def adopt(place: Extent | Segment) -> bytes | Extent | Segment:
        if not isinstance(place, Extent):
            return place
        try:
            return segments.content(place) if segments.is_crowded() else segments.adopt(place)
        except segments.SegmentGone:
            raise
        except OSError:  # no descriptor is left just now: it stays with who made it
            return place

    return _changed(payload, adopt)


def streamed(payload: Payload) -> Payload:
    """The same payload with all its bytes in it, for a reader on another machine.

    Raises:
        SegmentGone: A segment is not there any more.
    """
    from pydron_runtime.data import segments

    return _changed(payload, segments.content)


def _pickles(value: object) -> BaseException | None:
    try:
        ByValuePickler(io.BytesIO(), protocol=5, buffer_callback=lambda _: False).dump(value)
    except BaseException as error:
        let_through(error)
        return error
    return None


def _named(value: object) -> str:
    kind = type(value)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return f"of type {name}"


def _why_not(value: object, what: str, error: BaseException) -> str:
    """A sentence that names the part which does not pickle."""
    detail = f"{type(error).__name__}: {error}"
    if what == "exception" and type(value) is tuple and value and type(value[0]) is list:
        value = next((member for member in value[0] if _pickles(member) is not None), value[0][0])
    if what == "arguments" and type(value) is tuple and len(value) == 2:
        args, kwargs = value
        parts = [(f"argument {place + 1}", part) for place, part in enumerate(args)]
        parts += [(f"argument {name!r}", part) for name, part in kwargs.items()]
        for place, part in parts:
            failure = _pickles(part)
            if failure is not None:
                return f"The {place} ({_named(part)}) cannot be pickled ({type(failure).__name__}: {failure})."
    return f"The {what} ({_named(value)}) cannot be pickled ({detail})."
