"""The driver: a thread of the program that owns the scheduler, its socket and its worker processes.

The program's threads put wishes into an inbox and ring; the driver turns them, the workers' messages and the
news of their ends into events, and carries out the scheduler's instructions. Where the workers are, those know that
derive from it: :mod:`.local_driver`, and the driver of a cluster.
"""

from __future__ import annotations

import threading
import time
import traceback
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import zmq

from pydron.bell import Bell
from pydron_runtime.data.payload import Payload
from pydron_runtime.data.tasks import Completion, Lost, Task
from pydron_runtime.protocol.codec import ProtocolError
from pydron_runtime.protocol.messages import VERSION, Hello, Report, Share, Shared, ToScheduler
from pydron_runtime.recording import Recorder
from pydron_runtime.scheduler import instructions as want
from pydron_runtime.scheduler.events import (
    Announced,
    Cancelled,
    Died,
    Event,
    Joined,
    Released,
    Reported,
    StartFailed,
    Submitted,
    Wanted,
)
from pydron_runtime.scheduler.machine import Scheduler
from pydron_runtime.scheduler.pool import WAY_OUT
from pydron_runtime.transport import base, directory
from pydron_runtime.transport.answers import Answers
from pydron_runtime.transport.crew import Exit
from pydron_runtime.transport.dispatching import adopted_outcomes, message_of, outcomes_of, shared_value, told
from pydron_runtime.transport.mailbox import Mailboxes
from pydron_runtime.transport.tracing import NOTES, note
from pydron_runtime.transport.wakeup import WakeUp

_UNTOLD = 1024
"""Releases that may lie in the inbox until the thread wakes for something else, which it does twice a second."""

_WISHES: dict[str, Callable[[int, Any], Event]] = {
    "announce": lambda now, _: Announced(now),
    "cancel": Cancelled,
    "want": Wanted,
}


