"""The channel: the scheduler's end of the socket to all workers."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import zmq

from pydron.errors import InternalError
from pydron_runtime.protocol.codec import Frames, ProtocolError, decode_to_scheduler, encode
from pydron_runtime.protocol.messages import Share, Surroundings, ToScheduler, ToWorker, Voice
from pydron_runtime.scheduler.instructions import Move
from pydron_runtime.transport.head_start import endpoint_in
from pydron_runtime.transport.value_desk import SUFFIX
from pydron_runtime.transport.voices import Voices
from pydron_runtime.transport.whereabouts import Whereabouts

_IN, _MORE = int(zmq.POLLIN), int(zmq.SNDMORE)  # to calculate with flags takes longer than to send a message


class Channel:
    """A bound ROUTER socket in a private directory. For one thread."""

    def __init__(self, home: str) -> None:
        """Bind it.

        Raises:
            zmq.ZMQError: The directory cannot hold a socket.
        """
        self.endpoint = endpoint_in(home)
        self._home = home
        self._context = zmq.Context()
        self.socket: zmq.Socket[bytes] = self._context.socket(zmq.ROUTER)
        self._entered: dict[str, Surroundings] = {}
        self._whereabouts = Whereabouts()
        self._heard: dict[str, Voice] = {}
        self._voices = Voices()
        for option, value in ((zmq.LINGER, 0), (zmq.SNDHWM, 0), (zmq.RCVHWM, 0), (zmq.ROUTER_MANDATORY, 1)):
            self.socket.setsockopt(option, value)
        try:
            self.socket.bind(self.endpoint)
        except zmq.ZMQError:
            self.close()
            raise

    def bind_again(self) -> None:
        """Make sure that workers can connect, after the directory may have been removed."""
        try:
            self.socket.unbind(self.endpoint)
        except zmq.ZMQError:
            pass  # it is gone already
        os.makedirs(self._home, mode=0o700, exist_ok=True)
        self.socket.bind(self.endpoint)

    def send(self, worker: str, message: ToWorker, frames: Frames | None = None) -> None:
        """Send a message. Does not block; a message to a worker that is gone is dropped."""
        self._try_to_send(worker, message, frames or [])

    def _try_to_send(self, identity: str, message: ToWorker, frames: Frames) -> bool:
        try:
            self.socket.send(identity.encode(), _MORE)
            if frames:
                self.socket.send_multipart(encode(message, frames), copy=False)
            else:
                self.socket.send(encode(message, frames)[0])
        except zmq.ZMQError as error:
            if error.errno != zmq.EHOSTUNREACH:
                raise
            return False
        return True

    def ask(self, worker: str, message: Share) -> None:
        """Ask a worker for values that it holds: at its desk, or if that is not open yet, when its call has ended."""
        if not self._try_to_send(worker + SUFFIX, message, []):
            self.send(worker, message)

    def move(self, move: Move) -> None:
        """Nobody wants this here: values lie in segments, which every worker can read."""
        raise InternalError(f"The value {move.number} was to go from worker to worker on one machine.")

    def send_surroundings(self, worker: str) -> None:
        """Tell a worker where the program stands now, and how it speaks, if it does not know."""
        present = self._whereabouts.present()
        if self._entered.get(worker) is not present:
            self._entered[worker] = present
            self.send(worker, present)
        voice = self._voices.present()
        if self._heard.get(worker) is not voice:
            self._heard[worker] = voice
            self.send(worker, voice)

    def forget(self, worker: str) -> None:
        """A worker is gone."""
        self._entered.pop(worker, None)
        self._heard.pop(worker, None)

    def arrived(self, told: bool = False) -> Iterator[tuple[str, ToScheduler, Sequence[bytes]]]:
        """All messages that are there: who sent it, the message, its payload frames. What is not one is skipped.

        Args:
            told: Whether it is known that there is one: to ask costs as much as to receive it.
        """
        socket = self.socket
        while told or int(socket.get(zmq.EVENTS)) & _IN:  # five times as quick as an exception that says no
            told = False
            sender, frames = socket.recv(), [socket.recv()]  # whatever is sent here comes behind its sender's name
            while socket.get(zmq.RCVMORE):
                frames.append(socket.recv())
            try:
                message, rest = decode_to_scheduler(frames)
                yield sender.decode().removesuffix(SUFFIX), message, rest
            except (ProtocolError, UnicodeDecodeError):
                continue  # not one of ours: nothing in it was opened

    def close(self) -> None:
        """Close the socket. Blocks for about a millisecond."""
        self.socket.close()
        self._context.term()
