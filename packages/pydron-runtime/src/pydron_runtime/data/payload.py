"""Payload: a pickled value, with its large buffers kept apart so that they need not be copied.

:func:`dump` and :func:`load` are the only places where values become bytes and bytes become values. Classes and
functions that another process could not import (those of ``__main__``, local ones, lambdas) travel by value.
"""

from __future__ import annotations

import io
import pickle
from types import FunctionType
from typing import Any

import cloudpickle
import msgspec

from pydron_runtime.data import classes
from pydron_runtime.data.modules import by_name

IN_BAND = 4096
"""Buffers of fewer bytes stay inside the pickle: keeping them apart would cost more than it saves."""

_PLAIN = frozenset({int, float, bool, str, bytes, complex, type(None)})


class Payload(msgspec.Struct, frozen=True):
    """A value in pickle protocol 5.

    Attributes:
        data: The pickle.
        buffers: Out-of-band buffers, in the order of the pickle.
    """

    data: bytes
    buffers: tuple[bytes, ...] = ()

    @property
    def size(self) -> int:
        """Bytes in all."""
        if not self.buffers:
            return len(self.data)
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
    """Pickles what can be imported by name, and all else by value; classes through :mod:`.classes`."""

    def reducer_override(self, obj: Any) -> Any:
        """Called by the C pickler for everything that is not of a basic type."""
        kind = type(obj)
        if kind is FunctionType:
            return NotImplemented if by_name(obj) else self._dynamic_function_reduce(obj)
        if issubclass(kind, type):
            return classes.reduce(obj, _standalone)
        return NotImplemented


def _standalone(value: object) -> bytes:
    """The in-band pickle of one definition."""
    stream = io.BytesIO()
    ByValuePickler(stream, protocol=5).dump(value)
    return stream.getvalue()


def _is_plain(value: object) -> bool:
    """Whether a value is, at a glance, nothing but scalars, so that no part of it needs a decision."""
    if type(value) in _PLAIN:
        return True
    if type(value) is tuple and len(value) <= 8:
        for item in value:
            kind = type(item)
            if kind not in _PLAIN and not (kind is dict and not item) and not (kind is tuple and _is_plain(item)):
                return False
        return True
    return False


def dump(value: object, what: str = "value") -> Payload:
    """Serialise a value as it is now.

    Args:
        value: Anything. Buffers (arrays) are copied: later changes of the value do not reach the payload.
        what: What the value is, for the error: "arguments", "result", ...

    Raises:
        TransportError: It does not survive pickling; the reason names the type that is to blame.
    """
    if _is_plain(value):
        return Payload(pickle.dumps(value, protocol=5))
    kept: list[bytes] = []

    def take(buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if raw.nbytes < IN_BAND:
            return True
        kept.append(raw.tobytes())
        return False

    stream = io.BytesIO()
    try:
        ByValuePickler(stream, protocol=5, buffer_callback=take).dump(value)
    except Exception as error:
        raise TransportError(what, _why_not(value, what, error)) from error
    return Payload(stream.getvalue(), tuple(kept))


def load(payload: Payload) -> Any:
    """A fresh copy of the value. Arrays are writable if they were.

    Raises:
        Exception: Whatever unpickling raises: a missing module, a constructor that refuses its arguments.
    """
    if payload.buffers:
        return pickle.loads(payload.data, buffers=[bytearray(buffer) for buffer in payload.buffers])
    return pickle.loads(payload.data)


def _pickles(value: object) -> Exception | None:
    try:
        ByValuePickler(io.BytesIO(), protocol=5, buffer_callback=lambda _: False).dump(value)
    except Exception as error:
        return error
    return None


def _named(value: object) -> str:
    kind = type(value)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return f"of type {name}"


def _why_not(value: object, what: str, error: Exception) -> str:
    """A sentence that names the part which does not pickle."""
    detail = f"{type(error).__name__}: {error}"
    if what == "arguments" and type(value) is tuple and len(value) == 2:
        args, kwargs = value
        parts = [(f"argument {place + 1}", part) for place, part in enumerate(args)]
        parts += [(f"argument {name!r}", part) for name, part in kwargs.items()]
        for place, part in parts:
            failure = _pickles(part)
            if failure is not None:
                return f"The {place} ({_named(part)}) cannot be pickled ({type(failure).__name__}: {failure})."
    return f"The {what} ({_named(value)}) cannot be pickled ({detail})."
