"""Last words: what a worker leaves behind for the process that forked it, however it dies.

Memory that the two share says which task is being run, and what it has written to the error stream last. Two files
without a name, which both have open, take what does not pass through Python: what C code and child processes write to
the descriptor of the error stream, and what the interpreter says of a crash (``faulthandler``), with the user's lines.
"""

from __future__ import annotations

import faulthandler
import mmap
import os
import struct

TEXT = 2048
"""Bytes of text that are shared."""

LINES = 12
"""So many lines at most are handed on."""

_TASK, _SEEN, _LENGTH, _START = 0, 8, 16, 24

_OURS = f"{os.sep}pydron_runtime{os.sep}"


class LastWords:
    """Made before the fork; afterwards the worker writes and its parent, once the worker is dead, reads.

    Attributes:
        errors: Descriptor of a file for what comes to the error stream's descriptor; None if there is none.
    """

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, _START + TEXT)
        self.errors = _file("errors")
        self._crash = _file("crash")

    # In the worker

    def listen(self) -> None:
        """From now on the interpreter's words about a crash of this process are kept."""
        if self._crash is not None:
            faulthandler.enable(self._crash, all_threads=False)

    def runs(self, task: int) -> None:
        """Say which task is being run; 0 for none."""
        struct.pack_into("<Q", self._shared, _TASK, task)

    def begin(self, seen: int) -> None:
        """A call begins: what was said before is not its own.

        Args:
            seen: Bytes of the file ``errors`` that belong to what was before.
        """
        struct.pack_into("<QQ", self._shared, _SEEN, seen, 0)

    def add(self, data: bytes) -> None:
        """The call has written this to the error stream."""
        (length,) = struct.unpack_from("<Q", self._shared, _LENGTH)
        kept = (self._shared[_START : _START + length] + data[-TEXT:])[-TEXT:]
        self._shared[_START : _START + len(kept)] = kept
        struct.pack_into("<Q", self._shared, _LENGTH, len(kept))

    # In its parent

    @property
    def task(self) -> int:
        """The task that was being run last; 0 for none."""
        return int(struct.unpack_from("<Q", self._shared, _TASK)[0])

    def text(self) -> str:
        """The last lines of what the call wrote to the error stream, and of what is known of a crash. Often empty."""
        seen, length = struct.unpack_from("<QQ", self._shared, _SEEN)
        written = self._shared[_START : _START + min(length, TEXT)].decode("utf-8", "replace").splitlines()
        raw = _tail(self.errors, seen).decode("utf-8", "replace").splitlines()
        crash = _crash_lines(b"" if self._crash is None else os.pread(self._crash, 2 * TEXT, 0))
        return "\n".join([*(written + raw)[-LINES:], *crash])

    def close(self) -> None:
        """Give everything back."""
        self._shared.close()
        for descriptor in (self.errors, self._crash):
            if descriptor is not None:
                os.close(descriptor)


def _file(name: str) -> int | None:
    if not hasattr(os, "memfd_create"):
        return None
    try:
        return os.memfd_create(name, os.MFD_CLOEXEC)
    except OSError:
        return None  # no descriptor is left, say: then there are no such words


def _tail(descriptor: int | None, first: int) -> bytes:
    if descriptor is None:
        return b""
    size = os.fstat(descriptor).st_size
    first = first if first <= size else 0  # it has been emptied since
    return os.pread(descriptor, TEXT, max(first, size - TEXT))


def _crash_lines(dump: bytes) -> list[str]:
    """What the interpreter says of a crash, down to the user's outermost frame."""
    found = []
    for line in dump.decode("utf-8", "replace").splitlines()[: LINES + 2]:
        if _OURS in line or line.startswith("Extension modules"):
            break
        if line.strip():
            found.append(line)
    return found
