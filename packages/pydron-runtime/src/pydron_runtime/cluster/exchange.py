"""The exchange: where hosts give values to one another, without the scheduler in between.

Each host has a key pair of its own for this, made when it starts and kept in memory only. Whoever wants to connect has
to have a key that the scheduler has named, and gets a value only for the ticket that the scheduler has passed on.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence

import zmq

from pydron.errors import ConfigurationError
from pydron_runtime.cluster import gate
from pydron_runtime.cluster.addresses import Address
from pydron_runtime.cluster.collecting import Collector
from pydron_runtime.cluster.giving import Giver
from pydron_runtime.cluster.messages import Collect, HandOver, ToScheduler
from pydron_runtime.transport.value_desk import HANDED


def address_towards(other: Address, port: int) -> Address | None:
    """This machine's address as seen from somewhere, going by the way that packets there take; None if it has none."""
    try:
        kind, _, _, _, place = socket.getaddrinfo(other.host, other.port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(kind, socket.SOCK_DGRAM) as probe:
            probe.connect(place)  # of a datagram socket: nothing is sent
            return Address(str(probe.getsockname()[0]), port)
    except OSError:
        return None


class Exchange:
    """A host's part in it. For one thread.

    Attributes:
        endpoint: Where other hosts collect values; empty if they cannot.
        key: The public key of this host.
    """

    def __init__(
        self,
        scheduler: Address,
        port: int | None,
        poller: zmq.Poller,
        say: Callable[[ToScheduler], object],
        deliver: Callable[[Sequence[str], Sequence[bytes]], bool],
    ) -> None:
        """Begin to listen, on the network that leads to the scheduler. If that cannot be, values go the other way.

        Args:
            port: Where to listen; 0 is any free port, None: nowhere.
            poller: Watches the sockets that are made here.
            say: Tells the scheduler.
            deliver: Sends to the first of these lines of workers that is open; False if none is.

        Raises:
            ConfigurationError: The port was named, and cannot be listened on.
        """
        public, secret = (key.decode() for key in zmq.curve_keypair())
        allowed: set[str] = set()
        self.key = public if port is not None else ""
        self.endpoint = ""
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._porter = gate.Porter(self._context, allowed)
        self._socket: zmq.Socket[bytes] | None = None
        self._collector = Collector(self._context, (public, secret), poller, say, deliver)
        poller.register(self._porter.socket, zmq.POLLIN)
        here = None if port is None else address_towards(scheduler, port)
        if here is not None:
            try:
                self._socket = gate.listening(self._context, here, secret)
            except ConfigurationError:
                if port:
                    self.close()
                    raise
        if self._socket is not None:
            self.endpoint = self._socket.getsockopt_string(zmq.LAST_ENDPOINT)
            poller.register(self._socket, zmq.POLLIN)
        self._giver = Giver(self._socket, allowed, say, deliver)

    def order(self, order: HandOver | Collect) -> None:
        """Do what the scheduler wants."""
        if isinstance(order, HandOver):
            self._giver.hand_over(order)
        else:
            self._collector.collect(order)

    def from_worker(self, line: str, frames: Sequence[bytes]) -> bool:
        """A worker says something. Whether it was for the exchange."""
        if not line.endswith(HANDED):
            return False
        self._giver.handed(frames)
        return True

    def hear(self, ready: dict[object, int]) -> None:
        """Serve those who collect, and take in what comes."""
        self._porter.answer()
        if self._socket is not None and self._socket in ready:
            self._giver.hear()
        self._collector.hear(ready)

    def look(self) -> None:
        """Give up what takes too long."""
        self._giver.look()
        self._collector.look()

    def forget(self, lease: str) -> None:
        """A worker is gone."""
        self._giver.forget(lease)
        self._collector.forget(lease)

    def clear(self) -> None:
        """The session is lost, and all workers with it."""
        self._giver.clear()
        self._collector.clear()

    def close(self) -> None:
        """Close all sockets."""
        self._collector.clear()
        if self._socket is not None:
            self._socket.close(0)
        self._porter.close()
        self._context.term()
