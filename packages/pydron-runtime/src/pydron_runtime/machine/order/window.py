"""Window: the bound on work that has been begun and does not count yet.

A loop over a million items must not hold a million tasks. The main frame stops issuing when the window is full; it is
the youngest code there is, so everything that has to happen for the window to empty is already under way. Deferred
frames are never stopped: the oldest of them may be what everything else waits for.
"""

from __future__ import annotations

TASKS = 4096
BYTES = 256 * 1024 * 1024


class Window:
    """Counts tasks, operations and bytes of arguments that have not retired."""

    __slots__ = ("bytes", "entries", "limit_bytes", "limit_entries")

    def __init__(self, entries: int = TASKS, bytes_: int = BYTES) -> None:
        self.limit_entries = entries
        self.limit_bytes = bytes_
        self.entries = 0
        self.bytes = 0

    @property
    def full(self) -> bool:
        """Whether the main frame has to wait before it begins more."""
        return self.entries >= self.limit_entries or self.bytes >= self.limit_bytes

    @property
    def has_room(self) -> bool:
        """Whether a main frame that had to wait may go on. Lower than the bound, so that it does not stop each time."""
        return self.entries <= self.limit_entries * 3 // 4 and self.bytes <= self.limit_bytes * 3 // 4

    def began(self, size: int) -> None:
        """An entry with so many bytes of arguments was begun."""
        self.entries += 1
        self.bytes += size

    def grew(self, size: int) -> None:
        """An entry that was begun holds so many bytes more: its result has come."""
        self.bytes += size

    def retired(self, size: int) -> None:
        """Such an entry counts now."""
        self.entries -= 1
        self.bytes -= size
