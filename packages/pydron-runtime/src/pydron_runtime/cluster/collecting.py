"""Collecting: a host's side that gets values from other hosts, for its workers.

A few at a time, and of each no more pieces than were granted. Whoever cannot be reached, or stalls, is given up: the
program sends the value in another way.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

import zmq

from pydron_runtime.cluster import gate, transfers
from pydron_runtime.cluster.messages import Collect, Moved, ToScheduler
from pydron_runtime.cluster.settings import COLLECTED_AT_ONCE, bounds
from pydron_runtime.protocol.codec import ProtocolError

SECOND = 1_000_000_000


class Collector:
    """For one thread."""

    def __init__(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        keys: tuple[str, str],
        poller: zmq.Poller,
        say: Callable[[ToScheduler], object],
        deliver: Callable[[Sequence[str], Sequence[bytes]], bool],
    ) -> None:
        """
        Args:
            keys: This host's public and secret key.
            poller: Watches the sockets that are made here.
            say: Tells the scheduler.
            deliver: Sends to the first of these lines of workers that is open; False if none is.
        """
        self._context = context
        self._keys = keys
        self._poller = poller
        self._say = say
        self._deliver = deliver
        self._waiting: deque[Collect] = deque()
        self._running: dict[bytes, transfers.Collection] = {}
        self._sockets: dict[tuple[str, str], zmq.Socket[bytes]] = {}
        self._bounds = bounds()

    def collect(self, order: Collect) -> None:
        """The scheduler has a value to be collected."""
        self._waiting.append(order)
        self._begin()

    def _begin(self) -> None:
        while self._waiting and len(self._running) < COLLECTED_AT_ONCE:
            order = self._waiting.popleft()
            collection = self._running[order.ticket] = transfers.Collection(order, time.monotonic_ns())
            self._tell(order, collection.first_grant())

    def _tell(self, order: Collect, take: transfers.Take) -> None:
        place = order.endpoint, order.key
        socket = self._sockets.get(place)
        if socket is None:
            socket = self._sockets[place] = gate.collecting(self._context, *place, self._keys)
            self._poller.register(socket, zmq.POLLIN)
        socket.send(transfers.encode(take))

    def hear(self, ready: dict[object, int]) -> None:
        """Take in what other hosts send."""
        for place, socket in list(self._sockets.items()):
            if socket in ready:
                self._hear(place, socket)

    def _hear(self, place: tuple[str, str], socket: zmq.Socket[bytes]) -> None:
        for _ in range(20):  # then it is somebody else's turn
            try:
                frames = socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            try:
                word = transfers.decode(frames)
            except ProtocolError:
                continue
            collection = self._running.get(word.ticket)
            if collection is not None and (collection.order.endpoint, collection.order.key) == place:
                self._take(collection, word, frames[1:])

    def _take(self, collection: transfers.Collection, word: transfers.Word, frames: Sequence[bytes]) -> None:
        order = collection.order
        if isinstance(word, transfers.Missing):
            self._end(order, "the value is not there any more")
        elif isinstance(word, transfers.Begin):
            collection.heard, collection.begun = time.monotonic_ns(), True
        elif isinstance(word, transfers.Piece):
            try:
                whole = collection.take(word, frames, time.monotonic_ns())
            except ProtocolError as error:
                self._tell(order, transfers.Take(order.ticket, 0))
                self._end(order, f"the other host sent what is not a value: {error}")
                return
            if whole is None:
                self._tell(order, transfers.Take(order.ticket, 1))
            else:
                self._end(order, "" if self._deliver((order.wish.target,), whole) else "the worker is gone")

    def _end(self, order: Collect, problem: str, apart: bool = False) -> None:
        if self._running.pop(order.ticket, None) is not None:
            self._say(Moved(order.wish, problem, apart))
        self._begin()

    def look(self) -> None:
        """Give up what does not come."""
        now = time.monotonic_ns()
        reach, stall = self._bounds.reach, self._bounds.stall
        for collection in list(self._running.values()):
            order = collection.order
            if not collection.begun and now - collection.heard > reach * SECOND:
                self._give_up(order, f"the host at {order.endpoint} cannot be reached")
            elif now - collection.heard > stall * SECOND:
                self._give_up(order, f"nothing came from the host at {order.endpoint} for {stall:.0f} seconds")

    def _give_up(self, lost: Collect, problem: str) -> None:
        """A host does not answer: nothing will come of what else it was to give."""
        place = lost.endpoint, lost.key
        self._close(place)
        waiting = [order for order in self._waiting if (order.endpoint, order.key) == place]
        for order in waiting:
            self._waiting.remove(order)
            self._say(Moved(order.wish, problem, True))
        for collection in list(self._running.values()):
            order = collection.order
            if (order.endpoint, order.key) == place:
                self._end(order, problem, True)

    def forget(self, lease: str) -> None:
        """A worker is gone: nothing more is collected for it."""
        self._waiting = deque(order for order in self._waiting if order.wish.target != lease)
        for collection in list(self._running.values()):
            order = collection.order
            if order.wish.target == lease:
                self._tell(order, transfers.Take(order.ticket, 0))
                self._running.pop(order.ticket, None)
        self._begin()

    def clear(self) -> None:
        """The session is lost, and all workers with it."""
        self._waiting.clear()
        self._running.clear()
        for place in list(self._sockets):
            self._close(place)

    def _close(self, place: tuple[str, str]) -> None:
        socket = self._sockets.pop(place, None)
        if socket is not None:
            self._poller.unregister(socket)
            socket.close(0)
