"""``pydron explain``: which lines run in parallel, which do not, why, and what to change."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import types
from typing import TYPE_CHECKING

from pydron.cli.command import SimpleCommand
from pydron.cli.target import find_targets

if TYPE_CHECKING:
    from pydron.explain.report import Report

_DESCRIPTION = """\
Explain, line by line, what of a function runs in parallel, what stays sequential, why, and what to change.

The file is loaded as a module: its `if __name__ == "__main__":` part does not run. A function that is not
decorated is explained as if it were.

examples:
  pydron explain pipeline.py             every scheduled function of a file
  pydron explain pipeline.py:calibrate   one function
  pydron explain package.module:Reducer.run
  pydron explain graph.json              a graph written by 'pydron graph'
  pydron explain pipeline.py --trace run.pydron    with what each line cost in a run
  pydron explain pipeline.py --json      for programs
"""


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="FILE[:FUNCTION]", help="a Python file, a module, or a graph (.json)")
    parser.add_argument(
        "--trace", metavar="RUN", help="say what each line cost in a run, recorded by `pydron run --trace`"
    )
    parser.add_argument(
        "--color", "--colour", choices=("auto", "always", "never"), default="auto", metavar="WHEN",
        help="auto (default: on a terminal, unless NO_COLOR is set), always or never",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print a JSON document")


def _run(arguments: argparse.Namespace) -> int:
    from pydron.explain.report import explain

    reports = [explain(target.value) for target in find_targets(arguments.target)]
    if len(reports) > 1 or ":" not in arguments.target:
        reports += _of_entered(reports)
    if arguments.trace is not None:
        from pydron.trace import read_trace

        trace = read_trace(arguments.trace)
        reports = [report.with_trace(trace, arguments.trace) for report in reports]
    if arguments.json:
        documents = [report.to_json() for report in reports]
        print(documents[0] if len(documents) == 1 else "[" + ",\n".join(documents) + "]")
    else:
        colour = arguments.color == "always" or arguments.color == "auto" and _is_coloured()
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
        sys.stdout.write("\n".join(_encodable(report.text(colour=colour, width=width)) for report in reports))
    return 0


def _of_entered(reports: list[Report]) -> list[Report]:
    """Those of the plain functions of the same file that run as a part of the ones explained, and of these in turn."""
    from pydron.explain.report import explain

    files = {report.filename for report in reports}
    found: dict[types.FunctionType, Report] = {}
    waiting = list(reports)
    while waiting:
        for function in waiting.pop().entered:
            if function not in found and function.__code__.co_filename in files:
                found[function] = explain(function)
                waiting.append(found[function])
    return sorted(found.values(), key=lambda report: report.first_line)


def _is_coloured() -> bool:
    """Whether the output is a terminal that shows colours, and nobody has asked for none (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _encodable(text: str) -> str:
    """The text as the terminal can show it: an old locale must not end in an error."""
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


command = SimpleCommand("explain", "say which lines run in parallel, and why not", _DESCRIPTION, _configure, _run)
