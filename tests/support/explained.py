"""Holds what ``explain`` says of a program against what the machine does: where it stops the program."""

from __future__ import annotations

import sys
import warnings
from dataclasses import dataclass
from typing import Any
from unittest import mock

from scheduled import Program, executing

import pydron
from pydron.explain.report import Line, explain
from pydron_runtime.machine.machine import Machine
from pydron_runtime.machine.observer import Observer
from pydron_runtime.machine.order.frames import Frame
from pydron_runtime.testing.scripted import ScriptedExecutor, newest_first

_fence = Machine.fence
_frame_started = Observer.frame_started


def _showwarnmsg_impl(message: Any) -> None:
    """Shows a warning as Python's library does, in place of what a test runner has put there."""
    sys.stderr.write(warnings._formatwarnmsg(message))  # type: ignore[attr-defined]


_showwarnmsg_impl.__module__ = "warnings"


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
        with (
            mock.patch.object(Observer, "frame_started", frame_started),
            mock.patch.object(warnings, "_showwarnmsg_impl", _showwarnmsg_impl),
        ):
            program.observe(program.namespace(pydron.schedule, pydron.functional))
        lines = [line for function in ran.values() for line in explain(function).lines]
    return stops, lines, executor.peak


def untrue(text: str) -> list[str]:
    """What ``explain`` says of a program and is not so, for people.

    A line that it calls parallel, pure or output must not stop the program; one that it calls a sync-point has to. Of
    lines that "may wait" either is true. A stop is foretold with its code, if it was known what is called there.
    """
    stops, lines, _ = run_and_explain(text)
    met = {stop.line for stop in stops}
    found = []
    for line in lines:
        codes = [finding.code for finding in line.findings if finding.code]
        stopped = {stop for stop in stops if stop.waits and stop.line == line.number}
        for stop in sorted(stopped, key=str):
            if stop.code not in codes and "PD102" not in codes:
                said = f"{line.mark or 'blank'} {codes}"
                found.append(f"line {line.number} ({line.text.strip()}) is {said}, but stops: {stop}")
        if line.number not in met and line.mark == "sync-point":
            found.append(f"line {line.number} ({line.text.strip()}) is a sync-point, but does not stop")
    return found
