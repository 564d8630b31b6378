"""How a worker asks the program for a module: on a line of its own, so that it can do so in the middle of a call."""

from __future__ import annotations

import zmq

from pydron_runtime.protocol.codec import ProtocolError, decode_to_worker, encode
from pydron_runtime.protocol.messages import Fetch, Source

PATIENCE = 60_000
"""Milliseconds after which a worker gives up: the import fails, and the call is made in the program."""


class ModuleRequests:
    """Blocks until the program has answered. For one thread at a time.

    Attributes:
        followed: Whether the program is on another host, and its modules are asked for. Large values are not put into
            segments then: their reader could not map them.
    """

    def __init__(self, name: str, endpoint: str) -> None:
        """
        Args:
            name: Of the worker.
            endpoint: Where it reaches its host.
        """
        self._identity = f"{name}+modules".encode()
        self._endpoint = endpoint
        self._socket: zmq.Socket[bytes] | None = None
        self.followed = False

    def __call__(self, module: str) -> Source:
        """The module's source, or that there is none.

        Raises:
            ImportError: The program has not answered.
        """
        if self._socket is None:
            self._socket = zmq.Context.instance().socket(zmq.DEALER)
            self._socket.setsockopt(zmq.IDENTITY, self._identity)
            self._socket.setsockopt(zmq.LINGER, 0)
            self._socket.connect(self._endpoint)
        self._socket.send_multipart(encode(Fetch(module), []))
        while self._socket.poll(PATIENCE):
            try:
                message, _ = decode_to_worker(self._socket.recv_multipart())
            except ProtocolError:
                continue
            if isinstance(message, Source) and message.name == module:
                return message
        raise ImportError(
            f"The program did not send the module {module} within {PATIENCE // 1000} seconds.", name=module
        )
