"""Recorder: what the machine and the scheduler tell the trace. (Interface; the SQLite writer implements it.)

Every method may be called from any thread, returns at once and never raises: a program must not fail because
its trace cannot be written. Times are ``time.monotonic_ns()`` of this host; a worker's times are converted by
whoever reports them. ``None`` stands for "not known".
"""

from __future__ import annotations

from typing import Protocol


class Recorder(Protocol):
    """Receives the events of one run."""

    def graph(self, graph: int, name: str, qualname: str, filename: str, document: str, source: str) -> None:
        """A graph (number, JSON document) that this run uses, before any frame of it."""

    def frame_started(
        self, frame: int, parent: int | None, graph: int, node: int | None, kind: str, order: str, time: int,
        stack: str | None = None,
    ) -> None:  # fmt: skip
        """A frame of a graph begins: kind ``function`` or ``region``; node is the parent's call or control node;
        ``stack`` is, for a call from the program, a JSON list of [file, line, function] that led to it."""

    def frame_finished(self, frame: int, time: int, error: str | None) -> None:
        """A frame has ended."""

    def task_issued(
        self,
        task: int,
        name: str,
        frame: int,
        graph: int,
        node: int,
        file: str,
        line: int,
        order: str,
        needs: tuple[int, ...],
        argument_bytes: int,
        arguments: str,
        time: int,
        reached: int | None = None,
    ) -> None:
        """A functional call became a task. ``order`` sorts (as text) in program order; ``arguments`` is a preview;
        ``reached`` is when the program began to serialise them."""

    def task_inline(self, task: int, reason: str, started: int, finished: int, error: str | None) -> None:
        """A functional call ran in the program itself."""

    def task_retired(self, task: int, time: int, outcome: str) -> None:
        """The result counts now: outcome ``ok``, ``failed`` or ``cancelled``."""

    def wait(
        self,
        frame: int,
        graph: int,
        node: int | None,
        file: str,
        line: int,
        reason: str,
        detail: str,
        task: int | None,
        started: int,
        finished: int,
        own: bool = True,
    ) -> None:
        """The program stood still at a line, or (not ``own``) a part of it that had been put off: reason is a code of
        ``pydron.explain.reasons`` or a word such as ``value``, ``window``, ``end``; task is the last one waited for."""

    def sync_point(self, graph: int, node: int, reason: str, detail: str) -> None:
        """The program has come to a sync-point, with something under way: reason is a code of the catalogue."""

    def task_ready(self, task: int, time: int) -> None:
        """All that the task needs is there."""

    def task_sent(self, task: int, worker: str, attempt: int, time: int) -> None:
        """Given to a worker; attempts count from 1."""

    def task_finished(
        self,
        task: int,
        worker: str,
        attempt: int,
        started: int,
        finished: int,
        outcome: str,
        result_bytes: int,
        error_type: str,
        error_message: str,
        traceback: str,
        phases: tuple[int, int, int] = (0, 0, 0),
        arrived: int | None = None,
    ) -> None:
        """One attempt has ended: outcome ``ok``, ``failed``, ``lost`` (the worker died) or ``untransportable``.

        ``phases`` are nanoseconds: from the arrival of the call at the worker to ``started``, from there until the
        arguments had been read, and from the function's return to ``finished``. ``arrived``: the result was back."""

    def save_call(self, task: int, call: bytes | None, note: str, arguments: str = "") -> None:
        """What is needed to make a failed call again, or why it is not there, as a sentence; ``arguments`` is a preview
        with the values that were not there yet when the call was issued."""

    def worker_started(self, worker: str, host: str, pid: int, time: int) -> None:
        """A worker can take tasks."""

    def worker_stopped(self, worker: str, time: int, reason: str) -> None:
        """A worker is gone: ``closed``, ``killed by signal 9``, ..."""

    def close(self, state: str, error: str | None = None) -> None:
        """The run has ended: state ``finished``, ``failed`` or ``interrupted``; error says in a line what ended it.

        Blocks until everything is written. Further events are dropped. Idempotent.
        """


class NullRecorder:
    """Records nothing: for runs without a trace. Implements :class:`Recorder`."""

    def _drop(self, *_: object, **__: object) -> None:
        return None

    graph = frame_started = frame_finished = task_issued = task_inline = task_retired = wait = sync_point = _drop
    task_ready = task_sent = task_finished = worker_started = worker_stopped = save_call = close = _drop
