"""Questions to a trace, and answers in figures: what if, and how two runs differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydron.errors import UsageError
from pydron.trace import TaskColumns, Trace
from pydron_viz.analysis.comparison import Comparison, Pair
from pydron_viz.analysis.plan import WaitKey, plan
from pydron_viz.analysis.prediction import MOST_WORKERS, Curve, Figures, curve, figures
from pydron_viz.tables import table
from pydron_viz.wording import file_name, one_line, short_time


@dataclass(frozen=True, slots=True)
class Answer:
    """What would be: ``changed`` is None where nothing but the number of workers was asked for."""

    figures: Figures
    path: tuple[tuple[str, int], ...]
    base: Curve
    changed: Curve | None

    def as_document(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        changed = None if self.changed is None else self.changed.points
        return {
            "format": "pydron-whatif",
            "version": 1,
            **self.figures.as_document(),
            "critical_path": self.path,
            "points": self.base.points,
            "changed": changed,
        }

    def as_text(self) -> str:
        """For a terminal."""
        told = self.figures
        lines = [
            f"work {short_time(told.work)}, span {short_time(told.span)}, average parallelism {told.parallelism:.1f}",
            f"The run took {short_time(told.took)} on {told.workers} workers; replayed, it takes"
            f" {short_time(told.replayed)}.",
            f"critical path, {short_time(told.path_work)} in {len(self.path):,} of the calls: {_chain(self.path)}",
        ]
        one = self.base.points[0][1] if self.base.points else 0
        changed = dict(self.changed.points) if self.changed is not None else {}
        rows = []
        for workers, took in self.base.points:
            row = [f"{workers:,}", short_time(took), f"{one / max(1, took):.2f}"]
            rows.append(
                row + ([short_time(changed[workers]), f"{one / max(1, changed[workers]):.2f}"] if changed else [])
            )
        first = f"vs {self.base.points[0][0]:,}" if self.base.points else ""
        heads = ["workers", "predicted", first, *(["what if", first] if changed else [])]
        return "\n".join(lines + table(heads, rows, ())) + "\n"


def ask(
    trace: Trace, tasks: TaskColumns, workers: Sequence[str] | None, faster: Sequence[str], without: Sequence[str]
) -> Answer:
    """Predict.

    Args:
        workers: Numbers of workers; None for the usual ones.
        faster: ``NAME=FACTOR``.
        without: Lines at which the program does not wait: ``FILE:LINE`` or ``LINE``.

    Raises:
        UsageError: One of them means nothing in this trace.
    """
    numbers = None if workers is None else sorted({_workers(text) for text in workers})
    factors = dict(_factor(text, tasks) for text in faster)
    keys = {key for text in without for key in _waits(text, trace)}
    found = plan(trace, tasks)
    told = figures(found)
    path = tuple((tasks.sites[tasks.site[place]].name, tasks.id[place]) for place in told.path)
    changed = curve(found, numbers, factors, keys) if factors or keys else None
    return Answer(told, path, curve(found, numbers), changed)


def comparison_text(found: Comparison) -> str:
    """Two runs, for a terminal."""
    whole = [
        [pair.name, *(_value(pair, side) for side in (pair.first, pair.second)), _ratio(pair)] for pair in found.whole
    ]
    functions = [
        [one_line(calls.name, 60), _number(calls.first), _number(calls.second), _time(mean.first), _time(mean.second),
         _ratio(mean), _time(total.first), _time(total.second), _ratio(total)]
        for calls, mean, total in found.functions
    ]  # fmt: skip
    waits = [[one_line(pair.name, 80), _time(pair.first), _time(pair.second), _ratio(pair)] for pair in found.waits]
    lines = table(("run", "A", "B", "B/A"), whole, ("run",))[1:]
    lines += table(
        ("function", "calls A", "calls B", "mean A", "mean B", "B/A", "total A", "total B", "B/A "),
        functions, ("function",),
    )  # fmt: skip
    return "\n".join(lines + table(("waited at", "A", "B", "B/A"), waits, ("waited at",))) + "\n"


def _value(pair: Pair, side: int | None) -> str:
    return _time(side) if pair.name in ("duration", "work") else _number(side)


def _time(value: int | None) -> str:
    return "-" if value is None else short_time(value)


def _times(one: int, other: int) -> str:
    return f"{one / max(1, other):.2f}"


def _number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def _ratio(pair: Pair) -> str:
    return "-" if pair.ratio is None else f"{pair.ratio:.2f}"


def _chain(path: Sequence[tuple[str, int]]) -> str:
    words = [f"{one_line(name, 40)} #{number}" for name, number in path]
    return " → ".join(words if len(words) <= 8 else [*words[:4], f"({len(words) - 7:,} more)", *words[-3:]]) or "none"


def _workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:9]) <= 100_000:
        raise UsageError(
            f"'{text[:40]}' is no number of workers. Give some from 1, such as --workers 1 8 {MOST_WORKERS}."
        )
    return int(text)


def _factor(text: str, tasks: TaskColumns) -> tuple[str, float]:
    name, _, factor = text.rpartition("=")
    try:
        value = float(factor)
    except ValueError:
        value = 0.0
    if not name or not 0.001 <= value <= 1e9:
        raise UsageError(f"'{text[:80]}' says nothing about a function. Give --faster NAME=FACTOR, such as process=2.")
    known = sorted({site.name for site in tasks.sites})
    if name not in known:
        raise UsageError(
            f"No functional call of this run is of '{name[:80]}'. It has: {', '.join(known)[:500] or 'none'}."
        )
    return name, value


def _waits(text: str, trace: Trace) -> set[WaitKey]:
    file, _, line = text.rpartition(":")
    found = {
        (wait.file, wait.line, wait.reason)
        for wait in trace.waits
        if wait.own and str(wait.line) == line and (not file or file_name(wait.file) == file_name(file))
    }
    if not found:
        known = sorted({f"{file_name(wait.file)}:{wait.line}" for wait in trace.waits if wait.own})
        raise UsageError(
            f"The program never waited at '{text[:80]}'. It did at: {', '.join(known)[:500] or 'no line'}."
        )
    return found
