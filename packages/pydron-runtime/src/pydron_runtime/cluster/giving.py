"""Giving: a host's side that hands out values of its workers, to workers of other hosts and among its own.

Workers are asked for no more than may lie ready. What nobody collects is dropped after a while.
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable, Sequence

import zmq

from pydron_runtime.cluster import transfers
from pydron_runtime.cluster.messages import HandOver, Moved, Ready, ToScheduler
from pydron_runtime.cluster.settings import OFFERED_BYTES, bounds
from pydron_runtime.protocol.codec import ProtocolError, encode
from pydron_runtime.protocol.messages import Hand
from pydron_runtime.transport.value_desk import SUFFIX

SECOND = 1_000_000_000

ASKED_AT_ONCE = 8
"""Values that workers are asked for at the same time."""


class Giver:
    """For one thread.

    Attributes:
        allowed: Public keys of hosts that may collect: those that the scheduler has named.
    """

    def __init__(
        self,
        socket: zmq.Socket[bytes] | None,
        allowed: set[str],
        say: Callable[[ToScheduler], object],
        deliver: Callable[[Sequence[str], Sequence[bytes]], bool],
    ) -> None:
        """
        Args:
            socket: Where other hosts collect.
            say: Tells the scheduler.
            deliver: Sends to the first of these lines of workers that is open; False if none is.
        """
        self.allowed = allowed
        self._socket = socket
        self._say = say
        self._deliver = deliver
        self._waiting: deque[HandOver] = deque()
        self._asked: dict[bytes, HandOver] = {}
        self._offers: dict[bytes, transfers.Offer] = {}
        self._patience = int(bounds().offer * SECOND)

    def hand_over(self, order: HandOver) -> None:
        """The scheduler wants a value to be given."""
        if order.key:
            self.allowed.add(order.key)
        self._waiting.append(order)
        self._ask()

    def _ask(self) -> None:
        ready = sum(offer.size for offer in self._offers.values())
        while self._waiting and len(self._asked) < ASKED_AT_ONCE and ready < OFFERED_BYTES:
            order = self._waiting.popleft()
            ticket = secrets.token_bytes(16)
            lease = order.wish.source
            lines = (lease,) if order.wish.late else (lease + SUFFIX, lease)
            if self._deliver(lines, encode(Hand(order.wish.number, ticket), [])):
                self._asked[ticket] = order
            else:
                self._say(Ready(order.wish, b"", "the worker is gone"))

    def handed(self, frames: Sequence[bytes]) -> None:
        """A worker has given a value out: ticket, problem, the message for whoever gets it."""
        ticket, problem, *message = frames
        order = self._asked.pop(bytes(ticket), None)
        if order is None:
            return
        if problem:
            self._say(Ready(order.wish, b"", bytes(problem).decode("utf-8", "replace")))
        elif order.key:
            self._offers[ticket] = transfers.offer(order.wish, ticket, message, time.monotonic_ns())
            self._say(Ready(order.wish, ticket))
        else:
            there = self._deliver((order.wish.target,), message)
            self._say(Moved(order.wish, "" if there else "the worker is gone"))
        self._ask()

    def hear(self) -> None:
        """Serve those who collect."""
        assert self._socket is not None
        for _ in range(100):  # then it is somebody else's turn
            try:
                route, *frames = self._socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            try:
                word = transfers.decode(frames)
            except ProtocolError:
                continue
            if isinstance(word, transfers.Take):
                self._serve(route, word)

    def _serve(self, route: bytes, take: transfers.Take) -> None:
        offer = self._offers.get(take.ticket)
        if offer is None:
            self._post(route, transfers.Missing(take.ticket), ())
        elif take.pieces < 1:
            self._drop(take.ticket)
        else:
            for word, frames in offer.granted(min(take.pieces, 64), time.monotonic_ns()):
                if not self._post(route, word, frames) or (isinstance(word, transfers.Piece) and not word.more):
                    self._drop(take.ticket)
                    return

    def _post(self, route: bytes, word: transfers.Word, frames: Sequence[bytes]) -> bool:
        assert self._socket is not None
        try:
            self._socket.send_multipart([route, transfers.encode(word), *frames])
        except zmq.ZMQError:  # EHOSTUNREACH: it is gone
            return False
        return True

    def _drop(self, ticket: bytes) -> None:
        self._offers.pop(ticket, None)
        self._ask()

    def forget(self, lease: str) -> None:
        """A worker is gone: what it was asked for will not come. What it has given is still good."""
        for ticket in [ticket for ticket, order in self._asked.items() if order.wish.source == lease]:
            self._say(Ready(self._asked.pop(ticket).wish, b"", "the worker is gone"))
        self._ask()

    def look(self) -> None:
        """Drop what nobody collects."""
        due = time.monotonic_ns() - self._patience
        for ticket in [ticket for ticket, offer in self._offers.items() if offer.moved < due]:
            self._drop(ticket)

    def clear(self) -> None:
        """The session is lost, and all workers with it."""
        self._waiting.clear()
        self._asked.clear()
        self._offers.clear()
        self.allowed.clear()
