"""Portraits: what a value is at a moment, in a form that later changes of the value do not reach.

Two portraits are equal if nothing that can be told from the values, but their identity, differs. A portrait is a tree
of tuples: leaves are values of types that cannot change; arrays are digests; other objects are what ``pickle`` would
ask them for. Functions and classes that a call has made are what their definition and their variables are: another call
makes others of the same. What cannot be looked into is represented by its identity.

:func:`difference` names the first place at which two portraits differ, in the user's terms: ``xs[3].name``.
"""

from __future__ import annotations

import copyreg
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from hashlib import blake2b
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

Portrait = tuple[Any, ...]
"""``(kind, ...)``. Kinds: leaf, again, list, dict, set, array, object, opaque, cut."""

LIMIT = 200_000
"""Parts of a value that are looked at; what is beyond is not compared."""

_LEAVES = frozenset({int, bool, str, bytes, type(None), type(Ellipsis), type(NotImplemented), range})
_BY_IDENTITY = (type, FunctionType, BuiltinFunctionType, ModuleType)


_VIEWS = frozenset({type({}.keys()), type({}.values()), type({}.items())})


def portrait(value: Any) -> Portrait:
    """The portrait of a value. Calls what ``pickle`` would call: ``__reduce_ex__``, ``__getstate__``."""
    return _Painter().paint(value)


class _Painter:
    """Paints one value; parts that it meets again are shown as such."""

    def __init__(self) -> None:
        self._met: dict[int, tuple[int, Any]] = {}
        self._left = LIMIT

    def paint(self, value: Any) -> Portrait:
        kind = type(value)
        if kind in _LEAVES:
            return ("leaf", kind, value)
        if kind is float or kind is complex:
            return ("leaf", kind, repr(value))
        if isinstance(value, type):
            return ("leaf", kind, _defined(value))
        if isinstance(value, _BY_IDENTITY) and not (kind is FunctionType and _is_made_inside(value)):
            return ("leaf", kind, id(value))
        if isinstance(value, Enum):
            return ("leaf", kind, value.name)
        self._left -= 1
        if self._left < 0:
            return ("cut",)
        before = self._met.get(id(value))
        if before is not None:
            return ("again", before[0])
        self._met[id(value)] = (len(self._met), value)  # kept alive, so that no other object gets its id meanwhile
        try:
            found = self._parts(value, kind)
        except RecursionError:
            return ("cut",)
        return (found[0], _defined(kind), *found[2:]) if _is_made_inside(kind) else found

    def _parts(self, value: Any, kind: type) -> Portrait:
        if kind is list or kind is tuple:
            return ("list", kind, tuple(self.paint(item) for item in value))
        if kind is dict:
            return ("dict", kind, tuple((self.paint(key), self.paint(item)) for key, item in value.items()))
        if kind is set or kind is frozenset:
            return ("set", kind, frozenset(self.paint(item) for item in value))
        if kind is bytearray:
            return ("leaf", kind, bytes(value))
        if kind in _VIEWS:
            return ("list", kind, tuple(self.paint(item) for item in value))
        if kind is FunctionType:
            return ("object", kind, (("leaf", kind, id(value.__code__)), *map(self.paint, _variables(value))))
        if kind is MethodType:
            return ("object", kind, (self.paint(value.__func__), self.paint(value.__self__)))
        if kind.__module__ == "numpy" and hasattr(value, "dtype") and hasattr(value, "tobytes"):
            if value.dtype.hasobject:
                return ("list", kind, tuple(self.paint(item) for item in value.ravel().tolist()))
            digest = blake2b(value.tobytes(), digest_size=16).digest()
            return ("array", kind, (str(value.dtype), tuple(getattr(value, "shape", ())), digest))
        return self._reduced(value, kind)

    def _reduced(self, value: Any, kind: type) -> Portrait:
        try:
            reducer = copyreg.dispatch_table.get(kind)
            reduced = reducer(value) if reducer is not None else value.__reduce_ex__(4)
        except Exception:  # it cannot be pickled, or its own code fails: nothing can be told but which object it is
            return self._opaque(value, kind)
        if isinstance(reduced, str):
            return ("leaf", kind, reduced)
        maker, arguments, state, items, pairs = (*reduced, None, None, None)[:5]
        parts = [self.paint(arguments), self.paint(_state(state))]
        if maker is not copyreg.__newobj__:  # type: ignore[attr-defined]  # the stubs leave it out
            parts.append(self.paint(maker))
        if items is not None:
            parts.append(("list", list, tuple(self.paint(item) for item in items)))
        if pairs is not None:
            parts.append(("dict", dict, tuple((self.paint(key), self.paint(item)) for key, item in pairs)))
        return ("object", kind, tuple(parts))

    def _opaque(self, value: Any, kind: type) -> Portrait:
        """Of a file one can still tell where it stands; of other objects, what their variables hold."""
        if hasattr(value, "tell") and hasattr(value, "closed"):
            try:
                return ("opaque", kind, id(value), value.tell())
            except Exception:  # closed, or a stream without places
                return ("opaque", kind, id(value))
        state = getattr(value, "__dict__", None)
        if type(state) is dict and kind.__module__ != "builtins":
            return ("object", kind, (("opaque", kind, id(value)), self.paint(state)))
        return ("opaque", kind, id(value))


