"""Figures: how far a machine is, as lines for people. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MOST_LINES = 4
_LONGEST = 46


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop of the outermost function.

    Attributes:
        first, last: Its lines.
        total: How many turns it will have; None where nobody knows.
        begun: How many turns have begun.
        elapsed: Seconds since it began.
    """

    first: int
    last: int
    total: int | None
    begun: int
    elapsed: float


@dataclass(frozen=True, slots=True)
class State:
    """A machine at one moment.

    Attributes:
        file: Name of the file of the outermost function.
        text: Source text by line.
        loops: Its loops that have begun.
        issued, open: Calls by line of the outermost function: how many were issued, and how many have not ended.
        elapsed: Seconds since the machine began.
    """

    file: str
    text: Mapping[int, str]
    loops: Sequence[Loop]
    issued: Mapping[int, int]
    open: Mapping[int, int]
    elapsed: float


@dataclass(frozen=True, slots=True)
class Line:
    """What is shown of a loop, or of the calls at a line.

    Attributes:
        done: Turns, or calls, that have ended.
        total: How many there will be, as far as is known; None for unknown.
        left: Seconds that the rest will take if it goes on like this; None where that is not known yet.
        unit: ``turns`` or ``calls``.
    """

    label: str
    done: int
    total: int | None
    left: float | None
    unit: str

    @property
    def part(self) -> float | None:
        """From 0 to 1; None where the total is unknown."""
        return None if not self.total else min(1.0, self.done / self.total)

    @property
    def numbers(self) -> str:
        """``45/120 turns``, ``45 calls``."""
        return f"{self.done:,} {self.unit}" if self.total is None else f"{self.done:,}/{self.total:,} {self.unit}"

    @property
    def rest(self) -> str:
        """``1:05 left``; empty where it is not known."""
        return "" if self.left is None else f"{clock(self.left)} left"


def lines(state: State) -> list[Line]:
    """What is going on, in the order of the source: loops, and calls outside of them. Never many lines."""
    found: list[tuple[int, Line]] = []
    covered: set[int] = set()
    for loop in state.loops:
        within = [line for line in state.issued if loop.first <= line <= loop.last]
        covered.update(within)
        line = _of_loop(state, loop, within)
        if line is not None:
            found.append((loop.first, line))
    for number in state.issued:
        opened = state.open.get(number, 0)
        if number not in covered and opened:
            issued = state.issued[number]
            done = issued - opened
            found.append(
                (number, Line(_label(state, number), done, issued, _left(state.elapsed, done, issued), "calls"))
            )
    return [line for _, line in sorted(found, key=lambda one: one[0])][-MOST_LINES:]


def _of_loop(state: State, loop: Loop, within: Sequence[int]) -> Line | None:
    issued = sum(state.issued[line] for line in within)
    opened = sum(state.open.get(line, 0) for line in within)
    if not opened and (loop.total is None or loop.begun >= loop.total):
        return None
    if loop.total is None:
        return Line(_label(state, loop.first), issued - opened, None, None, "calls")
    # A turn has ended when its calls have: the program itself may be far ahead of them.
    ended = (issued - opened) / issued if issued else 1.0
    done = min(loop.begun, loop.total) * ended
    return Line(_label(state, loop.first), int(done), loop.total, _left(loop.elapsed, done, loop.total), "turns")


def _left(elapsed: float, done: float, total: int) -> float | None:
    return elapsed * (total - done) / done if done >= 1 else None


def _label(state: State, number: int) -> str:
    text = " ".join(state.text.get(number, "").split()).rstrip(":")
    shown = f"{state.file}:{number} {text}".strip()
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


def clock(seconds: float) -> str:
    """``0:07``, ``12:34``, ``1:02:03``, ``3 days``."""
    whole = int(seconds + 0.5)
    if whole >= 2 * 86_400:
        return f"{whole // 86_400} days"
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
