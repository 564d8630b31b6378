"""The tasks of a trace as columns: one array per property, because a run may have a million of them. Pure.

Times are nanoseconds since the start of the run, and -1 stands for "has not happened" or "not known". Texts that many
tasks share are numbers of a list. Tasks are meant by their *place*: their index in each column.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from pydron.trace.records import TaskRow

OUTCOMES = ("", "ok", "failed", "lost", "untransportable", "cancelled")
"""Outcomes and retirements by number; one that is not known counts as the first."""

_CHUNK = 20_000


class Site(NamedTuple):
    """Where calls stand: of one function, at one node of one graph."""

    graph: int | None
    node: int | None
    name: str
    file: str
    line: int


def _times() -> array[int]:
    return array("q")


@dataclass(slots=True)
class TaskColumns:
    """All tasks of a trace. Filled by :func:`columns_of` and :meth:`extend`; not to be changed afterwards.

    Attributes:
        id: Numbers of the tasks, ascending.
        site: Where the call stands, as a place in ``sites``.
        frame: Number of the frame, -1 for none.
        issued, ready, sent, started, finished, retired: As in :class:`~pydron.trace.records.TaskRow`.
        worker: Place in ``workers``; the program itself is "".
        attempts: How often the task was given to a worker, 255 for that or more.
        outcome, retirement: Place in :data:`OUTCOMES`.
        inline: 1 where the program itself ran the call.
        first_need, needs: The tasks that the task at a place takes results of are
            ``needs[first_need[place] : first_need[place + 1]]``, as places.
        errors: What went wrong, in a line, by number of the task.
    """

    id: array[int] = field(default_factory=_times)
    site: array[int] = field(default_factory=lambda: array("i"))
    frame: array[int] = field(default_factory=_times)
    issued: array[int] = field(default_factory=_times)
    ready: array[int] = field(default_factory=_times)
    sent: array[int] = field(default_factory=_times)
    started: array[int] = field(default_factory=_times)
    finished: array[int] = field(default_factory=_times)
    retired: array[int] = field(default_factory=_times)
    worker: array[int] = field(default_factory=lambda: array("i"))
    attempts: array[int] = field(default_factory=lambda: array("B"))
    outcome: array[int] = field(default_factory=lambda: array("B"))
    retirement: array[int] = field(default_factory=lambda: array("B"))
    inline: array[int] = field(default_factory=lambda: array("B"))
    first_need: array[int] = field(default_factory=lambda: array("i", [0]))
    needs: array[int] = field(default_factory=lambda: array("i"))
    sites: list[Site] = field(default_factory=list)
    workers: list[str] = field(default_factory=list)
    errors: dict[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.id)

    def needs_of(self, place: int) -> array[int]:
        """The places of the tasks whose results a task takes."""
        return self.needs[self.first_need[place] : self.first_need[place + 1]]

    def place(self, number: int) -> int:
        """The place of a task by its number, -1 if there is no such task."""
        place = bisect_left(self.id, number)
        return place if place < len(self.id) and self.id[place] == number else -1

    def extend(self, rows: Iterable[Sequence[Any]], texts: Texts) -> None:
        """Add rows of (id, graph, node, name, file, line, frame, issued, ready, sent, started, finished, retired,
        worker, attempts, outcome, retirement, inline); unknown numbers are -1. Texts may be UTF-8: decoding a
        million times what a few texts say takes long."""
        for chunk in _chunks(rows):
            columns = list(zip(*chunk))
            self.id.extend(columns[0])
            self.site.extend(map(texts.site, *columns[1:6]))
            for column, values in zip(
                (self.frame, self.issued, self.ready, self.sent, self.started, self.finished, self.retired),
                columns[6:13],
            ):
                column.extend(values)
            self.worker.extend(map(texts.worker, columns[13]))
            self.attempts.extend(min(255, max(0, value)) for value in columns[14])
            self.outcome.extend(map(_outcome, columns[15]))
            self.retirement.extend(map(_outcome, columns[16]))
            self.inline.extend(map(bool, columns[17]))
        self.sites, self.workers = texts.sites, texts.workers

    def tie(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Enter the dependencies: (task, needed task) by number, sorted by task. Unknown tasks are left out."""
        first, needs = array("i", bytes(4 * (len(self.id) + 1))), array("i")
        reached = 0
        for task, need in pairs:
            place, other = self.place(task), self.place(need)
            if place < reached or other < 0:
                continue
            while reached < place:
                reached += 1
                first[reached] = len(needs)
            needs.append(other)
        for place in range(reached + 1, len(first)):
            first[place] = len(needs)
        self.first_need, self.needs = first, needs


class Texts:
    """Numbers for the texts that tasks share."""

    def __init__(self) -> None:
        self.sites: list[Site] = []
        self.workers: list[str] = []
        self._sites: dict[tuple[Any, ...], int] = {}
        self._workers: dict[str | bytes, int] = {}

    def site(self, graph: int, node: int, name: str | bytes, file: str | bytes, line: int) -> int:
        """The number of a site; -1 stands for no graph and no node."""
        key = (graph, node, name, file, line)
        number = self._sites.get(key)
        if number is None:
            number = self._sites[key] = len(self.sites)
            graph_or_none, node_or_none = (None if value < 0 else value for value in (graph, node))
            self.sites.append(Site(graph_or_none, node_or_none, _text(name), _text(file), line))
        return number

    def worker(self, name: str | bytes) -> int:
        """The number of a worker."""
        number = self._workers.get(name)
        if number is None:
            number = self._workers[name] = len(self.workers)
            self.workers.append(_text(name))
        return number


def columns_of(tasks: Iterable[TaskRow]) -> TaskColumns:
    """The columns of tasks that have been read as rows."""
    found = TaskColumns()
    tasks = sorted(tasks, key=lambda task: task.id)
    found.extend(map(_row, tasks), Texts())
    found.tie((task.id, need) for task in tasks for need in task.needs)
    found.errors = {
        task.id: error_text(task.error_type, task.error_message)
        for task in tasks
        if task.error_type or task.error_message
    }
    return found


def error_text(kind: str, message: str) -> str:
    """An error in a line: its type, then what it says."""
    return f"{kind}: {message}" if kind else message


def _row(task: TaskRow) -> tuple[Any, ...]:
    numbers = (-1 if value is None else value for value in (task.graph, task.node))
    moments = (task.frame, task.issued, task.ready, task.sent, task.started, task.finished, task.retired)
    return (
        task.id, *numbers, task.name, task.file, task.line, *(-1 if value is None else value for value in moments),
        task.worker, task.attempts, task.outcome, task.retirement, bool(task.inline_reason),
    )  # fmt: skip


_OUTCOME: dict[str | bytes, int] = {word: number for number, word in enumerate(OUTCOMES)}
_OUTCOME.update({word.encode(): number for number, word in enumerate(OUTCOMES)})


def _outcome(word: str | bytes) -> int:
    return _OUTCOME.get(word, 0)


def _text(text: str | bytes) -> str:
    return text if isinstance(text, str) else text.decode("utf-8", "replace")


def _chunks(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    rows = iter(rows)
    while chunk := list(islice(rows, _CHUNK)):
        yield chunk
