"""The user's source with what each line cost: calls, their time, how parallel they were, and waits. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from pydron.trace import TaskColumns, Trace, WaitRow, standstill, union
from pydron_viz.places import graph_of


@dataclass(frozen=True, slots=True)
class Line:
    """What happened at one line. Times in nanoseconds.

    Attributes:
        calls: Functional calls that stand there, and how many of them failed.
        total: What these took together.
        waits: How often the program, or a part of it that had been put off, stood still there; ``waited``: how long.
        parallel: How many of its calls ran at once, on average over the time in which any did; 0 where none has run.
    """

    line: int
    calls: int = 0
    failed: int = 0
    total: int = 0
    waits: int = 0
    waited: int = 0
    parallel: float = 0.0

    def as_document(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the user's, as far as the trace holds it.

    Attributes:
        first: Number of the first line of ``text``.
        lines: Those at which anything happened, by number.
        functions: (first line, last line, name) of its scheduled functions.
    """

    file: str
    first: int
    text: tuple[str, ...]
    lines: tuple[Line, ...]
    functions: tuple[tuple[int, int, str], ...]


def sources(trace: Trace, tasks: TaskColumns) -> tuple[Source, ...]:
    """Every file at which something happened, that with the most calls first."""
    lines = lines_of(trace, tasks)
    texts = dict(trace.sources)
    calls = {file: sum(line.calls for line in those) for file, those in lines.items()}
    found = []
    for file in sorted({*lines, *(row.file for row in trace.graphs)}, key=lambda file: (-calls.get(file, 0), file)):
        first, text = 1, texts.get(file, "").splitlines()
        functions = []
        for row in trace.graphs:
            graph = graph_of(row) if row.file == file else None
            if graph is None:
                continue
            own = (row.source or graph.source).splitlines()
            functions.append((graph.first_line, graph.first_line + max(0, len(own) - 1), row.qualname))
            if not text:
                first, text = graph.first_line, own
        if text or file in lines:
            found.append(Source(file, first, tuple(text), tuple(lines.get(file, ())), tuple(sorted(functions))))
    return tuple(found)


def lines_of(trace: Trace, tasks: TaskColumns) -> dict[str, list[Line]]:
    """What happened at each line, by file."""
    spans: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    calls: dict[tuple[str, int], int] = defaultdict(int)
    failed: dict[tuple[str, int], int] = defaultdict(int)
    places = [(site.file, site.line) for site in tasks.sites]
    for number, started, finished, outcome in zip(tasks.site, tasks.started, tasks.finished, tasks.outcome):
        place = places[number]
        calls[place] += 1
        failed[place] += outcome == 2
        if 0 <= started <= finished:
            spans[place].append((started, finished))
    waits: dict[tuple[str, int], list[WaitRow]] = defaultdict(list)
    for wait in trace.waits:
        waits[wait.file, wait.line].append(wait)
    found: dict[str, list[Line]] = defaultdict(list)
    for file, line in sorted({*calls, *waits}):
        place = (file, line)
        total = sum(end - begin for begin, end in spans[place])
        covered = union(spans[place])
        parallel = round(total / covered, 2) if covered else 0.0
        counted = waits[place]
        one = Line(line, calls[place], failed[place], total, len(counted), standstill(counted), parallel)
        found[file].append(one)
    return dict(found)
