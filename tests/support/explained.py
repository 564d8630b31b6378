"""Holds what ``explain`` says of a program against what the machine does: where it stops the program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from unittest import mock

from scheduled import Program, executing

import pydron
from pydron.explain.report import Line, explain
from pydron_runtime.machine.frames import Frame
from pydron_runtime.machine.machine import Machine
from pydron_runtime.machine.observer import Observer
from pydron_runtime.testing.scripted import ScriptedExecutor, newest_first

_fence = Machine.fence
_frame_started = Observer.frame_started


@dataclass(frozen=True, slots=True)
class Stop:
    """A sync-point that the machine came to.

    Attributes:
        waits: Whether there was anything to wait for.
    """

    line: int
    code: str
    detail: str
    waits: bool


def run_and_explain(text: str) -> tuple[list[Stop], list[Line], int]:
    """Run a program on the machine.

    Returns:
        Its sync-points in the order in which they were met, the lines of the functions that the machine ran as
        ``explain`` shows them, and how many functional calls were in flight at once.
    """
    program = Program(text)
    stops: list[Stop] = []

    def fence(self: Machine, frame: Frame, site: int, reason: str, detail: str = "") -> None:
        if frame.code.record.taken_apart.filename == program.filename:
            waits = bool(frame.queue) or frame is not self.main
            stops.append(Stop(frame.code.span(site).line, reason, detail, waits))
        _fence(self, frame, site, reason, detail)

    def frame_started(self: Observer, frame: Frame) -> int:
        ran.setdefault(frame.code.record.entry.__qualname__, frame.code.record.entry)
        return _frame_started(self, frame)

    ran: dict[str, Any] = {}
    executor = ScriptedExecutor(newest_first)
    with executing(executor), mock.patch.object(Machine, "fence", fence):
        with mock.patch.object(Observer, "frame_started", frame_started):
            program.observe(program.namespace(pydron.schedule, pydron.functional))
        lines = [line for function in ran.values() for line in explain(function).lines]
    return stops, lines, executor.peak


def untrue(text: str) -> list[str]:
    """What ``explain`` says of a program and is not so, for people.

    A line that it calls parallel, pure or output must not stop the program; one that it calls a sync-point has to. Of
    lines that "may wait" either is true.
    """
    stops, lines, _ = run_and_explain(text)
    met = {stop.line for stop in stops}
    stopped = {stop.line: stop for stop in stops if stop.waits}
    found = []
    for line in lines:
        codes = [finding.code for finding in line.findings if finding.code]
        stop = stopped.get(line.number)
        if stop is not None and not codes:
            found.append(f"line {line.number} ({line.text.strip()}) is {line.mark or 'blank'}, but stops: {stop}")
        if line.number not in met and line.mark == "sync-point":
            found.append(f"line {line.number} ({line.text.strip()}) is a sync-point, but does not stop")
    return found
