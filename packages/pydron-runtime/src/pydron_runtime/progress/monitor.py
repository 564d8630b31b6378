"""The monitor: a thread that looks at machines that take long, and draws how far they are."""

from __future__ import annotations

import contextvars
import os
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pydron.bell import Bell
from pydron.ir.nodes import For, While, walk
from pydron_runtime.machine.calls.tallies import Tallies, outermost_site
from pydron_runtime.machine.effects.aside import drawn, stands_still
from pydron_runtime.machine.machine import Machine
from pydron_runtime.progress.figures import Line, Loop, State, lines

INTERVAL = 0.25
"""Seconds between two looks."""


class Canvas(Protocol):
    """Where progress is drawn.

    Attributes:
        shared: The program writes to the same place: what is drawn has to go before it does.
    """

    shared: bool

    def show(self, shown: Sequence[Line]) -> None:
        """Draw these lines, in place of those before."""
        ...

    def hide(self) -> None:
        """Take the lines away."""
        ...


@dataclass
class Watched:
    """A machine that is looked at.

    Attributes:
        after: Seconds after which its progress is drawn.
        context: Of the thread that runs it.
        spans: First and last line of its loops, by first line; found when they are first needed.
    """

    machine: Machine
    tallies: Tallies
    after: float
    context: contextvars.Context = field(default_factory=contextvars.copy_context)
    spans: dict[int, tuple[int, int]] | None = None


class Monitor:
    """Looks at machines, and draws how far the oldest of them is. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: dict[int, Watched] = {}
        self._some = Bell()
        self._thread: threading.Thread | None = None
        self._canvas: Canvas | None = None
        self._shown = False

    def watch(self, machine: Machine, after: float) -> None:
        """Look at a machine from now on."""
        machine.tallies = Tallies()
        with self._lock:
            self._watched[machine.number] = Watched(machine, machine.tallies, after)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="pydron-progress", daemon=True)
                self._thread.start()
        self._some.ring()

    def leave(self, machine: Machine) -> None:
        """The machine has ended. What is drawn of it is taken away."""
        with self._lock:
            self._watched.pop(machine.number, None)
            self._hide()

    def _run(self) -> None:
        while True:
            self._some.wait()
            while self._watched:
                time.sleep(INTERVAL)
                try:
                    self._look()
                except Exception:  # a terminal that is gone, a kernel that refuses: no program fails for its progress
                    with self._lock:
                        self._watched.clear()
                        drawn(None)

    def _look(self) -> None:
        now = time.monotonic()
        with self._lock:
            oldest = next(iter(self._watched.values()), None)
            if oldest is None or now - oldest.tallies.began < oldest.after:
                return
            if not (stands_still() or (self._canvas is not None and not self._canvas.shared)):
                return
            try:
                shown = lines(state_of(oldest, now))
            except RuntimeError:  # a dictionary changed while it was read: the next look is soon
                return
            if not shown:
                self._hide()
                return
            if self._canvas is None:
                self._canvas = canvas(oldest.context)
            self._shown = True
            if self._canvas.shared:
                drawn(self._make_room)
            self._canvas.show(shown)

    def _make_room(self) -> None:
        """The program is about to write."""
        with self._lock:
            self._hide()

    def _hide(self) -> None:
        drawn(None)
        if self._shown and self._canvas is not None:
            self._shown = False
            try:
                self._canvas.hide()
            finally:
                if not self._watched:
                    self._canvas = None  # the next cell has a place of its own


def canvas(context: contextvars.Context) -> Canvas:
    """Where to draw: the notebook that runs the program, or its terminal."""
    if "ipykernel" in sys.modules:
        from pydron_runtime.progress.notebook import Notebook

        return Notebook(context)
    from pydron_runtime.progress.terminal import Terminal  # rich takes a moment to import: only long runs pay it

    return Terminal(sys.stderr)


def state_of(watched: Watched, now: float) -> State:
    """How far a machine is at the moment.

    Raises:
        RuntimeError: It was changing just now.
    """
    machine, tallies = watched.machine, watched.tallies
    code = machine.main.code
    graph = code.record.taken_apart
    if watched.spans is None:
        whole = (node.span for node in walk(graph.body) if isinstance(node, (For, While)))
        watched.spans = {span.line: (span.line, span.end_line) for span in whole}
    issued: dict[int, int] = {}
    for site, count in list(tallies.issued.items()):
        line = code.span(site).line
        issued[line] = issued.get(line, 0) + count
    opened: dict[int, int] = {}
    for entry in list(machine.tasks.outstanding.values()):
        line = code.span(outermost_site(entry)).line
        opened[line] = opened.get(line, 0) + 1
    loops = []
    for tally in list(tallies.loops.values()):
        line = code.span(tally.site).line
        first, last = watched.spans.get(line, (line, line))
        begun = tally.begun
        if begun is None:
            begun = tally.total or 0
        loops.append(Loop(first, last, tally.total, begun, now - tally.began))
    text = dict(enumerate(graph.source.splitlines(), graph.first_line))
    name = os.path.basename(graph.filename)
    return State(name, text, loops, issued, opened, now - tallies.began)


monitor = Monitor()


def _forget_in_child() -> None:
    global monitor
    drawn(None)
    monitor = Monitor()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
