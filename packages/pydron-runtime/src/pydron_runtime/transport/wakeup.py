"""Waking a thread that waits for sockets. Many calls between two looks cost one write."""

from __future__ import annotations

import os


class WakeUp:
    """A pipe that becomes readable. :meth:`ring` may be called from any thread, :meth:`clear` from the sleeper."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        self._rung = False

    def fileno(self) -> int:
        """Readable when somebody rang."""
        return self._reader

    def ring(self) -> None:
        """Wake the sleeper. Whatever was put down before this call, the sleeper sees after :meth:`clear`."""
        if not self._rung:
            self._rung = True
            os.write(self._writer, b"!")

    def clear(self) -> None:
        """To be called when readable, before looking at what was put down."""
        os.read(self._reader, 64)
        self._rung = False

    def close(self) -> None:
        """Give the pipe back."""
        os.close(self._reader)
        os.close(self._writer)
