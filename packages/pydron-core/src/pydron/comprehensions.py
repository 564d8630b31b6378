"""Comprehensions that were taken apart: up to Python 3.11 each has a frame of its own, and an entry in tracebacks.

The loops that take its place run in the function's frame. So a traceback gets the missing entries from the place that
failed: one for each comprehension around it, outermost first.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydron.ir.nodes import For, Graph, walk
from pydron.location import Span
from pydron.places import Place


@dataclass(frozen=True, slots=True)
class Comprehension:
    """One that was taken apart.

    Attributes:
        name: Of its frame.
        span: All of it.
        first: What it goes through first, which is computed outside.
    """

    name: str
    span: Span
    first: Span


def comprehensions_of(graph: Graph) -> tuple[Comprehension, ...]:
    """The list, set and dict comprehensions that are loops in a graph, outer ones first."""
    found: dict[Span, Comprehension] = {}
    for node in walk(graph.body):
        if isinstance(node, For) and node.comprehension in ("list", "set", "dict"):
            first = Span.of(node.iterable.expression())
            found.setdefault(node.span, Comprehension(f"<{node.comprehension}comp>", node.span, first))
    return tuple(found.values())


def around(
    comprehensions: tuple[Comprehension, ...], place: Place, outside: Place | None, loops: bool
) -> list[Comprehension]:
    """The comprehensions in whose frames a place is, outermost first; none where its columns are not known.

    Args:
        outside: Those that this place is in as well do not count; None counts all.
        loops: A loop asks for an element there: it does so in the comprehension.
    """
    found = [one for one in comprehensions if _is_in(one, place, loops) and not (outside and _is_in(one, outside))]
    return sorted(found, key=lambda one: (one.span.line, one.span.column))


def _is_in(one: Comprehension, place: Place, loops: bool = False) -> bool:
    if _holds(one.first, place) and not (loops and _is(one.first, place)):
        return False
    return _holds(one.span, place) and not _is(one.span, place)


def _holds(span: Span, place: Place) -> bool:
    if place.column is None or place.end_column is None or place.end_line is None:
        return False
    begins = (span.line, span.column) <= (place.line, place.column)
    return begins and (place.end_line, place.end_column) <= (span.end_line, span.end_column)


def _is(span: Span, place: Place) -> bool:
    return span == Span(place.line, place.column or 0, place.end_line or 0, place.end_column or 0)
