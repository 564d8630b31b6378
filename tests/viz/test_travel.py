"""Travel and load: what journeys cost, and how many calls ran at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pydron.trace import Journey, TaskRow, columns_of
from pydron_viz.analysis import travel as module
from pydron_viz.analysis.load import load
from pydron_viz.analysis.travel import totals, travel


def test_each_part_of_a_journey_is_a_stretch_of_its_own_kind() -> None:
    """From serialising the arguments to the return of the result, in the lane where it happens."""
    found = travel([Journey(1, "w", 0, 10, 12, 20, 21, 25, 40, 46, 50)])
    assert [(one.worker, one.kind, one.begin, one.end) for one in found] == [
        ("", "pack", 0, 10), ("w", "send", 12, 20), ("w", "load", 21, 25), ("w", "dump", 40, 46), ("w", "back", 46, 50),
    ]  # fmt: skip
    assert totals(found) == {"pack": 10, "send": 8, "load": 4, "dump": 6, "back": 4}


def test_what_is_sent_ahead_costs_nothing_while_the_worker_is_busy() -> None:
    """Only the time in which the worker could have begun counts as sending."""
    first = Journey(1, "w", None, 0, 1, 2, 3, 4, 90, 100, 101)
    ahead = Journey(2, "w", None, 0, 5, 104, 105, 106, 107, 108, 109)
    late = Journey(3, "w", None, 0, 5, 60, 110, 111, 112, 113, 114)
    sent = [(one.task, one.begin, one.end) for one in travel([late, ahead, first]) if one.kind == "send"]
    assert sent == [(1, 1, 2), (2, 100, 104)]


def test_moments_that_contradict_one_another_are_left_out() -> None:
    """A clock that is off, or a trace of a killed program, gives no stretch of negative length."""
    assert travel([Journey(1, "w", 9, 3, 50, 20, 10, 5, 40, 30, 20), Journey(2, "w", *[None] * 9)]) == ()


def test_short_stretches_are_left_out_and_of_very_many_the_longest_stay() -> None:
    """What cannot be seen is not drawn."""
    journeys = [Journey(number, "w", 100 * number, 100 * number + number, *[None] * 7) for number in range(1, 90)]
    assert min(one.end - one.begin for one in travel(journeys, 40)) == 40
    before, module.MOST = module.MOST, 10
    try:
        assert [one.task for one in travel(journeys)] == list(range(80, 90))
    finally:
        module.MOST = before


SPANS = st.lists(st.tuples(st.integers(0, 900), st.integers(0, 400)), max_size=12)


@given(SPANS, st.integers(1, 1000))
def test_the_load_adds_up_to_the_work(spans: list[tuple[int, int]], end: int) -> None:
    """The curve's area is the time that calls ran, up to the end."""
    rows = [TaskRow(number, started=begin, finished=begin + time) for number, (begin, time) in enumerate(spans, 1)]
    found = load(columns_of(rows), end, 24)
    work = sum(max(0, min(end, begin + time) - min(end, begin)) for begin, time in spans)
    assert len(found) == 24 and min(found) >= -0.001
    assert abs(sum(found) * end / 24 - work) < 0.05 * max(1, end / 24) + 1
