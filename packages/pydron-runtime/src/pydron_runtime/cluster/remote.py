"""Crew and channel of workers that a cluster lends: the driver's view of the other hosts."""

from __future__ import annotations

from pydron_runtime.cluster import messages as say
from pydron_runtime.cluster.common_buffers import CommonBuffers
from pydron_runtime.cluster.line import Line
from pydron_runtime.cluster.lines import Lines
from pydron_runtime.cluster.own_modules import own_names, own_places
from pydron_runtime.protocol.codec import Frames, encode
from pydron_runtime.protocol.messages import Modules, Share, Surroundings, ToWorker, Voice
from pydron_runtime.scheduler.instructions import Move
from pydron_runtime.transport.value_desk import SUFFIX
from pydron_runtime.transport.voices import Voices
from pydron_runtime.transport.whereabouts import Whereabouts


class RemoteCrew:
    """Implements :class:`pydron_runtime.transport.base.Crew`. For one thread, but for reading ``pids``.

    Attributes:
        pids: Process ids of the workers that are ready, on their own hosts.
        hosts: Names of the hosts of workers.
    """

    nursery_pid: int | None = None

    def __init__(self, line: Line) -> None:
        self.pids: dict[str, int] = {}
        self.hosts: dict[str, str] = {}
        self._line = line
        self._awaited: set[str] = set()

    def host_of(self, name: str) -> str:
        """Name of the host on which a worker runs."""
        return self.hosts.get(name, "")

    def spawn(self, name: str) -> None:
        """Ask for a worker."""
        self._awaited.add(name)
        self._line.send(say.Borrow((name,)))

    def kill(self, name: str) -> bool:
        """Give a worker back. Whether it was ready."""
        self._line.send(say.GiveBack(name))
        return self.forget(name)

    def welcome(self, name: str, pid: int) -> bool:
        """A worker says that it is ready. False if nobody asked for it."""
        if name not in self._awaited:
            return False
        self._awaited.discard(name)
        self.pids[name] = pid
        return True

    def forget(self, name: str) -> bool:
        """A worker is gone. Whether it was ready."""
        self._awaited.discard(name)
        return self.pids.pop(name, None) is not None

    def end(self) -> None:
        """Take leave: the cluster ends the workers."""
        self._line.close(say.Goodbye("it has ended"))

    def abandon(self) -> None:
        """In a fork of the program: nothing is touched."""


class RemoteChannel:
    """Implements :class:`pydron_runtime.transport.base.Channel`. For one thread.

    Attributes:
        lines: To the workers.
        common: Large buffers that they have been sent.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self.lines = Lines(line.send)
        self.common = CommonBuffers(self.send)
        self._sent: dict[str, tuple[Surroundings, Modules, Voice]] = {}
        self._voices = Voices()
        self._whereabouts = Whereabouts()

    def send(self, worker: str, message: ToWorker, frames: Frames | None = None) -> None:
        """Send a message, in pieces if it is large."""
        self.lines.send(worker, encode(message, frames or []))

    def ask(self, worker: str, message: Share) -> None:
        """Ask a worker for values that it holds: at its desk, as its host finds it open."""
        self.send(worker + SUFFIX, message)

    def move(self, move: Move) -> None:
        """Ask the cluster to have a value go from worker to worker."""
        self._line.send(say.Move(move.source, move.target, move.number, move.move, move.late))

    def send_surroundings(self, worker: str) -> None:
        """Tell a worker which modules are the program's own, where it stands and how it speaks, if it does not know."""
        present = self._whereabouts.present()
        surroundings = Surroundings((), present.directory, present.recursion, present.arguments)
        now = surroundings, Modules(own_names(), own_places()), self._voices.present()
        if self._sent.get(worker) != now:
            self._sent[worker] = now
            for message in now:
                self.send(worker, message)

    def forget(self, worker: str) -> None:
        """A worker is gone."""
        self._sent.pop(worker, None)
        self.lines.forget(worker)
        self.common.forget(worker)

    def close(self) -> None:
        """Nothing to do: the line is closed when the crew has taken leave."""
