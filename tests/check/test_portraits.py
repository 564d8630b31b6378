"""Portraits tell whether a value has changed, and where."""

from __future__ import annotations

import collections
import copy
import enum
import itertools
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from pydron_runtime.check.portrait import difference, portrait


@dataclass
class Point:
    x: int = 1
    tags: list[str] = field(default_factory=list)


class Slotted:
    __slots__ = ("a",)

    def __init__(self) -> None:
        self.a = 1


class Colour(enum.Enum):
    RED = 1


class Own(dict):  # type: ignore[type-arg]
    pass


VALUES: list[Any] = [
    1, 1.5, float("nan"), -0.0, "a", b"a", None, True, (1, [2]), {1: {2: 3}}, {1, 2}, frozenset("ab"), bytearray(b"x"),
    Point(), Slotted(), Colour.RED, Own(a=1), collections.OrderedDict(a=1), collections.deque([1], maxlen=2),
    np.arange(4), np.array([None, 1], dtype=object), np.float64(2), np.ma.masked_array([1, 2], [False, True]), len, Point,
    [Point(2, ["a"])], collections.Counter("aab"), slice(1, 2), range(3), 1 + 2j, Point().__eq__,
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_is_like_itself_and_like_its_copy(value: Any) -> None:
    assert difference(portrait(value), portrait(value)) is None
    if not callable(value):
        assert difference(portrait(value), portrait(copy.deepcopy(value))) is None


PAIRS: list[tuple[Any, Any, str]] = [
    ([1, 2], [1, 3], "v[1] was 2 and is 3"),
    ([1, 2], [1], "v was of length 2 and is of length 1"),
    ({"a": [1]}, {"a": [2]}, "v['a'][0] was 1 and is 2"),
    ({"a": 1}, {"a": 1, "b": 2}, "v['b'] was missing and is there"),
    ({"a": 1}, {}, "v['a'] was there and is missing"),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}, "v was in one order and is in another"),
    (Point(1), Point(2), "v.x was 1 and is 2"),
    ([Point(1, ["a"])], [Point(1, ["b"])], "v[0].tags[0] was 'a' and is 'b'"),
    (1, 1.0, "v was 1 and is 1.0"),
    (0.0, -0.0, "v was 0.0 and is -0.0"),
    ({1}, {2}, "v is not what it was"),
    (np.zeros(2), np.ones(2), "v is not what it was"),
    (np.zeros(2), np.zeros(2, dtype=int), "v is not what it was"),
    (len, max, "v was another object and is another object"),
]


@pytest.mark.parametrize("before, after, told", PAIRS, ids=[told for _, _, told in PAIRS])
def test_the_first_difference_is_told_by_its_place(before: Any, after: Any, told: str) -> None:
    found = difference(portrait(before), portrait(after))
    assert found is not None and found.told("v") == told


def test_cycles_and_sharing_are_part_of_the_portrait() -> None:
    one: list[Any] = [[]]
    one.append(one)
    assert portrait(one) == portrait(copy.deepcopy(one))
    shared: list[Any] = []
    assert portrait([shared, shared]) != portrait([[], []])


def test_a_later_change_does_not_reach_a_portrait() -> None:
    value = [np.zeros(2), {"a": Point()}]
    before = portrait(value)
    value[1]["a"].tags.append("x")  # type: ignore[index]
    found = difference(before, portrait(value))
    assert found is not None and found.path == "[1]['a'].tags"


def test_iterators_with_a_state_are_seen_to_move() -> None:
    counter = itertools.chain([1, 2, 3])
    before = portrait(iter([1, 2]))
    assert before == portrait(iter([1, 2]))
    assert isinstance(portrait(counter), tuple)


def test_what_cannot_be_looked_into_is_the_object_itself() -> None:
    generator = (x for x in [1])
    assert portrait(generator) == portrait(generator) != portrait(x for x in [1])
