"""The main loop of a worker process: a socket, a clock, and the :class:`~pydron_runtime.worker.machine.Worker`."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import msgspec
import zmq

from pydron_runtime.data import classes, main_names
from pydron_runtime.data.extents import Extent
from pydron_runtime.data.outcomes import Outcome
from pydron_runtime.data.payload import Place, in_segment
from pydron_runtime.protocol.codec import Frames, decode_to_worker, encode
from pydron_runtime.protocol.messages import (
    VERSION,
    Drop,
    Execute,
    Hand,
    Hello,
    Hold,
    Modules,
    Share,
    Shared,
    Source,
    Surroundings,
    ToScheduler,
    ToWorker,
    Voice,
)
from pydron_runtime.transport.last_words import LastWords
from pydron_runtime.transport.module_requests import ModuleRequests
from pydron_runtime.transport.output_capture import OutputCapture
from pydron_runtime.transport.value_desk import Hatch, ValueDesk, handed
from pydron_runtime.transport.whereabouts import enter
from pydron_runtime.worker.execution import Execution, run
from pydron_runtime.worker.machine import Worker

if TYPE_CHECKING:
    from pydron_runtime.data.mapped_again import Mappings

SOON = 100
"""Milliseconds after which an idle worker looks whether there is memory to let go of, where there may be."""

IDLE = 1000
"""Milliseconds after which an idle worker looks whether its parent is still there."""

_IN = int(zmq.POLLIN)  # to calculate with flags takes long

LOOK = 500_000
"""Nanoseconds between two looks at the socket while there are calls to make."""


def main(name: str, endpoint: str, words: LastWords) -> None:
    """Serve until the process is killed, or its parent is gone.

    Args:
        name: Of this worker.
        endpoint: Where the scheduler listens.
        words: Shared with the parent: the number of the task being run, which says who is to blame if the
            process dies, and what it has written to the error stream.
    """
    classes.follow()
    parent = os.getppid()
    context = zmq.Context()
    stream: zmq.Socket[bytes] = context.socket(zmq.DEALER)
    stream.setsockopt(zmq.IDENTITY, name.encode())
    stream.setsockopt(zmq.LINGER, 0)
    stream.setsockopt(zmq.SNDHWM, 0)
    stream.setsockopt(zmq.RCVHWM, 0)
    stream.connect(endpoint)
    words.listen()
    process = _WorkerProcess(name, endpoint, words, context, stream)
    process.send(Hello(VERSION, name, os.getpid(), socket.gethostname()), [])
    while True:
        if process.wait():
            process.work()
        else:
            process.sweep()
            if os.getppid() != parent:
                return


class _WorkerProcess:
    """A worker with all that it needs of the world: its socket, its desk, what it writes, where modules come from."""

    def __init__(
        self,
        name: str,
        endpoint: str,
        words: LastWords,
        context: zmq.Context[zmq.Socket[bytes]],
        stream: zmq.Socket[bytes],
    ) -> None:
        self._stream = stream
        self._words = words
        self._worker = Worker()
        main_names.answer(lambda: self._worker.functions.latest)
        self._fetch = ModuleRequests(name, endpoint)
        self._desk = ValueDesk(context, endpoint, name, self._share)
        self._hatch = Hatch(context, endpoint, name)
        self._backlog: list[tuple[ToWorker, Sequence[bytes]]] = []
        self._capture = OutputCapture(words)
        self._mappings: Mappings | None = None
        self._patience = 0

    def _mapped(self, extent: Extent) -> Any:
        if extent.is_common:
            return self._worker.common(extent.inode)
        if self._mappings is None:
            from pydron_runtime.data.mapped_again import Mappings  # late: most programs have no large values

            self._mappings = Mappings()
        return self._mappings.mapped(extent)

    def wait(self) -> bool:
        """Take in the next message. False if none has come for a while."""
        patience = SOON if self._mappings else IDLE
        if patience != self._patience:
            self._patience = patience
            self._stream.setsockopt(zmq.RCVTIMEO, patience)
        try:
            first = self._received()
        except zmq.Again:
            return False
        self._take_in(*first)
        return True

    def _received(self) -> tuple[ToWorker, Sequence[bytes]]:
        frames = [self._stream.recv()]
        while self._stream.get(zmq.RCVMORE):
            frames.append(self._stream.recv())
        return decode_to_worker(frames)

    def sweep(self) -> None:
        """Let go of memory that nobody seems to need any more."""
        if self._mappings is not None:
            self._mappings.sweep()

    @property
    def _place(self) -> Place | None:
        """Where large buffers go: on another host, into bytes."""
        return None if self._fetch.followed else in_segment

    def _share(self, number: int) -> tuple[Shared, Frames]:
        return self._worker.share(number, self._place)

    def send(self, message: ToScheduler, frames: Frames) -> None:
        """Tell the scheduler."""
        if frames:
            self._stream.send_multipart(encode(message, frames), copy=False)
        else:
            self._stream.send(encode(message, frames)[0])

    def receive(self) -> None:
        """Take in all messages that have arrived."""
        backlog, self._backlog = self._backlog, []
        for message, rest in chain(backlog, self._arrived()):
            self._take_in(message, rest)

    def _take_in(self, message: ToWorker, rest: Sequence[bytes]) -> None:
        if isinstance(message, (Execute, Drop)):  # nearly all of them
            self._worker.accept(message, rest, time.monotonic_ns())
        elif isinstance(message, Surroundings):
            self._enter(message)
        elif isinstance(message, Voice):
            self._capture.adapt(message)
        elif isinstance(message, Modules):
            self._follow(message)
        elif isinstance(message, Share):
            for number in message.numbers:
                self.send(*self._desk.share(number))
        elif isinstance(message, Hand):
            self._hatch.pass_out(handed(message, *self._desk.share(message.number)))
        elif not isinstance(message, Source):
            self._worker.accept(message, rest)

    def _arrived(self) -> Iterator[tuple[ToWorker, Sequence[bytes]]]:
        while int(self._stream.get(zmq.EVENTS)) & _IN:
            yield self._received()

    def _may_hold(self, task: int) -> bool:
        """Whether the program has said so while the call was running. What else it has said has to wait."""
        for message, rest in self._arrived():
            if isinstance(message, Hold):
                self._worker.accept(message, rest)
            else:
                self._backlog.append((message, rest))
        return self._worker.may_hold(task)

    def _enter(self, surroundings: Surroundings) -> None:
        """Look for modules, and stand, where the program does."""
        before = sys.path.copy()
        enter(surroundings)
        if sys.path != before:
            self._worker.functions.retry()

    def _follow(self, modules: Modules) -> None:
        """Be a worker on another host: the program sends its own modules; values beyond the limit go to disk."""
        from pydron_runtime.data import kept, segments  # late: only workers on other hosts need these
        from pydron_runtime.transport.shipped_modules import follow

        follow(modules.names, self._fetch)
        self._worker.store.limit(segments.memory_limit(), kept.put_away)
        self._fetch.followed = True
        sys.path.extend(place for place in modules.places if place not in sys.path)
        self._worker.functions.retry()

    def work(self) -> None:
        """Make calls until there are none."""
        worker = self._worker
        looked = time.monotonic_ns()
        while True:
            execution = worker.next()
            if worker.must_report(execution):
                self.send(*worker.report())
            if execution is None:
                self._words.runs(0)
                return
            self._words.runs(execution.task)
            outcome = self._made(execution)
            if outcome.stays is not None:
                self._desk.open()
            worker.finished(execution, outcome)
            if outcome.finished - looked > LOOK or self._backlog:
                looked = outcome.finished
                self.receive()

    def _made(self, execution: Execution) -> Outcome:
        capture = self._capture
        if self._mappings:
            self._mappings.begin()
        may_hold = self._may_hold if self._fetch.followed else None
        table, clock = self._worker.functions, time.monotonic_ns
        outcome = run(execution, table, clock, self._place, capture.begin, self._mapped, may_hold)
        output = capture.end()
        return msgspec.structs.replace(outcome, output=output) if output else outcome


def prepare() -> None:
    """Undo in a fresh fork what belongs to its parent alone."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
