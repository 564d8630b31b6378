"""The driver of a program whose workers are lent by a cluster: the same scheduler, other ways to reach workers."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import msgspec
import zmq

from pydron.errors import ExecutorError
from pydron_runtime.cluster import messages as say
from pydron_runtime.cluster.clocks import Clocks
from pydron_runtime.cluster.keys import Connection
from pydron_runtime.cluster.line import SECOND, Line, greeting
from pydron_runtime.cluster.own_modules import source_of
from pydron_runtime.cluster.remote import RemoteChannel, RemoteCrew
from pydron_runtime.cluster.settings import Bounds
from pydron_runtime.cluster.versions import tell_differences
from pydron_runtime.data.payload import Payload
from pydron_runtime.protocol.codec import ProtocolError, decode_to_scheduler
from pydron_runtime.protocol.messages import Fetch, Hello, Report
from pydron_runtime.recording import Recorder
from pydron_runtime.scheduler.events import Died, Moved, Resized, Ticked, Withdrawn
from pydron_runtime.scheduler.machine import Scheduler
from pydron_runtime.transport import base
from pydron_runtime.transport.driver import Driver
from pydron_runtime.transport.mailbox import Mailboxes


class ClusterDriver(Driver):
    """The scheduler of a program, with workers that a cluster lends.

    Attributes:
        share: How many workers the program may have now.
    """

    _crew: RemoteCrew
    _channel: RemoteChannel

    def __init__(self, connection: Connection, limits: Bounds, mail: Mailboxes, recorder: Recorder | None) -> None:
        super().__init__(0, mail, recorder)
        self.scheduler = Scheduler(0, direct=True)
        self.share = 0
        self._connection = connection
        self._limits = limits
        self._attached = threading.Event()
        self._total = 0
        self._without_hosts = time.monotonic_ns()
        self._unmet = 0
        self._told = say.Beat()
        self._clocks = Clocks()

    def wait_until_attached(self) -> None:
        """Block until the scheduler has accepted this program.

        Raises:
            ExecutorError: It has refused it, or could not be reached in the time of patience.
        """
        while not self._attached.wait(0.5):
            if not self._thread.is_alive():
                break
        if self.broken:
            raise ExecutorError(self.scheduler.state.broken or "The cluster cannot be used.")

    def _carry(self, worker: str, payload: Payload) -> Payload:
        return self._channel.common.carried(worker, payload)

    def _open(self) -> base.Channel:
        self._line = Line(self._connection, greeting("program", labels=self._connection.address.labels))
        self.crew = self._crew = RemoteCrew(self._line)
        self._channel = RemoteChannel(self._line)
        return self._channel

    def _loop(self) -> None:
        self._poller = zmq.Poller()
        self._poller.register(self._line.socket, zmq.POLLIN)
        self._poller.register(self._wake.fileno(), zmq.POLLIN)
        while not self._closing:
            ready = dict(self._poller.poll(self._line.patience()))
            if self._wake.fileno() in ready:
                self._wake.clear()
                self._empty_inbox()
            if self._line.socket in ready:
                self._hear_cluster()
            self._look()

    # What comes in

    def _hear_cluster(self) -> None:
        for message, frames in self._line.arrived():
            if isinstance(message, say.Relay):
                self._hear_worker(message, frames)
            elif isinstance(message, say.Taken):
                if say.worker_of(message.worker) in self.scheduler.state.workers:
                    self._channel.lines.make_room(message)
            elif isinstance(message, say.Welcome):
                self._attached.set()
            elif isinstance(message, say.Share):
                self._take_share(message.size, message.total)
            elif isinstance(message, say.Gone):
                self._lose_worker(message)
            elif isinstance(message, say.Moved):
                wish = message.wish
                now = time.monotonic_ns()
                self._handle(Moved(now, wish.target, wish.number, wish.move, message.problem))
            elif isinstance(message, say.Acquaint):
                tell_differences(message.host, message.packages)
            elif isinstance(message, say.Goodbye):
                self._give_up(f"The cluster at {self._connection.address} was taken down: {message.reason}.")

    def _hear_worker(self, relay: say.Relay, frames: Sequence[bytes]) -> None:
        worker = say.worker_of(relay.worker)
        if worker not in self.scheduler.state.workers:
            return
        try:
            whole = self._channel.lines.take(relay, frames)
            if whole is None:
                return
            message, rest = decode_to_scheduler(whole)
        except ProtocolError:
            self._withdraw((worker,), "stopped because it sent what is not a message")
            return
        if isinstance(message, Fetch):
            self._channel.send(relay.worker, source_of(message.module))
            return
        if isinstance(message, Hello):
            self._crew.hosts[worker] = message.host
            message = msgspec.structs.replace(message, worker=worker)
        elif isinstance(message, Report):
            message = self._clocks.converted(worker, message, time.monotonic_ns())
        self._heard(worker, message, rest)

    def _take_share(self, size: int, total: int) -> None:
        self.share, self._total = size, total
        self._without_hosts = 0 if total else self._without_hosts or time.monotonic_ns()
        self._handle(Resized(time.monotonic_ns(), size))

    def _lose_worker(self, gone: say.Gone) -> None:
        if not gone.died:
            self._withdraw((gone.worker,), gone.reason)
            return
        self._forget(gone.worker, gone.reason)
        host = f" on {self._crew.host_of(gone.worker)}" if gone.worker in self._crew.hosts else ""
        self._handle(Died(time.monotonic_ns(), gone.worker, gone.reason + host, gone.running))

    def _withdraw(self, workers: tuple[str, ...], reason: str) -> None:
        for worker in workers:
            self._forget(worker, reason)
        self._handle(Withdrawn(time.monotonic_ns(), workers, reason))

    def _forget(self, worker: str, reason: str) -> None:
        self._channel.forget(worker)
        if self._crew.forget(worker) and self._recorder is not None:
            self._recorder.worker_stopped(worker, time.monotonic_ns(), reason)

    # What has to be looked after

    def _look(self) -> None:
        """Keep the session, say how many workers could be used, and give up where patience ends."""
        state = self.scheduler.state
        wanted = state.ready_count + state.running
        beat = say.Beat(wanted, state.running)
        self._line.beat = beat
        there = self._line.look()
        self._channel.common.sweep()
        if self._line.refused is not None and not self.broken:
            self._give_up(self._line.refused)
        now = time.monotonic_ns()
        if not there and (self.share or state.workers):
            self.share = 0
            self._handle(Resized(now, 0))
            self._withdraw(tuple(state.workers), f"lost with the session: {self._line.reason}")
        if there and wanted > self._told.wanted * 2 and wanted > self.share // 2:
            self._line.send(beat)  # the next heartbeat would be late
            self._told = beat
        elif wanted < self._told.wanted:
            self._told = beat
        self._look_at_patience(now, wanted)
        if state.is_due(now):
            self._handle(Ticked(now))

    def _look_at_patience(self, now: int, wanted: int) -> None:
        if self.broken:
            return
        waiting = wanted or not self._attached.is_set()
        self._unmet = (self._unmet or now) if waiting else 0
        if not self._unmet:
            return
        address, patience = self._connection.address, self._limits.patience
        after = f"after {patience:.0f} seconds (PYDRON_PATIENCE)"
        if self._line.apart:
            if now - max(self._line.apart, self._unmet) > patience * SECOND:
                self._give_up(
                    f"The cluster's scheduler at {address} cannot be reached, {after}: {self._line.reason}. See that it"
                    f" runs, that its port can be reached from here, and that the connection file is its own."
                )
        elif not self._total and now - max(self._without_hosts, self._unmet) > patience * SECOND:
            labels = self._connection.address.labels
            suitable = f" with the labels {', '.join(labels)}" if labels else ""
            self._give_up(
                f"The cluster at {address} has no workers{suitable}, {after}. Start one: pydron worker {address}"
            )

    def _give_up(self, reason: str) -> None:
        super()._give_up(reason)
        self._attached.set()

    def _abort(self, reason: str) -> None:
        super()._abort(reason)
        self._attached.set()
