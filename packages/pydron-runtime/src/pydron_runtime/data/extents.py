"""Extents: where the bytes of a large buffer lie, told to other processes."""

from __future__ import annotations

import msgspec

SHARED_FROM = 256 * 1024
"""Buffers of at least this many bytes lie in segments; smaller ones go faster through a message."""


class Extent(msgspec.Struct, array_like=True, frozen=True):
    """A buffer in a segment: a file without a name that a process holds open.

    Attributes:
        host: Identity of the machine (and of its process numbers) on which the segment can be opened.
        pid: The process that holds it.
        descriptor: The number under which that process has it open.
        inode: Of the file; another one means that the descriptor was closed and its number used again.
        size: Bytes, from the start of the file.
    """

    host: str
    pid: int
    descriptor: int
    inode: int
    size: int

    def __len__(self) -> int:
        return self.size

    @property
    def is_common(self) -> bool:
        """Whether it is no segment: a worker on another host was sent the buffer, with ``inode`` as its number."""
        return not self.host


def common_extent(number: int, size: int) -> Extent:
    """An extent that stands for a buffer which its reader was sent before."""
    return Extent("", 0, 0, number, size)
