"""The inline executor: runs each task in the program itself, when it is submitted. For debugging.

Arguments and results are copies, as with every other executor, so that a program that wrongly relies on sharing
them behaves the same here.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterable

from pydron_runtime.data.tasks import Completion, Task
from pydron_runtime.executors.ledger import Ledger
from pydron_runtime.recording import Recorder

WORKER = "inline"


class InlineExecutor:
    """An :class:`~pydron_runtime.executors.base.Executor` without processes and threads of its own."""

    def __init__(self, recorder: Recorder | None = None) -> None:
        self._ledger = Ledger(WORKER, recorder)
        self._started = False

    @property
    def recorder(self) -> Recorder | None:
        """Who is told about the tasks. May be changed between runs."""
        return self._ledger.recorder

    @recorder.setter
    def recorder(self, recorder: Recorder | None) -> None:
        self._ledger.recorder = recorder
        self._started = False

    @property
    def workers(self) -> int:
        """One: the program itself."""
        return 1

    def warm_up(self) -> None:
        """There is nothing to start."""

    def submit(self, task: Task) -> None:
        """Run the task. Blocks until it has ended, however it ends."""
        recorder = self._ledger.recorder
        if recorder is not None and not self._started:
            self._started = True
            recorder.worker_started(WORKER, socket.gethostname(), os.getpid(), time.monotonic_ns())
        self._ledger.submit(task)
        for ready in self._ledger.ready():
            self._ledger.perform(ready)

    def cancel(self, tasks: Iterable[int]) -> None:
        """All submitted tasks have ended: nothing is left to cancel."""

    def release(self, tasks: Iterable[int]) -> None:
        """Forget results."""
        self._ledger.release(tasks)

    def completed(self, owner: int) -> list[Completion]:
        """Completions of this owner's tasks since the last call."""
        return self._ledger.completed(owner)

    def dismiss(self, owner: int) -> None:
        """This owner has ended: completions of its tasks are dropped."""
        self._ledger.completed(owner)

    def wait(self, owner: int, timeout: float | None = None) -> bool:
        """Never blocks: whether there is something to collect."""
        return self._ledger.has_mail(owner)

    def close(self) -> None:
        """Forget everything."""
        recorder = self._ledger.recorder
        if recorder is not None and self._started:
            self._started = False
            recorder.worker_stopped(WORKER, time.monotonic_ns(), "closed")
        self._ledger.close("The executor was closed.")
