"""Explains a function: per line what runs in parallel, what does not, why, and what to change."""

from __future__ import annotations

import json
import types
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from pydron.explain.callees import Callees, entered_functions
from pydron.explain.classes import Classes, Held
from pydron.explain.findings import MARKS, NESTED, Finding, Mark, findings
from pydron.explain.measured import Measured, measure
from pydron.explain.reasons import reason
from pydron.ir.nodes import Graph
from pydron.marks import is_functional, is_scheduled

if TYPE_CHECKING:
    from pydron.trace.records import Trace

SCHEMA, VERSION = "pydron-explain", 1


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the function's source.

    Attributes:
        number: Line of the user's file.
        mark: What counts most on it; "" where nothing happens.
        findings: What there is to say about it.
    """

    number: int
    text: str
    mark: Mark | str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The explanation of one function. ``str(report)`` is the annotated source.

    Attributes:
        scheduled: Whether the function is decorated. It is explained as if it were.
        lines: Every line of its source; () where there is no source text.
        findings: Everything that was found, by line. Those with a ``code`` say what stays sequential.
        measured: What the lines have cost in a run, if one was given.
        entered: The plain functions that may run as a part of it, because they come to functional calls.
    """

    name: str
    filename: str
    first_line: int
    scheduled: bool
    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]
    measured: Measured | None = None
    entered: tuple[types.FunctionType, ...] = ()

    @property
    def parallel(self) -> tuple[Finding, ...]:
        """The functional calls that run in parallel."""
        return tuple(finding for finding in self.findings if finding.mark == "parallel")

    @property
    def sequential(self) -> tuple[Finding, ...]:
        """What stays sequential, or may: each with its code, reason and hint."""
        return tuple(finding for finding in self.findings if finding.code)

    def to_json(self) -> str:
        """A document with everything in it."""
        content = {"schema": SCHEMA, "version": VERSION, "function": self.name, "filename": self.filename}
        lines = [{"number": line.number, "text": line.text, "mark": line.mark} for line in self.lines]
        found = [asdict(finding) for finding in self.findings if finding.mark != "pure"]
        rest: dict[str, Any] = {"first_line": self.first_line, "scheduled": self.scheduled, "lines": lines}
        rest["findings"] = found
        if self.measured is not None:
            rest["measured"] = asdict(self.measured)
        return json.dumps({**content, **rest}, indent=1)

    def __str__(self) -> str:
        return self.text()

    def text(self, *, colour: bool = False, width: int = 0) -> str:
        """The annotated source for a terminal, and what there is to say about it.

        Args:
            colour: With the escape sequences of terminals.
            width: Characters in a line of what is said; 0 for one line per sentence. Source is never broken.
        """
        from pydron.explain.listing import to_text

        return to_text(self, colour, width)

    def with_trace(self, trace: Trace, name: str) -> Report:
        """The same, with what the lines have cost in a run.

        Args:
            name: Of the trace, for people.
        """
        source = "\n".join(line.text for line in self.lines)
        found = measure(trace, name, self.filename, self.first_line, source)
        cures = {(finding.line, finding.code): finding.hint for finding in self.findings if finding.hint}
        waits = tuple(replace(wait, hint=cures.get((wait.line, wait.code), wait.hint)) for wait in found.waits)
        return replace(self, measured=replace(found, waits=waits))

    def _repr_html_(self) -> str:
        from pydron.explain.listing import to_html

        return to_html(self)


def explain(target: Any) -> Report:
    """Explain a function, scheduled or plain, or a graph.

    Names are looked up in the live function where there is one. Runs nothing of the user's, imports nothing.

    Args:
        target: A function, method, or :class:`~pydron.ir.nodes.Graph`. Other objects get a report that says that
            they are called as they are.
    """
    return _Explaining().report(target)


