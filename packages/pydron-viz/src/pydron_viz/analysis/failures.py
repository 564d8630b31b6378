"""Failures: the calls that went wrong, by place and error, and the program's own side of each traceback. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydron.trace import OUTCOMES, FrameRow, TaskColumns, TaskRow, Trace
from pydron_viz.places import Places

MOST_GROUPS = 100
_MOST_TASKS = 50
_MOST_ENTRIES = 60

_BAD = {OUTCOMES.index("failed"), OUTCOMES.index("lost")}
_FAILED = OUTCOMES.index("failed")


@dataclass(frozen=True, slots=True)
class Failures:
    """Calls of one call site that failed with the same type of error.

    Attributes:
        error: The first one's error, in a line.
        tasks: Their numbers, those first whose failure the program saw.
        count: How many there are; ``tasks`` has no more than some.
        seen: How many of them the program saw: the others came later, and were not wanted any more.
    """

    name: str
    file: str
    line: int
    error: str
    tasks: tuple[int, ...]
    count: int
    seen: int


def failures(tasks: TaskColumns) -> tuple[Failures, ...]:
    """All calls that went wrong: the groups first that the program saw, and those with most calls."""
    groups: dict[tuple[int, str], list[tuple[bool, int]]] = {}
    for place, number in enumerate(tasks.id):
        if tasks.outcome[place] not in _BAD and tasks.retirement[place] != _FAILED:
            continue
        kind = tasks.errors.get(number, "").partition(":")[0]
        seen = tasks.retirement[place] == _FAILED
        groups.setdefault((tasks.site[place], kind), []).append((not seen, number))
    found = []
    for (site_number, _), those in groups.items():
        site = tasks.sites[site_number]
        those.sort()
        numbers = tuple(number for _, number in those[:_MOST_TASKS])
        error = tasks.errors.get(numbers[0], "") or "The call was lost with its worker."
        seen_ones = sum(not unseen for unseen, _ in those)
        found.append(Failures(site.name, site.file, site.line, error, numbers, len(those), seen_ones))
    return tuple(sorted(found, key=lambda one: (not one.seen, -one.count, one.tasks))[:MOST_GROUPS])


class LocalTracebacks:
    """Where the program was when a call's failure reached it: what Python's own traceback would show above the call."""

    def __init__(self, trace: Trace) -> None:
        self._frames: Mapping[int, FrameRow] = {frame.id: frame for frame in trace.frames}
        self._graphs = {row.id: row for row in trace.graphs}
        self._lines = {file: text.splitlines() for file, text in trace.sources}
        self._places = Places(trace)

    def of(self, task: TaskRow) -> str:
        """The text of the traceback; "" where the trace does not tell.

        A region that was put off belongs to the activation that it is a part of, as in Python.
        """
        entries: list[tuple[str, int, str]] = []
        file, line = task.file, task.line
        frame = None if task.frame is None else self._frames.get(task.frame)
        while frame is not None and len(entries) < _MOST_ENTRIES:
            parent = None if frame.parent is None else self._frames.get(frame.parent)
            if frame.kind == "function":
                row = self._graphs.get(frame.graph) if frame.graph is not None else None
                entries.append((file, line, row.name if row is not None else "?"))
                if parent is None:
                    entries += reversed(frame.stack)
                else:
                    file, line = self._places.line(parent.graph, frame.node)
            frame = parent
        return self._text(reversed(entries)) if entries else ""

    def _text(self, entries: Iterable[tuple[str, int, str]]) -> str:
        shown = ["Traceback (most recent call last):"]
        for file, line, name in entries:
            shown.append(f'  File "{file}", line {line}, in {name}')
            lines = self._lines.get(file, ())
            if 0 < line <= len(lines):
                shown.append(f"    {lines[line - 1].strip()[:500]}")
        return "\n".join(shown)
