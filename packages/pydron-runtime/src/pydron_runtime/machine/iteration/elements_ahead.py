"""Elements ahead: what a loop will go through next, as far as that can be seen without taking it.

Of a list or tuple that is plain. ``enumerate`` and ``zip`` over such things say, as pickling would ask them, what they
stand on and how far they have got. What is seen may be otherwise when the loop gets there: whoever uses it compares.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, repeat
from typing import Any

_SEQUENCES = (list, tuple, range, str, bytes)
_EMPTY: tuple[Any, ...] = ([], (), range(0), "", "é", b"")
_STEPPING: frozenset[type] = frozenset(map(type, map(iter, _EMPTY)))
PAIRS: frozenset[type] = frozenset({enumerate, zip})
"""Iterators whose elements are seen through what they stand on."""

_MOST = 1 << 40
"""Elements that an ``enumerate`` is taken to number at most."""

_BY_VALUE = frozenset({int, str})
"""Types of which an equal element is as good as the same one."""


class Pairs:
    """The tuples that ``enumerate`` or ``zip`` will give, from now on."""

    def __init__(self, parts: Sequence[tuple[Any, int]]) -> None:
        """
        Args:
            parts: Sequences, each with the place of the next element.
        """
        self._parts = parts

    def __len__(self) -> int:
        return max(0, min((len(sequence) - place for sequence, place in self._parts), default=0))

    def __getitem__(self, wanted: slice) -> list[tuple[Any, ...]]:
        start, stop, _ = wanted.indices(len(self))
        return list(zip(*(sequence[place + start : place + stop] for sequence, place in self._parts)))


def elements_ahead(source: Any, raw: Iterator[Any]) -> tuple[Any, int] | None:
    """What a loop goes through, to be sliced, and the place of its next element; None if it cannot be seen.

    Args:
        raw: The iterator over the source, as far as the loop has got.
    """
    if type(source) in _SEQUENCES:
        return source, len(source) - operator.length_hint(raw)
    if type(source) in PAIRS:
        pairs = _pairs(source, set())
        return None if pairs is None else (pairs, 0)
    return None


def _pairs(source: Any, seen: set[int]) -> Pairs | None:
    """What an ``enumerate`` or ``zip`` stands on. None if one iterator serves twice, as in ``zip(steps, steps)``."""
    _, inside, *_ = source.__reduce__()
    parts = []
    if type(source) is enumerate:
        steps, count = inside
        if not -_MOST < count < _MOST:
            return None
        parts.append((range(count, _MOST), 0))
        inside = (steps,)
    for steps in inside:
        part = _part(steps, seen)
        if part is None or id(steps) in seen:
            return None
        seen.add(id(steps))
        parts.append(part)
    return Pairs(parts)


def rest_of(steps: Any) -> tuple[Any, int] | None:
    """What an iterator has yet to give, to be sliced, and the place of its next element; None if it cannot be seen."""
    return _part(steps, set())


def _part(steps: Any, seen: set[int]) -> tuple[Any, int] | None:
    if type(steps) in PAIRS:
        pairs = _pairs(steps, seen)
        return None if pairs is None else (pairs, 0)
    if type(steps) not in _STEPPING:
        return None
    _, (sequence,), *place = steps.__reduce__()
    return sequence, place[0] or 0 if place else 0


def paired(answers: list[Iterable[Any]], source: Any, sent: Sequence[Any], raw: Iterator[Any]) -> Iterable[Any]:
    """Answers and elements, iteration by iteration. An element that is not the one that was sent has no answers."""
    if type(source) is list:
        return _checked_one(answers[0], sent, raw) if len(answers) == 1 else _checked(answers, sent, raw)
    if type(source) is Pairs:
        return _compared(answers, sent, raw)
    return zip(*answers, islice(raw, len(sent)))


def _checked_one(answers: Iterable[Any], sent: Sequence[Any], raw: Iterator[Any]) -> Iterator[Any]:
    """The usual loop, whose iterations make one call: a third of the time."""
    for answer, expected, element in zip(answers, sent, raw):
        yield (answer, element) if element is expected else (..., element)


def _checked(answers: list[Iterable[Any]], sent: Sequence[Any], raw: Iterator[Any]) -> Iterator[Any]:
    for *given, expected, element in zip(*answers, sent, raw):
        yield (*given, element) if element is expected else (*repeat(..., len(given)), element)


def _compared(answers: list[Iterable[Any]], sent: Sequence[Any], raw: Iterator[Any]) -> Iterator[Any]:
    for *given, expected, element in zip(*answers, sent, raw):
        yield (*given, element) if _is_same(expected, element) else (*repeat(..., len(given)), element)


def _is_same(expected: Any, element: Any) -> bool:
    """Whether a tuple has the same elements, at any depth. Numbers of ``enumerate`` are new objects each time."""
    for one, other in zip(expected, element):
        if one is other:
            continue
        kind = type(one)
        if kind is not type(other):
            return False
        if kind is tuple:
            if len(one) != len(other) or not _is_same(one, other):
                return False
        elif kind not in _BY_VALUE or one != other:
            return False
    return len(expected) == len(element)
