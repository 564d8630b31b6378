"""Sessions: who has lost the other, or a message. One side's view of one session, without a clock.

Each side numbers what it sends, from 1. Nothing is sent twice: whoever misses a number, or hears nothing for too long,
drops the session, and starts over with a new one (docs/adr/0016).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Session:
    """One session as one side sees it. Times are nanoseconds of this side's monotonic clock.

    Attributes:
        number: Of the session, given by the scheduler.
        heartbeat: Nanoseconds between two beats.
        silence: Nanoseconds without a message after which the session is dropped.
        sent: Number of the last message sent.
        received: Number of the last message that arrived.
        heard: When that was.
        beaten: When the last beat was sent.
    """

    number: int
    heartbeat: int
    silence: int
    heard: int
    sent: int = 0
    received: int = 0
    beaten: int = 0

    def next(self) -> int:
        """The number of the message that is sent now."""
        self.sent += 1
        return self.sent

    def takes(self, session: int, number: int, now: int) -> str | None:
        """Note the arrival of a message. None if it is the next one, else a sentence why the session cannot go on."""
        if session != self.number:
            return "The message belongs to another session."
        if number != self.received + 1:
            return f"Message {number} came where {self.received + 1} was due: some were lost or came twice."
        self.received = number
        self.heard = now
        return None

    def beat_due(self, now: int) -> bool:
        """Whether a beat has to be sent now. If so, it counts as sent."""
        if now - self.beaten < self.heartbeat:
            return False
        self.beaten = now
        return True

    def silent(self, now: int) -> bool:
        """Whether the other side has been silent for too long."""
        return now - self.heard > self.silence
