"""Waking a thread that waits for sockets. Many calls between two looks cost one write."""

from __future__ import annotations

import socket


class WakeUp:
    """Becomes readable when rung. :meth:`ring` may be called from any thread, :meth:`clear` from the sleeper."""

    def __init__(self) -> None:
        # Sockets and not a pipe: a socket object that was closed in another thread refuses to write, where the
        # number of a closed pipe may already belong to somebody else.
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._rung = False

    def fileno(self) -> int:
        """Readable when somebody rang."""
        return self._reader.fileno()

    def ring(self) -> None:
        """Wake the sleeper. Whatever was put down before this call, the sleeper sees after :meth:`clear`."""
        if not self._rung:
            try:
                self._rung = True
                self._writer.send(b"!")
            except OSError:
                pass  # full: it will wake; or closed: nobody sleeps any more
            except BaseException:
                self._rung = False  # interrupted: else nobody who rings later would be heard
                raise

    def clear(self) -> None:
        """To be called when readable, before looking at what was put down."""
        try:
            self._reader.recv(64)
        except BlockingIOError:
            pass
        self._rung = False

    def close(self) -> None:
        """Give the sockets back."""
        self._reader.close()
        self._writer.close()
