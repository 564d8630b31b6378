"""The driver: a thread of the program that owns the scheduler and its sockets.

The program's threads put wishes into an inbox and ring; the driver turns them, the workers' messages and the
nursery's news into events, and carries out the scheduler's instructions.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
import traceback
from collections import deque
from typing import Any

import zmq

from pydron_runtime.data.tasks import Completion, Lost, Task
from pydron_runtime.protocol.codec import ProtocolError, decode_to_scheduler, encode
from pydron_runtime.protocol.messages import VERSION, Drop, Forget, Hello, Surroundings, ToWorker
from pydron_runtime.recording import Recorder
from pydron_runtime.scheduler import instructions as want
from pydron_runtime.scheduler.events import Cancelled, Died, Event, Joined, Released, Reported, StartFailed, Submitted
from pydron_runtime.scheduler.machine import Scheduler
from pydron_runtime.scheduler.pool import WAY_OUT
from pydron_runtime.transport import directory
from pydron_runtime.transport.dispatching import message_of, outcomes_of
from pydron_runtime.transport.mailbox import Mailboxes
from pydron_runtime.transport.nursery_link import NurseryLink, search_path
from pydron_runtime.transport.tracing import note
from pydron_runtime.transport.wakeup import WakeUp

START_LIMIT = 30.0
"""Seconds that a worker has to become ready."""

RESTARTS = 3
"""So many nurseries in a row that die before any worker is ready mean that none can be started."""


class Driver:
    """The scheduler of one pool, in a thread of its own."""

    def __init__(self, size: int, mail: Mailboxes, recorder: Recorder | None) -> None:
        self.scheduler = Scheduler(size)
        self.broken = False
        self._size = size
        self._mail = mail
        self._recorder = recorder
        self._inbox: deque[tuple[str, Any]] = deque()
        self._wake = WakeUp()
        self._closing = False
        self._ended = False
        self._nursery: NurseryLink | None = None
        self._failed_nurseries = 0
        self._awaited: dict[str, float] = {}
        self._pids: dict[str, int] = {}
        self._places: dict[str, Surroundings] = {}
        self._thread = threading.Thread(target=self._run, name="pydron-scheduler", daemon=True)

    def start(self) -> None:
        """Begin. Returns at once."""
        self._thread.start()

    def put(self, kind: str, what: Any) -> None:
        """Put a wish into the inbox: ``submit`` a task, ``cancel`` or ``release`` numbers, ``record`` to a recorder."""
        self._inbox.append((kind, what))
        if self._ended:
            self._refuse()
        else:
            self._wake.ring()

    def workers(self) -> dict[str, int]:
        """Names and process ids of the workers that are ready."""
        return dict(self._pids)

    @property
    def nursery_pid(self) -> int | None:
        """Process id of the nursery, while there is one."""
        nursery = self._nursery
        return None if nursery is None else nursery.pid

    def close(self) -> None:
        """End the thread, the processes and the sockets. Blocks until they are gone."""
        self._closing = True
        if self._thread.is_alive():
            self._wake.ring()
            self._thread.join()
        self._wake.close()

    def abandon(self) -> None:
        """In a fork of the program: let go of what belongs to the parent."""
        if self._nursery is not None:
            self._nursery.abandon()
        self._wake.close()

    def _run(self) -> None:
        try:
            self._home = directory.make()
        except OSError as error:
            self._give_up(f"There is no place for the sockets of worker processes ({error}). Set TMPDIR.")
            self._wind_up()
            return
        self._endpoint = f"ipc://{self._home}/s"
        context = zmq.Context()
        self._router: zmq.Socket[bytes] = context.socket(zmq.ROUTER)
        try:
            for option, value in ((zmq.LINGER, 0), (zmq.SNDHWM, 0), (zmq.RCVHWM, 0)):
                self._router.setsockopt(option, value)
            self._router.bind(self._endpoint)
            self._loop()
        except Exception:
            self._abort("The scheduler failed; please report this.\n" + traceback.format_exc())
        finally:
            self._router.close()
            context.term()
            if self._nursery is not None:
                self._nursery.end()
            directory.remove(self._home)
            self._wind_up()

    def _loop(self) -> None:
        poller = zmq.Poller()
        poller.register(self._router, zmq.POLLIN)
        poller.register(self._wake.fileno(), zmq.POLLIN)
        self._poller = poller
        self._start_nursery()
        while not self._closing:
            ready = dict(poller.poll(self._patience()))
            if self._wake.fileno() in ready:
                self._wake.clear()
                self._empty_inbox()
            if self._nursery is not None and self._nursery.fileno() in ready:
                self._hear_nursery()
            if self._router in ready:
                self._hear_workers()
            if self._awaited:
                self._look_at_clock()

    # What comes in

    def _empty_inbox(self) -> None:
        inbox = self._inbox
        tasks: list[Task] = []
        while inbox:
            kind, what = inbox.popleft()
            if kind == "submit":
                tasks.append(what)
                continue
            self._submit(tasks)
            tasks = []
            if kind == "cancel":
                self._handle(Cancelled(time.monotonic_ns(), what))
            elif kind == "release":
                self._handle(Released(time.monotonic_ns(), what))
            else:
                self._record_to(what)
        self._submit(tasks)

    def _submit(self, tasks: list[Task]) -> None:
        if tasks:
            self._handle(Submitted(time.monotonic_ns(), tuple(tasks)))

    def _record_to(self, recorder: Recorder | None) -> None:
        self._recorder = recorder
        if recorder is not None:
            for name, pid in self._pids.items():
                recorder.worker_started(name, socket.gethostname(), pid, time.monotonic_ns())

    def _hear_workers(self) -> None:
        while True:
            try:
                sender, *frames = self._router.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            try:
                message, rest = decode_to_scheduler(frames)
                name = sender.decode()
                if isinstance(message, Hello):
                    self._welcome(message)
                else:
                    self._handle(Reported(time.monotonic_ns(), name, outcomes_of(message, rest)))
            except (ProtocolError, UnicodeDecodeError):
                continue  # not one of ours: nothing in it was opened

    def _welcome(self, hello: Hello) -> None:
        if hello.version != VERSION or self._awaited.pop(hello.worker, None) is None:
            return
        self._failed_nurseries = 0
        self._pids[hello.worker] = hello.pid
        now = time.monotonic_ns()
        if self._recorder is not None:
            self._recorder.worker_started(hello.worker, hello.host, hello.pid, now)
        self._handle(Joined(now, hello.worker))

    def _hear_nursery(self) -> None:
        assert self._nursery is not None
        news = self._nursery.news()
        if news is None:
            self._lose_nursery()
            return
        for item in news:
            if item["is"] == "exited":
                # What it reported before it died counts, and is in the socket by now as a rule.
                self._hear_workers()
                self._lose(item["name"], item["reason"], item["running"])

    # Workers

    def _stop(self, name: str) -> None:
        """End a worker of which the scheduler knows nothing any more."""
        self._places.pop(name, None)
        if self._pids.pop(name, None) is not None and self._recorder is not None:
            self._recorder.worker_stopped(name, time.monotonic_ns(), "stopped in the middle of a cancelled call")
        if self._nursery is not None:
            self._nursery.kill(name)

    def _lose(self, name: str, reason: str, running: int | None) -> None:
        self._awaited.pop(name, None)
        self._places.pop(name, None)
        now = time.monotonic_ns()
        if self._pids.pop(name, None) is not None and self._recorder is not None:
            self._recorder.worker_stopped(name, now, reason)
        self._handle(Died(now, name, reason, running))

    def _start_nursery(self) -> None:
        try:
            self._nursery = NurseryLink(self._home, self._endpoint, self._size)
        except OSError as error:
            self._give_up(f"The interpreter that starts worker processes cannot be started ({error}). {WAY_OUT}")
            return
        self._poller.register(self._nursery.fileno(), zmq.POLLIN)

    def _lose_nursery(self) -> None:
        """The nursery is gone, and its workers with it: start another one."""
        assert self._nursery is not None
        self._poller.unregister(self._nursery.fileno())
        status = self._nursery.end()
        self._nursery = None
        self._failed_nurseries += 1
        if self._failed_nurseries >= RESTARTS:
            self._give_up(
                f"The interpreter that starts worker processes ended {RESTARTS} times before a worker was ready, at"
                f" last with exit status {status}; what it wrote to stderr says why. {WAY_OUT}"
            )
            return
        self._bind_again()
        self._start_nursery()
        for name in list(self._pids):
            self._lose(name, "killed together with the process that starts workers", 0)
        for name in list(self._awaited):
            self._spawn(name)

    def _bind_again(self) -> None:
        """A nursery that fails removes the directory before it ends: make sure that workers can connect."""
        try:
            self._router.unbind(self._endpoint)
        except zmq.ZMQError:
            pass
        os.makedirs(self._home, mode=0o700, exist_ok=True)
        self._router.bind(self._endpoint)

    def _spawn(self, name: str) -> None:
        self._awaited[name] = time.monotonic() + START_LIMIT
        if self._nursery is not None:
            self._nursery.spawn(name)

    def _patience(self) -> int | None:
        if not self._awaited:
            return None
        return max(0, int((min(self._awaited.values()) - time.monotonic()) * 1000) + 1)

    def _look_at_clock(self) -> None:
        now = time.monotonic()
        for name in [name for name, deadline in self._awaited.items() if deadline < now]:
            if self._nursery is not None:
                self._nursery.kill(name)
            self._lose(name, f"not ready after {START_LIMIT:.0f} seconds", 0)

    # What goes out

    def _handle(self, event: Event) -> None:
        """Let the scheduler take an event in, and do what it says."""
        completions: dict[int, list[Completion]] = {}
        for instruction in self.scheduler.handle(event):
            if isinstance(instruction, want.Deliver):
                completions.setdefault(instruction.owner, []).append(instruction.completion)
            elif isinstance(instruction, want.Dispatch):
                self._send_surroundings(instruction.worker)
                message, frames = message_of(instruction)
                if self._recorder is not None:
                    note(self._recorder, instruction, time.monotonic_ns())
                self._send(instruction.worker, message, frames)
            elif isinstance(instruction, want.Forget):
                self._send(instruction.worker, Forget(instruction.numbers), [])
            elif isinstance(instruction, want.Drop):
                self._send(instruction.worker, Drop(instruction.tasks), [])
            elif isinstance(instruction, want.Stop):
                self._stop(instruction.worker)
            elif isinstance(instruction, want.StartWorkers):
                for name in instruction.names:
                    self._spawn(name)
            elif self._recorder is not None:
                note(self._recorder, instruction, event.now)
        if completions:
            self._mail.deliver(completions)

    def _send(self, worker: str, message: ToWorker, frames: list[bytes]) -> None:
        self._router.send_multipart([worker.encode(), *encode(message, frames)], copy=not frames)

    def _send_surroundings(self, worker: str) -> None:
        try:
            here = os.getcwd()
        except OSError:
            here = "/"
        surroundings = Surroundings(search_path(), here, sys.getrecursionlimit())
        if self._places.get(worker) != surroundings:
            self._places[worker] = surroundings
            self._send(worker, surroundings, [])

    def _abort(self, reason: str) -> None:
        """The scheduler itself has failed: settle what is open without asking it."""
        self.broken = True
        state = self.scheduler.state
        state.broken = reason
        for entry in state.tasks.values():
            if not entry.settled:
                self._mail.deliver({entry.task.owner: [Lost(entry.task.id, reason)]})

    def _give_up(self, reason: str) -> None:
        self.broken = True
        completions: dict[int, list[Completion]] = {}
        for instruction in self.scheduler.handle(StartFailed(time.monotonic_ns(), reason)):
            if isinstance(instruction, want.Deliver):
                completions.setdefault(instruction.owner, []).append(instruction.completion)
        self._mail.deliver(completions)

    def _wind_up(self) -> None:
        """Whatever is open when the pool ends will never be done."""
        self._closing = True
        now = time.monotonic_ns()
        if self._recorder is not None:
            for name in self._pids:
                self._recorder.worker_stopped(name, now, "closed")
        self._pids.clear()
        if not self.broken:
            self._give_up("The executor was closed before the call had ended.")
        self._ended = True
        self._refuse()

    def _refuse(self) -> None:
        reason = self.scheduler.state.broken or "The executor was closed."
        while True:
            try:
                kind, what = self._inbox.popleft()
            except IndexError:  # empty, or emptied by another thread
                return
            if kind == "submit":
                self._mail.deliver({what.owner: [Lost(what.id, reason)]})
