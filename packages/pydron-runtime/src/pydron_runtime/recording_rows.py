"""Turns the events of a run into rows of the trace's tables, merging what belongs to one row. Pure.

A batch holds what happened since the last one was written. A task that lives and dies within one batch is one row; a
longer one is written again, and the file keeps each column's newest value that is not NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Event = tuple[Any, ...]
Row = list[Any]

LONGEST = {"name": 1_000, "arguments": 10_000, "error_message": 10_000, "traceback": 100_000}
"""Longest texts kept, in characters."""

TASK = (
    "id", "name", "frame", "graph", "node", "file", "line", "ordering", "argument_bytes", "arguments", "issued",
    "ready", "sent", "started", "finished", "retired", "worker", "attempts", "outcome", "retirement", "inline_reason",
    "result_bytes", "error_type", "error_message", "traceback", "reached", "received", "loaded", "returned", "arrived",
)  # fmt: skip
FRAME = ("id", "parent", "graph", "node", "kind", "ordering", "started", "finished", "error", "stack")
WORKER = ("name", "host", "pid", "started", "stopped", "reason")
GRAPH = ("id", "name", "qualname", "file", "document", "source")
SOURCE = ("file", "text")
DEPENDENCY = ("task", "needs")
ATTEMPT = ("task", "attempt", "worker", "started", "finished", "outcome", "error")
SAVED_CALL = ("task", "size", "note", "call")
WAIT = ("frame", "graph", "node", "file", "line", "reason", "detail", "task", "started", "finished")
WAIT_BESIDE = ("frame", "started")
SYNC_POINT = ("graph", "node", "reason", "detail")

_T = {name: index for index, name in enumerate(TASK)}
_READY, _SENT, _STARTED, _FINISHED, _RETIRED = (_T[n] for n in ("ready", "sent", "started", "finished", "retired"))
_WORKER, _ATTEMPTS, _OUTCOME, _RETIREMENT = (_T[n] for n in ("worker", "attempts", "outcome", "retirement"))
_INLINE, _RESULT, _ERROR_TYPE = (_T[n] for n in ("inline_reason", "result_bytes", "error_type"))
_MESSAGE, _TRACEBACK, _REACHED, _RECEIVED = (_T[n] for n in ("error_message", "traceback", "reached", "received"))
_LOADED, _RETURNED, _ARRIVED = (_T[n] for n in ("loaded", "returned", "arrived"))


def text(value: object, longest: int = 1_000_000) -> str:
    """A string that SQLite can store and a person can bear: no lone surrogates, no NUL, not endless."""
    value = str(value)
    if len(value) > longest:
        value = f"{value[:longest]}… ({len(value):,} characters)"
    if "\x00" in value:
        value = value.replace("\x00", "\N{SYMBOL FOR NULL}")
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")


class Batch:
    """Rows to write, per table, and the markers of those who wait for them to be written.

    Args:
        origin: The moment, as ``time.monotonic_ns()``, from which the trace counts.
    """

    def __init__(self, origin: int) -> None:
        self._origin = origin
        self.tasks: dict[int, Row] = {}
        self.frames: dict[int, Row] = {}
        self.workers: dict[str, Row] = {}
        self.graphs: dict[int, Row] = {}
        self.dependencies: list[Row] = []
        self.attempts: list[Row] = []
        self.waits: list[Row] = []
        self.waits_beside: list[Row] = []
        self.sync_points: list[Row] = []
        self.saved_calls: list[Row] = []
        self.markers: list[Any] = []

    def add(self, events: Iterable[Event]) -> None:
        """Take events in the order in which they were reported: (kind, argument, ...)."""
        for event in events:
            _HANDLERS[event[0]](self, *event[1:])

    def _task(self, task: int) -> Row:
        row = self.tasks.get(task)
        if row is None:
            row = self.tasks[task] = [None] * len(TASK)
            row[0] = task
        return row

    def _time(self, moment: int | None) -> int | None:
        return None if moment is None else moment - self._origin

    def _graph(self, graph: int, name: str, qualname: str, filename: str, document: str, source: str) -> None:
        self.graphs[graph] = [graph, text(name), text(qualname), text(filename), text(document, 10**8), text(source)]

    def _frame(self, frame: int) -> Row:
        row = self.frames.get(frame)
        if row is None:
            row = self.frames[frame] = [frame, *[None] * (len(FRAME) - 1)]
        return row

    def _frame_started(
        self, frame: int, parent: int | None, graph: int, node: int | None, kind: str, order: str, time: int,
        stack: str | None = None,
    ) -> None:  # fmt: skip
        row = self._frame(frame)
        row[1:7] = [parent, graph, node, text(kind), text(order), self._time(time)]
        row[9] = None if stack is None else text(stack)

    def _frame_finished(self, frame: int, time: int, error: str | None) -> None:
        self._frame(frame)[7:9] = [self._time(time), None if error is None else text(error, LONGEST["error_message"])]

    def _task_issued(
        self, task: int, name: str, frame: int, graph: int, node: int, file: str, line: int, order: str,
        needs: tuple[int, ...], argument_bytes: int, arguments: str, time: int, reached: int | None = None,
    ) -> None:  # fmt: skip
        row = self._task(task)
        row[_REACHED] = self._time(reached)
        row[1:11] = [
            text(name, LONGEST["name"]), frame, graph, node, text(file), line, text(order), argument_bytes,
            text(arguments, LONGEST["arguments"]), time - self._origin,
        ]  # fmt: skip
        for need in needs:
            self.dependencies.append([task, need])

    def _task_inline(self, task: int, reason: str, started: int, finished: int, error: str | None) -> None:
        row = self._task(task)
        row[_STARTED], row[_FINISHED] = self._time(started), self._time(finished)
        row[_WORKER], row[_INLINE] = "", text(reason)
        row[_OUTCOME] = "ok" if error is None else "failed"
        row[_ERROR_TYPE] = row[_MESSAGE] = row[_TRACEBACK] = ""
        if error is not None:
            kind, separator, message = error.partition(": ")
            named = bool(separator) and kind.replace(".", "_").isidentifier()
            row[_ERROR_TYPE] = text(kind, LONGEST["name"]) if named else ""
            row[_MESSAGE] = text(message if named else error, LONGEST["error_message"])

    def _task_retired(self, task: int, time: int, outcome: str) -> None:
        row = self._task(task)
        row[_RETIRED], row[_RETIREMENT] = self._time(time), text(outcome)

    def _wait(
        self, frame: int, graph: int, node: int | None, file: str, line: int, reason: str, detail: str,
        task: int | None, started: int, finished: int, own: bool,
    ) -> None:  # fmt: skip
        if not own:
            self.waits_beside.append([frame, started - self._origin])
        self.waits.append([
            frame, graph, node, text(file), line, text(reason), text(detail, LONGEST["error_message"]), task,
            started - self._origin, finished - self._origin,
        ])  # fmt: skip

    def _sync_point(self, graph: int, node: int, reason: str, detail: str) -> None:
        self.sync_points.append([graph, node, text(reason), text(detail, LONGEST["error_message"])])

    def _task_ready(self, task: int, time: int) -> None:
        self._task(task)[_READY] = self._time(time)

    def _task_sent(self, task: int, worker: str, attempt: int, time: int) -> None:
        row = self._task(task)
        row[_SENT], row[_WORKER], row[_ATTEMPTS] = self._time(time), text(worker), attempt

    def _task_finished(
        self, task: int, worker: str, attempt: int, started: int, finished: int, outcome: str, result_bytes: int,
        error_type: str, error_message: str, traceback: str, phases: tuple[int, int, int] = (0, 0, 0),
        arrived: int | None = None,
    ) -> None:  # fmt: skip
        row = self._task(task)
        row[_OUTCOME], row[_ATTEMPTS], row[_WORKER] = text(outcome), attempt, text(worker)
        message = text(error_message, LONGEST["error_message"])
        if outcome in ("ok", "failed"):
            row[_STARTED], row[_FINISHED], row[_RESULT] = self._time(started), self._time(finished), result_bytes
            row[_ARRIVED] = self._time(arrived)
            if any(phases):
                queued, loading, dumping = phases
                row[_RECEIVED] = self._time(started - queued) if queued else None
                row[_LOADED], row[_RETURNED] = self._time(started + loading), self._time(finished - dumping)
        else:
            error = f"{text(error_type)}: {message}" if error_type else message
            self.attempts.append(
                [task, attempt, text(worker), self._time(started), self._time(finished), text(outcome), error]
            )
        if outcome != "ok" or attempt > 1:  # a later attempt that went well clears what an earlier one left
            row[_ERROR_TYPE], row[_MESSAGE] = text(error_type, LONGEST["name"]), message
            row[_TRACEBACK] = text(traceback, LONGEST["traceback"])

    def _save_call(self, task: int, call: bytes | None, note: str, arguments: str = "") -> None:
        if arguments:
            self._task(task)[_T["arguments"]] = text(arguments, LONGEST["arguments"])
        self.saved_calls.append([task, 0 if call is None else len(call), text(note, LONGEST["error_message"]), call])

    def _flush(self, marker: object) -> None:
        self.markers.append(marker)

    def _worker_started(self, worker: str, host: str, pid: int, time: int) -> None:
        row = self.workers.setdefault(text(worker), [text(worker), *[None] * (len(WORKER) - 1)])
        row[1:4] = [text(host), pid, self._time(time)]

    def _worker_stopped(self, worker: str, time: int, reason: str) -> None:
        row = self.workers.setdefault(text(worker), [text(worker), *[None] * (len(WORKER) - 1)])
        row[4:6] = [self._time(time), text(reason)]


_HANDLERS: dict[str, Callable[..., None]] = {
    "graph": Batch._graph,
    "frame_started": Batch._frame_started,
    "frame_finished": Batch._frame_finished,
    "task_issued": Batch._task_issued,
    "task_inline": Batch._task_inline,
    "task_retired": Batch._task_retired,
    "wait": Batch._wait,
    "sync_point": Batch._sync_point,
    "task_ready": Batch._task_ready,
    "task_sent": Batch._task_sent,
    "task_finished": Batch._task_finished,
    "flush": Batch._flush,
    "save_call": Batch._save_call,
    "worker_started": Batch._worker_started,
    "worker_stopped": Batch._worker_stopped,
}
