"""Transfers: what one host says to another to get a value from it, and both sides' view of it. No sockets, no clock.

Whoever collects grants pieces, and grants one more for each that has come; no more than that is ever on its way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from pydron_runtime.cluster.messages import Collect, Move
from pydron_runtime.cluster.pieces import Joining, cut
from pydron_runtime.cluster.settings import MESSAGE_LIMIT, WINDOW
from pydron_runtime.protocol.codec import ProtocolError

Frames = Sequence[bytes]


class Take(msgspec.Struct, array_like=True, frozen=True, tag="take"):
    """So many more pieces may come of what this ticket is for; none: it is not wanted any more."""

    ticket: bytes
    pieces: int


class Begin(msgspec.Struct, array_like=True, frozen=True, tag="begin"):
    """The value is here; its pieces follow. Small, so that it comes soon even on a slow link."""

    ticket: bytes


class Piece(msgspec.Struct, array_like=True, frozen=True, tag="piece"):
    """A piece: see :mod:`~.pieces`. Its bytes are in the frames behind it."""

    ticket: bytes
    sizes: tuple[int, ...]
    more: bool


class Missing(msgspec.Struct, array_like=True, frozen=True, tag="missing"):
    """There is nothing under this ticket."""

    ticket: bytes


Word = Take | Begin | Piece | Missing

_encoder = msgspec.msgpack.Encoder()
_words: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(Word)


def encode(word: Word) -> bytes:
    """The first frame of a message between hosts."""
    return _encoder.encode(word)


def decode(frames: Frames) -> Word:
    """What the other host says.

    Raises:
        ProtocolError: It is nothing that hosts say to each other.
    """
    if not frames:
        raise ProtocolError("a message without frames")
    try:
        found: Word = _words.decode(frames[0])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"not a message between hosts: {error}") from None
    return found


@dataclass(slots=True)
class Offer:
    """A value that lies ready.

    Attributes:
        size: Bytes in all.
        moved: When something was last done with it, in nanoseconds.
    """

    wish: Move
    ticket: bytes
    size: int
    moved: int
    _pieces: Iterator[tuple[tuple[int, ...], bool, Frames]]
    _begun: bool = False
    _granted: int = 0

    def granted(self, count: int, now: int) -> Iterator[tuple[Word, Frames]]:
        """The messages that may be sent now, after so many more pieces were granted. The last one says that it is."""
        self.moved = now
        self._granted += count
        if not self._begun:
            self._begun = True
            yield Begin(self.ticket), ()
        while self._granted > 0:
            try:
                sizes, more, frames = next(self._pieces)
            except StopIteration:
                return
            self._granted -= 1
            yield Piece(self.ticket, sizes, more), frames


def offer(wish: Move, ticket: bytes, frames: Frames, now: int) -> Offer:
    """A value, ready to be collected."""
    return Offer(wish, ticket, sum(map(len, frames)), now, cut(frames))


@dataclass(slots=True)
class Collection:
    """A value that is being collected.

    Attributes:
        heard: When something of it came last, or it was asked for, in nanoseconds.
        begun: Whether the other host has said that it is there.
    """

    order: Collect
    heard: int
    begun: bool = False
    _joining: Joining = field(default_factory=lambda: Joining(MESSAGE_LIMIT))

    def first_grant(self) -> Take:
        """What to say to begin."""
        return Take(self.order.ticket, WINDOW)

    def take(self, piece: Piece, frames: Frames, now: int) -> Frames | None:
        """Take a piece in. The whole value, if this completes it.

        Raises:
            ProtocolError: It does not fit the ones before it, or the value is too large.
        """
        self.heard = now
        self.begun = True
        return self._joining.add(piece.sizes, piece.more, frames)
