"""An executor on top of an engine that exists already: dask, Ray, any ``concurrent.futures.Executor``.

The engine decides where and when a call runs. This executor keeps the book, gives calls to the engine, and turns what
comes back into completions. :class:`Engine` is what an engine has to offer; each is one small file.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import msgspec

from pydron_runtime.data.outcomes import Outcome, completion_of
from pydron_runtime.data.payload import Payload
from pydron_runtime.data.tasks import Completion, Lost, Succeeded, Task
from pydron_runtime.executors.engine_book import EngineBook, Ticket, Upshot
from pydron_runtime.executors.engine_call import Reply, Request, request_of
from pydron_runtime.executors.held import hold
from pydron_runtime.recording import Recorder
from pydron_runtime.transport.mailbox import Mailboxes
from pydron_runtime.transport.tracing import note_end

Arrival = Callable[[Callable[[], Reply]], None]
"""To be called once per call, from any thread, with a function that gives the reply, or raises what went wrong."""


class Engine(Protocol):
    """What runs calls somewhere. All methods may be called from any thread; none but ``fetch`` and ``close`` blocks.

    Attributes:
        name: For messages and traces.
        chains: Whether the handle of a call that has not ended can be given to another call that needs its result.
    """

    name: str
    chains: bool

    @property
    def workers(self) -> int:
        """How many calls can run at once."""
        ...

    def begin(self, request: Request, needs: tuple[Any, ...], arrived: Arrival) -> Any:
        """Have ``engine_call.perform(request, *replies)`` called, with the replies of the calls in ``needs``.

        Returns:
            A handle. While somebody refers to it, the engine keeps the reply.

        Raises:
            Exception: The engine takes no calls.
        """
        ...

    def cancel(self, handles: Sequence[Any]) -> None:
        """Nobody wants these calls any more. They may run nevertheless."""
        ...

    def fetch(self, handle: Any) -> Payload:
        """The whole result of a call whose reply was only a head. Blocks.

        Raises:
            Exception: It is gone for good.
        """
        ...

    def close(self) -> None:
        """Give back what was started for the program; leave alone what was there before. Idempotent."""
        ...


class EngineExecutor:
    """An :class:`~pydron_runtime.executors.base.Executor` that lets an engine run the calls. For any thread."""

    def __init__(self, engine: Engine, recorder: Recorder | None = None) -> None:
        self.recorder = recorder
        self._engine = engine
        self._book = EngineBook(engine.chains)
        self._mail = Mailboxes()
        self._lock = threading.Lock()
        self._closed = False
        self._told: tuple[Recorder | None, set[str]] = (None, set())
        self._here = socket.gethostname()

    @property
    def workers(self) -> int:
        """Number of tasks that can run at once."""
        return self._engine.workers

    @property
    def usable(self) -> bool:
        """Whether it makes sense to submit tasks."""
        return not self._closed

    @property
    def held(self) -> int:
        """How many tasks are known, settled ones included."""
        return len(self._book)

    def warm_up(self) -> None:
        """The engine is there."""

    def submit(self, task: Task) -> None:
        """Give a task to the engine, now or when what it needs is there."""
        self._mail.expect(task.owner)
        if self._closed:
            self._mail.deliver({task.owner: [Lost(task.id, "The executor was closed.")]})
            return
        with self._lock:
            upshot = self._book.enter(task)
        self._carry_out(upshot)

    def cancel(self, tasks: Iterable[int]) -> None:
        """Drop tasks; those unfinished complete as skipped. Counts as a release of all of them."""
        with self._lock:
            upshot, begun = self._book.cancel(tasks)
        self._carry_out(upshot)
        self._stop(begun)

    def release(self, tasks: Iterable[int]) -> None:
        """The program will not refer to these tasks' results in later submissions; they are forgotten."""
        with self._lock:
            self._book.release(tasks)

    def completed(self, owner: int) -> list[Completion]:
        """Completions of this owner's tasks since the last call. Does not block."""
        return self._mail.collect(owner)

    def dismiss(self, owner: int) -> None:
        """This owner has ended: completions of its tasks, those that are still to come included, are dropped."""
        self._mail.dismiss(owner)

    def wait(self, owner: int, timeout: float | None = None) -> bool:
        """Block until ``completed(owner)`` would return something.

        False if the timeout (seconds) passed, and at once if none of the owner's tasks is open.

        Raises:
            KeyboardInterrupt: As usual; the executor stays usable.
        """
        return self._mail.wait(owner, timeout)

    def close(self) -> None:
        """Settle everything that is open as lost, and let go of the engine."""
        self._closed = True
        with self._lock:
            upshot, begun = self._book.close("The executor was closed before the call had ended.")
        self._carry_out(upshot)
        self._stop(begun)
        self._engine.close()

    # What follows from a change. Never under the lock: an engine may call back at once, from the same thread.

    def _carry_out(self, upshot: Upshot) -> None:
        recorder = self.recorder
        if recorder is not None:
            for number in upshot.ready:
                recorder.task_ready(number, time.monotonic_ns())
        if upshot.completions:
            boxes: dict[int, list[Completion]] = {}
            for owner, completion in upshot.completions:
                boxes.setdefault(owner, []).append(completion)
            self._mail.deliver(boxes)
        for ticket in upshot.begin:
            self._begin(ticket)

    def _begin(self, ticket: Ticket) -> None:
        task = ticket.task
        number = task.id
        with self._lock:
            if not self._book.is_open(number):
                return  # it was cancelled, or something that it needs has failed
            if self._book.chains:
                needs, values = tuple(dict.fromkeys(task.needs)), dict(task.bindings)
            else:
                needs, values = (), self._book.values_of(task)
            handles = tuple(self._book.handle_of(need) for need in needs)
        ticket.sent = time.monotonic_ns()
        try:
            handle = self._engine.begin(
                request_of(task, needs, values), handles, lambda give: self._arrived(ticket, give)
            )
        except Exception as error:
            self._settle(number, self._lost(ticket, error))
            return
        ticket.handle = handle

    def _arrived(self, ticket: Ticket, give: Callable[[], Reply]) -> None:
        """A call has ended. Called by the engine."""
        number = ticket.task.id
        try:
            reply = give()
        except BaseException as error:  # an engine may also raise its own CancelledError, which is no Exception
            self._settle(number, self._lost(ticket, error))
            return
        if reply.outcome.kind == "dropped":
            return  # what it needed has failed; that completion settles this task too
        worker = self._worker(reply)
        completion: Completion
        if reply.held:
            completion = self._held(ticket, reply, worker)
        else:
            completion = completion_of(reply.outcome, worker)
        recorder = self.recorder
        if recorder is not None:
            self._introduce(recorder, worker, reply)
            recorder.task_sent(number, worker, 1, ticket.sent)
            note_end(recorder, self._in_our_time(reply), worker, 1)
        self._settle(number, completion)

    def _held(self, ticket: Ticket, reply: Reply, worker: str) -> Completion:
        """The result stays where it is until the program looks at it."""
        engine, outcome = self._engine, reply.outcome

        def fetch() -> Payload:
            return engine.fetch(ticket.handle)

        return Succeeded(ticket.task.id, hold(fetch), worker, outcome.finished - outcome.started, outcome.output)

    def _settle(self, number: int, completion: Completion) -> None:
        with self._lock:
            upshot = self._book.settle(number, completion)
        self._carry_out(upshot)

    def _stop(self, tickets: Iterable[Ticket]) -> None:
        handles = [ticket.handle for ticket in tickets]
        try:
            if handles:
                self._engine.cancel(handles)
        except Exception:  # it is a courtesy: an engine that has ended, or cannot, is left alone
            pass

    def _lost(self, ticket: Ticket, error: BaseException) -> Lost:
        label = ticket.task.label or ticket.task.function.name
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        return Lost(
            ticket.task.id,
            f"{label} has no result, because {self._engine.name} could not run it ({said}). Look for native code that"
            " crashes, for calls that end the process, or for memory running out. PYDRON_EXECUTOR=inline runs the"
            " program without an engine.",
        )

    # For the trace

    def _worker(self, reply: Reply) -> str:
        if reply.host == self._here:
            return self._engine.name if reply.pid == os.getpid() else f"{self._engine.name}-{reply.pid}"
        return f"{self._engine.name}-{reply.host}-{reply.pid}"

    def _introduce(self, recorder: Recorder, worker: str, reply: Reply) -> None:
        with self._lock:
            if self._told[0] is not recorder:
                self._told = (recorder, set())
            known = self._told[1]
            if worker in known:
                return
            known.add(worker)
        recorder.worker_started(worker, reply.host, reply.pid, time.monotonic_ns())

    def _in_our_time(self, reply: Reply) -> Outcome:
        """The outcome in nanoseconds of this host's clock: a call of another host's is taken to have ended just now."""
        outcome = reply.outcome
        if reply.host == self._here:
            return outcome
        now = time.monotonic_ns()
        return msgspec.structs.replace(outcome, started=now - (outcome.finished - outcome.started), finished=now)
