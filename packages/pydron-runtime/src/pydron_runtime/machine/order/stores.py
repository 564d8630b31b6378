"""What every store does: keep its turn, and leave its inverse in the undo log."""

from __future__ import annotations

import collections
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.safety import MAPPINGS, has_plain_stores, is_array, own_attributes

if TYPE_CHECKING:
    from pydron_runtime.machine.order.entries import Order
    from pydron_runtime.machine.order.frames import Frame
    from pydron_runtime.machine.order.undo import Inverse

MISSING: Any = object()


def is_plain(target: Any, name: str) -> bool:
    """Whether setting the attribute only writes the object's own dictionary."""
    kind = type(target)
    if issubclass(kind, (type, types.ModuleType)) or not has_plain_stores(kind):
        return False
    if own_attributes(target) is None:
        return False
    for base in kind.__mro__:
        if name in base.__dict__:
            found = type(base.__dict__[name])
            return not (hasattr(found, "__set__") or hasattr(found, "__delete__"))
    return True


def store(frame: Frame, order: Order, prepare: Callable[[], Inverse], act: Callable[[], Any]) -> Any:
    """Make a store now; remember how to take it back if something earlier has not retired.

    Args:
        order: Place of the store in program order.
        prepare: Looks at the object before the store; gives the inverse.
        act: Makes the store.

    Returns:
        What ``act`` returns.
    """
    if frame.machine.main.queue:
        return frame.machine.undo.do(order, prepare, act)
    return act()


def shortened(target: Any, pop: Callable[[], object] | None = None) -> Inverse:
    """An inverse of what adds elements at an end of a list or deque: it has as many as now again.

    Args:
        pop: Takes one away at that end; None is ``target.pop``.
    """
    length, pop = len(target), pop or target.pop

    def restore() -> None:
        while len(target) > length:
            pop()

    return restore


def snapshot(target: Any) -> Inverse:
    """An inverse that restores a whole list, deque, dict, set, bytearray or array."""
    kind = type(target)
    if kind is list or kind is collections.deque:
        before = list(target)

        def restore_list() -> None:
            target.clear()
            target.extend(map(present, before))

        return restore_list
    if kind in MAPPINGS or kind is set:
        return _snapshot_of_keys(target)
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


def _snapshot_of_keys(target: Any) -> Inverse:
    if type(target) is set:
        elements = set(target)

        def restore_set() -> None:
            target.clear()
            target.update(elements)

        return restore_set
    items = dict(target)

    def restore_mapping() -> None:
        target.clear()
        for key, value in items.items():
            target[key] = present(value)

    return restore_mapping


def restore_item(target: Any, key: Any) -> Inverse:
    """An inverse of ``target[key] = ...`` for a mapping, or for a list with an index, be it out of range."""
    if type(target) is list or type(target) is collections.deque:
        if not -len(target) <= key < len(target):
            return lambda: None
        before = target[key]

        def restore_element() -> None:
            target[key] = present(before)

        return restore_element
    old = dict.get(target, key, MISSING)

    def restore_value() -> None:
        if old is MISSING:
            target.pop(key, None)
        else:
            target[key] = present(old)

    return restore_value


def restore_cells(target: Any, index: Any) -> Inverse:
    """An inverse of ``target[index] = ...`` for an array."""
    try:
        before = target[index]
    except (IndexError, TypeError, ValueError):
        return lambda: None  # the store will raise the same
    if is_array(before):
        before = before.copy()

    def restore() -> None:
        target[index] = before

    return restore


def present(value: Any) -> Any:
    """A value that is put back: a placeholder that has been filled in meanwhile is not wanted again."""
    return value.get() if type(value) is Pending and value.done else value


def owner_of(target: Any) -> Any:
    """The object whose memory a store changes: of a view of an array, the array itself."""
    if is_array(target):
        while target.base is not None and is_array(target.base):
            target = target.base
    return target
