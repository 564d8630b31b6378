"""Travel: what the journey of calls to their workers and back cost, beside the calls themselves. Pure.

Arguments are serialised, sent and read; the result is serialised and sent back. The lanes of program and workers show
each of these as a stretch of its own kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pydron.trace import Journey, TaskRow

TravelKind = Literal["pack", "send", "load", "dump", "back"]

KINDS: dict[TravelKind, tuple[str, str]] = {
    "pack": ("serialising", "The program serialised the arguments."),
    "send": ("sending", "The worker waited while the call was on its way."),
    "load": ("reading", "The worker read the arguments."),
    "dump": ("serialising", "The worker serialised the result."),
    "back": ("returning", "The result was on its way back."),
}
"""Per kind a word and a sentence for people."""

MOST = 100_000
"""Stretches that are shown at most: the longest."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a call's journey. Times in nanoseconds since the start of the run; ``worker`` is "" for the program."""

    task: int
    worker: str
    kind: TravelKind
    begin: int
    end: int


def journey_of(task: TaskRow) -> Journey:
    """The journey of a task that has been read as a row."""
    return Journey(
        task.id, task.worker, task.reached, task.issued, task.sent, task.received, task.started, task.loaded,
        task.returned, task.finished, task.arrived,
    )  # fmt: skip


def travel(journeys: Iterable[Journey], least: int = 1) -> tuple[Stretch, ...]:
    """The stretches of at least so many nanoseconds, by time; of very many, the longest :data:`MOST`.

    Moments that contradict one another (of a host whose clock is off, say) are left out.
    """
    found = [one for one in _stretches(journeys) if one.end - one.begin >= least]
    if len(found) > MOST:
        found = sorted(found, key=lambda one: one.begin - one.end)[:MOST]
    return tuple(sorted(found, key=lambda one: (one.begin, one.end)))


def totals(stretches: Iterable[Stretch]) -> dict[TravelKind, int]:
    """Nanoseconds per kind."""
    found: dict[TravelKind, int] = dict.fromkeys(KINDS, 0)
    for one in stretches:
        found[one.kind] += one.end - one.begin
    return found


def _stretches(journeys: Iterable[Journey]) -> Iterator[Stretch]:
    reached: dict[str, int] = {}
    for one in sorted(journeys, key=lambda one: (one.started is None, one.started or 0)):
        if _in_order(one.reached, one.issued):
            yield Stretch(one.task, "", "pack", *_both(one.reached, one.issued))
        if not one.worker or one.started is None or one.finished is None:
            continue
        if _in_order(one.sent, one.received, one.started):
            # A call that was sent while its worker was busy cost nobody anything until the worker was free.
            sent, received = _both(one.sent, one.received)
            begin = max(sent, reached.get(one.worker, 0))
            if begin < received:
                yield Stretch(one.task, one.worker, "send", begin, received)
        if _in_order(one.started, one.loaded, one.returned, one.finished):
            yield Stretch(one.task, one.worker, "load", *_both(one.started, one.loaded))
            yield Stretch(one.task, one.worker, "dump", *_both(one.returned, one.finished))
        if _in_order(one.finished, one.arrived):
            yield Stretch(one.task, one.worker, "back", *_both(one.finished, one.arrived))
        reached[one.worker] = max(reached.get(one.worker, 0), one.finished)


def _in_order(*moments: int | None) -> bool:
    known = [moment for moment in moments if moment is not None]
    return len(known) == len(moments) and known == sorted(known)


def _both(begin: int | None, end: int | None) -> tuple[int, int]:
    assert begin is not None and end is not None
    return begin, end
