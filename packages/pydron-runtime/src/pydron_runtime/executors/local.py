"""The local executor: worker processes on this machine, a scheduler in a thread of the program, ZeroMQ between."""

from __future__ import annotations

import atexit
import os
import signal
import threading
import weakref
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from pydron.uninterrupted import uninterrupted
from pydron_runtime.transport.descriptors import are_left
from pydron_runtime.transport.head_start import head_start
from pydron_runtime.transport.mailbox import Mailboxes
from pydron_runtime.transport.nursery_link import cores
from pydron_runtime.transport.vitals import frozen_limit

# What this module imports stands before the start of the first worker; the rest is imported while that starts.
if TYPE_CHECKING:
    from pydron_runtime.data.tasks import Completion, Task
    from pydron_runtime.recording import Recorder
    from pydron_runtime.transport.driver import Driver

_all: weakref.WeakSet[LocalExecutor] = weakref.WeakSet()
_shared: dict[int, LocalExecutor] = {}
_shared_lock = threading.Lock()
_abandoned: list[object] = []


class LocalExecutor:
    """Runs tasks in worker processes. Starts them when the first task comes, keeps them until it is closed.

    Safe to use from several threads. A fork of the program has none of the processes; there, it starts its own.
    """

    def __init__(self, workers: int | None = None, recorder: Recorder | None = None) -> None:
        """
        Args:
            workers: Number of worker processes; None means one per processor that this process may use.
            recorder: Who is told about tasks and workers.
        """
        if workers is not None and workers < 1:
            raise ValueError(f"workers={workers}: there must be at least one")
        self._size = workers if workers is not None else cores()
        self._closed = False
        self._has_room = False
        self._fresh(recorder)
        _all.add(self)

    def _fresh(self, recorder: Recorder | None) -> None:
        self._recorder = recorder
        self._mail = Mailboxes()
        self._driver: Driver | None = None
        self._starting = threading.Lock()

    @property
    def recorder(self) -> Recorder | None:
        """Who is told about tasks and workers. May be changed between runs: tasks submitted later count as the
        new recorder's, and it is told about the workers that are there."""
        return self._recorder

    @recorder.setter
    def recorder(self, recorder: Recorder | None) -> None:
        if recorder is self._recorder:
            return
        self._recorder = recorder
        if self._driver is not None:
            self._driver.put("record", recorder)

    @property
    def workers(self) -> int:
        """Number of tasks that can run at once."""
        return self._size

    @property
    def usable(self) -> bool:
        """Whether it makes sense to submit tasks: it is not closed, and workers can be started."""
        return not self._closed and not (self._driver is not None and self._driver.broken)

    @property
    def can_start(self) -> bool:
        """Whether the workers are there, or the program has the file descriptors that it takes to start them."""
        if not self._has_room:
            self._has_room = self._driver is not None or are_left()
        return self._has_room

    @property
    def is_warm(self) -> bool:
        """Whether the workers have been started, or need not be."""
        return self._driver is not None or self._closed

    @property
    def processes(self) -> dict[str, int]:
        """Names and process ids of the workers that are ready."""
        crew = None if self._driver is None else self._driver.crew
        return {} if crew is None else dict(crew.pids)

    @property
    def nursery(self) -> int | None:
        """Process id of the interpreter that starts workers, while there is one."""
        crew = None if self._driver is None else self._driver.crew
        return None if crew is None else crew.nursery_pid

    def warm_up(self) -> None:
        """Start the workers, so that the first task waits less. Returns before they are ready."""
        if not self.is_warm:
            self._start().put("announce", None)

    def _start(self) -> Driver:
        with self._starting:
            if self._driver is None:
                with uninterrupted():
                    driver = self._make_driver()
                    driver.start()
                    self._driver = driver
            return self._driver

    def _make_driver(self) -> Driver:
        frozen = frozen_limit()
        begun = head_start(self._size)
        from pydron_runtime.transport.local_driver import LocalDriver  # late: the nursery imports at the same time

        return LocalDriver(self._size, self._mail, self._recorder, begun, frozen)

    def submit(self, task: Task) -> None:
        """Accept a task. Takes a few microseconds. Needs may be unfinished."""
        self._mail.expect(task.owner)
        if self._closed:
            from pydron_runtime.data.tasks import Lost

            self._mail.deliver({task.owner: [Lost(task.id, "The executor was closed.")]})
            return
        driver = self._driver or self._start()
        driver.put("submit", task)

    def cancel(self, tasks: Iterable[int]) -> None:
        """Drop tasks; those unfinished complete as skipped. Counts as a release of all of them."""
        if self._driver is not None:
            self._driver.put("cancel", tuple(tasks))

    def release(self, tasks: Iterable[int]) -> None:
        """The program will not refer to these tasks' results in later submissions; they are forgotten."""
        if self._driver is not None:
            self._driver.put("release", tuple(tasks))

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

    def obtain(self, number: int) -> Completion:
        """The value of a task that succeeded and whose result a worker holds. Blocks until it is there.

        Returns:
            The completion, with the value in it; or the reason why there is none.

        Raises:
            KeyboardInterrupt: As usual; the executor stays usable.
        """
        driver = self._driver
        if driver is None:
            from pydron_runtime.data.tasks import Lost

            return Lost(number, "The executor was closed.")
        bell = driver.answers.expect(number)
        driver.put("want", number)
        return driver.answers.wait(number, bell)

    def close(self) -> None:
        """End all processes and remove the sockets. Blocks until they are gone. Open tasks complete as lost."""
        self._closed = True
        with self._starting:
            if self._driver is not None:
                self._driver.close()

    def fall_silent(self) -> None:
        """The interpreter ends: nobody will hear what became of open tasks. Only daemon threads can still wait for
        them; in plain Python these just stop, and do not end with an error."""
        self._mail.fall_silent()
        if self._driver is not None:
            self._driver.answers.fall_silent()

    def _after_fork_in_child(self) -> None:
        if self._driver is not None:
            self._driver.abandon()
            _abandoned.append(self._driver)  # its sockets must not be closed by garbage collection
        self._fresh(None)


def shared(workers: int | None = None) -> LocalExecutor:
    """The pool of this size that all runs of the program share. It stays warm until the program ends."""
    size = workers if workers is not None else cores()
    with _shared_lock:
        executor = _shared.get(size)
        if executor is None or not executor.usable:
            executor = _shared[size] = LocalExecutor(size)
        return executor


def _close_all() -> None:
    """The program ends. Whoever is impatient (Ctrl-C, again and again) gets what is being done, only sooner."""
    handler = signal.getsignal(signal.SIGINT)
    hurried = False
    for executor in list(_all):
        while True:
            try:
                if hurried:
                    _hurry(executor)
                executor.fall_silent()
                executor.close()
                break
            except KeyboardInterrupt:
                hurried = True
    if hurried and handler is not None:
        signal.signal(signal.SIGINT, handler)


def _hurry(executor: LocalExecutor) -> None:
    """What is left takes some milliseconds: nothing more interrupts it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nursery = executor.nursery
    if nursery is not None:
        with suppress(ProcessLookupError):  # it has ended by itself
            os.kill(nursery, signal.SIGKILL)  # its workers go with it


def _in_child() -> None:
    global _shared_lock
    _shared_lock = threading.Lock()
    for executor in list(_all):
        executor._after_fork_in_child()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
