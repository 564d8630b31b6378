"""The tasks of a trace as columns: one array per property, because a run may have a million of them. Pure.

Times are nanoseconds since the start of the run, and -1 stands for "has not happened" or "not known". Texts that many
tasks share are numbers of a list. Tasks are meant by their *place*: their index in each column.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice
from typing import Any, NamedTuple

from pydron.trace.records import TaskRow

OUTCOMES = ("", "ok", "failed", "lost", "untransportable", "cancelled")
"""Outcomes and retirements by number; one that is not known counts as the first."""

_CHUNK = 500
"""Rows taken at a time: few enough to stay in the processor's cache until their columns have been filled."""


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

    def places(self, numbers: Iterable[int]) -> Iterable[int]:
        """The places of tasks that there are, by their numbers."""
        return map((-1).__add__ if self._is_dense else self.place, numbers)

    def extend(self, rows: Iterable[Sequence[Any]], texts: Texts) -> None:
        """Add rows of (id, graph, node, name, file, line, frame, issued, ready, sent, started, finished, retired,
        worker, attempts, outcome, retirement, inline); unknown numbers are -1, attempts at most 255. Texts may be
        UTF-8: decoding a million times what a few texts say takes long."""
        numbers = (self.frame, self.issued, self.ready, self.sent, self.started, self.finished, self.retired)
        for chunk in _chunks(rows):
            columns = list(zip(*chunk))
            self.id.extend(columns[0])
            self.site.extend(map(texts.site.__getitem__, zip(*columns[1:6])))
            for column, values in zip(numbers, columns[6:13]):
                column.extend(values)
            self.worker.extend(map(texts.worker.__getitem__, columns[13]))
            self.attempts.extend(columns[14])
            self.outcome.extend(map(_OUTCOME.__getitem__, columns[15]))
            self.retirement.extend(map(_OUTCOME.__getitem__, columns[16]))
            self.inline.extend(columns[17])
        self.sites, self.workers = texts.site.known, texts.worker.known

    @property
    def _is_dense(self) -> bool:
        """Whether numbers run from 1 without a gap, as they nearly always do: they need no looking up then."""
        return len(self.id) > 0 and self.id[0] == 1 and self.id[-1] == len(self.id)

    def tie(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Enter the dependencies: (task, needed task) by number, sorted by task. Unknown tasks are left out."""
        counts, needs = array("i", bytes(4 * (len(self.id) + 1))), array("i")
        last = len(self.id) if self._is_dense else -1
        for task, need in pairs:
            place = task - 1 if 0 < task <= last else self.place(task)
            other = need - 1 if 0 < need <= last else self.place(need)
            if place >= 0 and other >= 0:
                counts[place + 1] += 1
                needs.append(other)
        self.first_need, self.needs = array("i", accumulate(counts)), needs


class _Sites(dict[tuple[Any, ...], int]):
    """The number of each site. A dictionary, because looking up is all that happens for nearly every row."""

    def __init__(self) -> None:
        super().__init__()
        self.known: list[Site] = []

    def __missing__(self, key: tuple[Any, ...]) -> int:
        graph, node, name, file, line = key
        self[key] = len(self.known)
        self.known.append(
            Site(None if graph < 0 else graph, None if node < 0 else node, _text(name), _text(file), line)
        )
        return self[key]


class _Names(dict[str | bytes, int]):
    """The number of each name."""

    def __init__(self) -> None:
        super().__init__()
        self.known: list[str] = []

    def __missing__(self, name: str | bytes) -> int:
        self[name] = len(self.known)
        self.known.append(_text(name))
        return self[name]


class Texts:
    """Numbers for the texts that tasks share."""

    def __init__(self) -> None:
        self.site = _Sites()
        self.worker = _Names()


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
        task.worker, min(255, max(0, task.attempts)), task.outcome, task.retirement, bool(task.inline_reason),
    )  # fmt: skip


class _Outcomes(dict[str | bytes, int]):
    """The number of each outcome; 0 for what this version does not know."""

    def __missing__(self, word: str | bytes) -> int:
        return 0


_OUTCOME = _Outcomes()
for _number, _word in enumerate(OUTCOMES):
    _OUTCOME[_word] = _OUTCOME[_word.encode()] = _number


def _text(text: str | bytes) -> str:
    return text if isinstance(text, str) else text.decode("utf-8", "replace")


def _chunks(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    rows = iter(rows)
    while chunk := list(islice(rows, _CHUNK)):
        yield chunk