class _Explaining:
    """Looks at a function, and at those that it may run, each once."""

    def __init__(self) -> None:
        self._reports: dict[types.FunctionType, Report | None] = {}
        self._returned: dict[types.CodeType, Held] = {}

    def report(self, target: Any) -> Report:
        """The report on anything."""
        if isinstance(target, Graph):
            return self._report(target, None, True)
        found = _function_of(target)
        if found is None:
            return _opaque(target)
        plain = _undecorated(found)
        report = self._reports.get(plain)
        if report is None:
            self._reports[plain] = None  # under way
            scheduled = is_scheduled(found)
            graph = getattr(found, "graph", None) if scheduled else None
            if not isinstance(graph, Graph):
                from pydron.frontend.build import build_graph  # a door: only a function that nobody scheduled needs it

                # One that promises to be free of side effects is no less explained than another.
                graph = build_graph(plain)
            report = self._reports[plain] = self._report(graph, plain, scheduled)
        return report

    def sync_points(self, callee: object, late: bool = False) -> list[Finding]:
        """Those of a live function; of one that is being looked at, such as a recursive one, nothing is said."""
        found = _function_of(callee)
        if found is None or self._reports.get(_undecorated(found), ()) is None:
            return []
        marks = ("sync-point", "native", "late") if late else ("sync-point", "native")
        return [finding for finding in self.report(found).findings if finding.mark in marks]

    def _report(self, graph: Graph, function: types.FunctionType | None, scheduled: bool) -> Report:
        callees = Callees(graph, function)
        classes = Classes(graph, callees, self._returned, function)
        found = findings(graph, callees, classes, self.sync_points)
        entered: dict[types.FunctionType, None] = {}
        for name, inner in entered_functions(graph, callees):
            if name:
                found += [replace(finding, node=NESTED) for finding in self.report(inner).findings]
            else:
                entered[inner] = None
        found.sort(key=lambda finding: finding.line)
        lines = _lines(graph, found)
        name, first = graph.qualname, graph.first_line
        return Report(name, graph.filename, first, scheduled, lines, tuple(found), entered=tuple(entered))


def _function_of(target: Any) -> types.FunctionType | None:
    """The function meant: a scheduled one inside of other decorators, else the innermost that they wrap.

    A callable of another kind (one made by ``functools.lru_cache``, say) stands for a scheduled function in it only.
    """
    target = getattr(target, "__func__", target)
    function: types.FunctionType | None = target if isinstance(target, types.FunctionType) else None
    met: set[int] = set()
    while id(target) not in met:
        met.add(id(target))
        if is_scheduled(target):
            return target if isinstance(target, types.FunctionType) else None
        if function is not None and isinstance(target, types.FunctionType):
            function = target
        target = getattr(target, "__wrapped__", target)
    return function


def _undecorated(found: types.FunctionType) -> types.FunctionType:
    plain: types.FunctionType = found.__dict__["sequential"] if is_scheduled(found) else found
    return plain


def _lines(graph: Graph, found: list[Finding]) -> tuple[Line, ...]:
    lines = []
    for number, text in enumerate(graph.source.splitlines(), graph.first_line):
        here = tuple(finding for finding in found if finding.line <= number <= _last_line(finding))
        marks = [finding.mark for finding in here]
        blank = not text.strip() or text.lstrip().startswith("#")
        lines.append(Line(number, text, max(marks, key=MARKS.index, default="") if not blank else "", here))
    return tuple(lines)


def _last_line(finding: Finding) -> int:
    """Only code that is taken whole marks all its lines; a call that spans several marks the first."""
    return finding.end_line if finding.mark == "native" else finding.line


def _opaque(target: Any) -> Report:
    name = getattr(target, "__qualname__", "") or repr(target)
    if is_functional(target):
        message = f"{name} is functional: its calls run in parallel. What it does inside is its own affair."
        found = Finding(0, 0, "parallel", "", name, message, "", -1)
    else:
        entry = reason("PD216")
        found = Finding(0, 0, "native", entry.code, name, entry.say(name), entry.advise(name), -1)
    return Report(name, "", 0, False, (), (found,))
