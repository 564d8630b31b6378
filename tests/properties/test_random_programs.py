"""Programs that nobody wrote: whatever they do, all ways of running them do the same."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from random_programs import Writer
from scheduled import Difference, Program, by_machine, check, compare, plain
from smaller import smaller

from pydron_runtime.executors.local import LocalExecutor


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Calls that cannot travel, and coroutines that nobody awaits, are usual here."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


pytestmark = pytest.mark.filterwarnings("ignore")


@st.composite
def programs(draw: st.DrawFn, size: int = 6) -> str:
    """Texts of programs; hypothesis makes those that fail small."""
    return Writer(lambda count: draw(st.integers(0, count - 1)), size).program()


def program_of(seed: int) -> str:
    return Writer(random.Random(seed).randrange, 8).program()


def kind_of(difference: Difference) -> list[str]:
    """The way of running that differs, and what of its outcome does."""
    first, second, *_ = str(difference).split("\n")
    return [first, second.split("[")[0]]


@settings(max_examples=30, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs())
def test_a_program_does_the_same_however_it_is_run(text: str) -> None:
    note(text)
    check(text, copies=True)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("block", range(10))
def test_many_programs_do_the_same_however_they_are_run(block: int) -> None:
    """200 seeds per block. A failure names its seed and shows its program, made small."""
    for seed in range(block * 200, block * 200 + 200):
        try:
            check(program_of(seed), copies=True)
        except Difference as difference:
            kind = kind_of(difference)

            def differs(text: str) -> bool:
                try:
                    check(text, copies=True)
                except Difference as found:
                    return kind_of(found) == kind
                except Exception:
                    pass
                return False

            with pytest.raises(Difference) as shown:
                check(smaller(program_of(seed), differs), copies=True)
            raise AssertionError(f"seed {seed}: {shown.value}") from None


@pytest.mark.slow
def test_programs_do_the_same_on_real_workers() -> None:
    executor = LocalExecutor(2)
    try:
        for seed in range(40):
            program = Program(program_of(seed))
            compare(program, f"workers, seed {seed},", plain(program), by_machine(program, executor, copies=True))
    finally:
        executor.close()
