"""Apart: large strings, and large pickles, kept out of the pickle, as arrays are.

``pickle`` writes the bytes of a string into its stream, which then has to be copied from process to process. What is
wrapped in :class:`Apart` becomes a buffer beside the stream, and a buffer can lie in a segment.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from typing import Any

from pydron_runtime.data.extents import SHARED_FROM

STRINGS = frozenset({bytes, str, bytearray})


class Apart:
    """Pickles as a string whose content is a buffer of its own.

    Attributes:
        content: The bytes of the string.
    """

    __slots__ = ("_make", "content")

    def __init__(self, value: bytes | str | bytearray, content: bytes | bytearray | None = None) -> None:
        """
        Args:
            value: A string.
            content: What :func:`content_of` has made of it before.
        """
        self._make: Callable[[Any], Any] = text if isinstance(value, str) else type(value)
        self.content = content_of(value) if content is None else content

    def __reduce__(self) -> tuple[Callable[[Any], Any], tuple[pickle.PickleBuffer]]:
        return self._make, (pickle.PickleBuffer(self.content),)


def content_of(value: bytes | str | bytearray) -> bytes | bytearray:
    """The bytes of a string."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value


def text(content: Any) -> str:
    """The text that :func:`content_of` has taken apart. Named in pickles: do not move."""
    return str(content, "utf-8", "surrogatepass")


def apart(value: Any) -> Any:
    """A value, its content kept apart if it is a large string."""
    return Apart(value) if type(value) in STRINGS and len(value) >= SHARED_FROM else value


def nested(buffers: int) -> bytes:
    """A pickle that stands for another one, which is its first buffer; that one has so many buffers itself."""
    return pickle.dumps(_Nested(buffers), protocol=5, buffer_callback=lambda _: False)


class _Nested:
    def __init__(self, buffers: int) -> None:
        self._buffers = buffers

    def __reduce__(self) -> Any:
        places = [pickle.PickleBuffer(b"") for _ in range(self._buffers + 1)]
        return read_nested, (places[0], places[1:])


def read_nested(stream: Any, buffers: Sequence[Any]) -> Any:
    """The value of a pickle that was kept apart. Named in pickles: do not move."""
    return pickle.loads(stream, buffers=buffers)
