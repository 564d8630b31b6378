"""``pydron trace``: a recorded run in figures, in another format, or as it might have been."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable

from pydron.cli.command import SimpleCommand
from pydron.errors import UsageError
from pydron.trace import Trace, read_columns, read_trace
from pydron_viz.analysis.comparison import compare
from pydron_viz.analysis.waiting import ranked
from pydron_viz.cli.output import deliver, say
from pydron_viz.cli.predictions import ask, comparison_text
from pydron_viz.exports import MIME, PICTURES, export
from pydron_viz.summary import as_text, summarise

_DESCRIPTION = """\
Look into the trace of a run without a browser.

  pydron trace summary run.pydron
  pydron trace summary run.pydron --json
  pydron trace whatif run.pydron --workers 1 2 8 64
  pydron trace whatif run.pydron --faster process=2 --without pipeline.py:32
  pydron trace compare before.pydron after.pydron
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
    whatif = actions.add_parser("whatif", help="predict the run on other workers, with faster functions, without waits")
    whatif.add_argument("file", metavar="FILE", help="the trace")
    whatif.add_argument("--workers", metavar="N", nargs="+", help="numbers of workers (default: some from 1 to 1,000)")
    whatif.add_argument("--faster", metavar="F=K", nargs="+", default=[], help="calls of function F take K times less")
    whatif.add_argument("--without", metavar="LINE", nargs="+", default=[], help="the program does not wait at a line")
    whatif.add_argument("--json", action="store_true", help="print JSON, with times in nanoseconds")
    comparer = actions.add_parser("compare", help="two runs side by side")
    comparer.add_argument("first", metavar="A", help="a trace")
    comparer.add_argument("second", metavar="B", help="another trace")
    comparer.add_argument("--json", action="store_true", help="print JSON, with times in nanoseconds")
    exporter = actions.add_parser("export", help="write the run in another format")
    exporter.add_argument("file", metavar="FILE", help="the trace")
    exporter.add_argument("--format", choices=sorted(MIME), required=True, help="what to write")
    exporter.add_argument("-o", "--output", metavar="OUT", default="-", help="file to write (default: standard output)")
    exporter.add_argument("--at", metavar="SECONDS", help="moment that a diagram shows (default: the end)")
    which = exporter.add_mutually_exclusive_group()
    which.add_argument("--sites", action="store_true", help="draw one node per call site")
    which.add_argument("--function", metavar="NAME", help="draw the graph of a scheduled function, with counts")


def _run(arguments: argparse.Namespace) -> int:
    match arguments.action:
        case "summary":
            trace, tasks = read_columns(arguments.file)
            _tell(arguments, summarise(trace, tasks).as_document, lambda: as_text(summarise(trace, tasks)))
        case "whatif":
            _what_if(arguments)
        case "compare":
            _compare(arguments)
        case _:
            _export(arguments)
    return 0


def _tell(arguments: argparse.Namespace, document: Callable[[], object], text: Callable[[], str]) -> None:
    if arguments.json:
        print(json.dumps(document(), indent=1))
    else:
        say(text())


def _what_if(arguments: argparse.Namespace) -> None:
    trace, tasks = read_columns(arguments.file)
    found = ask(trace, tasks, arguments.workers, arguments.faster, arguments.without)
    _tell(arguments, found.as_document, found.as_text)


def _compare(arguments: argparse.Namespace) -> None:
    runs = [read_columns(file) for file in (arguments.first, arguments.second)]
    first, second = (summarise(trace, tasks) for trace, tasks in runs)
    found = compare(first, second, (ranked(runs[0][0]), ranked(runs[1][0])))
    _tell(arguments, found.as_document, lambda: comparison_text(found))


def _export(arguments: argparse.Namespace) -> None:
    time = _nanoseconds(arguments.at)
    trace = read_trace(arguments.file)
    view = "sites" if arguments.sites else "run" if arguments.function is None else _view(trace, arguments.function)
    # Asked before the work is done: a picture takes a while.
    if arguments.output == "-" and arguments.format in PICTURES and sys.stdout.isatty():
        raise UsageError("A picture makes no sense on a terminal. Give a file with -o.")
    deliver(export(trace, arguments.format, time, view), arguments.output)


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


command = SimpleCommand("trace", "summarise, predict, compare or export a recorded run", _DESCRIPTION, _configure, _run)
