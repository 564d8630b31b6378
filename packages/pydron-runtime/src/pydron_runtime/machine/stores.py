"""What every store does: keep its turn, and leave its inverse in the undo log."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.safety import definer, is_array

if TYPE_CHECKING:
    from pydron_runtime.machine.frames import Frame

MISSING: Any = object()


def is_plain(target: Any, name: str) -> bool:
    """Whether setting the attribute only writes the object's own dictionary."""
    kind = type(target)
    if isinstance(target, (type, types.ModuleType)) or definer(kind, "__setattr__") is not object:
        return False
    if type(getattr(target, "__dict__", None)) is not dict:
        return False
    for base in kind.__mro__:
        if name in base.__dict__:
            found = type(base.__dict__[name])
            return not (hasattr(found, "__set__") or hasattr(found, "__delete__"))
    return True


def must_remember(frame: Frame) -> bool:
    """Whether something earlier has not retired, so that a store might have to be taken back."""
    return bool(frame.machine.main.queue)


def remember(frame: Frame, target: Any, inverse: Callable[[], None]) -> None:
    """Leave the inverse of a store that is about to be made."""
    if must_remember(frame):
        frame.machine.undo.add(frame.here, inverse)


def snapshot(target: Any) -> Callable[[], None]:
    """An inverse that restores a whole list, dict, set, bytearray or array."""
    kind = type(target)
    if kind is list:
        before = list(target)

        def restore_list() -> None:
            target[:] = before

        return restore_list
    if kind is dict or kind is set:
        copy = kind(target)

        def restore() -> None:
            target.clear()
            target.update(copy)

        return restore
    if is_array(target):
        values = target.copy()

        def restore_array() -> None:
            target[...] = values

        return restore_array
    if kind is bytearray:
        data = bytes(target)

        def restore_bytes() -> None:
            target[:] = data

        return restore_bytes
    return lambda: None


def restore_item(target: Any, key: Any) -> Callable[[], None]:
    """An inverse of ``target[key] = ...`` for an exact dict or a list with an index."""
    if type(target) is list:
        before = target[key]

        def restore_element() -> None:
            target[key] = before

        return restore_element
    old = target.get(key, MISSING)

    def restore_value() -> None:
        if old is MISSING:
            target.pop(key, None)
        else:
            target[key] = old

    return restore_value
