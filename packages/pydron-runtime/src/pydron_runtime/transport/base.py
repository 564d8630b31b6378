"""What a driver needs of its workers, wherever they are: processes of this machine, or lent by a cluster."""

from __future__ import annotations

from typing import Protocol

from pydron_runtime.protocol.codec import Frames
from pydron_runtime.protocol.messages import Share, ToWorker
from pydron_runtime.scheduler.instructions import Move


class Channel(Protocol):
    """Carries messages to workers."""

    def send(self, worker: str, message: ToWorker, frames: Frames | None = None) -> None:
        """Send a message. Does not block; a message to a worker that is gone is dropped."""
        ...

    def ask(self, worker: str, message: Share) -> None:
        """Ask a worker for values that it holds. Does not block."""
        ...

    def move(self, move: Move) -> None:
        """Have a value go from worker to worker. Does not block."""
        ...

    def send_surroundings(self, worker: str) -> None:
        """Tell a worker where the program stands now, if it does not know."""
        ...

    def forget(self, worker: str) -> None:
        """A worker is gone."""
        ...

    def close(self) -> None:
        """Close what was opened."""
        ...


class Crew(Protocol):
    """The workers that were asked for, and those that are ready."""

    @property
    def pids(self) -> dict[str, int]:
        """Process ids of the workers that are ready, by name; on their own hosts."""
        ...

    @property
    def nursery_pid(self) -> int | None:
        """Process id of the nursery, while there is one on this machine."""
        ...

    def host_of(self, name: str) -> str:
        """Name of the host on which a worker runs."""
        ...

    def spawn(self, name: str) -> None:
        """Ask for a worker."""
        ...

    def kill(self, name: str) -> bool:
        """End a worker. Whether it was ready."""
        ...

    def welcome(self, name: str, pid: int) -> bool:
        """A worker says that it is ready. False if nobody asked for it."""
        ...

    def forget(self, name: str) -> bool:
        """A worker is gone. Whether it was ready."""
        ...

    def end(self) -> None:
        """End all workers. Blocks until those of this machine are gone."""
        ...

    def abandon(self) -> None:
        """In a fork of the program: let go of what belongs to the parent."""
        ...
