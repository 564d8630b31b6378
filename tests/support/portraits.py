"""Portraits: values as nested tuples that can be compared, with the identity of everything that can change.

Two portraits are equal if the values are equal part by part, types included, and if the same parts are the same
object in both. Strings, numbers and tuples of them have no identity: Python may share or copy them as it likes.
"""

from __future__ import annotations

import types
from traceback import walk_tb
from typing import Any

Portrait = Any

_PLAIN = (int, float, complex, str, bytes, type(None), range, type(Ellipsis), type(NotImplemented))
_NAMED = (type, types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType)
_OPAQUE: tuple[type, ...] = (types.GeneratorType, type(iter([])), type(map(str, ())), zip, enumerate, reversed)

_INLINED = ("<listcomp>", "<setcomp>", "<dictcomp>")
"""Frames that comprehensions have in Python 3.11 and not from 3.12 on. Pydron's have none in any version."""


class Painter:
    """Paints several values in one numbering, so that what they share shows.

    Args:
        filename: The program's; only its frames are shown in tracebacks, and those of unknown files.
        hidden: Files whose frames belong to the harness.
    """

    def __init__(self, filename: str = "", hidden: tuple[str, ...] = ()) -> None:
        self._filename = filename
        self._hidden = hidden
        self._numbers: dict[int, int] = {}
        self._kept: list[Any] = []  # so that no identity is used twice

    def paint(self, value: Any) -> Portrait:
        """The portrait of one value."""
        kind = type(value)
        if kind in _PLAIN or kind is bool:
            return (kind.__name__, repr(value))
        if kind is tuple:
            return ("tuple", tuple(self.paint(element) for element in value))
        if isinstance(value, _NAMED):
            return (kind.__name__, getattr(value, "__qualname__", getattr(value, "__name__", "")))
        number = self._numbers.get(id(value))
        if number is not None:
            return ("again", number)
        number = self._numbers[id(value)] = len(self._numbers)
        self._kept.append(value)
        return (kind.__name__, number, self._inside(value))

    def _inside(self, value: Any) -> Portrait:
        kind = type(value)
        if isinstance(value, BaseException):
            return self._error(value)
        if isinstance(value, _OPAQUE) or hasattr(value, "__next__"):
            return "iterator"
        inside: list[Any] = []
        if isinstance(value, list):
            inside.append(tuple(self.paint(element) for element in list.__iter__(value)))
        elif isinstance(value, dict):
            inside.append(tuple((self.paint(k), self.paint(v)) for k, v in dict.items(value)))
        elif isinstance(value, (set, frozenset)):
            inside.append(tuple(sorted(repr(self.paint(element)) for element in value)))
        elif kind.__module__ == "numpy" and hasattr(value, "tobytes"):
            inside.append((str(value.dtype), value.shape, value.tobytes()))
        elif isinstance(value, bytearray):
            inside.append(bytes(value))
        own = getattr(value, "__dict__", None)
        if isinstance(own, dict):
            inside.append(tuple((name, self.paint(part)) for name, part in own.items()))
        return tuple(inside)

    def _error(self, error: BaseException) -> Portrait:
        frames = [(code.f_code.co_filename, line, code.f_code.co_name) for code, line in walk_tb(error.__traceback__)]
        kept = [frame for frame in frames if not frame[0].endswith(self._hidden) and frame[2] not in _INLINED]
        while kept and kept[0][0] != self._filename:
            kept.pop(0)
        own = {name: self.paint(part) for name, part in error.__dict__.items()}
        return (
            ("args", self.paint(error.args)),
            ("own", tuple(own.items())),
            ("frames", tuple(kept)),
            ("cause", self.paint(error.__cause__)),
            ("context", self.paint(error.__context__)),
            ("suppress", error.__suppress_context__),
        )
