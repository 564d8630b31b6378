"""Opening: the file of a trace as a read-only connection, and a sentence for whatever is no trace."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from pydron.errors import TraceFormatError

_MAGIC = b"SQLite format 3\x00"

UNREADABLE = (sqlite3.Error, UnicodeError)
"""What reading a damaged file raises; SQLite's own messages may hold bytes of it."""


def check_file(path: Path) -> None:
    """Refuse what is plainly no trace, with a better message than SQLite's.

    Raises:
        TraceFormatError: It is missing, empty, cut off, or something else.
    """
    way_out = "Record one with 'pydron run --trace FILE script.py'."
    try:
        with path.open("rb") as file:
            header = file.read(100)
            size = file.seek(0, os.SEEK_END)
    except FileNotFoundError:
        raise TraceFormatError(f"There is no file '{path}'. {way_out}") from None
    except IsADirectoryError:
        raise TraceFormatError(f"'{path}' is a directory, not a trace file. {way_out}") from None
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise TraceFormatError(f"The trace '{path}' cannot be opened: {reason}.") from None
    if not header:
        raise TraceFormatError(f"'{path}' is empty, not a trace. {way_out}")
    if not _MAGIC.startswith(header[:16]) and not header.startswith(_MAGIC):
        raise TraceFormatError(f"'{path}' is not a Pydron trace (nor any other SQLite file). {way_out}")
    if len(header) < 100 or (size < _stated_size(header) and not Path(f"{path}-wal").exists()):
        raise TraceFormatError(
            f"The trace '{path}' is cut off: it holds {size} bytes of {max(_stated_size(header), 100)}."
            " Copy it again, or record the run again."
        )


def _stated_size(header: bytes) -> int:
    """Size in bytes that an SQLite header states, 0 where it does not."""
    if len(header) < 100 or header[24:28] != header[92:96]:
        return 0
    page = int.from_bytes(header[16:18], "big")
    return (65536 if page == 1 else page) * int.from_bytes(header[28:32], "big")


def connect(path: Path) -> sqlite3.Connection:
    """An open file, to be read only.

    Raises:
        TraceFormatError: It cannot be read.
    """
    address = "file:" + quote(str(path.absolute()))
    try:
        return _opened(f"{address}?mode=ro")
    except UNREADABLE as problem:
        wal = Path(f"{path}-wal")
        # In a read-only directory SQLite cannot make the index of the log. With nothing in the log none is needed.
        if isinstance(problem, sqlite3.OperationalError) and not (wal.exists() and wal.stat().st_size):
            try:
                return _opened(f"{address}?mode=ro&immutable=1")
            except UNREADABLE:
                pass
        raise TraceFormatError(
            f"The trace '{path}' cannot be read: {problem}. It may be cut off or damaged, or lie in a directory in"
            " which its log cannot be opened: copy it, with the file that ends in '-wal', to one that you can write to."
        ) from problem


def _opened(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=5.0)
    try:
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection
