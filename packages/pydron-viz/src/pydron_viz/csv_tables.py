"""Tables of a run as CSV: one row per call, with the times in nanoseconds since the start of the run. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from pydron.trace import Trace
from pydron_viz.wording import one_line

_TASKS = (
    "id name file line issued ready sent started finished retired worker attempts outcome retirement inline_reason"
    " argument_bytes result_bytes error_type error_message"
).split()

_WAITS = "file line reason detail task started finished duration".split()


def tasks_csv(trace: Trace) -> bytes:
    """One row per functional call."""
    return _csv(_TASKS, ([getattr(task, name) for name in _TASKS] for task in trace.tasks))


def waits_csv(trace: Trace) -> bytes:
    """One row per wait of the program."""
    return _csv(_WAITS, ([getattr(wait, name) for name in _WAITS] for wait in trace.waits))


def _csv(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8", "replace")


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    shown = one_line(value, 10_000)
    # A spreadsheet takes a text that begins like this for a formula, and would run it.
    return f"'{shown}" if shown[:1] in ("=", "+", "-", "@") else shown
