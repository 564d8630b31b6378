"""Frames to messages and back. Nothing here opens a pickle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from pydron_runtime.data.payload import Payload
from pydron_runtime.protocol.messages import Parcel, ToScheduler, ToWorker

INLINE = 16 * 1024
"""Payloads up to this many bytes lie in the envelope: a frame of its own costs more than copying them."""

Frames = list[bytes]

_encoder = msgspec.msgpack.Encoder()
_to_worker: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(ToWorker)
_to_scheduler: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(ToScheduler)


class ProtocolError(Exception):
    """Frames that are not a message of this protocol."""


def pack(payload: Payload, frames: Frames) -> Parcel:
    """Put a payload into a message; large parts are appended to ``frames``."""
    if not payload.buffers and len(payload.data) <= INLINE:
        return Parcel(payload.data)
    first = len(frames)
    if len(payload.data) <= INLINE:
        frames.extend(payload.buffers)
        return Parcel(payload.data, first, len(payload.buffers))
    frames.append(payload.data)
    frames.extend(payload.buffers)
    return Parcel(None, first, len(payload.buffers))


def unpack(parcel: Parcel, frames: Sequence[bytes]) -> Payload:
    """The payload of a parcel.

    Raises:
        ProtocolError: It points at frames that are not there.
    """
    first = parcel.first
    start = first + 1 if parcel.data is None else first
    end = start + parcel.buffers
    if parcel.data is not None and not parcel.buffers:
        return Payload(parcel.data)
    if first < 0 or parcel.buffers < 0 or end > len(frames):
        raise ProtocolError(f"a parcel needs frames {first} to {end}, the message has {len(frames)}")
    data = frames[first] if parcel.data is None else parcel.data
    return Payload(data, tuple(frames[start:end]))


def encode(message: ToWorker | ToScheduler, frames: Frames) -> Frames:
    """The frames of a message: its envelope, then ``frames``."""
    return [_encoder.encode(message), *frames]


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
