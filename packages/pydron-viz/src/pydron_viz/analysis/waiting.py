"""Why the program stood still, and what to do about it: the waits of a run, ranked by the time they cost. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from pydron.explain.reasons import REASONS, Reason, reason
from pydron.trace import Trace, WaitRow

_WORDS: dict[str, Reason] = {
    word: Reason(word, title, sentence, hint, text)
    for word, title, sentence, hint, text in (
        (
            "value",
            "a value was needed",
            "The program needed the value of a call that had not finished.",
            "If what follows does not depend on that value, move this line further down; else make the call faster or"
            " split it into several.",
            "Most operations on results that are not there yet are put off. This one could not be: it needs the value"
            " itself, to print it, to compare it, or to go on with it.",
        ),
        (
            "window",
            "enough calls were under way",
            "So many calls were under way that the program let them finish before it issued more.",
            "Nothing has to be done: the workers are busy. If they are not, calls are held up by an early one.",
            "The number of calls whose results do not count yet is bounded, so that a long loop does not fill memory.",
        ),
        (
            "order",
            "an earlier operation had to come first",
            "An operation had to wait for an earlier one on the same object.",
            "Give each part of the work its own list or dictionary, and join them at the end.",
            "Operations on one object happen in program order. One that was put off holds up those after it.",
        ),
        (
            "start",
            "the workers started",
            "The program waited until its workers had started.",
            "It happens once per program. Longer programs do not notice it.",
            "Workers are processes, and starting the first one takes some time.",
        ),
        (
            "end",
            "the function ended",
            "The scheduled function had come to its end, and its calls were still running.",
            "Nothing has to be done if the workers were busy meanwhile. If they were not, look at the critical path.",
            "A scheduled function returns when everything in it has finished. What the program waits for here is the"
            " work itself, unless the calls depend on one another too much.",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Place:
    """All waits at one line for one reason. Times in nanoseconds.

    Attributes:
        code: Code of the catalogue of reasons, or a word.
        what: What was meant, from the trace; may be "".
        sentence, hint: What was the case, and what can be done.
        first: The longest of the waits, as its place in ``Trace.waits``.
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

    def as_document(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def entry(code: str) -> Reason:
    """What a reason means, be it a code or a word."""
    return _WORDS.get(code) or reason(code)


def entries() -> list[Reason]:
    """Every reason: the words, then the codes."""
    return [*_WORDS.values(), *REASONS.values()]


def ranked(trace: Trace) -> tuple[Place, ...]:
    """Where the program stood still, that which cost most first."""
    groups: dict[tuple[str, int, str], list[int]] = defaultdict(list)
    for index, wait in enumerate(trace.waits):
        groups[wait.file, wait.line, wait.reason].append(index)
    found = [_place(trace.waits, indices) for indices in groups.values()]
    return tuple(sorted(found, key=lambda one: (-one.total, one.file, one.line, one.code)))


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
        total=sum(waits[index].duration for index in indices),
        longest=wait.duration,
        first=first,
    )
