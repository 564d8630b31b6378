"""One call on an engine: what is sent there, how it is made there, what comes back.

The engine's processes need this package, and nothing that was set up for them. Where the engine runs calls in threads
of the program itself, nothing of the program is changed for their sake.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
import uuid
from collections.abc import Mapping

import msgspec

import pydron
from pydron_runtime.data import classes, main_names
from pydron_runtime.data.outcomes import Outcome
from pydron_runtime.data.output import Transcript
from pydron_runtime.data.payload import Payload, streamed
from pydron_runtime.data.tasks import Task
from pydron_runtime.executors.engine_output import install, taken_down
from pydron_runtime.transport.nursery_link import search_path
from pydron_runtime.worker.execution import Execution, FunctionTable, run

HELD = 64 * 1024
"""Results of at least so many bytes stay with an engine that can keep them, until the program looks at them."""

_PROGRAM = uuid.uuid4().hex
_functions = FunctionTable()
_inside = threading.local()
_entering = threading.Lock()
_entered: set[str] = set()


class Request(msgspec.Struct, frozen=True):
    """A call for an engine.

    Attributes:
        task: Number of the task.
        label: For messages: name and place of the call.
        digest: Of the function.
        blob: The serialised function.
        arguments: As in the task.
        values: What references stand for that are not results of calls given along.
        needs: Numbers of the calls whose replies are given along, in this request.
        program: Identity of the program's process.
        path: Where the program looks for modules.
        recursion: How deep calls may be nested in the program.
    """

    task: int
    label: str
    digest: str
    blob: bytes
    arguments: Payload
    values: Mapping[int, Payload]
    needs: tuple[int, ...]
    program: str
    path: tuple[str, ...]
    recursion: int


class Reply(msgspec.Struct, frozen=True):
    """What became of a request.

    Attributes:
        outcome: Of the call. Its kind is ``dropped`` where a call that it needs gave no result.
        host: Where it was made.
        pid: By which process.
        held: Bytes of a result that was left with the engine, so that ``outcome`` has none; 0 where nothing was.
    """

    outcome: Outcome
    host: str
    pid: int
    held: int = 0


def program_identity() -> str:
    """What tells this process from all others; a fork is another one."""
    return f"{_PROGRAM}-{os.getpid()}"


def request_of(task: Task, needs: tuple[int, ...], values: Mapping[int, Payload]) -> Request:
    """The request for a task. Large values, which the machine lays into segments of this host, travel as bytes.

    Args:
        task: The task.
        needs: Which of the tasks it needs are given along as replies.
        values: What the other references stand for.
    """
    function = task.function
    return Request(
        task.id, task.label, function.digest, function.blob, streamed(task.arguments),
        {number: streamed(value) for number, value in values.items()}, needs,
        program_identity(), search_path(), sys.getrecursionlimit(),
    )  # fmt: skip


def inside_call() -> bool:
    """Whether this thread is making a call for an engine: a scheduled function called there runs as it is."""
    return getattr(_inside, "depth", 0) > 0


def perform(request: Request, *replies: Reply) -> Reply:
    """Make the call. Never raises. Named in pickles: do not move."""
    values = dict(request.values)
    for number, reply in zip(request.needs, replies):
        if reply.outcome.payload is None or reply.outcome.kind != "ok":
            return _reply(Outcome(request.task, "dropped", None, 0, 0))
        values[number] = reply.outcome.payload
    if request.program != program_identity():
        _settle_in(request)
    _functions.define(request.digest, request.blob)
    _inside.depth = getattr(_inside, "depth", 0) + 1
    try:
        return _reply(_made(Execution(request.task, request.digest, request.arguments, values)))
    finally:
        _inside.depth -= 1


def _made(execution: Execution) -> Outcome:
    transcript = Transcript()
    with taken_down(transcript):
        # What modules print while they are imported for the call's sake is dropped: the program has printed it before.
        outcome = run(execution, _functions, time.monotonic_ns, begin=transcript.take)
    return msgspec.structs.replace(outcome, output=transcript.take()) if transcript else outcome


def perform_in_two(request: Request, *replies: Reply) -> tuple[Reply, Reply]:
    """Make the call, for engines in which one call can have two results: its head, and the whole."""
    reply = perform(request, *replies)
    return head(reply), reply


def head(reply: Reply) -> Reply:
    """The reply without its result, if that is large. Named in pickles: do not move."""
    outcome = reply.outcome
    if outcome.kind != "ok" or outcome.payload is None or outcome.payload.size < HELD:
        return reply
    return msgspec.structs.replace(reply, outcome=msgspec.structs.replace(outcome, payload=None), held=_size(reply))


def _size(reply: Reply) -> int:
    payload = reply.outcome.payload
    return 0 if payload is None else payload.size


def _reply(outcome: Outcome) -> Reply:
    return Reply(outcome, socket.gethostname(), os.getpid())


def _settle_in(request: Request) -> None:
    """Make a process of the engine's one that works for the program: its modules are found, its classes followed.

    What the engine's process has on its own search path comes first: it may have good reasons for it.
    """
    key = f"{request.program}{hash(request.path)}{os.getpid()}"
    if key in _entered:
        return
    with _entering:
        classes.follow()
        main_names.answer(lambda: _functions.latest)
        install()
        # A scheduled function in a call must not start a pool of its own.
        os.environ["PYDRON_EXECUTOR"] = "inline"
        pydron.configure(executor="inline")
        missing = [entry for entry in request.path if entry not in sys.path]
        sys.path.extend(missing)
        sys.setrecursionlimit(max(sys.getrecursionlimit(), request.recursion))
        _functions.retry()
        _entered.add(key)
