"""Where commands write to: files all at once, the terminal with what it can show."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pydron.errors import ConfigurationError


def say(text: str) -> None:
    """Print a text. A terminal that cannot show a character gets a question mark, not a traceback."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding))


def deliver(data: bytes, output: str) -> None:
    """Write data to a file, or to standard output for ``-``.

    Raises:
        ConfigurationError: The file cannot be written.
    """
    if output != "-":
        write_whole(Path(output), data)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file all at once: whoever looks sees the old content or the new, never a part.

    Raises:
        ConfigurationError: It cannot be written. Nothing is left behind.
    """
    if path.exists() and not path.is_file():  # a device or a pipe is written to, not replaced
        _write(path, data)
        return
    draft = path.with_name(f".{path.name[:100]}.{os.getpid()}.tmp")
    try:
        _write(draft, data, shown=path)
        os.replace(draft, path)
    except OSError as problem:
        raise ConfigurationError(f"'{path}' cannot be written: {problem.strerror}. Give another file.") from problem
    finally:
        draft.unlink(missing_ok=True)


def _write(path: Path, data: bytes, shown: Path | None = None) -> None:
    try:
        path.write_bytes(data)
    except OSError as problem:
        raise ConfigurationError(
            f"'{shown or path}' cannot be written: {problem.strerror}. Give another file."
        ) from problem
