"""The rows of a trace as values.

Times are nanoseconds since the start of the run; ``None`` stands for "has not happened" or "not known". A trace may be
of a program that is still running or was killed, so nearly every time may be missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pydron.trace.spans import standstill


@dataclass(frozen=True, slots=True)
class Run:
    """What was run, where, and how it ended.

    Attributes:
        id: Random identifier of the run.
        started: Wall-clock start, ISO 8601 with the offset from UTC.
        argv: The program's command line.
        versions: (package, version) pairs.
        workers: Number of workers asked for; 0 where the program itself runs everything.
        state: ``running``, ``finished``, ``failed``, ``interrupted``, or ``killed``: the file says that the program is
            running, but its process is gone.
        finished: End of the run.
        written: Time of the newest event in the file.
        error: What ended a failed run, in a line.
    """

    id: str = ""
    started: str = ""
    argv: tuple[str, ...] = ()
    cwd: str = ""
    python: str = ""
    platform: str = ""
    host: str = ""
    pid: int | None = None
    versions: tuple[tuple[str, str], ...] = ()
    executor: str = ""
    workers: int = 0
    state: str = "running"
    finished: int | None = None
    written: int | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class GraphRow:
    """A graph that the run used.

    Attributes:
        document: The graph as JSON.
        source: The function's own source text; "" where there is none.
    """

    id: int
    name: str
    qualname: str
    file: str
    document: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class FrameRow:
    """One activation of a graph or of a region of it.

    Attributes:
        parent: Frame in which it began; None for the call from the program.
        node: The call, or control node, of the parent's graph that it belongs to.
        kind: ``function`` or ``region``.
        order: Sorts, as text, in program order.
        stack: For the call from the program: (file, line, function) of the calls that led to it, outermost first.
    """

    id: int
    parent: int | None = None
    graph: int | None = None
    node: int | None = None
    kind: str = "function"
    order: str = ""
    started: int | None = None
    finished: int | None = None
    error: str | None = None
    stack: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One functional call.

    Attributes:
        needs: Tasks whose results it takes.
        issued, ready, sent, started, finished, retired: Life of the task: the program reached the call, its arguments
            were there, a worker was given it, the call began, the call ended, its result counted in program order.
        worker: Who ran it (the last attempt); "" for the program itself and for a task nobody has run yet.
        attempts: How often it was given to a worker, and not taken back before it was begun.
        outcome: How the call ended: ``ok``, ``failed``, ``lost``, ``untransportable``; "" where it has not ended.
        retirement: What it meant to the program: ``ok``, ``failed``, ``cancelled``; "" where it has not retired.
        inline_reason: Why the program itself ran it; "" where it did not.
        arguments: Preview for people.
        reached: The program began to serialise the arguments, before ``issued``.
        received: The call had reached its worker.
        loaded: Its arguments had been read there.
        returned: The function had returned; until ``finished`` its result was serialised.
        arrived: The result was back.
    """

    id: int
    name: str = ""
    frame: int | None = None
    graph: int | None = None
    node: int | None = None
    file: str = ""
    line: int = 0
    order: str = ""
    argument_bytes: int | None = None
    arguments: str = ""
    issued: int | None = None
    ready: int | None = None
    sent: int | None = None
    started: int | None = None
    finished: int | None = None
    retired: int | None = None
    worker: str = ""
    attempts: int = 0
    outcome: str = ""
    retirement: str = ""
    inline_reason: str = ""
    result_bytes: int | None = None
    error_type: str = ""
    error_message: str = ""
    traceback: str = ""
    needs: tuple[int, ...] = ()
    reached: int | None = None
    received: int | None = None
    loaded: int | None = None
    returned: int | None = None
    arrived: int | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """The moments of a task's way to its worker and back: see :class:`TaskRow`."""

    task: int
    worker: str
    reached: int | None
    issued: int | None
    sent: int | None
    received: int | None
    started: int | None
    loaded: int | None
    returned: int | None
    finished: int | None
    arrived: int | None


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """An attempt that led to no result: its worker died, or something did not survive serialisation."""

    task: int
    attempt: int
    worker: str
    started: int | None
    finished: int | None
    outcome: str
    error: str


@dataclass(frozen=True, slots=True)
class WaitRow:
    """A stretch in which the program stood still at a line.

    Attributes:
        reason: Code or word that says why.
        task: The task that it waited for last.
        own: The program itself stood still. Otherwise a part of it did that had been put off, and the program went on.
    """

    frame: int | None
    graph: int | None
    node: int | None
    file: str
    line: int
    reason: str
    detail: str
    task: int | None
    started: int
    finished: int
    own: bool = True

    @property
    def duration(self) -> int:
        """Nanoseconds."""
        return max(0, self.finished - self.started)


@dataclass(frozen=True, slots=True)
class SyncPointRow:
    """A node of a graph that was a sync-point when the program came to it with something under way. It may have been so
    little that there is no wait.

    Attributes:
        reason: Code of the catalogue of reasons.
        detail: For people: what was called, or the type of what was modified.
    """

    graph: int
    node: int
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A process that ran tasks.

    Attributes:
        reason: Why it is gone: ``closed``, ``killed by signal 9``, ...; "" while it lives.
    """

    name: str
    host: str = ""
    pid: int | None = None
    started: int | None = None
    stopped: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SavedCallRow:
    """What a trace says about making a failed call again. The call itself is read by ``pydron rerun`` alone.

    Attributes:
        size: Bytes kept; 0 where nothing is.
        note: Why nothing is kept, as a sentence; else "".
    """

    task: int
    size: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """A whole trace, as it was at one moment. Tasks and frames are sorted by number, waits by start."""

    run: Run = field(default_factory=Run)
    sources: tuple[tuple[str, str], ...] = ()
    graphs: tuple[GraphRow, ...] = ()
    frames: tuple[FrameRow, ...] = ()
    tasks: tuple[TaskRow, ...] = ()
    attempts: tuple[AttemptRow, ...] = ()
    waits: tuple[WaitRow, ...] = ()
    workers: tuple[WorkerRow, ...] = ()
    saved_calls: tuple[SavedCallRow, ...] = ()
    sync_points: tuple[SyncPointRow, ...] = ()

    def _repr_html_(self) -> str | None:
        """For notebooks: lanes and figures, where pydron-viz is installed."""
        from pydron.export.notebook import trace_html

        return trace_html(self)

    def standstill(self, waits: Iterable[WaitRow]) -> int:
        """How long waits lasted: see :func:`pydron.trace.spans.standstill`."""
        return standstill(waits)

    @property
    def end(self) -> int:
        """The latest time in the trace: where the run ended, or how far it has got. Looks at every row."""
        latest = [self.run.finished or 0, self.run.written or 0]
        for task in self.tasks:
            latest.append(task.retired or task.finished or task.sent or task.ready or task.issued or 0)
            if task.finished is not None:  # a call that was given up may end after its retirement
                latest.append(task.finished)
        latest.extend(wait.finished for wait in self.waits)
        latest.extend(worker.stopped for worker in self.workers if worker.stopped is not None)
        latest.extend(frame.finished for frame in self.frames if frame.finished is not None)
        return max(latest)