def _is_made_inside(value: Any) -> bool:
    """Whether a function or class was made by the call of a function, and so may be made again."""
    return "<locals>" in getattr(value, "__qualname__", "")


def _defined(kind: type) -> Any:
    """What stands for a class."""
    return (kind.__module__, kind.__qualname__) if _is_made_inside(kind) else kind


def _variables(function: FunctionType) -> Iterator[Any]:
    """What a function has of its own: defaults, and the variables around it."""
    yield function.__defaults__
    yield function.__kwdefaults__
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:
            yield None


def _state(state: Any) -> Any:
    """The state of an object with slots as one dictionary."""
    if type(state) is tuple and len(state) == 2 and type(state[1]) is dict and type(state[0]) in (dict, type(None)):
        return {**(state[0] or {}), **state[1]}
    return state


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place at which two values differ.

    Attributes:
        path: From the value to the place: ``[3].name``; "" for the value itself.
        before, after: Short texts; "" where there is nothing to show.
    """

    path: str
    before: str
    after: str

    def told(self, name: str) -> str:
        """``xs[3] was 1 and is 2``."""
        if self.before and self.after:
            return f"{name}{self.path} was {self.before} and is {self.after}"
        return f"{name}{self.path} is not what it was"


def difference(before: Portrait, after: Portrait) -> Difference | None:
    """Where two portraits differ first; None if they are equal, as far as they go."""
    return None if before == after else _difference(before, after, "")


def _difference(before: Portrait, after: Portrait, path: str) -> Difference | None:
    if before == after or before[0] == "cut" or after[0] == "cut":
        return None
    if before[:2] != after[:2] or before[0] in ("leaf", "again", "array", "opaque", "set"):
        return Difference(path, _short(before), _short(after))
    if before[0] == "dict":
        return _of_dicts(before, after, path)
    old, new = before[2], after[2]
    if before[0] == "list" and len(old) != len(new):
        return Difference(path, f"of length {len(old)}", f"of length {len(new)}")
    for index, (one, other) in enumerate(zip(old, new)):
        inside = f"{path}[{index}]" if before[0] == "list" else path
        found = _difference(one, other, inside) if before[0] == "list" else _of_objects(one, other, path)
        if found is not None:
            return found
    return None if len(old) == len(new) else Difference(path, "", "")


def _of_dicts(before: Portrait, after: Portrait, path: str) -> Difference | None:
    old, new = before[2], after[2]
    keys, others = [key for key, _ in old], [key for key, _ in new]
    added, gone = [key for key in others if key not in keys], [key for key in keys if key not in others]
    if added:
        return Difference(f"{path}[{_short(added[0])}]", "missing", "there")
    if gone:
        return Difference(f"{path}[{_short(gone[0])}]", "there", "missing")
    if keys != others:
        return Difference(path, "in one order", "in another")
    for (key, one), (_, other) in zip(old, new):
        found = _difference(one, other, f"{path}[{_short(key)}]")
        if found is not None:
            return found
    return None


def _of_objects(before: Portrait, after: Portrait, path: str) -> Difference | None:
    """The same for a part of an object: names in its state are attributes."""
    if before[0] != "dict" or after[0] != "dict":
        found = _difference(before, after, path)
        return found
    found = _of_dicts(before, after, "\0")
    if found is None:
        return None
    rest = found.path[1:]
    if rest.startswith("['"):
        name, _, rest = rest[2:].partition("']")
        return Difference(f"{path}.{name}{rest}", found.before, found.after)
    return Difference(path + rest, found.before, found.after)


def _short(part: Portrait) -> str:
    if part[0] != "leaf" or part[1] in (FunctionType, BuiltinFunctionType, ModuleType) or isinstance(part[2], type):
        return "" if part[0] != "leaf" else "another object"
    text = part[2] if part[1] in (float, complex) else repr(part[2])
    return text if len(text) <= 40 else text[:37] + "..."
