"""The line: a program's, host's or observer's end of its session with the scheduler. For one thread."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from importlib import metadata

import zmq

from pydron_runtime.cluster.gate import calling
from pydron_runtime.cluster.keys import Connection
from pydron_runtime.cluster.messages import (
    VERSION,
    Beat,
    Envelope,
    FromScheduler,
    Greeting,
    Refused,
    StartOver,
    ToScheduler,
    Welcome,
    decode_answer,
    encode,
)
from pydron_runtime.cluster.sessions import Session
from pydron_runtime.cluster.settings import bounds
from pydron_runtime.protocol.codec import ProtocolError

SECOND = 1_000_000_000

Arrival = tuple[FromScheduler, Sequence[bytes]]


def greeting(role: str, slots: int = 0, memory: int = 0, labels: Sequence[str] = (), **packages: str) -> Greeting:
    """What this process says about itself."""
    python = (sys.implementation.name, sys.version_info.major, sys.version_info.minor)
    release = metadata.version("pydron-runtime")
    about = (VERSION, role, python, release, socket.gethostname(), os.getpid())
    return Greeting(*about, slots, memory, tuple(labels), packages)


class Line:
    """Keeps a session with the scheduler, and makes a new one when it is lost.

    Attributes:
        socket: Readable when something has come.
        session: The session, while there is one.
        identity: The name that the scheduler has given, once there was a session.
        refused: Why the scheduler does not want us, once it has said so.
        reason: Why the last session was lost, or what is waited for.
        reached: Whether somebody has accepted a connection at the address, the scheduler or not.
        apart: Since when there is no session, in nanoseconds; 0 while there is one.
        beat: What the next heartbeats say. May be replaced at any time.
    """

    def __init__(self, connection: Connection, who: Greeting) -> None:
        """Begin to connect. Does not block."""
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._address = str(connection.address)
        self._who = who
        self.socket = calling(self._context, connection)
        self._monitor = self.socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_FAILED_AUTH | zmq.EVENT_CONNECTED)
        self.reached = False
        self.session: Session | None = None
        self.identity = ""
        self.refused: str | None = None
        self.reason = "it does not answer"
        self.apart = time.monotonic_ns()
        self.beat = Beat()
        self._greeted = 0
        self._handshake = int(bounds().handshake * SECOND)
        self._greet()

    def send(self, message: ToScheduler, frames: Sequence[bytes] = ()) -> bool:
        """Send a message in the session. Does not block. False if there is no session."""
        session = self.session
        if session is None:
            return False
        head = encode(Envelope(session.number, session.next(), message))
        self.socket.send_multipart([head, *frames])
        return True

    def arrived(self) -> Iterator[Arrival]:
        """What has come in the session: welcomes first, heartbeats left out. Ends when the session is lost."""
        while True:
            try:
                frames = self.socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            try:
                answer = decode_answer(frames)
            except ProtocolError as error:
                self._drop(f"the scheduler sent what is not a message: {error}")
                return
            message = answer.message
            if isinstance(message, Welcome):
                if self._welcomed(answer.session, message):
                    yield message, ()
            elif isinstance(message, Refused):
                self.refused = self.reason = message.reason
                self.session = None
                self.apart = time.monotonic_ns()
                return
            elif self.session is None or answer.session != self.session.number:
                continue  # left over from a session that we have dropped
            elif isinstance(message, StartOver):
                self._drop(message.reason)
                return
            else:
                problem = self.session.takes(answer.session, answer.number, time.monotonic_ns())
                if problem is not None:
                    self._drop(problem)
                    return
                if not isinstance(message, Beat):
                    yield message, frames[1:]

    def _welcomed(self, number: int, welcome: Welcome) -> bool:
        if self.session is not None or number != welcome.session:
            return False
        now = time.monotonic_ns()
        heartbeat, silence = (int(seconds * SECOND) for seconds in (welcome.heartbeat, welcome.silence))
        self.session = Session(welcome.session, heartbeat, silence, now)
        self.identity = welcome.identity
        self.apart = 0
        return True

    def look(self) -> bool:
        """Beat, and look whether the scheduler is there. To be called at least every :meth:`patience`.

        False if the session is lost: since the last call, or now.
        """
        now = time.monotonic_ns()
        session = self.session
        if session is not None:
            if session.silent(now):
                self._drop(f"nothing was heard of the scheduler for {session.silence / SECOND:.0f} seconds", anew=True)
            elif session.beat_due(now):
                self.send(self.beat)
            return self.session is not None
        self._hear_of_connections()
        if self.refused is None and now - self._greeted > self._handshake:
            self._connect_again()
        return self.session is not None

    def _hear_of_connections(self) -> None:
        while self._monitor.poll(0):
            happened, _ = self._monitor.recv_multipart()
            if int.from_bytes(happened[:2], sys.byteorder) == zmq.EVENT_CONNECTED:
                self.reached = True
            else:
                self.refused = (
                    f"The scheduler at {self._address} does not know the key in the connection file. Take a new copy of"
                    " it."
                )

    def patience(self) -> int:
        """Milliseconds until :meth:`look` is due."""
        session = self.session
        if session is None:
            return 500
        return max(10, min(500, (session.heartbeat - (time.monotonic_ns() - session.beaten)) // 1_000_000))

    def _drop(self, reason: str, anew: bool = False) -> None:
        self.session = None
        self.reason = reason
        self.apart = time.monotonic_ns()
        if anew:
            self._connect_again()
        else:
            self._greet()

    def _connect_again(self) -> None:
        try:
            self.socket.disconnect(self._address)
        except zmq.ZMQError:
            pass  # the connection is gone already
        self.socket.connect(self._address)
        self._greet()

    def _greet(self) -> None:
        self._greeted = time.monotonic_ns()
        self.socket.send(encode(Envelope(0, 0, self._who)))

    def close(self, parting: ToScheduler | None = None) -> None:
        """End the session, with a last message that is given half a second to go out."""
        sent = parting is not None and self.send(parting)
        self.socket.disable_monitor()
        self._monitor.close()
        self.socket.close(500 if sent else 0)
        self._context.term()
