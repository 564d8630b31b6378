"""Reads trace files. Never writes to them, never unpickles anything.

A trace may be read while its program is running, and after the program was killed. All of :func:`read_trace` sees one
moment: events that are written meanwhile appear in the next reading.
"""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import weakref
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydron.errors import TraceFormatError
from pydron.trace.columns import TaskColumns, Texts, error_text
from pydron.trace.layout import NUMBERS, TABLES, from_clause
from pydron.trace.opening import UNREADABLE, check_file, connect
from pydron.trace.records import (
    AttemptRow,
    FrameRow,
    GraphRow,
    Journey,
    Run,
    SavedCallRow,
    SyncPointRow,
    TaskRow,
    Trace,
    WaitRow,
    WorkerRow,
)
from pydron.trace.schema import APPLICATION_ID, SCHEMA_VERSION

_TASK_COLUMNS = (
    "id, coalesce(name, ''), frame, graph, node, coalesce(file, ''), coalesce(line, 0), coalesce(ordering, ''),"
    " argument_bytes, coalesce(arguments, ''), issued, ready, sent, started, finished, retired, coalesce(worker, ''),"
    " coalesce(attempts, 0), coalesce(outcome, ''), coalesce(retirement, ''), coalesce(inline_reason, ''),"
    " result_bytes, coalesce(error_type, ''), coalesce(error_message, ''), coalesce(traceback, ''),"
    " reached, received, loaded, returned, arrived"
)


# The order that TaskColumns.extend wants.
_COLUMNS = (
    "id, coalesce(graph, -1), coalesce(node, -1), coalesce(name, ''), coalesce(file, ''), coalesce(line, 0),"
    " coalesce(frame, -1), coalesce(issued, -1), coalesce(ready, -1), coalesce(sent, -1), coalesce(started, -1),"
    " coalesce(finished, -1), coalesce(retired, -1), coalesce(worker, ''), max(0, min(255, coalesce(attempts, 0))),"
    " coalesce(outcome, ''), coalesce(retirement, ''), coalesce(inline_reason, '') <> ''"
)


_LARGE, _WIDE = 50_000_000, 4_096
"""Bytes of a file, and of it per task, from which on the lengths of its texts are looked after."""

_JOURNEY = "id, coalesce(worker, ''), reached, issued, sent, received, started, loaded, returned, finished, arrived"


