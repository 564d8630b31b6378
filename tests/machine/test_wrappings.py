"""What is remembered of how iterables were made, so that loops over them can look ahead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydron_runtime.machine.iteration.wrappings import Wrappings


def test_what_a_call_makes_of_a_sequence_probably_has_its_elements() -> None:
    wrappings = Wrappings()
    numbers = [1, 2, 3]
    bar = iter(numbers)
    wrappings.wrapped(bar, (numbers,), {})
    assert wrappings.another_like(bar) is numbers


def test_a_zip_is_made_again_over_what_its_parts_were_made_of() -> None:
    wrappings = Wrappings()
    numbers = [1, 2, 3]
    bar = iter(numbers)
    wrappings.wrapped(bar, (numbers,), {})
    pairs = zip(bar, "abc")
    wrappings.made(pairs, zip, (bar, "abc"))
    assert next(bar) == 1
    assert list(wrappings.another_like(pairs) or ()) == [(1, "a"), (2, "b"), (3, "c")]


def test_a_call_that_returns_its_own_argument_is_not_made_of_itself() -> None:
    wrappings = Wrappings()
    numbers = [1, 2, 3]
    iterator = iter(numbers)
    wrappings.wrapped(iterator, (numbers,), {})
    wrappings.wrapped(iterator, (iterator,), {})
    assert wrappings.another_like(iterator) is numbers


def test_no_end_of_objects_made_of_one_another_is_remembered() -> None:
    wrappings = Wrappings()
    made: Iterator[Any] = enumerate([1])
    wrappings.made(made, enumerate, ([1],))
    for _ in range(5_000):
        made, inner = enumerate(made), made
        wrappings.made(made, enumerate, (inner,))
    assert wrappings.another_like(made) is None
