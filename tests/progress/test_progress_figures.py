"""Progress as figures: turns of loops, calls outside of loops, and what is left of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pydron
from pydron.config import settings
from pydron.errors import ConfigurationError
from pydron_runtime.machine.calls.tallies import length_of
from pydron_runtime.progress.figures import Loop, State, clock, lines
from pydron_runtime.progress.notebook import to_html


def state(loops: list[Loop], issued: dict[int, int], opened: dict[int, int], elapsed: float = 10.0) -> State:
    text = {3: "    for n in range(count):", 9: "    return [f(x) for x in xs]"}
    return State("p.py", text, loops, issued, opened, elapsed)


def test_a_turn_counts_when_its_calls_have_ended() -> None:
    """The program is through with the loop, half of the calls are not: half of the turns are done."""
    (line,) = lines(state([Loop(3, 5, 100, 100, 10.0)], {4: 100, 5: 100}, {4: 10, 5: 90}))
    assert (line.label, line.done, line.total, line.part) == ("p.py:3 for n in range(count)", 50, 100, 0.5)
    assert line.left == pytest.approx(10.0)
    assert (line.numbers, line.rest) == ("50/100 turns", "0:10 left")


def test_a_loop_whose_length_nobody_knows_counts_its_calls() -> None:
    """Nothing is guessed."""
    (line,) = lines(state([Loop(3, 5, None, 40, 10.0)], {4: 40}, {4: 12}))
    assert (line.numbers, line.part, line.rest) == ("28 calls", None, "")


def test_calls_outside_of_loops_have_a_line_of_their_own() -> None:
    """By their line, as long as any is open; a loop that is over is not shown any more."""
    shown = lines(state([Loop(3, 5, 10, 10, 5.0)], {4: 10, 9: 30}, {9: 10}))
    assert [(line.label, line.numbers) for line in shown] == [("p.py:9 return [f(x) for x in xs]", "20/30 calls")]
    assert lines(state([Loop(3, 5, 10, 10, 5.0)], {4: 10}, {})) == []


@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 9), st.none() | st.integers(0, 50), st.integers(0, 60))),
    st.dictionaries(st.integers(1, 40), st.integers(1, 100)),
)
def test_figures_stay_within_their_bounds(loops: list[tuple[Any, ...]], issued: dict[int, int]) -> None:
    """Whatever is counted, done is never more than the total, and nothing is negative or divided by zero."""
    found = [Loop(first, first + more, total, begun, 1.0) for first, more, total, begun in loops]
    shown = lines(state(found, issued, {line: count // 2 for line, count in issued.items()}))
    assert len(shown) <= 4
    for line in shown:
        assert line.done >= 0 and (line.total is None or line.done <= line.total)
        assert line.left is None or line.left >= 0
        assert line.part is None or 0 <= line.part <= 1


@pytest.mark.parametrize(
    ("seconds", "text"), [(7, "0:07"), (754, "12:34"), (3723, "1:02:03"), (86_400, "24:00:00"), (300_000, "3 days")]
)
def test_times_are_written_as_on_a_clock(seconds: float, text: str) -> None:
    """Minutes and seconds, then hours, then days."""
    assert clock(seconds) == text


class Sized:
    def __len__(self) -> int:
        raise AssertionError("code of the user's ran")


def test_lengths_come_from_builtin_containers_alone() -> None:
    """No code of the user's runs for the sake of progress."""
    assert [length_of(value) for value in ([1, 2], range(7), {1: 2}, "abc")] == [2, 7, 1, 3]
    assert length_of(enumerate([1, 2, 3])) == 3 and length_of(zip([1, 2, 3], [1, 2])) == 2
    assert length_of(Sized()) is None and length_of(iter([1])) is None


def test_source_text_is_text_in_a_notebook() -> None:
    """Markup in the user's source does not become markup of the page."""
    (line,) = lines(State("p.py", {3: "for x in '<b>':"}, [Loop(3, 4, 3, 1, 1.0)], {}, {}, 1.0))
    assert "<b>" not in to_html([line]) and "&lt;b&gt;" in to_html([line])


def test_progress_can_be_turned_off_and_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the environment and by configure, which wins; a wrong value is an error that says what is right."""
    monkeypatch.delenv("PYDRON_PROGRESS", raising=False)
    assert settings().progress == 2.0
    for text, expected in (("0", None), ("1", 2.0), ("30", 30.0), ("0.5", 0.5)):
        monkeypatch.setenv("PYDRON_PROGRESS", text)
        assert settings().progress == expected
    with pydron.configure(progress=False):
        assert settings().progress is None
    with pydron.configure(progress=7):
        assert settings().progress == 7.0
    monkeypatch.setenv("PYDRON_PROGRESS", "often")
    with pytest.raises(ConfigurationError, match="PYDRON_PROGRESS is 'often'"):
        settings()
    with pytest.raises(ConfigurationError, match="progress=-1"):
        pydron.configure(progress=-1)
