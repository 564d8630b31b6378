"""A cable that is slow and loses packets: two network devices, and a thread that carries frames between them.

What is lost is lost: TCP has to notice and send it again, as on a real link. For kernels that cannot do this themselves.
"""

from __future__ import annotations

import fcntl
import heapq
import os
import random
import select
import struct
import threading
import time

_SET_INTERFACE = 0x400454CA
_TAP_WITHOUT_HEADER = 0x0002 | 0x1000
_LARGEST = 65536


def not_permitted() -> str | None:
    """Why such cables cannot be made here; None if they can."""
    try:
        os.close(_device(f"try{os.getpid()}"))
    except OSError as error:
        return f"network devices cannot be made ({error})"
    return None


def _device(name: str) -> int:
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.ioctl(descriptor, _SET_INTERFACE, struct.pack("16sH", name.encode(), _TAP_WITHOUT_HEADER))
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


class PoorCable:
    """The cable. Its ends are network devices of these names, in the network of this process until they are moved.

    Attributes:
        lost: Packets that were lost so far.
        carried: Packets that were not.
    """

    def __init__(self, one: str, other: str, delay: float, loss: float) -> None:
        """
        Args:
            delay: Seconds that a packet takes, in each direction.
            loss: Part of the packets that does not arrive.
        """
        self.lost = self.carried = 0
        self._delay, self._loss = delay, loss
        self._chance = random.Random(1)
        self._ends = _device(one), _device(other)
        self._stop, self._stopper = os.pipe()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def _carry(self) -> None:
        poller = select.poll()
        for source in (*self._ends, self._stop):
            poller.register(source, select.POLLIN)
        way: list[tuple[float, int, int, bytes]] = []
        while True:
            patience = max(0.0, way[0][0] - time.monotonic()) * 1000 if way else None
            for source, _ in poller.poll(patience):
                if source == self._stop:
                    return
                self._take(source, way)
            while way and way[0][0] <= time.monotonic():
                _, _, sink, frame = heapq.heappop(way)
                try:
                    os.write(sink, frame)
                except OSError:
                    self.lost += 1  # the device is not up, or its queue is full

    def _take(self, source: int, way: list[tuple[float, int, int, bytes]]) -> None:
        sink = self._ends[1] if source == self._ends[0] else self._ends[0]
        try:
            frame = os.read(source, _LARGEST)
        except OSError:
            return
        if self._chance.random() < self._loss:
            self.lost += 1
            return
        self.carried += 1
        heapq.heappush(way, (time.monotonic() + self._delay, self.carried, sink, frame))

    def close(self) -> None:
        """Remove it, with both devices."""
        os.write(self._stopper, b".")
        self._thread.join()
        for descriptor in (*self._ends, self._stop, self._stopper):
            os.close(descriptor)
