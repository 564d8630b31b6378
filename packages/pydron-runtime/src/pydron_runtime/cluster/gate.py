"""The gate: TCP sockets that are encrypted and authenticated with CURVE, and who is let in.

There is no other way to make a TCP socket in Pydron, and no option that leaves the keys out.
"""

from __future__ import annotations

from collections.abc import Container

import zmq
from zmq.utils import z85

from pydron.errors import ConfigurationError
from pydron_runtime.cluster.addresses import Address, parse
from pydron_runtime.cluster.keys import Connection
from pydron_runtime.cluster.settings import FRAME_LIMIT, bounds

_DOMAIN = b"pydron"


def _limited(socket: zmq.Socket[bytes], address: Address) -> zmq.Socket[bytes]:
    """Set what both sides have in common."""
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.SNDHWM, 0)
    socket.setsockopt(zmq.RCVHWM, 0)
    socket.setsockopt(zmq.MAXMSGSIZE, FRAME_LIMIT)
    socket.setsockopt(zmq.HANDSHAKE_IVL, int(bounds().handshake * 1000))
    socket.setsockopt(zmq.IPV6, int(":" in address.host))
    return socket


def listening(context: zmq.Context[zmq.Socket[bytes]], listen: Address, secret: str) -> zmq.Socket[bytes]:
    """A socket that others connect to: the scheduler's, or that of a host which gives values to others.

    A :class:`Porter` of the same context has to be there before.

    Raises:
        ConfigurationError: The address cannot be listened on.
    """
    socket = _limited(context.socket(zmq.ROUTER), listen)
    socket.setsockopt(zmq.CURVE_SERVER, 1)
    socket.setsockopt(zmq.CURVE_SECRETKEY, secret.encode())
    socket.setsockopt(zmq.ZAP_DOMAIN, _DOMAIN)
    socket.setsockopt(zmq.ZAP_ENFORCE_DOMAIN, 1)
    socket.setsockopt(zmq.ROUTER_MANDATORY, 1)  # a message to somebody who is gone is an error: that is how we know
    port = "*" if listen.port == 0 else listen.port
    host = f"[{listen.host}]" if ":" in listen.host else listen.host
    try:
        socket.bind(f"tcp://{host}:{port}")
    except zmq.ZMQError as error:
        socket.close()
        raise ConfigurationError(f"Nobody can listen at {listen}: {error}. Choose another address or port.") from None
    return socket


def calling(context: zmq.Context[zmq.Socket[bytes]], connection: Connection) -> zmq.Socket[bytes]:
    """A socket to the scheduler, connecting. Whoever answers has proved to be that scheduler."""
    socket = _limited(context.socket(zmq.DEALER), connection.address)
    socket.setsockopt(zmq.CURVE_SERVERKEY, connection.scheduler_key.encode())
    socket.setsockopt(zmq.CURVE_PUBLICKEY, connection.public_key.encode())
    socket.setsockopt(zmq.CURVE_SECRETKEY, connection.secret_key.encode())
    socket.setsockopt(zmq.CONNECT_TIMEOUT, 3000)  # then anew: TCP itself would wait longer each time
    socket.setsockopt(zmq.RECONNECT_IVL, 100)
    socket.setsockopt(zmq.RECONNECT_IVL_MAX, 2000)
    socket.connect(str(connection.address))
    return socket


def collecting(
    context: zmq.Context[zmq.Socket[bytes]], endpoint: str, their_key: str, keys: tuple[str, str]
) -> zmq.Socket[bytes]:
    """A socket to a host that gives values, connecting. Whoever answers has proved to be that host.

    Args:
        keys: This host's public and secret key.
    """
    return calling(context, Connection(parse(endpoint), their_key, *keys))


def heard(socket: zmq.Socket[bytes]) -> tuple[bytes, str, list[bytes]]:
    """What has come to a listening socket: the connection, the public key that it has proved to know, the frames.

    Raises:
        zmq.Again: Nothing has.
    """
    route = socket.recv(zmq.NOBLOCK, copy=False)
    key = str(route.get("User-Id"))
    return route.bytes, key, socket.recv_multipart() if route.more else []


class Porter:
    """Answers ZeroMQ's question (RFC 27, ZAP) whether a key may enter. For one thread.

    Attributes:
        socket: Readable when somebody knocks.
        refused: How many were not let in.
    """

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], allowed: Container[str]) -> None:
        """
        Args:
            allowed: Public keys of those who may enter. May change at any time.
        """
        self.refused = 0
        self._allowed = allowed
        self.socket: zmq.Socket[bytes] = context.socket(zmq.REP)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.bind("inproc://zeromq.zap.01")

    def answer(self) -> None:
        """Let in, or refuse, everybody who knocks now."""
        while True:
            try:
                version, request, domain, _, _, mechanism, *credentials = self.socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            curve = domain == _DOMAIN and mechanism == b"CURVE" and len(credentials) == 1
            key = z85.encode(credentials[0]) if curve else b""
            known = curve and key.decode() in self._allowed
            self.refused += not known
            status, text = (b"200", b"OK") if known else (b"400", b"This key may not take part in the cluster")
            self.socket.send_multipart([version, request, status, text, key, b""])

    def close(self) -> None:
        """Let nobody in any more."""
        self.socket.close()
