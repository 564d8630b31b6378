"""A link that is slow and loses packets, as a program sees it through TCP: everything late, some of it very late.

For machines whose kernel cannot do this itself. TCP hides a lost packet behind a wait until it is sent again; so
some pieces are held back for that long, and everything behind them.
"""

from __future__ import annotations

import queue
import random
import socket
import threading
import time

PACKET = 1448
"""Bytes of a piece that may be lost."""

AGAIN = 0.25
"""Seconds until a lost piece is sent again: a little more than TCP's shortest wait."""


class SlowLink:
    """Listens on a port of its own and passes every connection on."""

    def __init__(self, target: tuple[str, int], delay: float, loss: float) -> None:
        """
        Args:
            delay: Seconds that everything takes, in each direction.
            loss: Part of the packets that has to be sent again.
        """
        self._target, self._delay, self._loss = target, delay, loss
        self._chance = random.Random(1)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = [self._listener]
        self.lost = 0
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._listener.getsockname()[1]
        return port

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._target)
            except OSError:
                return
            self._sockets += [near, far]
            for source, sink in ((near, far), (far, near)):
                line: queue.Queue[tuple[float, bytes]] = queue.Queue()
                threading.Thread(target=self._take, args=(source, line), daemon=True).start()
                threading.Thread(target=self._give, args=(sink, line), daemon=True).start()

    def _take(self, source: socket.socket, line: queue.Queue[tuple[float, bytes]]) -> None:
        held = 0.0
        while True:
            try:
                data = source.recv(PACKET)
            except OSError:
                data = b""
            if self._chance.random() < self._loss:
                self.lost += 1
                held = time.monotonic() + AGAIN
            line.put((max(held, time.monotonic()) + self._delay, data))
            if not data:
                return

    def _give(self, sink: socket.socket, line: queue.Queue[tuple[float, bytes]]) -> None:
        while True:
            due, data = line.get()
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                if not data:
                    sink.shutdown(socket.SHUT_RDWR)
                    return
                sink.sendall(data)
            except OSError:
                return

    def close(self) -> None:
        """Cut all connections."""
        for sock in self._sockets:
            sock.close()
