"""Operations that modify an object: items, attributes, and the known mutating methods of the builtin containers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.current import await_order, await_writers, current, settled, value_of
from pydron_runtime.machine.pending import Pending
from pydron_runtime.machine.safety import SCALARS, is_array, is_immutable, is_safe
from pydron_runtime.machine.stores import MISSING, is_plain, must_remember, remember, restore_item, snapshot

if TYPE_CHECKING:
    from pydron_runtime.machine.frames import Frame


def set_item(frame: Frame, site: int, target: Any, index: Any, value: Any) -> None:
    """``target[index] = value``."""
    target = value_of(frame, site, target)
    index = settled(frame, site, index)
    kind = type(target)
    machine = frame.machine
    if (kind is dict and is_immutable(index) and is_safe(index)) or (kind is list and type(index) in (int, bool)):
        await_order(frame, site, target)
        value = current(frame, site, value)
        if must_remember(frame) and (kind is dict or -len(target) <= index < len(target)):
            machine.undo.add(frame.here, restore_item(target, index))
        target[index] = value
        machine.containers.track_if(target, value)
        return
    value = settled(frame, site, value)
    if kind is list and type(index) is slice and type(value) in (list, tuple):
        await_order(frame, site, target)
        remember(frame, target, snapshot(target))
    elif is_array(target) and target.dtype.kind != "O" and is_safe(value) and is_safe(index):
        await_order(frame, site, target)
        if must_remember(frame):
            part = target[index]
            remember(frame, target, snapshot(part) if is_array(part) else _restore_cell(target, index))
    else:
        machine.fence(frame, site, "PD301", kind.__qualname__)
    target[index] = value


def _restore_cell(target: Any, index: Any) -> Callable[[], None]:
    before = target[index]

    def restore() -> None:
        target[index] = before

    return restore


def delete_item(frame: Frame, site: int, target: Any, index: Any) -> None:
    """``del target[index]``."""
    target = value_of(frame, site, target)
    index = settled(frame, site, index)
    if type(target) in (list, dict) and is_immutable(index) and is_safe(index):
        await_order(frame, site, target)
        remember(frame, target, snapshot(target))
    else:
        frame.machine.fence(frame, site, "PD301", type(target).__qualname__)
    del target[index]


def set_attribute(frame: Frame, site: int, target: Any, name: str, value: Any) -> None:
    """``target.name = value``."""
    target = value_of(frame, site, target)
    if is_plain(target, name):
        await_order(frame, site, target)
        value = current(frame, site, value)
        own = target.__dict__
        if must_remember(frame):
            frame.machine.undo.add(frame.here, restore_item(own, name))
        own[name] = value
        frame.machine.containers.track_if(target, value)
        return
    value = settled(frame, site, value)
    frame.machine.fence(frame, site, "PD301", type(target).__qualname__)
    setattr(target, name, value)


def delete_attribute(frame: Frame, site: int, target: Any, name: str) -> None:
    """``del target.name``."""
    target = value_of(frame, site, target)
    frame.machine.fence(frame, site, "PD301", type(target).__qualname__)
    delattr(target, name)


def mutate_container(frame: Frame, site: int, target: Any, name: str, args: tuple[Any, ...], kwargs: Any) -> Any:
    """``target.name(...)`` for a mutating method of an exact list, dict or set; MISSING where it takes a sync-point."""
    method = getattr(target, name)
    if type(target) is list and not kwargs:
        lenient = _LIST.get((name, len(args)))
        if lenient is not None:
            return lenient(frame, site, target, *args)
    if type(target) is dict and not kwargs and name == "setdefault" and len(args) == 2 and type(args[0]) in SCALARS:
        if args[0] not in target:
            set_item(frame, site, target, args[0], args[1])
        return target[args[0]]
    args = tuple(settled(frame, site, arg) for arg in args)
    kwargs = {keyword: settled(frame, site, value) for keyword, value in kwargs.items()}
    if not (all(is_safe(arg) and not callable(arg) for arg in args) and all(is_safe(v) for v in kwargs.values())):
        return MISSING
    if callable(kwargs.get("key")):
        return MISSING
    await_order(frame, site, target)
    if name not in ("pop", "popitem", "clear", "reverse"):
        settled(frame, site, target)
        if not is_safe(target):
            return MISSING
    remember(frame, target, snapshot(target))
    return method(*args, **kwargs)


def _append(frame: Frame, site: int, target: list[Any], value: Any) -> None:
    await_order(frame, site, target)
    value = current(frame, site, value)
    if must_remember(frame):
        frame.machine.undo.add(frame.here, lambda: target.__delitem__(-1))
    target.append(value)
    frame.machine.containers.track_if(target, value)


def _insert(frame: Frame, site: int, target: list[Any], index: Any, value: Any) -> None:
    index = value_of(frame, site, index)
    await_order(frame, site, target)
    value = current(frame, site, value)
    remember(frame, target, snapshot(target))
    target.insert(index, value)
    frame.machine.containers.track_if(target, value)


def _extend(frame: Frame, site: int, target: list[Any], values: Any) -> Any:
    values = current(frame, site, values)
    if type(values) is Pending:
        values = values.parts if values.parts is not None else value_of(frame, site, values)
    if type(values) not in (list, tuple):
        values = settled(frame, site, values)
        if not is_safe(values):
            return MISSING
    await_writers(frame, site, values)
    await_order(frame, site, target)
    remember(frame, target, snapshot(target))
    target.extend(values)
    frame.machine.containers.track_if(target, values, *(v for v in values if type(v) is Pending))
    return None


_LIST: dict[tuple[str, int], Callable[..., Any]] = {
    ("append", 1): _append,
    ("insert", 2): _insert,
    ("extend", 1): _extend,
}
