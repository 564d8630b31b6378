"""Breaches of the functional promise, and the report of them: values, text and JSON. Pure.

Breaches come from two sides: from the syntax of functional functions (:mod:`pydron.analysis.promise`), and from calls
that were watched in check mode. One function that does one thing wrong in many calls is one breach with a count.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from pydron.explain.reasons import page_of, reason

SCHEMA, VERSION = "pydron-check", 1


@dataclass(frozen=True, slots=True)
class Call:
    """Where a call stands.

    Attributes:
        caller: Name of the calling function; ``<module>`` for the program's own statements.
        text: The source line.
    """

    file: str
    line: int
    caller: str
    text: str


@dataclass(frozen=True, slots=True)
class Breach:
    """One way in which a function breaks its promise.

    Attributes:
        code: Of the catalogue, ``PD501`` to ``PD508``.
        function: Qualified name.
        file, line: Where it happens in the function; its first line where that is not known.
        subject: The variable or file meant; "" for none. Breaches with the same code, function and subject are one.
        what: A clause in the user's names, without a full stop.
        call: The first call in which it was seen; None where it was found in the source only.
        count: In how many calls it was seen.
    """

    code: str
    function: str
    file: str
    line: int
    subject: str
    what: str
    call: Call | None = None
    count: int = 0

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes two breaches one."""
        return (self.code, self.function, self.file, self.subject)

    @property
    def message(self) -> str:
        """The sentence."""
        return reason(self.code).say(self.what)

    @property
    def hint(self) -> str:
        """What to change."""
        return reason(self.code).advise(self.function)


_STORES = ("PD501", "PD502", "PD503")


def summed(seen: Iterable[Breach]) -> dict[tuple[str, str, str, str], Breach]:
    """Breaches that were seen in calls, each once, with the first call and a count."""
    table: dict[tuple[str, str, str, str], Breach] = {}
    for breach in seen:
        before = table.get(breach.key)
        table[breach.key] = breach if before is None else replace(before, count=before.count + breach.count)
    return table


def merged(seen: Iterable[Breach], found: Iterable[Breach], *, certain: bool = True) -> tuple[Breach, ...]:
    """Breaches that were seen in calls and breaches found in the source, each once, by place.

    One that is known from both sides has the line from the source and the call from the run.

    Args:
        certain: Leave out files that the source writes: whether they are left behind is seen in calls only.
    """
    table = summed(seen)
    for breach in found:
        same = [key for key, one in table.items() if one.call is not None and _is_same(one, breach)]
        for key in same:
            table[key] = replace(table[key], line=breach.line)
        if not same and not (certain and breach.code == "PD507"):
            table[breach.key] = breach
    return tuple(sorted(table.values(), key=lambda one: (one.file, one.line, one.code, one.subject)))


def _is_same(seen: Breach, found: Breach) -> bool:
    """Whether a call has shown what the source shows: a store into a default is one into the parameter as well."""
    if (seen.function, seen.file, seen.subject) != (found.function, found.file, found.subject):
        return False
    return seen.code == found.code or seen.code in _STORES and found.code in _STORES


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What check mode found. ``str(report)`` is for people, ``to_json()`` for programs.

    Attributes:
        calls: How many functional calls were watched.
        functions: How many functions were called, or looked at.
        skipped: Names of functional callables that cannot be watched, because they are not written in Python.
    """

    breaches: tuple[Breach, ...]
    calls: int
    functions: int
    skipped: tuple[str, ...] = ()

    def to_json(self) -> str:
        """A document with everything in it."""
        found = [
            {**asdict(one), "title": reason(one.code).title, "message": one.message, "hint": one.hint}
            for one in self.breaches
        ]
        head = {"schema": SCHEMA, "version": VERSION, "calls": self.calls, "functions": self.functions}
        return json.dumps({**head, "skipped": list(self.skipped), "breaches": found}, indent=1)

    def __str__(self) -> str:
        return "\n".join(_text(self)) + "\n"


def _text(report: CheckReport) -> Iterable[str]:
    number = len(report.breaches)
    looked = f"{_count(report.functions, 'functional function')}"
    if report.calls:
        looked = f"{_count(report.calls, 'call')} of {looked}"
    found = f"{number} breach{'' if number == 1 else 'es'} of the promise" if number else "no breach of the promise"
    yield f"pydron check: {looked}: {found}."
    for breach in report.breaches:
        yield ""
        yield f"{breach.file}:{breach.line}: {breach.code} {reason(breach.code).title}"
        yield f"    {breach.message}"
        if breach.call is not None:
            call = breach.call
            more = f" (and in {_count(breach.count - 1, 'other call')})" if breach.count > 1 else ""
            place = f"line {call.line}" if call.file == breach.file else f"{call.file}:{call.line}"
            text = call.text if len(call.text) <= 80 else call.text[:77] + "..."
            yield f"    Seen in the call at {place}, in {call.caller}: {text}{more}"
        else:
            yield "    Found in the source."
        yield f"    To do: {breach.hint}"
        yield f"    More: {page_of(breach.code)}"
    if report.skipped:
        yield ""
        yield f"Not watched, because they are not written in Python: {', '.join(report.skipped)}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
