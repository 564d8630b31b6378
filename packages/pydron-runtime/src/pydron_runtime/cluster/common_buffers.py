"""Common buffers: large parts of arguments. A worker on another host is sent each once, and told its number afterwards.

A buffer is common as long as its segment lives (ADR 13): the same memory is the same segment, in however many calls. A
worker keeps it in its store, under a negative number; numbers of tasks are positive.
"""

from __future__ import annotations

import itertools
import weakref
from collections import deque
from typing import Protocol

from pydron_runtime.data.extents import Extent, common_extent
from pydron_runtime.data.payload import Payload, as_buffer
from pydron_runtime.data.segments import Segment, content
from pydron_runtime.protocol.codec import Frames, pack
from pydron_runtime.protocol.messages import Forget, Given, ToWorker


class Send(Protocol):
    """Sends a message to a worker. Does not block."""

    def __call__(self, worker: str, message: ToWorker, frames: Frames | None = None) -> None: ...


class CommonBuffers:
    """What which worker has. For one thread; segments may die in any."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._numbers: weakref.WeakKeyDictionary[Segment, int] = weakref.WeakKeyDictionary()
        self._next = itertools.count(1)
        self._there: dict[int, set[str]] = {}
        self._dead: deque[int] = deque()

    def carried(self, worker: str, payload: Payload) -> Payload:
        """The same payload for a worker on another host. What it lacks of it is sent to it now, but for small parts."""
        if not any(isinstance(buffer, Segment) for buffer in payload.buffers):
            return payload
        self.sweep()
        buffers = (self._named(worker, each) if isinstance(each, Segment) else each for each in payload.buffers)
        return Payload(payload.data, tuple(buffers))

    def _named(self, worker: str, segment: Segment) -> Extent:
        number = self._numbers.get(segment)
        if number is None:
            number = self._numbers[segment] = next(self._next)
            self._there[number] = set()
            weakref.finalize(segment, self._dead.append, number).atexit = False
        if worker not in self._there[number]:
            self._there[number].add(worker)
            frames: Frames = []
            self._send(worker, Given(-number, pack(as_buffer(content(segment)), frames)), frames)
        return common_extent(number, len(segment))

    def sweep(self) -> None:
        """Let workers forget buffers that no call will be sent with any more."""
        while self._dead:
            number = self._dead.popleft()
            for worker in sorted(self._there.pop(number)):
                self._send(worker, Forget((-number,)))

    def forget(self, worker: str) -> None:
        """A worker is gone."""
        for workers in self._there.values():
            workers.discard(worker)
