"""The main loop of a worker process: a socket, a clock, and the :class:`~pydron_runtime.worker.machine.Worker`."""

from __future__ import annotations

import os
import signal
import socket
import struct
import sys
import time
from mmap import mmap

import zmq

from pydron_runtime.data import classes
from pydron_runtime.data.payload import in_segment
from pydron_runtime.protocol.codec import Frames, decode_to_worker, encode
from pydron_runtime.protocol.messages import VERSION, Hello, Modules, Share, Shared, Source, Surroundings, ToScheduler
from pydron_runtime.transport.module_requests import ModuleRequests
from pydron_runtime.transport.value_desk import ValueDesk
from pydron_runtime.worker.execution import run
from pydron_runtime.worker.machine import Worker

IDLE = 1000
"""Milliseconds after which an idle worker looks whether its parent is still there."""

LOOK = 500_000
"""Nanoseconds between two looks at the socket while there are calls to make."""


def main(name: str, endpoint: str, running: mmap) -> None:
    """Serve until the process is killed, or its parent is gone.

    Args:
        name: Of this worker.
        endpoint: Where the scheduler listens.
        running: Shared with the parent: the number of the task being run, which says who is to blame if the
            process dies.
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
    _send(stream, Hello(VERSION, name, os.getpid(), socket.gethostname()), [])
    worker = Worker()
    fetch = ModuleRequests(name, endpoint)

    def share(number: int) -> tuple[Shared, Frames]:
        return worker.share(number, None if fetch.followed else in_segment)

    desk = ValueDesk(context, endpoint, name, share)
    while True:
        if not stream.poll(IDLE):
            if os.getppid() != parent:
                return
            continue
        _receive(stream, worker, fetch, desk)
        _work(stream, worker, running, fetch, desk)


def _send(stream: zmq.Socket[bytes], message: ToScheduler, frames: Frames) -> None:
    stream.send_multipart(encode(message, frames), copy=not frames)


def _receive(stream: zmq.Socket[bytes], worker: Worker, fetch: ModuleRequests, desk: ValueDesk) -> None:
    """Take in all messages that have arrived."""
    while True:
        try:
            frames = stream.recv_multipart(zmq.NOBLOCK)
        except zmq.Again:
            return
        message, rest = decode_to_worker(frames)
        if isinstance(message, Surroundings):
            _enter(worker, message)
        elif isinstance(message, Modules):
            _follow(worker, message, fetch)
        elif isinstance(message, Share):
            for number in message.numbers:
                _send(stream, *desk.share(number))
        elif not isinstance(message, Source):
            worker.accept(message, rest, time.monotonic_ns())


def _enter(worker: Worker, surroundings: Surroundings) -> None:
    """Look for modules, and stand, where the program does."""
    sys.setrecursionlimit(surroundings.recursion)
    if surroundings.path and sys.path != list(surroundings.path):
        sys.path[:] = surroundings.path
        worker.functions.retry()
    try:
        os.chdir(surroundings.directory)
    except OSError:
        pass  # the program's directory is gone: stay


def _follow(worker: Worker, modules: Modules, fetch: ModuleRequests) -> None:
    """Import the program's own modules from what it sends."""
    from pydron_runtime.transport.shipped_modules import follow  # late: only workers on other hosts need it

    follow(modules.names, fetch)
    fetch.followed = True
    sys.path.extend(place for place in modules.places if place not in sys.path)
    worker.functions.retry()


def _work(stream: zmq.Socket[bytes], worker: Worker, running: mmap, fetch: ModuleRequests, desk: ValueDesk) -> None:
    """Make calls until there are none."""
    looked = time.monotonic_ns()
    while True:
        execution = worker.next()
        if worker.must_report(execution):
            _flush_output()
            _send(stream, *worker.report())
        if execution is None:
            struct.pack_into("<Q", running, 0, 0)
            return
        struct.pack_into("<Q", running, 0, execution.task)
        outcome = run(execution, worker.functions, time.monotonic_ns, None if fetch.followed else in_segment)
        if outcome.stays is not None:
            desk.open()
        worker.finished(execution, outcome)
        if outcome.finished - looked > LOOK:
            looked = outcome.finished
            _receive(stream, worker, fetch, desk)


def _flush_output() -> None:
    """What a call has printed is out before its result is."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # closed, or replaced by the user's function
            pass


def prepare() -> None:
    """Undo in a fresh fork what belongs to its parent alone."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
