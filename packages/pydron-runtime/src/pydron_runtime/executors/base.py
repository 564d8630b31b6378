"""The seam between the machine and whatever executes its tasks.

The machine decides *what* may run and in which order its results count; an executor decides *where* and when.
The machine calls an executor from one thread at a time per machine; several machines (threads of the user's
program) may share one executor. Task ids are unique within the process.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pydron_runtime.data.payload import Payload


@dataclass(frozen=True, slots=True)
class Function:
    """A functional function, ready to travel.

    Attributes:
        digest: Content hash; two functions with one digest are the same function.
        blob: Serialised function. Sent to a worker once, however many calls follow.
        name: For messages.
    """

    digest: str
    blob: bytes
    name: str


@dataclass(frozen=True, slots=True)
class Task:
    """One functional call.

    Attributes:
        id: Number of the task; grows in the order of issue.
        function: What is called.
        arguments: Pickled ``(args, kwargs)``. A result of another task, or a value that the program supplies
            later, appears in it as a reference by number (``pydron_runtime.data.references``), at any depth.
        needs: Numbers of the tasks whose results ``arguments`` or ``bindings`` refer to.
        bindings: Values supplied by the program for references that are not tasks.
        label: ``name`` and place of the call, for messages: ``process (pipeline.py:7)``.
        owner: Number of the machine that waits for it.
    """

    id: int
    function: Function
    arguments: Payload
    needs: tuple[int, ...] = ()
    bindings: Mapping[int, Payload] = field(default_factory=dict)
    label: str = ""
    owner: int = 0


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The call returned."""

    task: int
    result: Payload
    worker: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The call raised.

    Attributes:
        exception: Pickled exception (``pydron_runtime.data.failures``), with cause, context and notes.
        text: The remote traceback as text, for people.
    """

    task: int
    exception: Payload
    text: str
    worker: str


@dataclass(frozen=True, slots=True)
class Untransportable:
    """The call ran, or could have run, but something of it does not survive serialisation.

    Being free of side effects, it can be run in the program itself; the machine does so.

    Attributes:
        what: "function", "arguments", "result" or "exception".
        reason: Sentence for people.
    """

    task: int
    what: str
    reason: str
    worker: str = ""


@dataclass(frozen=True, slots=True)
class Lost:
    """No result, and trying again is pointless: the call killed every worker it ran on, or none can start.

    Attributes:
        reason: Sentence for people: what happened, how often, the signal, the way out.
    """

    task: int
    reason: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """Not run, because a task that it needs (``cause``) did not succeed, or because it was cancelled (None)."""

    task: int
    cause: int | None


Completion = Succeeded | Failed | Untransportable | Lost | Skipped


class Executor(Protocol):
    """Runs tasks somewhere."""

    @property
    def workers(self) -> int:
        """Number of tasks that can run at once."""
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
