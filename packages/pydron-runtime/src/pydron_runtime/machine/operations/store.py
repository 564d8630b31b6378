"""Operations that set or delete items and attributes.

On the library's containers, arrays and plain objects a store takes its turn on that object and stops nothing. On any
other object it is a sync-point.
"""

from __future__ import annotations

import collections
import operator
from types import FunctionType
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.effects.callers import as_written
from pydron_runtime.machine.effects.putting_off import computed
from pydron_runtime.machine.effects.turns import change
from pydron_runtime.machine.order.current import await_order, current, settled, value_of
from pydron_runtime.machine.order.stores import (
    is_plain,
    owner_of,
    restore_cells,
    restore_item,
    snapshot,
    store,
)
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.safety import MAPPINGS, definer, is_array, is_immutable, is_safe, own_attributes

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame
    from pydron_runtime.machine.order.undo import Inverse

_INDEXED = frozenset({list, collections.deque})


def set_item(frame: Frame, site: int, target: Any, index: Any, value: Any) -> None:
    """``target[index] = value``."""
    target = value_of(frame, site, target, "PD303")
    index = current(frame, site, index)
    kind = type(target)
    if kind in MAPPINGS or kind in _INDEXED:
        if type(index) is Pending:
            _set_later(frame, site, target, index, current(frame, site, value))
            return
        index = settled(frame, site, index)
        if is_immutable(index) and is_safe(index) and (kind in MAPPINGS or type(index) in (int, bool)):
            value = current(frame, site, value)
            containers = frame.machine.containers

            def act() -> None:
                target[index] = value
                containers.track_if(target, value)

            change(frame, site, target, lambda: restore_item(target, index), act, puts=(value,))
            return
    elif is_array(target) and target.dtype.kind != "O" and _set_cells(frame, site, target, index, value):
        return
    index, value = settled(frame, site, index), settled(frame, site, value)
    if kind is list and type(index) is slice and type(value) in (list, tuple):
        await_order(frame, site, target)
        store(frame, frame.here, lambda: snapshot(target), lambda: target.__setitem__(index, value))
        return
    frame.machine.fence(frame, site, _reason(kind, "__setitem__"), kind.__qualname__)
    as_written(frame, site, operator.setitem, target, index, value)


def _reason(kind: type, name: str) -> str:
    """Why a store to an object stops the program: its class says in Python what it does, or others may see it."""
    home = definer(kind, name)
    return "PD302" if home is not None and type(home.__dict__[name]) in (FunctionType, property) else "PD301"


def _set_later(frame: Frame, site: int, target: Any, index: Pending, value: Any) -> None:
    """``target[index] = value`` on a mapping or list, where the index is not there yet.

    The value has to be there as well: to fill it in later would ask a key of the user's for its hash again.
    """
    containers = frame.machine.containers
    kind = type(target)

    def prepare(key: Any, what: Any) -> Inverse:
        simple = kind in MAPPINGS or type(key) in (int, bool)
        return restore_item(target, key) if simple else snapshot(target)

    def act(key: Any, what: Any) -> None:
        target[key] = what
        containers.track_if(target, what)

    def is_index(key: Any, what: Any) -> bool:
        return is_safe(key) and (kind in MAPPINGS or type(key) in (int, bool))

    change(frame, site, target, prepare, act, (index, value), safe=is_index, puts=(value,))


def _set_cells(frame: Frame, site: int, target: Any, index: Any, value: Any) -> bool:
    """``target[index] = value`` on an array of numbers; False where it may run code of the user's."""
    value = current(frame, site, value)
    if type(value) is not Pending and not (is_array(value) and owner_of(value) is owner_of(target)):
        value = settled(frame, site, value)
        if not is_safe(value):
            return False
    if type(index) is not Pending:
        index = settled(frame, site, index)
        if not is_safe(index):
            return False

    def prepare(where: Any, what: Any) -> Inverse:
        return restore_cells(target, where)

    def act(where: Any, what: Any) -> None:
        computed(frame, site, operator.setitem, target, where, what)

    change(frame, site, target, prepare, act, (index, value))
    return True


def delete_item(frame: Frame, site: int, target: Any, index: Any) -> None:
    """``del target[index]``."""
    target = value_of(frame, site, target, "PD303")
    index = settled(frame, site, index)
    kind = type(target)
    if (kind in MAPPINGS or kind in _INDEXED) and is_immutable(index) and is_safe(index):
        change(frame, site, target, lambda: snapshot(target), lambda: target.__delitem__(index))
        return
    frame.machine.fence(frame, site, _reason(kind, "__delitem__"), kind.__qualname__)
    as_written(frame, site, operator.delitem, target, index)


def set_attribute(frame: Frame, site: int, target: Any, name: str, value: Any) -> None:
    """``target.name = value``."""
    target = value_of(frame, site, target, "PD303")
    own = own_attributes(target) if is_plain(target, name) else None
    if own is not None:
        value = current(frame, site, value)
        containers = frame.machine.containers

        def act() -> None:
            own[name] = value
            containers.track_if(target, value)

        change(frame, site, target, lambda: restore_item(own, name), act, puts=(value,))
        return
    value = settled(frame, site, value)
    kind = type(target)
    reason = max(_reason(kind, name), _reason(kind, "__setattr__"))
    frame.machine.fence(frame, site, reason, kind.__qualname__)
    as_written(frame, site, setattr, target, name, value)


def delete_attribute(frame: Frame, site: int, target: Any, name: str) -> None:
    """``del target.name``."""
    target = value_of(frame, site, target, "PD303")
    kind = type(target)
    frame.machine.fence(frame, site, _reason(kind, "__delattr__"), kind.__qualname__)
    as_written(frame, site, delattr, target, name)
