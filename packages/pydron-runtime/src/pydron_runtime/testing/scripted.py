"""The scripted executor: an executor for tests, in which nothing runs until the test says so.

Each interleaving of a program and its tasks can be played: the test, or a policy, names the ready task that
completes next. The task then runs in this process, on pickled copies of its arguments, exactly like in a worker.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence

from pydron_runtime.data.tasks import Completion, Task
from pydron_runtime.executors.ledger import Ledger
from pydron_runtime.recording import Recorder

Policy = Callable[[Sequence[Task]], int]
"""Given the ready tasks, oldest first: the index of the one that completes next."""


def oldest_first(ready: Sequence[Task]) -> int:
    """Completion in the order of issue."""
    return 0


def newest_first(ready: Sequence[Task]) -> int:
    """Completion in the reverse order of issue, as far as dependencies allow."""
    return len(ready) - 1


def seeded(seed: int) -> Policy:
    """Completion in a random order that the seed determines."""
    source = random.Random(seed)
    return lambda ready: source.randrange(len(ready))


class ScriptedExecutor:
    """An executor that completes one task per :meth:`wait`, chosen by a policy.

    Attributes:
        order: Ids of tasks in the order in which they completed by running.
        submitted: Ids of tasks in the order of submission.
        cancelled: Ids for which the program asked for cancellation.
        released: Ids that the program released.
        peak: The largest number of tasks that were submitted and not completed at one time.
        names: Names of functions, in the order in which their calls completed.
    """

    def __init__(
        self, policy: Policy = oldest_first, workers: int = 4, recorder: Recorder | None = None, ahead: int = 1
    ) -> None:
        """
        Args:
            policy: Chooses the ready task that completes next.
            workers: What :attr:`workers` says.
            recorder: Who is told about the tasks.
            ahead: How many tasks one ``wait`` completes, if so many are ready.
        """
        self._ledger = Ledger("scripted", recorder, listens=True)
        self._policy = policy
        self._workers = workers
        self._ahead = ahead
        self.order: list[int] = []
        self.submitted: list[int] = []
        self.cancelled: list[int] = []
        self.released: list[int] = []
        self.names: list[str] = []
        self.peak = 0
        self.closed = False

    @property
    def recorder(self) -> Recorder | None:
        """Who is told about the tasks."""
        return self._ledger.recorder

    @recorder.setter
    def recorder(self, recorder: Recorder | None) -> None:
        self._ledger.recorder = recorder

    @property
    def workers(self) -> int:
        """As given."""
        return self._workers

    @property
    def held(self) -> int:
        """How many results are kept because the program has not released them."""
        return self._ledger.held

    def ready(self) -> list[Task]:
        """The tasks that could complete next, oldest first."""
        return self._ledger.ready()

    def warm_up(self) -> None:
        """There is nothing to start."""

    def submit(self, task: Task) -> None:
        """Accept a task; it does not run yet."""
        self.submitted.append(task.id)
        self._ledger.submit(task)
        self.peak = max(self.peak, self._ledger.open)

    def complete(self, number: int) -> None:
        """Run one ready task now.

        Raises:
            ValueError: The task is not ready.
        """
        for task in self._ledger.ready():
            if task.id == number:
                self.order.append(number)
                self.names.append(task.function.name)
                self._ledger.perform(task)
                return
        raise ValueError(f"task {number} is not ready")

    def step(self) -> bool:
        """Complete the task that the policy chooses. False if none is ready."""
        ready = self._ledger.ready()
        if not ready:
            return False
        self.complete(ready[self._policy(ready)].id)
        return True

    def cancel(self, tasks: Iterable[int]) -> None:
        """Drop tasks that have not completed."""
        tasks = list(tasks)
        self.cancelled += tasks
        self._ledger.cancel(tasks)

    def release(self, tasks: Iterable[int]) -> None:
        """Forget results."""
        tasks = list(tasks)
        self.released += tasks
        self._ledger.release(tasks)

    def completed(self, owner: int) -> list[Completion]:
        """Completions of this owner's tasks since the last call."""
        return self._ledger.completed(owner)

    def dismiss(self, owner: int) -> None:
        """This owner has ended: completions of its tasks are dropped."""
        self._ledger.completed(owner)

    def wait(self, owner: int, timeout: float | None = None) -> bool:
        """Let the policy complete tasks until there is something for this owner. False if nothing can come."""
        done = 0
        while done < self._ahead or not self._ledger.has_mail(owner):
            if done == 0 and self._ledger.has_mail(owner):
                return True
            if not self.step():
                break
            done += 1
        return self._ledger.has_mail(owner)

    def close(self) -> None:
        """Settle everything that is open as lost."""
        self.closed = True
        self._ledger.close("The executor was closed.")
