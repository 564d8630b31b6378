"""The value desk of a worker process: serialises held values for others while a call is running.

A thread with a socket of its own; it is opened with the first value that is held. It is no thread that ``threading``
knows of, so that calls find the threads that they would find in the program.
"""

from __future__ import annotations

import _thread
from collections.abc import Callable

import zmq

from pydron_runtime.protocol.codec import Frames, decode_to_worker, encode
from pydron_runtime.protocol.messages import Given, Hand, Share, Shared

SUFFIX = "+values"
"""What the identity of the desk has behind the name of its worker."""


HANDED = "+handed"
"""What the identity has, at its end, on which values are handed to the host for other workers."""


def handed(hand: Hand, answer: Shared, frames: Frames) -> Frames:
    """What the host is told when it wants a value for another worker: ticket, problem, the message for that one."""
    if answer.parcel is None:
        return [hand.ticket, (answer.text or "It is not here.").encode()]
    return [hand.ticket, b"", *encode(Given(hand.number, answer.parcel), frames)]


class Hatch:
    """A socket on which values are handed to the host. For one thread; made when the first one is."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], endpoint: str, name: str) -> None:
        self._context = context
        self._endpoint = endpoint
        self._identity = (name + HANDED).encode()
        self._socket: zmq.Socket[bytes] | None = None

    def pass_out(self, frames: Frames) -> None:
        """Hand over. Does not block."""
        if self._socket is None:
            self._socket = self._context.socket(zmq.DEALER)
            self._socket.setsockopt(zmq.IDENTITY, self._identity)
            self._socket.setsockopt(zmq.LINGER, 0)
            self._socket.setsockopt(zmq.SNDHWM, 0)
            self._socket.connect(self._endpoint)
        self._socket.send_multipart(frames, copy=False)


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
            hatch = Hatch(self._context, self._endpoint, self._identity.decode())
            _thread.start_new_thread(self._serve, (stream, hatch))

    def _serve(self, stream: zmq.Socket[bytes], hatch: Hatch) -> None:
        while True:
            message, _ = decode_to_worker(stream.recv_multipart())
            if isinstance(message, Hand):
                hatch.pass_out(handed(message, *self.share(message.number)))
            elif isinstance(message, Share):
                for number in message.numbers:
                    answer, frames = self.share(number)
                    stream.send_multipart(encode(answer, frames), copy=not frames)
