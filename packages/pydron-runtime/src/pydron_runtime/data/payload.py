"""Payload: a pickled value, with its large buffers kept apart so that they need not be copied."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Payload:
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
        return len(self.data) + sum(len(buffer) for buffer in self.buffers)