class TraceReader:
    """An open trace file. Use as a context manager, from one thread at a time (any thread).

    Raises:
        TraceFormatError: On opening, and from every method: the file cannot be read. The message names it.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        check_file(self.path)
        self._connection = connect(self.path)
        # Whoever forgets to close the reader leaves no open file behind, also when it goes as part of a cycle.
        self._closing = weakref.finalize(self, self._connection.close)
        self._closing.atexit = False
        try:
            with self._reading():
                _check_identity(self.path, self._connection)
            self._tables = self._present()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> TraceReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Idempotent."""
        self._closing()

    def revision(self) -> str:
        """Changes whenever the file may have changed; cheap."""
        with self._reading():
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
            # The pragma alone would not do: it is per connection and says nothing about the first reading.
            (written,) = self._connection.execute(
                "SELECT coalesce((SELECT value FROM meta WHERE key = 'written'), '')"
            ).fetchone()
            (state,) = self._connection.execute(
                "SELECT coalesce((SELECT value FROM meta WHERE key = 'state'), '')"
            ).fetchone()
        return f"{version}.{written}.{state}"

    def run(self) -> Run:
        """What was run, and how far it is."""
        with self._reading():
            return self._run()

    def read(self) -> Trace:
        """Everything, as it is at one moment."""
        with self._moment():
            self._check_numbers(tuple(NUMBERS))
            return self._trace(self._tasks(), "coalesce(ordering, '')")

    def read_columns(self) -> tuple[Trace, TaskColumns]:
        """Everything, as it is at one moment, with the tasks as columns; the trace itself has none. For long runs:
        the order of frames is left out."""
        with self._moment():
            self._check_numbers([table for table in NUMBERS if table != "task"])
            columns = TaskColumns()
            usual, self._connection.text_factory = self._connection.text_factory, bytes
            try:
                columns.extend(
                    self._connection.execute(f"SELECT {_COLUMNS} FROM {self._tables['task']} ORDER BY id"), Texts()
                )
            finally:
                self._connection.text_factory = usual
            columns.tie(self._connection.execute("SELECT task, needs FROM dependency ORDER BY task, needs"))
            failed = self._connection.execute(
                "SELECT id, coalesce(error_type, ''), coalesce(error_message, '')"
                f" FROM {self._tables['task']}"
                " WHERE error_type <> '' OR error_message <> ''"
            )
            columns.errors = {number: error_text(kind, message) for number, kind, message in failed}
            return self._trace((), "''"), columns

    def task(self, number: int) -> TaskRow | None:
        """One task; None if there is no such task."""
        with self._moment():
            query = f"SELECT {_TASK_COLUMNS} FROM {self._tables['task']} WHERE id = ?"
            row = self._connection.execute(query, (number,)).fetchone()
            if row is None:
                return None
            needs = self._connection.execute("SELECT needs FROM dependency WHERE task = ? ORDER BY needs", (number,))
            return _task_row(row, tuple(need for (need,) in needs))

    def journeys(self) -> Iterator[Journey]:
        """The journey of each task, in any order. Read as they are taken: take them before anything else is asked."""
        with self._moment():
            self._check_numbers(("task",))
            rows = self._connection.execute(f"SELECT {_JOURNEY} FROM {self._tables['task']}")
            yield from (Journey(*row) for row in rows)

    def saved_call(self, task: int) -> bytes | None:
        """What the trace keeps of a failed call, as bytes that only the runtime reads; None where it keeps nothing."""
        with self._moment():
            query = f"SELECT call FROM {self._tables['saved_call']} WHERE task = ?"
            row = self._connection.execute(query, (task,)).fetchone()
            return row[0] if row is not None and isinstance(row[0], bytes) else None

    @contextmanager
    def _moment(self) -> Iterator[None]:
        """All that is read inside is of one moment."""
        with self._reading():
            self._connection.execute("BEGIN")
            try:
                yield
            except (TypeError, OverflowError) as problem:
                raise self._damaged("it holds other values where numbers belong") from problem
            finally:
                self._connection.execute("ROLLBACK")

    def _check_numbers(self, tables: Sequence[str]) -> None:
        """SQLite takes any value in any column: refuse those that are no numbers where numbers belong."""
        for table in tables:
            odd = " OR ".join(f"typeof({column}) NOT IN ('integer', 'null')" for column in NUMBERS[table])
            query = f"SELECT 1 FROM {self._tables[table]} WHERE {odd} LIMIT 1"
            if self._connection.execute(query).fetchone() is not None:
                raise self._damaged(f"its table '{table}' holds words where numbers belong")

    def _damaged(self, how: str) -> TraceFormatError:
        return TraceFormatError(f"The trace '{self.path}' is damaged: {how}. Record the run again.")

    def _trace(self, tasks: tuple[TaskRow, ...], order: str) -> Trace:
        frames = self._frames(order)
        return Trace(
            run=self._run(),
            sources=tuple(
                self._connection.execute(
                    f"SELECT coalesce(file, ''), coalesce(text, '') FROM {self._tables['source']} ORDER BY file"
                )
            ),
            graphs=self._rows(
                GraphRow,
                "id, coalesce(name, ''), coalesce(qualname, ''), coalesce(file, ''), coalesce(document, ''),"
                f" coalesce(source, '') FROM {self._tables['graph']} ORDER BY id",
            ),
            frames=frames,
            tasks=tasks,
            attempts=self._rows(
                AttemptRow,
                "task, attempt, coalesce(worker, ''), started, finished, coalesce(outcome, ''), coalesce(error, '')"
                f" FROM {self._tables['attempt']} ORDER BY task, attempt",
            ),
            waits=self._waits(frames),
            workers=self._rows(
                WorkerRow,
                "name, coalesce(host, ''), pid, started, stopped, coalesce(reason, '')"
                f" FROM {self._tables['worker']} ORDER BY started, name",
            ),
            saved_calls=self._rows(
                SavedCallRow,
                f"task, coalesce(size, 0), coalesce(note, '') FROM {self._tables['saved_call']} ORDER BY task",
            ),
            sync_points=self._rows(
                SyncPointRow,
                "graph, node, reason, coalesce(detail, '')"
                f" FROM {self._tables['sync_point']} ORDER BY graph, node, reason",
            ),
        )

    def _frames(self, order: str) -> tuple[FrameRow, ...]:
        rows = self._connection.execute(
            f"SELECT id, parent, graph, node, coalesce(kind, 'function'), {order}, started, finished, error, stack"
            f" FROM {self._tables['frame']} ORDER BY id"
        )
        return tuple(FrameRow(*(*row[:9], _stack(row[9]))) for row in rows)

    def _waits(self, frames: tuple[FrameRow, ...]) -> tuple[WaitRow, ...]:
        rows = self._connection.execute(
            "SELECT frame, graph, node, coalesce(file, ''), coalesce(line, 0), coalesce(reason, ''),"
            " coalesce(detail, ''), task, coalesce(started, finished, 0), coalesce(finished, started, 0)"
            f" FROM {self._tables['wait']} ORDER BY started, id"
        ).fetchall()
        beside = None
        if self._tells_beside:
            beside = set(self._connection.execute("SELECT frame, started FROM wait_beside"))
        return _wait_rows(rows, beside, frames)

    def _rows(self, record: Any, query: str) -> tuple[Any, ...]:
        return tuple(record(*row) for row in self._connection.execute(f"SELECT {query}"))

    def _tasks(self) -> tuple[TaskRow, ...]:
        needs: dict[int, list[int]] = {}
        for task, need in self._connection.execute("SELECT task, needs FROM dependency ORDER BY task, needs"):
            needs.setdefault(task, []).append(need)
        rows = self._connection.execute(f"SELECT {_TASK_COLUMNS} FROM {self._tables['task']} ORDER BY id")
        return tuple(_task_row(row, tuple(needs.get(row[0], ()))) for row in rows)

    def _run(self) -> Run:
        meta: dict[str, str] = dict(self._connection.execute("SELECT key, value FROM meta"))
        try:
            run = Run(
                id=meta.get("run", ""),
                started=meta.get("started", ""),
                argv=tuple(str(word) for word in json.loads(meta.get("argv", "[]"))),
                cwd=meta.get("cwd", ""),
                python=meta.get("python", ""),
                platform=meta.get("platform", ""),
                host=meta.get("host", ""),
                pid=_number(meta, "pid"),
                versions=tuple((str(k), str(v)) for k, v in json.loads(meta.get("versions", "{}")).items()),
                executor=meta.get("executor", ""),
                workers=_number(meta, "workers") or 0,
                state=meta.get("state", "running"),
                finished=_number(meta, "finished"),
                written=_number(meta, "written"),
                error=meta.get("error", ""),
            )
        except (ValueError, TypeError, AttributeError) as problem:
            raise self._damaged(f"its table 'meta' holds {problem}") from problem
        if run.state == "running" and _is_gone(run):
            return replace(run, state="killed", finished=run.written)
        return run

    def _present(self) -> dict[str, str]:
        """What to read each table from: a file may lack tables and columns that were added later."""
        found = {}
        with self._reading():
            cut = _is_wide(self.path, self._connection)
            for table in TABLES:
                columns = {name for _, name, *_ in self._connection.execute(f"PRAGMA table_info({table})")}
                found[table] = from_clause(table, columns, cut)
                if table == "wait_beside":
                    self._tells_beside = {"frame", "started"} <= columns
        return found

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except UNREADABLE as problem:
            raise TraceFormatError(
                f"The trace '{self.path}' cannot be read: {problem}. It may be cut off or damaged; if it was copied"
                " while its program was running, copy the file that ends in '-wal' as well."
            ) from problem


