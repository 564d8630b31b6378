"""Frames to messages and back. Nothing here opens a pickle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from pydron_runtime.data.extents import Extent
from pydron_runtime.data.payload import Payload
from pydron_runtime.protocol.messages import Parcel, ToScheduler, ToWorker

if TYPE_CHECKING:
    from pydron_runtime.data.segments import Segment

INLINE = 16 * 1024
"""Payloads up to this many bytes lie in the envelope: a frame of its own costs more than copying them."""

Frames = list[bytes]

_encoder = msgspec.msgpack.Encoder()
_to_worker: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(ToWorker)
_to_scheduler: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(ToScheduler)


class ProtocolError(Exception):
    """Frames that are not a message of this protocol."""


def pack(payload: Payload, frames: Frames) -> Parcel:
    """Put a payload into a message; large parts are appended to ``frames``, those in segments are only named."""
    if payload.held:
        return Parcel(b"", held=payload.held)
    if not payload.buffers and len(payload.data) <= INLINE:
        return Parcel(payload.data)
    first = len(frames)
    data: bytes | None = payload.data
    if len(payload.data) > INLINE:
        frames.append(payload.data)
        data = None
    elsewhere: list[tuple[int, Extent]] = []
    for place, buffer in enumerate(payload.buffers):
        if isinstance(buffer, bytes):
            frames.append(buffer)
        else:
            elsewhere.append((place, buffer if isinstance(buffer, Extent) else buffer.extent))
    return Parcel(data, first, len(payload.buffers) - len(elsewhere), tuple(elsewhere))


def unpack(parcel: Parcel, frames: Sequence[bytes]) -> Payload:
    """The payload of a parcel.

    Raises:
        ProtocolError: It points at frames that are not there.
    """
    first = parcel.first
    start = first + 1 if parcel.data is None else first
    end = start + parcel.buffers
    if parcel.data is not None and not parcel.buffers and not parcel.elsewhere:
        return Payload(parcel.data, held=max(0, parcel.held))
    if first < 0 or parcel.buffers < 0 or end > len(frames):
        raise ProtocolError(f"a parcel needs frames {first} to {end}, the message has {len(frames)}")
    data = frames[first] if parcel.data is None else parcel.data
    buffers: list[bytes | Extent | Segment] = list(frames[start:end])
    for place, extent in parcel.elsewhere:
        buffers.insert(place, extent)
    return Payload(data, tuple(buffers))


def encode(message: ToWorker | ToScheduler, frames: Frames) -> Frames:
    """The frames of a message: its envelope, then ``frames``.

    Text for people may quote what no encoding holds, such as the undecodable part of a file's name; that is escaped.
    Text that the other side acts on is sent as bytes.
    """
    try:
        envelope = _encoder.encode(message)
    except UnicodeEncodeError:
        envelope = _encoder.encode(_escaped(msgspec.to_builtins(message, builtin_types=(bytes,))))
    return [envelope, *frames]


def _escaped(value: Any) -> Any:
    """A copy of plain data with lone surrogates in its text written as escapes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, (list, tuple)):
        return [_escaped(item) for item in value]
    if isinstance(value, dict):
        return {_escaped(key): _escaped(item) for key, item in value.items()}
    return value


def decode_to_worker(frames: Sequence[bytes]) -> tuple[ToWorker, Sequence[bytes]]:
    """The message that a scheduler sent, and its payload frames.

    Raises:
        ProtocolError: It is not one.
    """
    return _decode(_to_worker, frames)


def decode_to_scheduler(frames: Sequence[bytes]) -> tuple[ToScheduler, Sequence[bytes]]:
    """The message that a worker sent, and its payload frames.

    Raises:
        ProtocolError: It is not one.
    """
    return _decode(_to_scheduler, frames)


def _decode(decoder: msgspec.msgpack.Decoder[Any], frames: Sequence[bytes]) -> tuple[Any, Sequence[bytes]]:
    if not frames:
        raise ProtocolError("a message without frames")
    try:
        return decoder.decode(frames[0]), frames[1:]
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ProtocolError(f"not a message of this protocol: {error}") from None
