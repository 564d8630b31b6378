"""Saved calls: a failed functional call in the form in which a trace keeps it, so that it can be made again.

The outer form is msgpack: looking at its parts executes nothing. The function, the arguments and the values that these
refer to are pickles inside it, which only :func:`call_of` opens.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from pydron.errors import TraceFormatError
from pydron_runtime.data import payload
from pydron_runtime.data.payload import Payload
from pydron_runtime.data.references import resolving

_VERSION = 1


class Pickled(msgspec.Struct, frozen=True):
    """A payload with all of its bytes: nothing of it lies in memory that ends with the program."""

    data: bytes
    buffers: tuple[bytes, ...] = ()


class SavedCall(msgspec.Struct, frozen=True):
    """One call.

    Attributes:
        name: Of the function, for messages.
        function: Pickle of the function.
        arguments: Pickled ``(args, kwargs)``.
        values: What references in the arguments stand for.
        python: Version of Python, as in ``3.11``: pickled code is read by the same one only.
        path: Where the program looked for modules.
        directory: Its working directory.
    """

    name: str
    function: bytes
    arguments: Pickled
    values: Mapping[int, Pickled]
    python: str
    path: tuple[str, ...]
    directory: str
    version: int = _VERSION


def pickled(value: Payload) -> Pickled:
    """A payload, its buffers copied to where it is."""
    if all(isinstance(buffer, bytes) for buffer in value.buffers):
        return Pickled(value.data, tuple(buffer for buffer in value.buffers if isinstance(buffer, bytes)))
    from pydron_runtime.data import segments  # late: most programs have no large values

    contents = (buffer if isinstance(buffer, bytes) else segments.content(buffer) for buffer in value.buffers)
    return Pickled(value.data, tuple(contents))


def encode(call: SavedCall) -> bytes:
    """The bytes that a trace keeps."""
    return msgspec.msgpack.encode(call)


def decode(data: bytes) -> SavedCall:
    """The call that a trace keeps. Executes nothing of it.

    Raises:
        TraceFormatError: The bytes are damaged, or of a newer version.
    """
    try:
        call = msgspec.msgpack.decode(data, type=SavedCall, strict=False)
    except msgspec.MsgspecError as problem:
        raise TraceFormatError(f"The call that the trace keeps is damaged: {problem}. Record the run again.") from None
    if call.version != _VERSION:
        raise TraceFormatError(
            f"The call was kept in form {call.version}; this Pydron reads form {_VERSION}. Update Pydron to make it"
            " again."
        )
    return call


def call_of(saved: SavedCall) -> tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]:
    """The function and its arguments. Executes code that the trace holds.

    Raises:
        Exception: Whatever unpickling raises.
    """
    function = pickle.loads(saved.function)
    with resolving(lambda number: _load(saved.values[number])):
        args, kwargs = _load(saved.arguments)
    return function, args, kwargs


def _load(value: Pickled) -> Any:
    return payload.load(Payload(value.data, value.buffers))
