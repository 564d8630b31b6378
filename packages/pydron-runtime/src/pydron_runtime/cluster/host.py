"""A host: what ``pydron worker`` runs. It offers slots to a cluster, and forks a worker for each lease.

Workers talk to it through a Unix socket in a private directory, as they do with a program on the same machine; it
passes their messages on to the scheduler. The keys are here and never in a worker. Workers are killed when their
lease ends, and all of them when the session with the scheduler is lost: whoever needs the results has them made again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
import zmq

from pydron_runtime.cluster import messages as say
from pydron_runtime.cluster.exchange import Exchange
from pydron_runtime.cluster.keys import Connection
from pydron_runtime.cluster.line import SECOND, Line, greeting
from pydron_runtime.cluster.lines import Lines
from pydron_runtime.cluster.packages import installed
from pydron_runtime.cluster.processes import in_use, is_stopped, load, too_large
from pydron_runtime.cluster.settings import FROZEN, LEASE, START
from pydron_runtime.data.segments import memory_of_the_machine
from pydron_runtime.protocol.codec import ProtocolError
from pydron_runtime.transport import directory
from pydron_runtime.transport.head_start import endpoint_in
from pydron_runtime.transport.nursery_link import NurseryLink
from pydron_runtime.transport.wakeup import WakeUp


@dataclass(frozen=True, slots=True)
class Offer:
    """What a host offers.

    Attributes:
        slots: Calls at once.
        memory: Bytes that its workers may use together; 0 is no limit.
        labels: What it has: programs may ask for it.
        lease: Seconds without a scheduler after which it ends.
        start: Seconds that a worker has to become ready.
        frozen: Seconds that a worker may be stopped, before it is ended.
        port: Where other hosts get values; 0 is any free port, None: they get them through the scheduler.
    """

    slots: int
    memory: int = 0
    labels: tuple[str, ...] = ()
    lease: float = LEASE
    start: float = START
    frozen: float = FROZEN
    port: int | None = 0


def _bound(context: zmq.Context[zmq.Socket[bytes]], home: str) -> zmq.Socket[bytes]:
    """The socket to which workers connect."""
    made: zmq.Socket[bytes] = context.socket(zmq.ROUTER)
    for option, value in ((zmq.LINGER, 0), (zmq.SNDHWM, 0), (zmq.RCVHWM, 0), (zmq.ROUTER_MANDATORY, 1)):
        made.setsockopt(option, value)
    made.bind(endpoint_in(home))
    return made


def _bind_again(workers: zmq.Socket[bytes], home: str) -> None:
    """A nursery that fails removes the directory before it ends."""
    os.makedirs(home, mode=0o700, exist_ok=True)
    try:
        workers.unbind(endpoint_in(home))
    except zmq.ZMQError:
        pass
    workers.bind(endpoint_in(home))


class Host:
    """Serves one cluster. For one thread, but for :meth:`stop`.

    Attributes:
        failed: Whether what ended it was an error.
        on_attached: Called when the scheduler has accepted the host, each time.
    """

    def __init__(self, connection: Connection, offer: Offer) -> None:
        """Make the private directory, and begin to connect.

        Raises:
            OSError: There is no place for the directory, or no interpreter can be started.
            ConfigurationError: The port for values was named, and cannot be listened on.
        """
        self._offer = offer
        self._poller = zmq.Poller()
        self._exchange = Exchange(
            connection.address, offer.port, self._poller, lambda message: self._line.send(message), self._post
        )
        self._home = directory.make()
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._workers = _bound(self._context, self._home)
        self._nursery: NurseryLink | None = self._new_nursery()
        who = greeting("host", offer.slots, offer.memory, offer.labels, **installed())
        who = msgspec.structs.replace(who, endpoint=self._exchange.endpoint, key=self._exchange.key)
        self._line = Line(connection, who)
        self._lines = Lines(self._line.send)
        self._leases: dict[str, int] = {}
        self._starting: dict[str, int] = {}
        self._stopped: dict[str, int] = {}
        self._causes: dict[str, str] = {}
        self._looked = 0
        self._wake = WakeUp()
        self._end: str | None = None
        self.failed = False
        self.on_attached: Callable[[], None] = lambda: None

    @property
    def identity(self) -> str:
        """The name that the scheduler has given."""
        return self._line.identity

    def stop(self, reason: str) -> None:
        """End soon. From any thread, or a signal handler."""
        self._end = self._end or reason
        self._wake.ring()

    def serve(self) -> str:
        """Offer slots until it is stopped, refused, sent away, or without a scheduler for the time of its lease.

        Returns:
            Why it has ended, as a sentence. ``failed`` says whether that is an error.
        """
        poller = self._poller
        for source in (self._line.socket, self._workers, self._wake.fileno()):
            poller.register(source, zmq.POLLIN)
        watched: int | None = None
        while self._end is None:
            fileno = None if self._nursery is None else self._nursery.fileno()
            if fileno != watched:
                if watched is not None:
                    poller.unregister(watched)
                if fileno is not None:
                    poller.register(fileno, zmq.POLLIN)
                watched = fileno
            ready = dict(poller.poll(self._line.patience()))
            if self._wake.fileno() in ready:
                self._wake.clear()
            if self._workers in ready:
                self._hear_workers()
            if watched in ready:
                self._hear_nursery()
            if self._line.socket in ready:
                self._hear_scheduler()
            self._exchange.hear(ready)
            self._look()
        return self._end

    def close(self) -> None:
        """End all workers, and take leave of the scheduler. Blocks until they are gone."""
        if self._nursery is not None:
            self._nursery.end()
        self._line.close(say.Goodbye(f"gone: {self._end or 'it has ended'}"))
        self._exchange.close()
        self._workers.close()
        self._context.term()
        self._wake.close()
        directory.remove(self._home)

    # What comes in

    def _hear_workers(self) -> None:
        for _ in range(1000):
            try:
                name, *frames = self._workers.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            line = name.decode("utf-8", "replace")
            lease = say.worker_of(line)
            if lease in self._leases:
                self._starting.pop(lease, None)
                if not self._exchange.from_worker(line, frames):
                    self._lines.send(line, frames)

    def _hear_nursery(self) -> None:
        assert self._nursery is not None
        news = self._nursery.news()
        if news is None:
            self._replace_nursery()
            return
        self._hear_workers()  # what a worker said before it died counts
        for item in news:
            if item["is"] == "spawned" and item["name"] in self._leases:
                self._leases[item["name"]] = item["pid"]
            elif item["is"] == "exited":
                self._exited(item["name"], item["reason"], item["running"])

    def _new_nursery(self) -> NurseryLink:
        slots = self._offer.slots
        to_keep = (self._offer.memory or memory_of_the_machine()) // (2 * slots)  # the other half is for the calls
        return NurseryLink(self._home, endpoint_in(self._home), slots, to_keep)

    def _replace_nursery(self) -> None:
        assert self._nursery is not None
        self._nursery.end()
        for lease in list(self._leases):
            self._exited(lease, "killed together with the process that starts workers", 0)
        _bind_again(self._workers, self._home)
        self._nursery = self._new_nursery()

    def _exited(self, lease: str, reason: str, running: int) -> None:
        cause = self._causes.pop(lease, None)
        if self._forget(lease):
            self._line.send(say.Exited(lease, cause or reason, running))

    def _forget(self, lease: str) -> bool:
        self._starting.pop(lease, None)
        self._stopped.pop(lease, None)
        self._lines.forget(lease)
        if self._leases.pop(lease, None) is None:
            return False
        self._exchange.forget(lease)
        return True

    def _hear_scheduler(self) -> None:
        for message, frames in self._line.arrived():
            if isinstance(message, say.Relay):
                self._deliver(message, frames)
            elif isinstance(message, say.Taken):
                if say.worker_of(message.worker) in self._leases:
                    self._lines.make_room(message)
            elif isinstance(message, say.Welcome):
                self.on_attached()
            elif isinstance(message, say.Spawn):
                self._spawn(message.worker)
            elif isinstance(message, say.Kill):
                self._kill(message.worker)
            elif isinstance(message, (say.HandOver, say.Collect)):
                self._exchange.order(message)
            elif isinstance(message, say.Goodbye):
                self._end = f"The cluster was taken down: {message.reason}."

    def _deliver(self, relay: say.Relay, frames: Sequence[bytes]) -> None:
        lease = say.worker_of(relay.worker)
        if lease not in self._leases:
            return
        try:
            whole = self._lines.take(relay, frames)
        except ProtocolError as error:
            self._kill_process(lease, f"stopped because of what its program sent: {error}")
            return
        if whole is None:
            return
        self._post((relay.worker, lease), whole)  # a line that is not open yet: the worker listens between two calls

    def _post(self, lines: Sequence[str], frames: Sequence[bytes]) -> bool:
        """Send to the first of these lines that is open. False if none is, or the lease has ended."""
        for line in lines:
            if say.worker_of(line) in self._leases:
                try:
                    self._workers.send_multipart([line.encode(), *frames])
                    return True
                except zmq.ZMQError:
                    continue
        return False

    def _spawn(self, lease: str) -> None:
        if self._nursery is not None and lease not in self._leases:
            self._leases[lease] = 0
            self._starting[lease] = time.monotonic_ns()
            self._nursery.spawn(lease)

    def _kill(self, lease: str) -> None:
        self._forget(lease)
        self._kill_process(lease)

    def _kill_process(self, lease: str, cause: str = "") -> None:
        if cause:
            self._causes[lease] = cause
        if self._nursery is not None:
            self._nursery.kill(lease)

    # What has to be looked after

    def _look(self) -> None:
        now = time.monotonic_ns()
        if not self._line.look():
            if self._line.refused is not None:
                self._end, self.failed = self._line.refused, True
            for lease in list(self._leases):
                self._kill(lease)
            self._exchange.clear()
            if self._line.apart and now - self._line.apart > self._offer.lease * SECOND and self._end is None:
                self._end = (
                    f"The scheduler could not be reached for {self._offer.lease:.0f} seconds ({self._line.reason})."
                )
                self.failed = True
            return
        if now - self._looked > SECOND // 2:
            self._looked = now
            self._exchange.look()
            self._end_late_starters(now)
            self._end_the_frozen(now)
            self._weigh()

    def _end_late_starters(self, now: int) -> None:
        for lease, since in list(self._starting.items()):
            if now - since > self._offer.start * SECOND:
                del self._starting[lease]
                self._kill_process(lease, f"not ready after {self._offer.start:.0f} seconds")

    def _end_the_frozen(self, now: int) -> None:
        for lease, pid in self._leases.items():
            if not pid or not is_stopped(pid):
                self._stopped.pop(lease, None)
            elif now - self._stopped.setdefault(lease, now) > self._offer.frozen * SECOND:
                self._kill_process(lease, f"stopped by a signal for more than {self._offer.frozen:.0f} seconds")

    def _weigh(self) -> None:
        """Tell the load, and end the worker that uses most memory if all together use too much."""
        used = {lease: in_use(pid) for lease, pid in self._leases.items() if pid}
        self._line.beat = say.Beat(0, 0, load(), sum(used.values()))
        largest, reason = too_large(used, self._offer.memory, self.identity)
        if largest:
            self._kill_process(largest, reason)