def read_trace(path: str | os.PathLike[str]) -> Trace:
    """Everything that a trace file holds at this moment.

    Raises:
        TraceFormatError: It does not exist, is not a trace, is cut off, or is of a newer version.
    """
    with TraceReader(path) as reader:
        return reader.read()


def read_columns(path: str | os.PathLike[str]) -> tuple[Trace, TaskColumns]:
    """The same, with the tasks as columns: see :meth:`TraceReader.read_columns`.

    Raises:
        TraceFormatError: As for :func:`read_trace`.
    """
    with TraceReader(path) as reader:
        return reader.read_columns()


def _task_row(row: Sequence[Any], needs: tuple[int, ...]) -> TaskRow:
    return TaskRow(*(*row[:25], needs, *row[25:]))


def _wait_rows(
    rows: Sequence[Sequence[Any]], beside: Set[tuple[int, int]] | None, frames: tuple[FrameRow, ...]
) -> tuple[WaitRow, ...]:
    """Waits, and whose they were. ``beside``: those of parts that were put off; None where the file does not tell."""
    if beside is not None:
        return tuple(WaitRow(*(*row, (row[0], row[8]) not in beside)) for row in rows)
    # Older traces: waits of an outermost function were the program's own.
    outer = {frame.id for frame in frames if frame.kind == "function" and frame.parent is None}
    return tuple(WaitRow(*(*row, row[0] is None or not frames or row[0] in outer)) for row in rows)


def _is_wide(path: Path, connection: sqlite3.Connection) -> bool:
    """Whether a file holds texts that the writer would have cut: read whole, they might fill the memory."""
    size = path.stat().st_size
    if size < _LARGE or not connection.execute("PRAGMA table_info(task)").fetchall():
        return False
    (tasks,) = connection.execute("SELECT count(*) FROM task").fetchone()
    return size > _WIDE * int(tasks)


def _check_identity(path: Path, connection: sqlite3.Connection) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise TraceFormatError(
            f"'{path}' is an SQLite file, but not a Pydron trace. Give a file that was written by"
            " 'pydron run --trace FILE' or by a program run with PYDRON_TRACE=FILE."
        )
    if version > SCHEMA_VERSION:
        raise TraceFormatError(
            f"The trace '{path}' has format version {version}; this Pydron reads up to version"
            f" {SCHEMA_VERSION}. Update Pydron to open it."
        )


def _stack(text: str | None) -> tuple[tuple[str, int, str], ...]:
    """The lines that led to a frame; none where the trace holds anything else."""
    try:
        entries = json.loads(text) if text else []
        return tuple((str(file), int(line), str(name)) for file, line, name in entries)
    except (ValueError, TypeError):
        return ()


def _number(meta: dict[str, str], key: str) -> int | None:
    return int(meta[key]) if key in meta else None


def _is_gone(run: Run) -> bool:
    """Whether the program that wrote the trace ran on this host and its process exists no more."""
    # Elsewhere than on POSIX, os.kill would do more than ask.
    if os.name != "posix" or run.pid is None or run.pid <= 0 or run.host != socket.gethostname():
        return False
    try:
        os.kill(run.pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False
