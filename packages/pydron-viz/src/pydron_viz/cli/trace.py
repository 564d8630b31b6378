"""``pydron trace``: a recorded run in figures, or in another format."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from pathlib import Path

from pydron.cli.command import SimpleCommand
from pydron.errors import ConfigurationError, UsageError
from pydron.trace import Trace, read_trace
from pydron_viz.exports import MIME, export
from pydron_viz.summary import as_text, summarise

_DESCRIPTION = """\
Look into the trace of a run without a browser.

  pydron trace summary run.pydron
  pydron trace summary run.pydron --json
  pydron trace export run.pydron --format svg -o run.svg
  pydron trace export run.pydron --format png --at 1.5 -o halfway.png
  pydron trace export run.pydron --format svg --function pipeline -o pipeline.svg
  pydron trace export run.pydron --format chrome -o run.json    (open it at https://ui.perfetto.dev)
"""


def _configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    summary = actions.add_parser("summary", help="calls, workers, waits and errors in figures")
    summary.add_argument("file", metavar="FILE", help="the trace")
    summary.add_argument("--json", action="store_true", help="print JSON, with times in nanoseconds")
    exporter = actions.add_parser("export", help="write the run in another format")
    exporter.add_argument("file", metavar="FILE", help="the trace")
    exporter.add_argument("--format", choices=sorted(MIME), required=True, help="what to write")
    exporter.add_argument("-o", "--output", metavar="OUT", default="-", help="file to write (default: standard output)")
    exporter.add_argument("--at", metavar="SECONDS", help="moment that a diagram shows (default: the end)")
    which = exporter.add_mutually_exclusive_group()
    which.add_argument("--sites", action="store_true", help="draw one node per call site")
    which.add_argument("--function", metavar="NAME", help="draw the graph of a scheduled function, with counts")


def _run(arguments: argparse.Namespace) -> int:
    if arguments.action == "summary":
        summary = summarise(read_trace(arguments.file))
        if arguments.json:
            print(json.dumps(summary.as_document(), indent=1))
        else:
            # A terminal that cannot show a character gets a question mark, not a traceback.
            encoding = sys.stdout.encoding or "utf-8"
            sys.stdout.write(as_text(summary).encode(encoding, "replace").decode(encoding))
        return 0
    time = _nanoseconds(arguments.at)
    trace = read_trace(arguments.file)
    view = "sites" if arguments.sites else "run" if arguments.function is None else _view(trace, arguments.function)
    if arguments.output == "-" and arguments.format == "png" and sys.stdout.isatty():
        raise UsageError("A picture makes no sense on a terminal. Give a file with -o.")
    data = export(trace, arguments.format, time, view)
    if arguments.output == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        write_whole(Path(arguments.output), data)
    return 0


def _nanoseconds(seconds: str | None) -> int | None:
    if seconds is None:
        return None
    try:
        value = float(seconds)
    except ValueError:
        value = math.nan
    if not 0 <= value < 1e9:
        raise UsageError(f"'{seconds}' is no moment of a run. Give --at the seconds since its start, such as 1.5.")
    return round(value * 1e9)


def _view(trace: Trace, name: str) -> str:
    for row in trace.graphs:
        if name in (row.name, row.qualname):
            return f"graph:{row.id}"
    known = ", ".join(sorted({row.qualname for row in trace.graphs})) or "none"
    raise UsageError(f"No scheduled function of this run is called '{name}'. The trace holds: {known}.")


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


command = SimpleCommand("trace", "summarise or export a recorded run", _DESCRIPTION, _configure, _run)
