"""SqliteRecorder: writes the events of a run to a trace file, without making the program wait for it.

A reporting method puts a tuple into a queue and returns. One thread takes what has gathered, some ten times per
second, and writes it in one transaction, so that the file is readable while the program runs and complete up to the
last transaction when it is killed.
"""

from __future__ import annotations

import json
import linecache
import logging
import os
import platform
import socket
import sqlite3
import sys
import threading
import time
import uuid
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Any

from pydron.bell import Bell
from pydron.errors import ConfigurationError
from pydron_runtime import recording_file
from pydron_runtime.recording_rows import Batch, Event, text

_INTERVAL = 0.075
"""Seconds between transactions."""

_MOST = 20_000
"""Events per transaction."""

_log = logging.getLogger("pydron")
_alive: weakref.WeakSet[SqliteRecorder] = weakref.WeakSet()
_abandoned: list[object] = []


class SqliteRecorder:
    """Records one run. Implements :class:`pydron_runtime.recording.Recorder`.

    When the file can no longer be written (disk full, directory gone), recording stops with one message to the logger
    ``pydron``; the program goes on. A process forked from the program records nothing.

    Args:
        path: File to write. A trace that is there is replaced, unless another program is writing it: then a name
            beside it is taken, and told in a warning. Any other file is refused. ``path`` is the name taken.
        argv: The program's command line.
        executor: Name of the executor.
        workers: Number of workers asked for.

    Raises:
        ConfigurationError: The file cannot be written.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, argv: Sequence[str], executor: str, workers: int
    ) -> None:  # fmt: skip
        if not os.fspath(path):
            raise ConfigurationError("The name of the trace file is empty. Give a file name, or no trace at all.")
        self.path = _free_name(Path(path).absolute())
        self.origin = time.monotonic_ns()
        self._queue: deque[Event] = deque()
        self._append: Callable[[Event], None] = self._queue.append
        self._wake = Bell()
        self._closing = False
        self._closed = threading.Lock()
        self._connection = recording_file.create(self.path)
        try:
            self._identity = _identity(self.path)
            recording_file.write_meta(self._connection, _about(argv, executor, workers))
        except sqlite3.Error as problem:
            self._connection.close()
            raise ConfigurationError(f"The trace cannot be written to '{self.path}': {problem}.") from problem
        self._last: dict[str, str] = {}
        self._thread = threading.Thread(target=self._run, name="pydron-trace", daemon=True)
        self._thread.start()
        _alive.add(self)

    # The reporting methods are written for speed: one tuple, one append, which is atomic.

    def graph(self, graph: int, name: str, qualname: str, filename: str, document: str, source: str) -> None:
        """See ``Recorder``."""
        self._append(("graph", graph, name, qualname, filename, document, source))

    def frame_started(
        self, frame: int, parent: int | None, graph: int, node: int | None, kind: str, order: str, time: int,
        stack: str | None = None,
    ) -> None:  # fmt: skip
        """See ``Recorder``."""
        self._append(("frame_started", frame, parent, graph, node, kind, order, time, stack))

    def frame_finished(self, frame: int, time: int, error: str | None) -> None:
        """See ``Recorder``."""
        self._append(("frame_finished", frame, time, error))

    def task_issued(
        self, task: int, name: str, frame: int, graph: int, node: int, file: str, line: int, order: str,
        needs: tuple[int, ...], argument_bytes: int, arguments: str, time: int, reached: int | None = None,
    ) -> None:  # fmt: skip
        """See ``Recorder``."""
        self._append((
            "task_issued", task, name, frame, graph, node, file, line, order, needs, argument_bytes, arguments, time,
            reached,
        ))  # fmt: skip

    def task_inline(self, task: int, reason: str, started: int, finished: int, error: str | None) -> None:
        """See ``Recorder``."""
        self._append(("task_inline", task, reason, started, finished, error))

    def task_retired(self, task: int, time: int, outcome: str) -> None:
        """See ``Recorder``."""
        self._append(("task_retired", task, time, outcome))

    def wait(
        self, frame: int, graph: int, node: int | None, file: str, line: int, reason: str, detail: str,
        task: int | None, started: int, finished: int, own: bool = True,
    ) -> None:  # fmt: skip
        """See ``Recorder``."""
        self._append(("wait", frame, graph, node, file, line, reason, detail, task, started, finished, own))

    def sync_point(self, graph: int, node: int, reason: str, detail: str) -> None:
        """See ``Recorder``."""
        self._append(("sync_point", graph, node, reason, detail))

    def task_ready(self, task: int, time: int) -> None:
        """See ``Recorder``."""
        self._append(("task_ready", task, time))

    def task_sent(self, task: int, worker: str, attempt: int, time: int) -> None:
        """See ``Recorder``."""
        self._append(("task_sent", task, worker, attempt, time))

    def task_finished(
        self, task: int, worker: str, attempt: int, started: int, finished: int, outcome: str, result_bytes: int,
        error_type: str, error_message: str, traceback: str, phases: tuple[int, int, int] = (0, 0, 0),
        arrived: int | None = None,
    ) -> None:  # fmt: skip
        """See ``Recorder``."""
        self._append((
            "task_finished", task, worker, attempt, started, finished, outcome, result_bytes, error_type,
            error_message, traceback, phases, arrived,
        ))  # fmt: skip

    def save_call(self, task: int, call: bytes | None, note: str, arguments: str = "") -> None:
        """See ``Recorder``."""
        self._append(("save_call", task, call, note, arguments))

    def worker_started(self, worker: str, host: str, pid: int, time: int) -> None:
        """See ``Recorder``."""
        self._append(("worker_started", worker, host, pid, time))

    def worker_stopped(self, worker: str, time: int, reason: str) -> None:
        """See ``Recorder``."""
        self._append(("worker_stopped", worker, time, reason))

    def flush(self, timeout: float = 10.0) -> bool:
        """Block until all that was reported before is in the file. False if the timeout (seconds) passed, or if
        recording has stopped."""
        marker = Bell()
        self._append(("flush", marker))
        self._wake.ring()
        deadline = time.monotonic() + timeout
        while not marker.wait(min(0.05, max(0.0, deadline - time.monotonic()))):
            if not self._thread.is_alive() or time.monotonic() >= deadline:
                return marker.wait(0.0)
        return True

    def close(self, state: str, error: str | None = None) -> None:
        """Write what is left and the end of the run, and close the file. Blocks until done. Idempotent, never raises.

        Args:
            state: ``finished``, ``failed`` or ``interrupted``.
            error: What ended the run, in a line.
        """
        with self._closed:
            if self._closing:
                return
            self._closing = True
        self._last = {"state": text(state), "finished": str(time.monotonic_ns() - self.origin)}
        if error is not None:
            self._last["error"] = text(error, 10_000)
        self._wake.ring()
        self._thread.join()
        _alive.discard(self)
        self._append = _ignore

    def _run(self) -> None:
        try:
            while True:
                closing = self._closing and bool(self._last)
                # A burst is written at once; otherwise events gather, because a transaction costs more than an event.
                self._take_and_write()
                if closing and not self._queue:
                    break
                if len(self._queue) < _MOST and not closing:
                    self._wake.wait(_INTERVAL)
            if _identity(self.path) == self._identity:
                recording_file.finish(self._connection, self._last)
            else:
                # Somebody has put another file there.
                recording_file.leave(self._connection, _abandoned)
        except Exception as problem:  # whatever it is, the program must not suffer from its trace
            self._give_up(problem)

    def _take_and_write(self) -> None:
        queue = self._queue
        events = [queue.popleft() for _ in range(min(len(queue), _MOST))]
        if not events:
            return
        batch = Batch(self.origin)
        batch.add(events)
        files = {row[3] for row in batch.graphs.values()}
        sources = {file: text("".join(linecache.getlines(file)), 10**7) for file in sorted(files)}
        now = time.monotonic_ns() - self.origin
        recording_file.write(self._connection, batch, {k: v for k, v in sources.items() if v}, now)
        for marker in batch.markers:
            marker.ring()

    def _give_up(self, problem: Exception) -> None:
        self._append = _ignore
        self._queue.clear()
        try:
            _log.warning(
                "The trace '%s' is not written any further: %s. It holds the run up to here; the program is not"
                " affected.", self.path, problem,
            )  # fmt: skip
        finally:
            try:
                self._connection.close()
            except sqlite3.Error:
                pass

    def _abandon(self) -> None:
        """In a forked process: the file belongs to the parent. The connection is kept so that nothing closes it."""
        self._append = _ignore
        self._closing = True
        _abandoned.append((self, self._connection))


def _ignore(_: Event) -> None:
    return None


def _free_name(path: Path) -> Path:
    """The name itself, or another one where a running program is writing its trace to it.

    A program that starts Python programs hands its environment on, and with it ``PYDRON_TRACE``.
    """
    writer = recording_file.is_being_written(path)
    if writer is None or (writer == os.getpid() and all(recorder.path != path for recorder in _alive)):
        return path
    other = path.with_name(f"{path.stem}.{os.getpid()}{path.suffix}")
    number = 2
    while other.exists():
        other = path.with_name(f"{path.stem}.{os.getpid()}-{number}{path.suffix}")
        number += 1
    _log.warning("The trace '%s' is being written by process %s; this program writes to '%s'.", path, writer, other)
    return other


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file a name stands for at the moment."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _about(argv: Sequence[str], executor: str, workers: int) -> dict[str, str]:
    versions = {}
    for package in ("pydron-core", "pydron-runtime"):
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            pass
    try:
        cwd = os.getcwd()
    except OSError:  # removed meanwhile
        cwd = ""
    values: dict[str, Any] = {
        "run": uuid.uuid4().hex,
        "started": datetime.now(timezone.utc).astimezone().isoformat(timespec="milliseconds"),
        "argv": json.dumps([text(word, 10_000) for word in argv]),
        "cwd": cwd,
        "python": platform.python_version(),
        "platform": f"{sys.platform} {platform.machine()}",
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "versions": json.dumps(versions),
        "executor": executor,
        "workers": workers,
        "state": "running",
        "written": 0,
    }
    return {key: text(value) for key, value in values.items()}


def _abandon_all() -> None:
    for recorder in list(_alive):
        recorder._abandon()
    _alive.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_abandon_all)
