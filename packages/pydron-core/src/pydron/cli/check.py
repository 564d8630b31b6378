"""``pydron check``: breaches of the functional promise that the source shows, without running anything."""

from __future__ import annotations

import argparse
import sys
from types import FunctionType

from pydron.cli.command import SimpleCommand
from pydron.cli.target import find_targets
from pydron.marks import is_functional

_DESCRIPTION = """\
Look at the source of functional functions for breaches of their promise: arguments, globals and variables of enclosing
functions that are changed, global random numbers, files that are written.

Nothing is computed: the file is loaded as `pydron explain` loads it. What only shows when the program runs, such as
results that differ, is found by `pydron run --check script.py`.

exit status: 0 if nothing was found, 1 if something was

examples:
  pydron check pipeline.py               every functional function of a file
  pydron check pipeline.py:calibrate     one function
  pydron check pipeline.py --json        for programs
"""


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="FILE[:FUNCTION]", help="a Python file or a module")
    parser.add_argument("--json", action="store_true", help="print a JSON document")


def _run(arguments: argparse.Namespace) -> int:
    from pydron.checked import breaches_in_source
    from pydron.explain.breaches import CheckReport, merged

    functions = [
        target.value
        for target in find_targets(arguments.target, is_functional, "@pydron.functional")
        if isinstance(target.value, FunctionType)
    ]
    found = merged((), [breach for function in functions for breach in breaches_in_source(function)], certain=False)
    report = CheckReport(found, 0, len(functions))
    sys.stdout.write(report.to_json() + "\n" if arguments.json else str(report))
    return 1 if found else 0


command = SimpleCommand(
    "check", "look for functional functions that break their promise", _DESCRIPTION, _configure, _run
)
