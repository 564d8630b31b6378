"""Programs that nobody wrote: whatever they do, all ways of running them do the same."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from random_programs import Writer
from scheduled import check


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Calls that cannot travel are usual here."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@st.composite
def programs(draw: st.DrawFn, size: int = 6) -> str:
    """Texts of programs; hypothesis makes those that fail small."""
    return Writer(lambda count: draw(st.integers(0, count - 1)), size).program()


@settings(max_examples=60, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs())
def test_a_program_does_the_same_however_it_is_run(text: str) -> None:
    note(text)
    check(text, copies=True)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("block", range(10))
def test_many_programs_do_the_same_however_they_are_run(block: int) -> None:
    """A hundred seeds per block. A failure names its seed and shows its program."""
    for seed in range(block * 100, block * 100 + 100):
        text = Writer(random.Random(seed).randrange, 8).program()
        try:
            check(text, copies=True)
        except AssertionError as difference:
            raise AssertionError(f"seed {seed}: {difference}") from None