class Driver(ABC):
    """The scheduler of one pool, in a thread of its own.

    Attributes:
        broken: Whether no worker can be had, so that every task is lost.
        crew: The worker processes, once the thread has begun. For reading.
        home: The private directory of the socket, once the thread has begun.
        answers: To threads that have put ``want`` into the inbox.
    """

    def __init__(self, size: int, mail: Mailboxes, recorder: Recorder | None) -> None:
        self.scheduler = Scheduler(size)
        self.broken = False
        self.answers = Answers()
        self.crew: base.Crew | None = None
        self._crew: base.Crew
        self._channel: base.Channel
        self.home = ""
        self._size = size
        self._mail = mail
        self._recorder = recorder
        self._inbox: deque[tuple[str, Any]] = deque()
        self._wake = WakeUp()
        self._hungry = True
        self._gathering = False
        self._completions: dict[int, list[Completion]] = {}
        self._closing = self._ended = self._over = False
        self._gone, self._thread = Bell(), threading.Thread(target=self._run, name="pydron-scheduler", daemon=True)

    def _carry(self, worker: str, payload: Payload) -> Payload:
        """What has to be done to a payload so that a worker can have it: on this machine nothing."""
        return payload

    def start(self) -> None:
        """Begin. Returns at once."""
        self._thread.start()

    def put(self, kind: str, what: Any) -> None:
        """Put a wish into the inbox: ``submit`` a task, ``cancel`` or ``release`` numbers,
        ``want`` the value of a number, ``record`` to a recorder, ``announce`` that tasks are about to come."""
        self._inbox.append((kind, what))
        if self._ended:
            self._refuse()
        elif self._hungry if kind == "submit" else kind != "release" or len(self._inbox) > _UNTOLD:
            self._wake.ring()  # costs the caller some 40 µs: the other thread takes the interpreter away

    def close(self) -> None:
        """End the thread, the processes and the socket. Blocks until they are gone."""
        self._closing = True
        self._wake.ring()
        if self._thread.ident is not None:
            while not self._over:  # a thread whose `join` was interrupted counts as ended, whether it has or not
                self._gone.wait()
            self._thread.join()
        self._wake.close()

    def abandon(self) -> None:
        """In a fork of the program: let go of what belongs to the parent."""
        if self.crew is not None:
            self.crew.abandon()
        self._wake.close()

    def _run(self) -> None:
        try:
            self._serve()
        finally:
            self._over = True
            self._gone.ring()

    def _serve(self) -> None:
        channel: base.Channel | None = None
        try:
            channel = self._open()
            self._loop()
        except (OSError, zmq.ZMQError) as error:
            self._abort(f"There is no place for the sockets of worker processes ({error}). Set TMPDIR. {WAY_OUT}")
        except Exception:
            self._abort("The scheduler failed; please report this.\n" + traceback.format_exc())
        finally:
            if channel is not None:
                channel.close()
            if self.crew is not None:
                self.crew.end()
            if self.home:
                directory.remove(self.home)
            self._wind_up()

    @abstractmethod
    def _open(self) -> base.Channel:
        """Make the crew and the channel."""

    @abstractmethod
    def _loop(self) -> None:
        """Turn what comes in into events, until :meth:`close`."""

    # What comes in

    def _empty_inbox(self) -> None:
        """Releases come last, for nobody waits for them; but before a task that needs what may have been released."""
        tasks: list[Task] = []
        released: list[int] = []
        while self._inbox:
            kind, what = self._inbox.popleft()
            if kind == "release":
                released += what
                continue
            if kind != "submit" or (released and what.needs):
                self._take_in(tasks, released)
                tasks, released = [], []
            if kind == "submit":
                tasks.append(what)
            elif kind in _WISHES:
                self._handle(_WISHES[kind](time.monotonic_ns(), what))
            else:
                self._record_to(what)
        self._take_in(tasks, released)

    def _take_in(self, tasks: list[Task], released: list[int]) -> None:
        if tasks:
            self._handle(Submitted(time.monotonic_ns(), tuple(tasks)))
        if released:
            self._handle(Released(time.monotonic_ns(), tuple(released)))

    def _record_to(self, recorder: Recorder | None) -> None:
        self._recorder = recorder
        if recorder is not None:
            for name, pid in self._crew.pids.items():
                recorder.worker_started(name, self._crew.host_of(name), pid, time.monotonic_ns())

    def _heard(self, name: str, message: ToScheduler, frames: Sequence[bytes]) -> None:
        """Take in what a worker says."""
        now = time.monotonic_ns()
        if isinstance(message, Hello):
            self._welcome(message)
        elif isinstance(message, (Report, Shared)):
            try:
                if isinstance(message, Shared):
                    event: Event | None = shared_value(message, frames, name, now)
                else:
                    event = Reported(now, name, adopted_outcomes(outcomes_of(message, frames)))
            except ProtocolError:
                return
            if event is not None:
                self._handle(event)

    def _welcome(self, hello: Hello) -> None:
        if hello.version != VERSION or not self._crew.welcome(hello.worker, hello.pid):
            return
        now = time.monotonic_ns()
        if self._recorder is not None:
            self._recorder.worker_started(hello.worker, hello.host, hello.pid, now)
        self._handle(Joined(now, hello.worker))

    def _lose(self, exit_: Exit) -> None:
        self._channel.forget(exit_.name)
        now = time.monotonic_ns()
        if self._crew.forget(exit_.name) and self._recorder is not None:
            self._recorder.worker_stopped(exit_.name, now, exit_.reason)
        self._handle(Died(now, exit_.name, exit_.reason, exit_.running))

    # What goes out

    def _handle(self, event: Event) -> None:
        """Let the scheduler take an event in, and do what it says."""
        completions = self._completions
        for instruction in self.scheduler.handle(event):
            if isinstance(instruction, want.Deliver):
                completions.setdefault(instruction.owner, []).append(instruction.completion)
            elif isinstance(instruction, want.Dispatch):
                self._dispatch(instruction)
            elif isinstance(instruction, NOTES):
                if self._recorder is not None:
                    note(self._recorder, instruction, event.now)
            elif isinstance(instruction, (want.Forget, want.Drop, want.Hold, want.Give)):
                self._channel.send(instruction.worker, *told(instruction, self._carry))
            elif isinstance(instruction, want.Share):
                tell = self._channel.send if instruction.late else self._channel.ask
                tell(instruction.worker, Share(instruction.numbers))
            elif isinstance(instruction, want.Move):
                self._channel.move(instruction)
            elif isinstance(instruction, want.Provide):
                self.answers.give(instruction.completion)
            elif isinstance(instruction, want.Stop):
                self._stop(instruction.worker)
            elif isinstance(instruction, want.StartWorkers):
                for name in instruction.names:
                    self._crew.spawn(name)
        if completions and not self._gathering:
            self._deliver()

    def _deliver(self) -> None:
        completions, self._completions = self._completions, {}
        self._mail.deliver(completions)

    def _dispatch(self, dispatch: want.Dispatch) -> None:
        self._channel.send_surroundings(dispatch.worker)
        message, frames = message_of(dispatch, self._carry)
        if self._recorder is not None:
            note(self._recorder, dispatch, time.monotonic_ns())
        self._channel.send(dispatch.worker, message, frames)

    def _stop(self, name: str) -> None:
        """End a worker of which the scheduler knows nothing any more."""
        self._channel.forget(name)
        if self._crew.kill(name) and self._recorder is not None:
            self._recorder.worker_stopped(name, time.monotonic_ns(), "stopped in the middle of a cancelled call")

    # The end

    def _give_up(self, reason: str) -> None:
        """No worker can be had: the scheduler settles everything, now and later."""
        self.broken = True
        self._handle(StartFailed(time.monotonic_ns(), f"{reason} {WAY_OUT}"))

    def _abort(self, reason: str) -> None:
        """The thread ends: settle what is open without asking the scheduler, which may be what failed."""
        self.broken = True
        self._deliver()
        state = self.scheduler.state
        state.broken = state.broken or reason
        for entry in state.tasks.values():
            if not entry.settled:
                self._mail.deliver({entry.task.owner: [Lost(entry.task.id, reason)]})

    def _wind_up(self) -> None:
        """Whatever is open when the pool ends will never be done."""
        now = time.monotonic_ns()
        if self._recorder is not None and self.crew is not None:
            for name in self.crew.pids:
                self._recorder.worker_stopped(name, now, "closed")
        if self.crew is not None:
            self.crew.pids.clear()
        if not self.broken:
            self._abort("The executor was closed before the call had ended.")
        self._ended = True
        for number in self.answers.awaited:
            self.answers.give(Lost(number, self.scheduler.state.broken or ""))
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
            elif kind == "want":
                self.answers.give(Lost(what, reason))
