"""Tasks and what becomes of them: the values that machine, scheduler and worker pass to each other."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from pydron_runtime.data.output import Chunk
from pydron_runtime.data.payload import Payload


class Function(msgspec.Struct, frozen=True):
    """A functional function, ready to travel.

    Attributes:
        digest: Content hash; two functions with one digest are the same function.
        blob: Serialised function. Sent to a worker once, however many calls follow.
        name: For messages.
    """

    digest: str
    blob: bytes
    name: str


class Task(msgspec.Struct, frozen=True):
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
        rank: Of the tasks that are ready, those of the lowest rank go first; of these the oldest.
    """

    id: int
    function: Function
    arguments: Payload
    needs: tuple[int, ...] = ()
    bindings: Mapping[int, Payload] = msgspec.field(default_factory=dict)
    label: str = ""
    owner: int = 0
    rank: int = 0


class Succeeded(msgspec.Struct, frozen=True):
    """The call returned.

    Attributes:
        result: Its value; or only the size of one that stays with a worker (``Payload.held``).
        nanoseconds: How long it ran, its result's serialisation included; 0 where nobody measured.
        carrying: How much of that went into its arguments and its result, and not into the function.
        output: What it has put out, for the program to bring forth when the call counts.
    """

    task: int
    result: Payload
    worker: str
    nanoseconds: int = 0
    output: tuple[Chunk, ...] = ()
    carrying: int = 0


class Failed(msgspec.Struct, frozen=True):
    """The call raised.

    Attributes:
        exception: Pickled exception (``pydron_runtime.data.failures``), with cause, context and notes.
        text: The remote traceback as text, for people.
        output: What it has put out before.
        attempt: Which attempt this was, from 1.
    """

    task: int
    exception: Payload
    text: str
    worker: str
    output: tuple[Chunk, ...] = ()
    attempt: int = 1


class Untransportable(msgspec.Struct, frozen=True):
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


class Lost(msgspec.Struct, frozen=True):
    """No result, and trying again is pointless: the call killed every worker it ran on, or none can start.

    Attributes:
        reason: Sentence for people: what happened, how often, the signal, the way out.
    """

    task: int
    reason: str


class Skipped(msgspec.Struct, frozen=True):
    """Not run, because a task that it needs (``cause``) did not succeed, or because it was cancelled (None)."""

    task: int
    cause: int | None


Completion = Succeeded | Failed | Untransportable | Lost | Skipped
