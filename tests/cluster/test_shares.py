"""Slots are divided fairly among programs."""

from __future__ import annotations

import random

from pydron_runtime.cluster.shares import fair, shares


def test_everybody_gets_what_is_demanded_if_there_is_enough() -> None:
    assert fair(10, [3, 0, 4]) == [3, 0, 4]


def test_who_wants_little_gets_it_and_the_others_share_the_rest() -> None:
    assert fair(10, [1, 100, 100]) == [1, 5, 4]


def test_too_few_slots_go_to_those_who_stand_first() -> None:
    assert fair(2, [5, 5, 5]) == [1, 1, 0]


def test_one_program_gets_all_even_before_it_asks() -> None:
    assert shares(8, [0]) == [8]


def test_an_idle_program_keeps_nothing_from_a_busy_one() -> None:
    assert shares(8, [100, 0]) == [8, 0]


def test_division_is_max_min_fair() -> None:
    """Nobody gets more than demanded; nothing is left while somebody wants more; who lacks has at most one less."""
    chance = random.Random(1)
    for _ in range(2000):
        slots = chance.randrange(0, 40)
        demands = [chance.choice([0, 1, 2, 5, 50]) for _ in range(chance.randrange(0, 8))]
        given = fair(slots, demands)
        assert all(got <= wanted for got, wanted in zip(given, demands))
        assert sum(given) == min(slots, sum(demands))
        for got, wanted in zip(given, demands):
            if got < wanted:
                assert max(given) - got <= 1
        assert sum(shares(slots, demands)) == (slots if demands else 0)
