"""Why the program stood still, and what to do about it: the waits of a run, ranked by the time they cost. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from pydron.explain.reasons import REASONS, WORDS, Reason, reason_to_wait
from pydron.trace import Trace, WaitRow, standstill


@dataclass(frozen=True, slots=True)
class Place:
    """All waits at one line for one reason. Times in nanoseconds.

    Attributes:
        code: Code of the catalogue of reasons, or a word.
        what: What was meant, from the trace; may be "".
        sentence, hint: What was the case, and what can be done.
        total: How long any of the waits lasted.
        first: The longest of the waits, as its place in ``Trace.waits``.
        beside: Not the program itself stood still, but parts of it that had been put off, while it went on.
    """

    file: str
    line: int
    code: str
    what: str
    title: str
    sentence: str
    hint: str
    count: int
    total: int
    longest: int
    first: int
    beside: bool = False

    def as_document(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def entry(code: str) -> Reason:
    """What a reason means, be it a code or a word."""
    return reason_to_wait(code)


def entries() -> list[Reason]:
    """Every reason: the words, then the codes."""
    return [*WORDS.values(), *REASONS.values()]


def ranked(trace: Trace) -> tuple[Place, ...]:
    """Where the program stood still, that which cost most first; then where parts of it did that had been put off."""
    groups: dict[tuple[str, int, str, bool], list[int]] = defaultdict(list)
    for index, wait in enumerate(trace.waits):
        groups[wait.file, wait.line, wait.reason, wait.own].append(index)
    found = [_place(trace.waits, indices) for indices in groups.values()]
    return tuple(sorted(found, key=lambda one: (one.beside, -one.total, one.file, one.line, one.code)))


def _place(waits: tuple[WaitRow, ...], indices: list[int]) -> Place:
    first = max(indices, key=lambda index: waits[index].duration)
    wait = waits[first]
    meaning = entry(wait.reason)
    what = wait.detail or "this statement"
    return Place(
        file=wait.file,
        line=wait.line,
        code=wait.reason,
        what=wait.detail,
        title=meaning.title,
        sentence=meaning.say(what),
        hint=meaning.advise(what),
        count=len(indices),
        total=standstill(waits[index] for index in indices),
        longest=wait.duration,
        first=first,
        beside=not wait.own,
    )
