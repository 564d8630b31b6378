"""Functions written at random, with operands that write down all that is done to them, run as Python runs them."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from loud import LOUD
from loud_programs import Writer
from twins import same


@pytest.mark.slow
@seed(20)
@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(st.randoms(use_true_random=False))
def test_generated_functions_run_alike(random: object) -> None:
    source = LOUD + Writer(lambda count: random.randrange(count)).function()  # type: ignore[attr-defined]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        try:
            compile(source, "generated", "exec")
        except SyntaxError:
            # A walrus in the iterable of a comprehension, and the like.
            return
        same(source, arguments="(Loud('a'), Loud('b', False), 3)")
