"""Ledger: the bookkeeping that executors in the program's own process share.

Which tasks wait for which, what is skipped because something it needs did not succeed, whose completions have
not been collected. The executor that owns the ledger decides which ready task is run, and when.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

import msgspec

from pydron_runtime.data.outcomes import Outcome, completion_of
from pydron_runtime.data.output import Transcript
from pydron_runtime.data.payload import Payload
from pydron_runtime.data.tasks import Completion, Lost, Skipped, Succeeded, Task
from pydron_runtime.recording import Recorder
from pydron_runtime.transport.tracing import note_end
from pydron_runtime.worker.execution import Execution, FunctionTable, run


class Ledger:
    """Tasks of an in-process executor, from submission to collection. For one thread at a time."""

    def __init__(self, worker: str, recorder: Recorder | None = None, listens: bool = False) -> None:
        """
        Args:
            worker: Name for the trace.
            recorder: Who is told about the tasks.
            listens: Whether the output of calls is taken down, as in a worker. If not, it comes out at once.
        """
        self.recorder = recorder
        self._worker = worker
        self._listens = listens
        self._functions = FunctionTable()
        self._open: dict[int, Task] = {}
        self._results: dict[int, Payload] = {}
        self._bad: set[int] = set()
        self._released: set[int] = set()
        self._mail: dict[int, list[Completion]] = {}

    def submit(self, task: Task) -> None:
        """Enter a task. It may be settled at once, if something it needs did not succeed."""
        self._functions.define(task.function.digest, task.function.blob)
        self._open[task.id] = task
        for need in task.needs:
            if need in self._bad:
                self.settle(task.id, Skipped(task.id, need))
                return
            if need not in self._results and need not in self._open:
                self.settle(task.id, Lost(task.id, f"{task.label} needs a result that was released: {need}."))
                return
        if self.is_ready(task) and self.recorder is not None:
            self.recorder.task_ready(task.id, time.monotonic_ns())

    def is_ready(self, task: Task) -> bool:
        """Whether all that the task needs is there."""
        return all(need in self._results for need in task.needs)

    def ready(self) -> list[Task]:
        """The tasks that could be run now, oldest first."""
        return [task for task in self._open.values() if self.is_ready(task)]

    def perform(self, task: Task) -> None:
        """Run a ready task on pickled copies, as a worker does, and settle it."""
        recorder = self.recorder
        if recorder is not None:
            recorder.task_sent(task.id, self._worker, 1, time.monotonic_ns())
        values = dict(task.bindings)
        values.update((need, self._results[need]) for need in task.needs)
        execution = Execution(task.id, task.function.digest, task.arguments, values)
        outcome = self._run(execution)
        if recorder is not None:
            note_end(recorder, outcome, self._worker, 1)
        self.settle(task.id, completion_of(outcome, self._worker))

    def _run(self, execution: Execution) -> Outcome:
        if not self._listens:
            return run(execution, self._functions, time.monotonic_ns)
        from pydron_runtime.machine.calls.brought_forth import listening

        transcript = Transcript()
        with listening(transcript):
            outcome = run(execution, self._functions, time.monotonic_ns)
        return msgspec.structs.replace(outcome, output=transcript.take())

    def settle(self, number: int, completion: Completion) -> None:
        """Give a task its completion, and skip what can no longer be run."""
        todo = [(number, completion)]
        while todo:
            number, completion = todo.pop()
            task = self._open.pop(number, None)
            if task is None:
                continue
            self._mail.setdefault(task.owner, []).append(completion)
            if isinstance(completion, Succeeded):
                self._results[number] = completion.result
            else:
                self._bad.add(number)
                waiting = [other.id for other in self._open.values() if number in other.needs]
                todo += [(other, Skipped(other, number)) for other in reversed(waiting)]
        self._collect()

    def cancel(self, tasks: Iterable[int]) -> None:
        """Settle unfinished tasks as skipped."""
        for number in tasks:
            self.settle(number, Skipped(number, None))

    def release(self, tasks: Iterable[int]) -> None:
        """Forget results, as soon as no open task needs them."""
        self._released.update(tasks)
        self._collect()

    def completed(self, owner: int) -> list[Completion]:
        """Collect an owner's completions."""
        return self._mail.pop(owner, [])

    def has_mail(self, owner: int) -> bool:
        """Whether :meth:`completed` would return something."""
        return bool(self._mail.get(owner))

    def close(self, reason: str) -> None:
        """Settle everything that is open as lost."""
        for number in list(self._open):
            self.settle(number, Lost(number, reason))
        self._results.clear()

    @property
    def open(self) -> int:
        """How many tasks have no completion yet."""
        return len(self._open)

    @property
    def held(self) -> int:
        """How many results are kept."""
        return len(self._results)

    def _collect(self) -> None:
        if not self._released:
            return
        needed = {need for task in self._open.values() for need in task.needs}
        for number in [n for n in self._released if n not in needed and n not in self._open]:
            self._released.discard(number)
            self._results.pop(number, None)
            self._bad.discard(number)
