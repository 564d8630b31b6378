"""``pydron run --check``: runs a program in check mode and reports how functional functions break their promise."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable

from pydron import checked, configure
from pydron_runtime.check import mode

FOUND = 1
"""Exit status of a program that ended well, where something was found."""


def run_checked(program: Callable[[], int], json: bool) -> int:
    """Run a program in check mode, and print the report.

    Args:
        program: Runs to the end and gives the exit status.
        json: The report is a JSON document on the standard output; what the program prints there goes to the standard
            error stream.

    Returns:
        The program's own status if that is not 0; else 1 if there are breaches.
    """
    configure(check=True)
    leave: SystemExit | None = None
    with contextlib.redirect_stdout(sys.stderr) if json else contextlib.nullcontext():
        try:
            status = program()
        except SystemExit as ended:
            status, leave = 0, ended
    report = checked.report()
    mode.told_elsewhere()
    sys.stdout.flush()
    if json:
        print(report.to_json(), flush=True)
    else:
        print(report, end="", file=sys.stderr, flush=True)
    if leave is not None and leave.code not in (None, 0):
        raise leave
    return status or (FOUND if report.breaches else 0)
