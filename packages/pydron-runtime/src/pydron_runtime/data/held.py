"""Held values: results that stay in the worker that made them, as the objects they are.

What only other calls need is not serialised at all if those run where it is. A value may be held if it is of some
size and nothing else in the worker knows it, so that nobody can change it behind its readers' backs.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Collection
from typing import Any

from pydron_runtime.data.apart import apart
from pydron_runtime.data.payload import Payload, Place, dump

HELD_FROM = 16 * 1024
"""Values that take at least this many bytes of memory may be held; for smaller ones a message costs less."""

_SIZED = (bytes, bytearray, str, list, tuple, dict, set, frozenset)
_SCALARS = frozenset({int, float, complex, bool, str, bytes, bytearray, type(None)})
_FEW = 64
_MANY = 10_000


class Held:
    """A value in the process that made it.

    Attributes:
        value: The object.
    """

    __slots__ = ("_payload", "value")

    def __init__(self, value: Any) -> None:
        self.value = value
        self._payload: Payload | None = None

    def payload(self, place: Place | None = None) -> Payload:
        """The value in serialised form. One in segments is kept, and given again: others have been told of them.

        Args:
            place: Where large buffers go; None: into bytes.

        Raises:
            TransportError: It cannot be pickled.
        """
        if place is None:
            return dump(self.value, "result")
        if self._payload is None:
            self._payload = dump(apart(self.value), "result", place)
        return self._payload


def footprint(value: Any) -> int:
    """Bytes of memory that a value is known to take: arrays and builtin containers, not what lies deep in them."""
    kind = type(value)
    if _is_array(kind):
        return 0 if value.dtype.kind == "O" else int(value.nbytes)
    if kind not in _SIZED:
        return 0
    size = sys.getsizeof(value)
    if kind in (list, tuple) and len(value) <= _FEW:
        size += sum(footprint(element) for element in value if _is_array(type(element)))
    return size


def _is_array(kind: type) -> bool:
    return kind.__module__ == "numpy" and kind.__name__ == "ndarray"


def hold(result: Any) -> Held | None:
    """Hold a result, if it may be held. To be called with a local variable of the caller, its only other reference."""
    if footprint(result) < HELD_FROM or _references(result) > _fewest():
        return None
    if _is_array(type(result)) and not _owns_memory(result):
        return None
    return Held(result) if _is_plain(result, 2) else None


def _is_plain(value: Any, depth: int) -> bool:
    """Whether a value is nothing but arrays, builtin containers and scalars: then it can be serialised later, too."""
    kind = type(value)
    if _is_array(kind):
        return bool(value.dtype.kind != "O")
    if kind is dict:
        return _are_plain(value, depth) and _are_plain(value.values(), depth)
    if kind in (list, tuple, set, frozenset):
        return _are_plain(value, depth)
    return kind in _SCALARS


def _are_plain(elements: Collection[Any], depth: int) -> bool:
    if _SCALARS.issuperset(map(type, elements)):
        return True
    return depth > 0 and len(elements) <= _MANY and all(_is_plain(element, depth - 1) for element in elements)


def _references(value: Any) -> int:
    return sys.getrefcount(value)


def _owns_memory(array: Any) -> bool:
    """Whether nobody else knows the memory of an array, or the array into whose memory it looks."""
    if array.base is None:
        return True
    # 2: the view's reference to its base, and the argument.
    return _is_array(type(array.base)) and array.base.base is None and sys.getrefcount(array.base) == 2


@functools.cache
def _fewest() -> int:
    """What :func:`_references` counts, as called by :func:`hold`, for a value with one reference. It depends on the
    interpreter whether the variables on the way count once or twice."""
    fresh: list[Any] = []
    return _on_the_way(fresh)


def _on_the_way(value: Any) -> int:
    return _references(value)
