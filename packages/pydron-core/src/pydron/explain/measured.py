"""What the lines of a function cost in a run, from its trace: waits and functional calls. Pure.

All times are seconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydron.explain.reasons import WORDS, reason_to_wait

if TYPE_CHECKING:
    from pydron.trace.records import TaskRow, Trace, WaitRow

_NANO = 1e-9


@dataclass(frozen=True, slots=True)
class WaitCost:
    """The waits at one line for one reason.

    Attributes:
        code: Of the catalogue of reasons, or a word of traces.
        sync_point: Whether the line itself made the program wait. Otherwise it waited for the work as such.
        what: The thing meant; may be "".
        seconds, longest: Together, and the longest one.
    """

    line: int
    code: str
    sync_point: bool
    title: str
    what: str
    hint: str
    count: int
    seconds: float
    longest: float


@dataclass(frozen=True, slots=True)
class CallCost:
    """The functional calls at one line of one function.

    Attributes:
        calls: How many the trace holds; loops that run as written record only some of theirs.
        mean: Seconds per call that has ended; None if none has.
        in_program: How many the program itself ran.
        why: Why it did, the most frequent reason; "" if it ran none.
    """

    line: int
    function: str
    calls: int
    failed: int
    mean: float | None
    in_program: int
    why: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run says about one function.

    Attributes:
        trace: Name of the trace, for people.
        seconds: How long the whole run took.
        waits: The most costly first.
        calls: By line.
        remark: What limits the use of the figures; "" for nothing.
    """

    trace: str
    seconds: float
    waits: tuple[WaitCost, ...]
    calls: tuple[CallCost, ...]
    remark: str = ""

    def waited_at(self, line: int) -> float:
        """Seconds that the program stood still at a line because of what stands there."""
        return sum(wait.seconds for wait in self.waits if wait.line == line and wait.sync_point)


def measure(trace: Trace, name: str, file: str, first: int, source: str) -> Measured:
    """What a trace says about the function whose source begins at a line of a file.

    Args:
        name: Of the trace.
        source: The function's source text, as it is now.
    """
    last = first + max(0, len(source.splitlines()) - 1)
    waits = [wait for wait in trace.waits if first <= wait.line <= last and same_file(wait.file, file)]
    tasks = [task for task in trace.tasks if first <= task.line <= last and same_file(task.file, file)]
    remark = ""
    graphs = [graph for graph in trace.graphs if same_file(graph.file, file)]
    sources = [graph.source for graph in graphs if graph.source]
    if not graphs:
        remark = "The run has used no scheduled function of this file."
    elif source and sources and source.strip() not in {text.strip() for text in sources}:
        remark = "The function did not run, or its source was different then: the lines may not fit."
    return Measured(name, trace.end * _NANO, _waits(trace, waits), _calls(tasks), remark)


def same_file(one: str, other: str) -> bool:
    """Whether two names may be of the same file, of which one may be relative to some directory."""
    one, other = one.replace("\\", "/").removeprefix("./"), other.replace("\\", "/").removeprefix("./")
    return one == other or one.endswith(f"/{other}") or other.endswith(f"/{one}")


def _waits(trace: Trace, rows: Iterable[WaitRow]) -> tuple[WaitCost, ...]:
    groups: dict[tuple[int, str], list[WaitRow]] = defaultdict(list)
    for row in rows:
        groups[row.line, row.reason].append(row)
    found = []
    for (line, code), those in groups.items():
        longest = max(those, key=lambda row: row.duration)
        meaning = reason_to_wait(code)
        found.append(
            WaitCost(
                line=line,
                code=code,
                sync_point=code not in WORDS or code in ("value", "order"),
                title=meaning.title,
                what=longest.detail,
                hint=meaning.advise(longest.detail or "this"),
                count=len(those),
                seconds=trace.standstill(those) * _NANO,
                longest=longest.duration * _NANO,
            )
        )
    return tuple(sorted(found, key=lambda wait: (-wait.seconds, wait.line, wait.code)))


def _calls(rows: Iterable[TaskRow]) -> tuple[CallCost, ...]:
    groups: dict[tuple[int, str], list[TaskRow]] = defaultdict(list)
    for row in rows:
        groups[row.line, row.name].append(row)
    found = []
    for (line, name), those in sorted(groups.items()):
        spent = [row.finished - row.started for row in those if row.finished is not None and row.started is not None]
        reasons = [row.inline_reason for row in those if row.inline_reason]
        found.append(
            CallCost(
                line=line,
                function=name,
                calls=len(those),
                failed=sum(row.outcome == "failed" for row in those),
                mean=sum(spent) / len(spent) * _NANO if spent else None,
                in_program=len(reasons),
                why=max(set(reasons), key=lambda text: (reasons.count(text), text), default=""),
            )
        )
    return tuple(found)


def duration(seconds: float) -> str:
    """A time for people, with three digits: ``8.20 s``, ``312 ms``, ``40.0 µs``."""
    for factor, unit in ((1.0, "s"), (1e3, "ms"), (1e6, "µs"), (1e9, "ns")):
        value = seconds * factor
        if value >= 1 or unit == "ns":
            digits = 2 if value < 10 else 1 if value < 100 else 0
            return f"{value:.{digits}f} {unit}"
    raise AssertionError
