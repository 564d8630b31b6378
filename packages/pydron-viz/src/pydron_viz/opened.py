"""The trace that the viewer shows, kept up to date while its program is running."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from functools import cached_property

from pydron.trace import Journey, TaskColumns, TaskRow, Trace, TraceReader
from pydron_viz.analysis.failures import LocalTracebacks
from pydron_viz.analysis.lineage import Lineage
from pydron_viz.analysis.plan import Plan, plan
from pydron_viz.analysis.prediction import Figures, figures
from pydron_viz.summary import Summary, summarise

MOST_ANALYSED = 200_000
"""Most tasks of which the viewer works out by itself what depends on what: beyond, it takes too long to wait for."""


MOST_DRAWN = 20_000
"""Most tasks of which diagrams show what depends on what by way of the program."""


@dataclass(frozen=True)
class Snapshot:
    """A trace as it was at one moment. What is worked out from it is worked out when it is first asked for.

    Attributes:
        revision: Differs between snapshots that may differ.
        trace: All but the tasks.
    """

    revision: str
    trace: Trace
    tasks: TaskColumns

    @property
    def end(self) -> int:
        """The latest time in the trace."""
        tasks = self.tasks
        columns = (tasks.issued, tasks.ready, tasks.sent, tasks.finished, tasks.retired)
        return max([self.trace.end, *(max(column, default=0) for column in columns)])

    @property
    def is_analysed(self) -> bool:
        """Whether the run is short enough to be analysed while somebody waits."""
        return len(self.tasks) <= MOST_ANALYSED

    @cached_property
    def summary(self) -> Summary:
        """The run in figures."""
        return summarise(self.trace, self.tasks)

    @cached_property
    def plan(self) -> Plan:
        """The run, taken apart."""
        return plan(self.trace, self.tasks)

    @cached_property
    def figures(self) -> Figures:
        """Work, span and critical path."""
        return figures(self.plan)

    @cached_property
    def local_tracebacks(self) -> LocalTracebacks:
        """Where the program was when a failure reached it."""
        return LocalTracebacks(self.trace)

    @property
    def lineage(self) -> Lineage | None:
        """What depends on what, by way of the program as well; None for runs that are too long."""
        return self.plan.lineage if self.is_analysed else None

    @property
    def drawn_lineage(self) -> Lineage | None:
        """The same for the first picture, which must not wait for it long."""
        return self.plan.lineage if len(self.tasks) <= MOST_DRAWN else None


class OpenTrace:
    """A trace file that is read again when it has changed. May be used from any thread.

    Raises:
        TraceFormatError: On opening, and later from each method: the file cannot be read.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._lock = threading.Lock()
        self._reader = TraceReader(path)
        self._snapshot: Snapshot | None = None
        self.path = os.path.abspath(path)
        """Where the file is: for commands that people copy."""

    def revision(self) -> str:
        """What the revision of a snapshot would be now. Cheap."""
        with self._lock:
            return self._revision()

    def state(self) -> str:
        """How far the run is: see :class:`~pydron.trace.Run`. Cheap."""
        with self._lock:
            return self._reader.run().state

    def snapshot(self) -> Snapshot:
        """The trace as it is now. Blocks while it is read, if it has changed."""
        with self._lock:
            revision = self._revision()
            if self._snapshot is None or self._snapshot.revision != revision:
                trace, tasks = self._reader.read_columns()
                self._snapshot = Snapshot(revision, trace, tasks)
            return self._snapshot

    def task(self, number: int) -> TaskRow | None:
        """One task, with all that the trace knows of it; None if there is no such task."""
        with self._lock:
            return self._reader.task(number)

    def journeys(self) -> list[Journey]:
        """The journey of each task to its worker and back."""
        with self._lock:
            return list(self._reader.journeys())

    def whole(self) -> Trace:
        """Everything, the tasks as rows. Takes long for long runs."""
        with self._lock:
            return self._reader.read()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._reader.close()

    def _revision(self) -> str:
        # A killed program writes no more, so its death shows in the state only.
        return f"{self._reader.revision()}.{self._reader.run().state}"
