"""The crew: the worker processes that were asked for, those that are ready, and the nursery they come from."""

from __future__ import annotations

import os
import signal
import socket
import time
from dataclasses import dataclass

from pydron_runtime.transport.nursery_link import NurseryLink
from pydron_runtime.transport.vitals import FROZEN, LOOK, Watch

START_LIMIT = 30.0
"""Seconds that a worker has to become ready."""

RESTARTS = 3
"""So many nurseries in a row that die before any worker is ready mean that none can be started."""

_NURSERY = ""
"""Stands for the nursery among the names of those who are watched."""


@dataclass(frozen=True, slots=True)
class Exit:
    """A worker is gone.

    Attributes:
        reason: How it ended; on further lines, what the call that it was working on last wrote to the error stream.
        running: The task it was working on, 0 for none.
    """

    name: str
    reason: str
    running: int


class NoWorkers(Exception):
    """No worker can be started; the message is a sentence."""


class Crew:
    """Worker processes of one pool. For one thread, but for reading ``pids`` and ``nursery_pid``.

    Attributes:
        pids: Process ids of the workers that are ready, by name.
    """

    def __init__(
        self, home: str, endpoint: str, size: int, nursery: NurseryLink | None = None, frozen: float = FROZEN
    ) -> None:
        """
        Args:
            home: Private directory of the pool.
            endpoint: Where workers find the scheduler.
            size: How many workers there will be.
            nursery: One that was started before.
            frozen: Seconds that a worker may be stopped before it is replaced.
        """
        self.pids: dict[str, int] = {}
        self._place = (home, endpoint, size)
        self._nursery = nursery
        self._failures = 0
        self._awaited: dict[str, float] = {}
        self._watch = Watch(frozen)
        self._next_look = 0.0
        self._condemned: dict[str, str] = {}

    def start(self) -> None:
        """Start the nursery, unless there is one. Does not wait for it.

        Raises:
            NoWorkers: Its interpreter cannot be started.
        """
        if self._nursery is not None:
            return
        try:
            self._nursery = NurseryLink(*self._place)
        except OSError as error:
            raise NoWorkers(f"The interpreter that starts worker processes cannot be started ({error}).") from error

    @property
    def nursery_pid(self) -> int | None:
        """Process id of the nursery, while there is one."""
        nursery = self._nursery
        return None if nursery is None else nursery.pid

    def host_of(self, name: str) -> str:
        """Name of the host on which a worker runs."""
        return socket.gethostname()

    def fileno(self) -> int | None:
        """Readable when the nursery has news; None if there is no nursery."""
        return None if self._nursery is None else self._nursery.fileno()

    def spawn(self, name: str) -> None:
        """Ask for a worker."""
        self._awaited[name] = time.monotonic() + START_LIMIT
        if self._nursery is not None:
            self._nursery.spawn(name)

    def kill(self, name: str) -> bool:
        """End a worker. Whether it was ready."""
        self._awaited.pop(name, None)
        if self._nursery is not None:
            self._nursery.kill(name)
        return self.pids.pop(name, None) is not None

    def welcome(self, name: str, pid: int) -> bool:
        """A worker says that it is ready. False if nobody asked for it."""
        if self._awaited.pop(name, None) is None:
            return False
        self._failures = 0
        self.pids[name] = pid
        return True

    def forget(self, name: str) -> bool:
        """A worker is gone. Whether it was ready."""
        self._awaited.pop(name, None)
        return self.pids.pop(name, None) is not None

    def news(self) -> list[Exit] | None:
        """Which workers are gone; None if the nursery itself is. To be called when there is something to read."""
        assert self._nursery is not None
        news = self._nursery.news()
        if news is None:
            return None
        return [
            Exit(item["name"], self._reason(item["name"], item["reason"]), item["running"])
            for item in news
            if item["is"] == "exited"
        ]

    def _reason(self, name: str, how: str) -> str:
        """How a worker ended, with what was known of it before."""
        self._watch.forget(name)
        return self._condemned.pop(name, how)

    def look(self) -> None:
        """See whether somebody has stopped a worker, or the nursery, for too long. It is killed, and replaced."""
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + LOOK
        nursery = self.nursery_pid
        looked_at = {name: pid for name, pid in self.pids.items() if name not in self._condemned}
        for name in self._watch.look(looked_at if nursery is None else {**looked_at, _NURSERY: nursery}, now):
            if name == _NURSERY:
                os.kill(self.nursery_pid or 0, signal.SIGKILL)  # its workers go with it; news of this will come
            elif self._nursery is not None:
                limit = self._watch.limit
                self._condemned[name] = f"frozen: somebody had stopped it (SIGSTOP) {limit:g} seconds before"
                self._nursery.kill(name)

    def restart(self) -> list[Exit]:
        """Replace a nursery that is gone. Its workers went with it; those not ready yet are asked for again.

        Raises:
            NoWorkers: It is not the first that died before a worker was ready, or another one cannot be started.
        """
        assert self._nursery is not None
        status = self._nursery.end()
        self._nursery = None
        self._failures += 1
        if self._failures >= RESTARTS:
            raise NoWorkers(
                f"The interpreter that starts worker processes ended {RESTARTS} times before a worker was ready, at"
                f" last with exit status {status}; what it wrote to stderr says why."
            )
        self.start()
        for name in list(self._awaited):
            self.spawn(name)
        return [Exit(name, "killed together with the process that starts workers", 0) for name in list(self.pids)]

    @property
    def due(self) -> int | None:
        """When :meth:`overdue` or :meth:`look` have something to do, as ``time.monotonic_ns``; None if nothing is
        awaited."""
        moment = self._next_look if self.pids else None
        if self._awaited:
            first = min(self._awaited.values())
            moment = first if moment is None else min(first, moment)
        return None if moment is None else int(moment * 1e9)

    def overdue(self) -> list[Exit]:
        """Workers that should have been ready by now. They are killed."""
        if not self._awaited:
            return []
        now = time.monotonic()
        late = [name for name, deadline in self._awaited.items() if deadline < now]
        for name in late:
            self.kill(name)
        return [Exit(name, f"not ready after {START_LIMIT:.0f} seconds", 0) for name in late]

    def end(self) -> None:
        """End all processes. Blocks until they are gone."""
        if self._nursery is not None:
            self._nursery.end()
            self._nursery = None

    def abandon(self) -> None:
        """In a fork of the program: let go of what belongs to the parent."""
        if self._nursery is not None:
            self._nursery.abandon()
