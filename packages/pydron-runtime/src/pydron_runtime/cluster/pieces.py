"""Pieces: a large message is cut, so that it neither holds up other messages nor exceeds the limit of a frame."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from pydron_runtime.protocol.codec import ProtocolError

PIECE = 1024 * 1024
"""Bytes of a piece. Messages up to this size travel whole."""

FRAMES = 1 << 20
"""Frames that a message may have."""

Frames = Sequence[bytes]


def cut(frames: Frames) -> Iterator[tuple[tuple[int, ...], bool, Frames]]:
    """The pieces of a message: the sizes of its frames (in the first piece, if there are several), whether more
    pieces follow, and the piece's frames."""
    sizes = tuple(map(len, frames))
    total = sum(sizes)
    if total <= PIECE:
        yield (), False, frames
        return
    piece: list[bytes] = []
    room, sent, head = PIECE, 0, sizes
    for frame in frames:
        view = memoryview(frame)
        place = 0
        while place < len(view):
            part = view[place : place + room]
            piece.append(bytes(part))
            place += len(part)
            room -= len(part)
            sent += len(part)
            if not room and sent < total:
                yield head, True, piece
                piece, room, head = [], PIECE, ()
    yield head, False, piece


class Joining:
    """Puts pieces together again, for one worker and one direction."""

    def __init__(self, limit: int) -> None:
        """
        Args:
            limit: Bytes that a message may have.
        """
        self._limit = limit
        self._sizes: tuple[int, ...] = ()
        self._parts: deque[bytes] = deque()
        self._missing = 0

    def add(self, sizes: tuple[int, ...], more: bool, frames: Frames) -> Frames | None:
        """The whole message, if this piece completes one.

        Raises:
            ProtocolError: The piece does not fit the ones before it, or the message is larger than the limit.
        """
        if not self._sizes:
            if not sizes and not more:
                return frames
            self._begin(sizes)
        elif sizes:
            raise ProtocolError("a message began inside another one")
        self._parts.extend(frames)
        self._missing -= sum(map(len, frames))
        if self._missing < 0 or more != bool(self._missing):
            raise ProtocolError("the pieces of a message do not have the size that was announced")
        if more:
            return None
        sizes, self._sizes = self._sizes, ()
        return [self._joined(size) for size in sizes]

    def _joined(self, size: int) -> bytes:
        """The next frame. What it is made from is let go, so that a large message does not lie in memory twice."""
        parts: list[bytes] = []
        while size > 0:
            parts.append(self._parts.popleft())
            size -= len(parts[-1])
        if size < 0:
            raise ProtocolError("a piece of a message reaches from one of its frames into the next")
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _begin(self, sizes: tuple[int, ...]) -> None:
        if not sizes or len(sizes) > FRAMES or min(sizes) < 0:
            raise ProtocolError("the sizes of a message in pieces make no sense")
        if sum(sizes) > self._limit:
            raise ProtocolError(f"a message of {sum(sizes)} bytes is larger than the limit of {self._limit}")
        self._sizes, self._missing = sizes, sum(sizes)
        self._parts.clear()
