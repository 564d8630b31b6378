"""Lines between a program and its workers: messages in pieces, and no more on the way than the reader has room for.

Both ends have this. The scheduler, which passes the pieces on, holds no more than the room of each line, however slow
one end is, or the network to it (ADR 25).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pydron_runtime.cluster.messages import Relay, Taken, worker_of
from pydron_runtime.cluster.pieces import Frames, Joining, cut
from pydron_runtime.cluster.settings import MESSAGE_LIMIT, ROOM

NOTICE = ROOM // 4
"""Bytes after which a reader says what it has taken."""

Piece = tuple[tuple[int, ...], bool, Frames]

Say = Callable[[Relay | Taken, Frames], object]
"""Tells the scheduler. Does not block."""


@dataclass(slots=True)
class _Line:
    """One line, seen from one end.

    Attributes:
        messages: What is to be sent, each message as the pieces that are left of it.
        room: Bytes that may still be sent. Below zero after a piece that was larger than what was left.
        taken: Bytes that have come, and that the other end was not told of.
    """

    messages: deque[Iterator[Piece]] = field(default_factory=deque)
    room: int = ROOM
    taken: int = 0
    joining: Joining = field(default_factory=lambda: Joining(MESSAGE_LIMIT))


class Lines:
    """All lines that end here. For one thread."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._lines: dict[str, _Line] = {}

    def send(self, name: str, frames: Frames) -> None:
        """Send a message on a line, as soon as there is room. Does not block."""
        line = self._line(name)
        line.messages.append(cut(frames))
        self._pour(name, line)

    def make_room(self, taken: Taken) -> None:
        """The other end has read."""
        line = self._line(taken.worker)
        line.room += taken.bytes
        self._pour(taken.worker, line)

    def take(self, relay: Relay, frames: Frames) -> Frames | None:
        """Something has come. The whole message, if it completes one.

        Raises:
            ProtocolError: It does not fit what came before, or the message is larger than the limit.
        """
        line = self._line(relay.worker)
        whole = line.joining.add(relay.sizes, relay.more, frames)
        line.taken += sum(map(len, frames))
        if line.taken >= NOTICE:
            self._say(Taken(relay.worker, line.taken), ())
            line.taken = 0
        return whole

    def forget(self, worker: str) -> None:
        """A worker is gone, with all its lines."""
        for name in [name for name in self._lines if worker_of(name) == worker]:
            del self._lines[name]

    def _line(self, name: str) -> _Line:
        line = self._lines.get(name)
        if line is None:
            line = self._lines[name] = _Line()
        return line

    def _pour(self, name: str, line: _Line) -> None:
        while line.messages and line.room > 0:
            piece = next(line.messages[0], None)
            if piece is None:
                line.messages.popleft()
                continue
            sizes, more, frames = piece
            line.room -= sum(map(len, frames))
            self._say(Relay(name, sizes, more), frames)
