"""The scheduler of a cluster, as a process: one socket, one clock, and the :class:`~.membership.Membership`.

It lends workers and relays what programs and workers say to each other. It opens none of it.
"""

from __future__ import annotations

import secrets
import socket
import sys
import time
from collections.abc import Container, Sequence
from dataclasses import dataclass

import msgspec
import zmq

from pydron_runtime.cluster import events as came
from pydron_runtime.cluster import instructions as want
from pydron_runtime.cluster import messages as say
from pydron_runtime.cluster.addresses import Address
from pydron_runtime.cluster.allow_list import REVOKED, AllowList
from pydron_runtime.cluster.gate import Porter, heard, listening
from pydron_runtime.cluster.handshake import objection
from pydron_runtime.cluster.keys import SchedulerKeys
from pydron_runtime.cluster.membership import Membership
from pydron_runtime.cluster.moves import Moves
from pydron_runtime.cluster.sessions import Session
from pydron_runtime.cluster.settings import HEARTBEAT, SILENCE
from pydron_runtime.cluster.status import situation
from pydron_runtime.protocol.codec import ProtocolError
from pydron_runtime.transport.wakeup import WakeUp

SECOND = 1_000_000_000


@dataclass(slots=True)
class Peer:
    """Somebody with a session.

    Attributes:
        route: Where ZeroMQ sends what is for it.
        key: The public key that it has proved to know.
    """

    route: bytes
    session: Session
    role: str
    identity: str
    key: str


def _name_for(greeting: say.Greeting, taken: Container[str], number: int) -> str:
    """A name in the cluster: of a host that of its machine, of others a number."""
    if greeting.role != "host":
        return f"{greeting.role[0]}{number}"
    name, count = greeting.name.replace("/", "-"), 1
    while name in taken:
        count += 1
        name = f"{greeting.name}-{count}".replace("/", "-")
    return name


