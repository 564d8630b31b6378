"""Pieces whose results are combined go where their neighbours are, and before the combining."""

from __future__ import annotations

import msgspec
from played_scheduler import MS, Played, call, ok

from pydron_runtime.data.payload import Payload
from pydron_runtime.data.tasks import Task
from pydron_runtime.protocol.messages import KEEP_BYTES

LARGE = Payload(b"(" * KEEP_BYTES)


def piece(number: int) -> Task:
    return msgspec.structs.replace(call(number, function="sort"), arguments=LARGE)


def merge(number: int, *needs: int) -> Task:
    return call(number, *needs, function="merge")


def tree() -> list[Task]:
    """Eight pieces, the calls that combine two results each, and the one at the end."""
    level = list(range(1, 9))
    tasks = [piece(number) for number in level]
    number = 100
    while len(level) > 1:
        pairs = list(zip(level[::2], level[1::2]))
        level = list(range(number, number + len(pairs)))
        tasks += [merge(place, *pair) for place, pair in zip(level, pairs)]
        number += len(pairs)
    return tasks


def played(workers: int = 2) -> tuple[dict[str, list[int]], list[list[int]]]:
    """Who makes what, and what each worker makes at the same time, where all pieces and all merges take as long."""
    play = Played(workers, *(f"w{number + 1}" for number in range(workers)))
    play.submit(*tree())
    made: dict[str, list[int]] = {}
    rounds: list[list[int]] = []
    sent = play.sent()
    while sent:
        rounds.append([number for numbers in sent.values() for number in numbers])
        following: dict[str, list[int]] = {}
        for worker, numbers in sent.items():
            made.setdefault(worker, []).extend(numbers)
            play.report(worker, *(ok(number, 20 * MS, size=2 * KEEP_BYTES) for number in numbers))
            for name, more in play.sent().items():
                following.setdefault(name, []).extend(more)
        sent = following
    return made, rounds


def test_each_of_two_workers_makes_one_half_of_a_tree() -> None:
    made, _ = played()
    halves = [{number for number in numbers if number < 9} for numbers in made.values()]
    assert {frozenset(half) for half in halves} == {frozenset({1, 2, 3, 4}), frozenset({5, 6, 7, 8})}


def test_what_combines_values_waits_until_no_pieces_of_the_same_tree_are_left() -> None:
    _, rounds = played()
    order = [number for numbers in rounds for number in numbers]
    assert sorted(order[:8]) == list(range(1, 9))
    assert sorted(order) == [*range(1, 9), *range(100, 107)]


def test_four_workers_begin_in_four_parts_of_a_tree() -> None:
    _, rounds = played(4)
    assert {(number - 1) // 2 for number in rounds[0]} == {0, 1, 2, 3}


def test_calls_that_are_given_little_go_in_the_order_of_their_age() -> None:
    play = Played(2, "w1", "w2")
    play.submit(*(msgspec.structs.replace(task, arguments=Payload(b"()")) for task in tree()))
    assert play.sent() == {"w1": [1], "w2": [2]}


def test_what_combines_values_of_another_tree_does_not_wait() -> None:
    play = Played(1, "w1")
    play.submit(piece(1), piece(2), merge(3, 1, 2), call(4, 3))
    play.report("w1", ok(1, 200 * MS, size=2 * KEEP_BYTES))
    play.submit(piece(11), piece(12), merge(13, 11, 12), call(14, 13))
    play.report("w1", ok(2, 200 * MS, size=2 * KEEP_BYTES))
    assert play.sent() == {"w1": [3]}
