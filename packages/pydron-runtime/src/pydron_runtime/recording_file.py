"""Makes trace files and writes batches of rows to them. All of SQLite that the recorder needs."""

from __future__ import annotations

import os
import socket
import sqlite3
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from pydron.errors import ConfigurationError, TraceFormatError
from pydron.trace import APPLICATION_ID, SCHEMA_VERSION, TraceReader, schema_sql
from pydron_runtime import recording_rows as rows

_CHUNKS = (400, 20, 1)
"""Rows per statement. A statement of many rows gives up the interpreter's lock once, not once per row: beside a program
that computes, writing row by row was measured at 375 µs per row, in hundreds at 16 µs."""


def create(path: Path) -> sqlite3.Connection:
    """A new, empty trace at ``path``, open for writing. Replaces a trace that is there.

    Raises:
        ConfigurationError: The file cannot be made, or something that is no trace is there already.
    """
    _refuse_foreign(path)
    draft = path.with_name(f".{path.name[:100]}.{os.getpid()}.tmp")
    try:
        draft.unlink(missing_ok=True)
        _fill(draft)
        for ending in ("-wal", "-shm", "-journal"):
            Path(f"{path}{ending}").unlink(missing_ok=True)
        os.replace(draft, path)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10.0)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
        except sqlite3.Error:
            connection.close()
            raise
        return connection
    except (OSError, sqlite3.Error, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise ConfigurationError(
            f"The trace cannot be written to '{path}': {reason}. Give a file in a directory that exists and that you"
            " can write to, or run without a trace."
        ) from problem
    finally:
        try:
            draft.unlink(missing_ok=True)
        except (OSError, ValueError):
            pass


def is_being_written(path: Path) -> int | None:
    """The process on this host that is writing a trace to ``path`` at the moment; None where there is none."""
    try:
        with TraceReader(path) as reader:
            run = reader.run()
    except TraceFormatError:
        return None
    return run.pid if run.state == "running" and run.host == socket.gethostname() else None


def _fill(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        # The tables are made before the log is switched on, so that even the bare file is known to be a trace.
        connection.executescript(
            f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION};"
            f" BEGIN; {schema_sql()} COMMIT;"
        )
    finally:
        connection.close()


def _refuse_foreign(path: Path) -> None:
    """Nobody's file is lost because its name was given by mistake."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            what = "a directory" if stat.S_ISDIR(found.st_mode) else "not an ordinary file"
            raise ConfigurationError(f"The trace cannot be written to '{path}': it is {what}. Give another name.")
        with path.open("rb") as file:
            header = file.read(72)
    except FileNotFoundError:
        return
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise ConfigurationError(f"The trace cannot be written to '{path}': {reason}. Give another name.") from problem
    is_trace = header.startswith(b"SQLite format 3\x00") and header[68:72] == APPLICATION_ID.to_bytes(4, "big")
    if header and not is_trace:
        raise ConfigurationError(
            f"The trace is not written to '{path}': that file exists and is no trace. Give another name, or remove it."
        )


def write_meta(connection: sqlite3.Connection, values: dict[str, str]) -> None:
    """Set entries of the table ``meta``."""
    connection.executemany("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", list(values.items()))


def write(connection: sqlite3.Connection, batch: rows.Batch, sources: dict[str, str], written: int) -> None:
    """Write a batch in one transaction: all of it, or (with the error) nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        _insert(connection, "source", rows.SOURCE, [list(item) for item in sources.items()], "OR REPLACE")
        _insert(connection, "graph", rows.GRAPH, list(batch.graphs.values()), "OR REPLACE")
        _insert(connection, "frame", rows.FRAME, list(batch.frames.values()), merge="id")
        _insert(connection, "worker", rows.WORKER, list(batch.workers.values()), merge="name")
        _insert(connection, "task", rows.TASK, list(batch.tasks.values()), merge="id")
        _insert(connection, "dependency", rows.DEPENDENCY, batch.dependencies, "OR IGNORE")
        _insert(connection, "attempt", rows.ATTEMPT, batch.attempts, "OR REPLACE")
        _insert(connection, "wait", rows.WAIT, batch.waits)
        _insert(connection, "wait_beside", rows.WAIT_BESIDE, batch.waits_beside, "OR REPLACE")
        _insert(connection, "sync_point", rows.SYNC_POINT, batch.sync_points, "OR IGNORE")
        _insert(connection, "saved_call", rows.SAVED_CALL, batch.saved_calls, "OR REPLACE")
        write_meta(connection, {"written": str(written)})
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _insert(
    connection: sqlite3.Connection, table: str, columns: Sequence[str], new: list[rows.Row], conflict: str = "",
    merge: str = "",
) -> None:  # fmt: skip
    tail = ""
    if merge:
        kept = ", ".join(f"{name} = coalesce(excluded.{name}, {name})" for name in columns if name != merge)
        tail = f" ON CONFLICT ({merge}) DO UPDATE SET {kept}"
    one = f"({', '.join('?' * len(columns))})"
    start = 0
    for size in _CHUNKS:
        statement = f"INSERT {conflict} INTO {table} ({', '.join(columns)}) VALUES {', '.join([one] * size)}{tail}"
        while len(new) - start >= size:
            connection.execute(statement, [value for row in new[start : start + size] for value in row])
            start += size


def finish(connection: sqlite3.Connection, values: dict[str, str]) -> None:
    """Write the last entries and leave one plain file, without a log beside it (unless someone is reading)."""
    try:
        write_meta(connection, values)
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError:  # a reader has it open: the log stays, and stays readable
            pass
    finally:
        connection.close()


def leave(connection: sqlite3.Connection, kept: list[object]) -> None:
    """Be done with a trace whose name now belongs to another file: SQLite would remove that one's log, by its name, on
    closing. Where SQLite cannot be told to leave the log alone (before Python 3.12) the connection goes to ``kept``."""
    if sys.version_info >= (3, 12):
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, True)
        connection.close()
    else:
        kept.append(connection)
