"""The value desk of a worker process: serialises held values for others while a call is running.

A thread with a socket of its own; it is opened with the first value that is held. It is no thread that ``threading``
knows of, so that calls find the threads that they would find in the program.
"""

from __future__ import annotations

import _thread
from collections.abc import Callable

import zmq

from pydron_runtime.protocol.codec import Frames, decode_to_worker, encode
from pydron_runtime.protocol.messages import Share, Shared

SUFFIX = "+values"
"""What the identity of the desk has behind the name of its worker."""


class ValueDesk:
    """Answers wishes for held values.

    Attributes:
        share: Makes the answer for one value.
    """

    def __init__(
        self, context: zmq.Context[zmq.Socket[bytes]], endpoint: str, name: str,
        share: Callable[[int], tuple[Shared, Frames]],
    ) -> None:  # fmt: skip
        """
        Args:
            share: Makes the answer for one value. Called from another thread.
        """
        self._context = context
        self._endpoint = endpoint
        self._identity = (name + SUFFIX).encode()
        self.share = share
        self._is_open = False

    def open(self) -> None:
        """Begin to answer. To be called before anybody is told of a held value."""
        if not self._is_open:
            self._is_open = True
            stream: zmq.Socket[bytes] = self._context.socket(zmq.DEALER)
            stream.setsockopt(zmq.IDENTITY, self._identity)
            stream.setsockopt(zmq.LINGER, 0)
            stream.connect(self._endpoint)
            _thread.start_new_thread(self._serve, (stream,))

    def _serve(self, stream: zmq.Socket[bytes]) -> None:
        while True:
            message, _ = decode_to_worker(stream.recv_multipart())
            if isinstance(message, Share):
                for number in message.numbers:
                    answer, frames = self.share(number)
                    stream.send_multipart(encode(answer, frames), copy=not frames)
