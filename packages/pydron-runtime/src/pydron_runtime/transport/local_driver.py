"""The driver of a pool on this machine: a Unix socket to the workers, and the nursery that they come from."""

from __future__ import annotations

import time

import zmq

from pydron_runtime.recording import Recorder
from pydron_runtime.scheduler.events import Ticked
from pydron_runtime.scheduler.placement import is_hungry
from pydron_runtime.transport import base, directory
from pydron_runtime.transport.channel import Channel
from pydron_runtime.transport.crew import Crew, NoWorkers
from pydron_runtime.transport.driver import Driver
from pydron_runtime.transport.head_start import HeadStart, endpoint_in
from pydron_runtime.transport.mailbox import Mailboxes
from pydron_runtime.transport.vitals import FROZEN


class LocalDriver(Driver):
    """The scheduler of a pool of worker processes."""

    _crew: Crew
    _channel: Channel

    def __init__(
        self,
        size: int,
        mail: Mailboxes,
        recorder: Recorder | None,
        begun: HeadStart | None = None,
        frozen: float = FROZEN,
    ) -> None:
        super().__init__(size, mail, recorder)
        self._begun = begun
        self._frozen = frozen

    def _open(self) -> base.Channel:
        begun = self._begun
        self.home = directory.make() if begun is None else begun.home
        nursery = None if begun is None else begun.nursery
        self.crew = self._crew = Crew(self.home, endpoint_in(self.home), self._size, nursery, self._frozen)
        self._channel = Channel(self.home)
        return self._channel

    def _loop(self) -> None:
        self._poller = zmq.Poller()
        self._poller.register(self._channel.socket, zmq.POLLIN)
        self._poller.register(self._wake.fileno(), zmq.POLLIN)
        try:
            self._crew.start()
            if self._crew.fileno() is not None:
                self._poller.register(self._crew.fileno(), zmq.POLLIN)
        except NoWorkers as error:
            self._give_up(str(error))
        wake = self._wake.fileno()
        while not self._closing:
            # First said, then looked: whoever puts a task in does it the other way round, so that one of both notices.
            self._hungry = is_hungry(self.scheduler.state)
            due = self._due()
            ready = dict(self._poller.poll(0 if self._hungry and self._inbox else _until(due)))
            if self._inbox:
                self._empty_inbox()
            if wake in ready:
                self._wake.clear()  # gives the interpreter to whoever has rung: its task is on its way by now
                if self._inbox:
                    self._empty_inbox()
            if self._crew.fileno() in ready:
                self._hear_nursery()
            elif self._channel.socket in ready:
                self._hear_workers(told=True)
            if due is not None and time.monotonic_ns() >= due:
                self._look_after()

    def _due(self) -> int | None:
        """When there is something to do of which nobody tells, as ``time.monotonic_ns``; None if there is nothing."""
        crew, scheduler = self._crew.due, self.scheduler.state.due
        return crew if scheduler is None else scheduler if crew is None else min(crew, scheduler)

    def _look_after(self) -> None:
        """Do what nobody tells of: replace workers that are late, or were stopped, and tell the scheduler the time."""
        for exit_ in self._crew.overdue():
            self._lose(exit_)
        self._crew.look()
        if self.scheduler.state.is_due(now := time.monotonic_ns()):
            self._handle(Ticked(now))

    def _hear_workers(self, told: bool = False) -> None:
        self._gathering = True  # one word to the program about all of them
        try:
            for name, message, frames in self._channel.arrived(told):
                self._heard(name, message, frames)
        finally:
            self._gathering = False
            self._deliver()

    def _hear_nursery(self) -> None:
        descriptor = self._crew.fileno()
        exits = self._crew.news()
        if exits is None:
            self._poller.unregister(descriptor)
            self._channel.bind_again()  # a nursery that fails removes the directory before it ends
            try:
                exits = self._crew.restart()
            except NoWorkers as error:
                self._give_up(str(error))
                return
            self._poller.register(self._crew.fileno(), zmq.POLLIN)
        # What a worker reported before it died counts, and is there by now as a rule.
        self._hear_workers()
        for exit_ in exits:
            self._lose(exit_)


def _until(due: int | None) -> int | None:
    """Milliseconds to wait until a moment, not to be too early; None for ever."""
    return None if due is None else max(0, (due - time.monotonic_ns()) // 1_000_000 + 1)
