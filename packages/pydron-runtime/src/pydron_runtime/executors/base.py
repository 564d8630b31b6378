"""The seam between the machine and whatever executes its tasks.

The machine decides *what* may run and in which order its results count; an executor decides *where* and when.
The machine calls an executor from one thread at a time per machine; several machines (threads of the user's
program) may share one executor. Task ids are unique within the process.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from pydron_runtime.data.tasks import (
    Completion,
    Failed,
    Function,
    Lost,
    Skipped,
    Succeeded,
    Task,
    Untransportable,
)

if TYPE_CHECKING:
    from pydron_runtime.recording import Recorder

__all__ = [
    "Completion",
    "Executor",
    "Failed",
    "Function",
    "Holder",
    "Lost",
    "Skipped",
    "Succeeded",
    "Task",
    "Untransportable",
    "dismiss",
]


class Holder(Protocol):
    """An executor some of whose results stay with workers. (``Succeeded.result`` then says only how large they are.)"""

    def obtain(self, number: int) -> Completion:
        """The value of such a result. Blocks until it is there."""
        ...


class Executor(Protocol):
    """Runs tasks somewhere.

    Attributes:
        recorder: Who is told about tasks and workers; set by the runtime before each run. An executor that can become
            useless has one more attribute, ``usable``, false from then on. One that keeps completions until they are
            collected has one more method, :func:`dismiss`.
    """

    recorder: Recorder | None

    @property
    def workers(self) -> int:
        """Number of tasks that can run at once."""
        ...

    def warm_up(self) -> None:
        """Tasks are about to come. Returns at once."""
        ...

    def submit(self, task: Task) -> None:
        """Accept a task. Does not block; starts what has to be started. Needs may be unfinished."""
        ...

    def cancel(self, tasks: Iterable[int]) -> None:
        """Drop tasks whose results nobody wants any more. Tasks already running may run on; their completions
        (if any) are to be ignored by the caller."""
        ...

    def release(self, tasks: Iterable[int]) -> None:
        """The program will not refer to these tasks' results in later submissions; they may be forgotten."""
        ...

    def completed(self, owner: int) -> list[Completion]:
        """Completions of this owner's tasks since the last call. Does not block."""
        ...

    def wait(self, owner: int, timeout: float | None = None) -> bool:
        """Block until ``completed(owner)`` would return something. True unless the timeout (seconds) passed.

        Raises:
            KeyboardInterrupt: As usual; the executor stays usable.
        """
        ...

    def close(self) -> None:
        """Stop and remove everything: processes, sockets, files. Idempotent."""
        ...


def dismiss(executor: Executor, owner: int) -> None:
    """Tell an executor that an owner has ended and will collect nothing more.

    Completions of its tasks, those that are still to come included, can be dropped: a call that was cancelled, or that
    nobody waits for any more, completes all the same.
    """
    told = getattr(executor, "dismiss", None)
    if told is not None:
        told(owner)