class Daemon:
    """A scheduler that listens. For one thread, but for :meth:`stop`.

    Attributes:
        address: Where it listens, with the port that it got.
        membership: Who takes part. For reading.
        allowed: Who may.
    """

    def __init__(
        self, listen: Address, keys: SchedulerKeys, heartbeat: float = HEARTBEAT, silence: float = SILENCE
    ) -> None:
        """Begin to listen.

        Raises:
            ConfigurationError: The address cannot be listened on.
        """
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self.allowed = AllowList(keys.allowed)
        self._porter = Porter(self._context, self.allowed)
        try:
            self._socket = listening(self._context, listen, keys.secret_key)
        except BaseException:
            self._porter.close()
            self._context.term()
            raise
        bound = self._socket.getsockopt_string(zmq.LAST_ENDPOINT)
        self.address = Address(listen.host, int(bound.rpartition(":")[2]))
        self.membership = Membership()
        self._moves = Moves(self.membership)
        self._heartbeat, self._silence = heartbeat, silence
        self._python = (sys.implementation.name, sys.version_info.major, sys.version_info.minor)
        self._peers: dict[bytes, Peer] = {}
        self._named: dict[str, Peer] = {}
        self._programs = 0
        self._unreachable: list[Peer] = []
        self._wake = WakeUp()
        self._stopping: str | None = None
        self._take_down = False
        self._began = time.time()

    def stop(self, take_down: bool, reason: str) -> None:
        """End soon. From any thread, or a signal handler.

        Args:
            take_down: Whether hosts end too; else they wait for the next scheduler.
        """
        self._take_down = self._take_down or take_down
        self._stopping = reason
        self._wake.ring()

    def serve(self) -> None:
        """Do everything until it is stopped."""
        poller = zmq.Poller()
        for source in (self._socket, self._porter.socket, self._wake.fileno()):
            poller.register(source, zmq.POLLIN)
        looked = time.monotonic()
        while self._stopping is None:
            ready = dict(poller.poll(int(self._heartbeat * 500)))
            if self._wake.fileno() in ready:
                self._wake.clear()
            self._porter.answer()
            if self._socket in ready:
                self._hear()
            if time.monotonic() - looked > self._heartbeat / 2:
                looked = time.monotonic()
                self._look()
            self._bury()
        if self._take_down:
            for peer in list(self._peers.values()):
                self._send(peer, say.Goodbye(self._stopping))
        self.close()

    def close(self) -> None:
        """Close the sockets; what has been said goes out first, for half a second at most."""
        self._socket.close(500)
        self._porter.close()
        self._wake.close()
        self._context.term()

    # What comes in

    def _hear(self) -> None:
        for _ in range(1000):  # then it is somebody else's turn: the porter's, the clock's
            try:
                route, key, frames = heard(self._socket)
            except zmq.Again:
                return
            try:
                envelope = say.decode_envelope(frames)
            except ProtocolError:
                self._start_over(route, 0, "a message could not be read")
                continue
            if isinstance(envelope.message, say.Greeting):
                self._greeted(route, key, envelope.message)
                continue
            peer = self._peers.get(route)
            if peer is None:
                self._start_over(route, envelope.session, "the scheduler does not know this session")
                continue
            problem = peer.session.takes(envelope.session, envelope.number, time.monotonic_ns())
            if problem is not None:
                self._start_over(route, envelope.session, problem)
            else:
                self._take(peer, envelope.message, frames[1:])

    def _start_over(self, route: bytes, session: int, reason: str) -> None:
        peer = self._peers.get(route)
        if peer is not None:
            session = peer.session.number
            self._leave(peer, reason)
        self._post(route, say.Answer(session, 0, say.StartOver(reason)))

    def _greeted(self, route: bytes, key: str, greeting: say.Greeting) -> None:
        before = self._peers.get(route)
        if before is not None:
            self._leave(before, "it greeted again")
        reason = objection(greeting, self._python, socket.gethostname()) if key in self.allowed else REVOKED
        if reason is not None:
            self._post(route, say.Answer(0, 0, say.Refused(reason)))
            return
        now = time.monotonic_ns()
        number = secrets.randbits(62) + 1
        session = Session(number, int(self._heartbeat * SECOND), int(self._silence * SECOND), now)
        self._programs += greeting.role != "host"
        peer = Peer(route, session, greeting.role, _name_for(greeting, self._named, self._programs), key)
        self._peers[route] = peer
        self._named[peer.identity] = peer
        self._post(route, say.Answer(number, 0, say.Welcome(number, peer.identity, self._heartbeat, self._silence)))
        if greeting.role == "host":
            self._moves.joined(peer.identity, greeting.endpoint, greeting.key)
            self._handle(
                came.HostJoined(
                    now, peer.identity, greeting.name, greeting.pid, greeting.slots, greeting.memory,
                    frozenset(greeting.labels), greeting.packages,
                )
            )  # fmt: skip
        elif greeting.role == "program":
            labels = frozenset(greeting.labels)
            self._handle(came.ProgramJoined(now, peer.identity, greeting.name, greeting.pid, labels))

    def _take(self, peer: Peer, message: say.ToScheduler, frames: Sequence[bytes]) -> None:
        now = time.monotonic_ns()
        if isinstance(message, (say.Relay, say.Taken)):
            self._relay(peer, message, frames)
        elif isinstance(message, say.Goodbye):
            self._leave(peer, message.reason)
        elif isinstance(message, (say.Move, say.Ready, say.Moved)):
            told = self._moves.take(peer.role, peer.identity, message, now)
            if told is not None:
                self._tell(*told)
        elif peer.role == "program":
            if isinstance(message, say.Beat):
                self._handle(came.ProgramBeat(now, peer.identity, message.wanted, message.running))
            elif isinstance(message, say.Borrow):
                self._handle(came.Asked(now, peer.identity, message.workers))
            elif isinstance(message, say.GiveBack):
                self._handle(came.Returned(now, peer.identity, message.worker))
        elif peer.role == "host":
            if isinstance(message, say.Beat):
                self._handle(came.HostBeat(now, peer.identity, message.load, message.memory))
            elif isinstance(message, say.Exited):
                self._handle(came.WorkerExited(now, peer.identity, message.worker, message.reason, message.running))
        elif isinstance(message, say.Enquiry):
            age = time.time() - self._began
            document = situation(self.membership, str(self.address), age, self._porter.refused)
            self._send(peer, say.Situation(document))
        elif isinstance(message, say.TakeDown):
            self.stop(True, message.reason)

    def _relay(self, peer: Peer, message: say.Relay | say.Taken, frames: Sequence[bytes]) -> None:
        """Pass a message on, if it is between a program and a worker that it has borrowed."""
        target, line = self.membership.other_end(peer.role, peer.identity, message.worker)
        receiver = None if target is None else self._named.get(target)
        if receiver is not None:
            self._send(receiver, msgspec.structs.replace(message, worker=line), frames)

    # What goes out

    def _handle(self, event: came.Event) -> None:
        for instruction in self.membership.handle(event):
            if isinstance(instruction, (want.StartWorker, want.EndWorker)):
                start = isinstance(instruction, want.StartWorker)
                self._tell(instruction.host, say.Spawn(instruction.lease) if start else say.Kill(instruction.lease))
            elif isinstance(instruction, want.TellShare):
                self._tell(instruction.program, say.Share(instruction.size, instruction.total))
            elif isinstance(instruction, want.TellGone):
                gone = say.Gone(instruction.worker, instruction.reason, instruction.running, instruction.died)
                self._tell(instruction.program, gone)
            else:
                host = self.membership.hosts[instruction.host].joined
                self._tell(instruction.program, say.Acquaint(host.name, host.packages))

    def _tell(self, identity: str, message: say.FromScheduler) -> None:
        peer = self._named.get(identity)
        if peer is not None:
            self._send(peer, message)

    def _send(self, peer: Peer, message: say.FromScheduler, frames: Sequence[bytes] = ()) -> None:
        answer = say.Answer(peer.session.number, peer.session.next(), message)
        if not self._post(peer.route, answer, frames):
            self._unreachable.append(peer)

    def _post(self, route: bytes, answer: say.Answer, frames: Sequence[bytes] = ()) -> bool:
        """Send to a connection. False if it is closed."""
        try:
            self._socket.send_multipart([route, say.encode(answer), *frames])
        except zmq.ZMQError:  # EHOSTUNREACH: the other side is gone
            return False
        return True

    # Who is still there

    def _look(self) -> None:
        now = time.monotonic_ns()
        for peer in list(self._peers.values()):
            if peer.session.silent(now):
                reason = f"cut off: nothing was heard for {self._silence:.0f} seconds"
                self._start_over(peer.route, peer.session.number, reason)
            elif peer.session.beat_due(now):
                self._send(peer, say.Beat())
        self._handle(came.Tick(now))
        if self.allowed.refresh():
            for peer in [peer for peer in self._peers.values() if peer.key not in self.allowed]:
                self._post(peer.route, say.Answer(0, 0, say.Refused(REVOKED)))
                self._leave(peer, "not allowed any more: its key was revoked")

    def _bury(self) -> None:
        """Let those leave whose connection has turned out to be closed."""
        while self._unreachable:
            self._leave(self._unreachable.pop(), "gone: its connection was closed")

    def _leave(self, peer: Peer, reason: str) -> None:
        if self._peers.get(peer.route) is not peer:
            return
        del self._peers[peer.route]
        del self._named[peer.identity]
        now = time.monotonic_ns()
        if peer.role == "host":
            self._moves.left(peer.identity)
            self._handle(came.HostLeft(now, peer.identity, f"on {peer.identity}, which is {reason}"))
        elif peer.role == "program":
            self._handle(came.ProgramLeft(now, peer.identity))
