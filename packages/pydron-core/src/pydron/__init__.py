"""Sequential Python, run in parallel.

Two decorators are the whole required interface: :func:`schedule` on the function that orchestrates,
:func:`functional` on functions that are free of side effects.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

from pydron.config import configure
from pydron.decorators import assume_functional, functional, schedule

if TYPE_CHECKING:
    from pydron.explain.breaches import CheckReport
    from pydron.explain.report import Report

__all__ = ["__version__", "assume_functional", "check_report", "configure", "explain", "functional", "schedule"]

__version__ = "0.1.0"

# The first import of a subpackage binds its name here. The function below has to come after that, to stay.
import_module("pydron.explain")


def explain(function: object, trace: str | os.PathLike[str] | None = None) -> Report:
    """Report, line by line, what of a function can run in parallel, what cannot, why, and what to change.

    Args:
        function: A scheduled function, a plain function, or a graph.
        trace: Path of the trace of a run: the report then says what each line has cost in it.

    Returns:
        A report: ``str`` of it is the annotated source, ``.lines`` and ``.findings`` are for programs. In a notebook
        it shows itself.

    Raises:
        TraceFormatError: The trace cannot be read.
    """
    from pydron.explain.report import explain as report  # late: keeps `import pydron` quick

    found = report(function)
    if trace is None:
        return found
    from pydron.trace import read_trace

    return found.with_trace(read_trace(trace), os.fspath(trace))


def check_report() -> CheckReport:
    """What check mode has found in this process so far (``PYDRON_CHECK=1``, ``pydron.configure(check=True)``).

    Returns:
        A report: ``str`` of it is for people, ``.breaches`` and ``.to_json()`` are for programs.
    """
    from pydron.checked import report  # late: keeps `import pydron` quick

    return report()
