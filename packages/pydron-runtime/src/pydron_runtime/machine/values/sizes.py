"""Sizes: what calls of a recursive function take, by the size of what they are given.

Most functions take about as long each time, and a mean says enough (:mod:`..calls.granularity`). A recursive one takes
next to nothing for ``fib(3)`` and a second for ``fib(35)``. The size of a call is one number per argument: of a whole
number its value, of a container or an array how many elements it has, of anything else nothing. What calls of the same
size took, or of nearly the same, is what the next one is expected to take.

Some functions are given the same size all the way down, such as those that walk through a tree of objects. There, sizes
tell nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Size = tuple[int, ...]

_SIZED = frozenset({list, tuple, dict, set, frozenset, str, bytes, bytearray})

_REMEMBERED = 48
"""So many sizes of one function are remembered: those measured last."""

_NEAR = 8
"""One part in so many by which the numbers of two sizes that are nearly the same may differ; or by one."""


def size_of(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Size:
    """The size of a call with these arguments. Runs no user code."""
    return tuple(map(_number_of, (*args, *kwargs.values()) if kwargs else args))


def elements_of(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> int:
    """How many elements the containers and arrays among the arguments have."""
    return sum(_number_of(value) for value in (*args, *kwargs.values()) if type(value) is not int)


def _number_of(value: Any) -> int:
    kind = type(value)
    if kind is int:
        return int(value)
    if kind in _SIZED:
        return len(value)
    if kind.__module__ == "numpy" and kind.__name__ == "ndarray":
        return int(value.size)
    return 0


class Sizes:
    """What calls of one recursive function took.

    Attributes:
        tell: Whether the calls within a call are of another size than it. If not, nothing is expected of any.
        pays: Whether it is worth while to unfold calls, as far as is known.
        surprised: The last call that ran in the program took much longer than expected.
    """

    __slots__ = ("_took", "pays", "surprised", "tell")

    def __init__(self) -> None:
        self.tell = True
        self.pays = True
        self.surprised = False
        self._took: dict[Size, int] = {}

    def measured(self, size: Size, nanoseconds: int) -> None:
        """A call of this size took so long, the calls within it included."""
        before = self._took.pop(size, nanoseconds)
        if len(self._took) >= _REMEMBERED:
            del self._took[next(iter(self._took))]  # the one that was measured longest ago
        self._took[size] = min(nanoseconds, (before + nanoseconds) // 2)  # programs are stopped at times

    def expected(self, size: Size) -> int | None:
        """Nanoseconds that a call of this size is expected to take; None if that cannot be said."""
        if not self.tell:
            return None
        known = self._took.get(size)
        if known is not None:
            return known
        # The latest first: a loop goes from one size to the next, and there may be thousands of calls in it.
        near = (took for other, took in reversed(self._took.items()) if _is_near(size, other))
        return next(near, None)

    def beyond(self, size: Size) -> int | None:
        """The same where calls of up to this size were measured, but for some, such as half of it: by how much longer
        these took than calls that were smaller still."""
        known = self.expected(size)
        if known is not None or not self.tell:
            return known
        half = self._longest_below(size)
        if half is None:
            return None
        quarter = self._longest_below(half)
        took = self._took[half]
        return took * 2 if quarter is None else max(took * 2, took * took // max(1, self._took[quarter]))

    def _longest_below(self, size: Size) -> Size | None:
        smaller = [other for other in self._took if other != size and _is_somewhat_smaller(other, size)]
        return max(smaller, key=self._took.__getitem__, default=None)


def _is_near(size: Size, other: Size) -> bool:
    if len(size) != len(other):
        return False
    for a, b in zip(size, other):
        if a != b and abs(a - b) > max(1, abs(b) // _NEAR):
            return False
    return True


def _is_somewhat_smaller(size: Size, other: Size) -> bool:
    return len(size) == len(other) and all(0 <= a <= b <= 2 * a + 2 for a, b in zip(size, other))
