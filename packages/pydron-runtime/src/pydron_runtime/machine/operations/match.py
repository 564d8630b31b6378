"""What ``match`` goes by: the subject, with its value, when looking at it may run no code but the interpreter's.

A pattern compares values, asks for classes, attributes and elements. On data that is the interpreter's own code. On
anything else it may run the user's: then the matching is a sync-point.
"""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.order.current import settled
from pydron_runtime.machine.values.plain_records import is_record_type
from pydron_runtime.machine.values.safety import (
    CONTAINERS,
    SCALARS,
    is_array,
    is_safe,
    is_safe_type,
    own_attributes,
    runs_user_code_for_attribute,
)

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame

Path = tuple[Any, ...]
"""Whether a class is meant, a name, and the attributes that follow."""

_NOTHING: Any = object()
_DEPTH = 4
_WIDTH = 1_000


def matched(
    frame: Frame,
    site: int,
    operand: Any,
    certain: bool,
    compares: bool,
    foreign: tuple[Path, ...],
    *local: tuple[Path, Any],
) -> Any:
    """The subject of a match; its patterns may be tried now.

    Args:
        certain: Whether all that the patterns look up is in ``foreign`` and ``local``.
        compares: Whether a pattern compares by ``==``.
        foreign: What they look up through global and free names.
        local: The same through variables, each with the variable's value.
    """
    value = settled(frame, site, operand)
    calm = certain and _is_calm(value, compares, _DEPTH)
    for path, root in _rooted(frame, foreign, local):
        root = settled(frame, site, root)
        calm = calm and _looks_up_calmly(root, path, compares)
    if not calm:
        frame.machine.fence(frame, site, "PD302", type(value).__qualname__)
    return value


def _rooted(frame: Frame, foreign: tuple[Path, ...], local: tuple[tuple[Path, Any], ...]) -> Iterator[tuple[Path, Any]]:
    yield from local
    for path in foreign:
        try:
            yield path, frame.code.lookup(path[1])
        except (LookupError, AttributeError):
            yield path, _NOTHING


def _looks_up_calmly(found: Any, path: Path, compares: bool) -> bool:
    """Whether looking up a name with its attributes, and using what is found, runs no user code."""
    for name in path[2:]:
        if found is _NOTHING or not _is_enumeration(found) and runs_user_code_for_attribute(found, name):
            return False
        found = getattr(found, name, _NOTHING)
    if found is _NOTHING:
        return False
    if path[0]:
        return issubclass(type(found), type) and _asks_calmly(found)
    return _is_calm(found, compares, _DEPTH)


def _is_enumeration(found: Any) -> bool:
    kind = type(found)
    return issubclass(kind, type) and kind.__module__ == "enum" and kind.__name__ in ("EnumMeta", "EnumType")


def _asks_calmly(kind: type) -> bool:
    """Whether ``isinstance(value, kind)`` runs no user code."""
    if type(kind) is type or _is_enumeration(kind):
        return True
    if type(kind) is not ABCMeta:
        return False
    return kind.__module__ in ("collections.abc", "numbers", "_collections_abc")


def _is_calm(value: Any, compares: bool, depth: int) -> bool:
    """Whether patterns may look at a value, and at what is in it, without running user code."""
    kind = type(value)
    if kind in SCALARS or is_safe_type(kind):
        return not is_array(value) or not compares or is_safe(value)
    if kind in CONTAINERS:
        if depth == 0 or len(value) > _WIDTH:
            return False
        if kind is dict and not all(type(key) in SCALARS or is_safe(key) for key in value):
            return False
        elements = value.values() if kind is dict else value
        return all(type(element) in SCALARS or _is_calm(element, compares, depth - 1) for element in elements)
    if issubclass(kind, type) or kind.__module__ == "builtins":
        return type(kind) is type and not hasattr(kind, "__dict__")
    return depth > 0 and _is_calm_object(value, kind, compares, depth)


def _is_calm_object(value: Any, kind: type, compares: bool, depth: int) -> bool:
    """The same for an object of a user's class: only the interpreter looks up its attributes and compares it."""
    equality: Any = kind.__eq__
    if _is_enumeration(kind):
        return equality in (object.__eq__, int.__eq__, str.__eq__)
    if type(kind) is not type and type(kind) is not ABCMeta:
        return False
    if compares and equality is not object.__eq__ and not is_record_type(kind):
        return False
    own = own_attributes(value) if kind.__dictoffset__ else None
    names = set(own or ())
    for base in kind.__mro__[:-1]:
        slots = base.__dict__.get("__slots__", ())
        names.update((slots,) if isinstance(slots, str) else slots)
        if any(name in base.__dict__ for name in _ACTIVE) or base.__module__ == "builtins":
            return False
        if any(_is_active(member) for name, member in base.__dict__.items() if not name.startswith("__")):
            return False
    inside = [getattr(value, name, None) for name in names if name not in ("__dict__", "__weakref__")]
    return all(type(part) in SCALARS or _is_calm(part, compares, depth - 1) for part in inside)


_ACTIVE = ("__getattr__", "__getattribute__", "__class_getitem__", "__instancecheck__")


def _is_active(member: Any) -> bool:
    """Whether reading this class attribute through an object runs user code."""
    return isinstance(member, property) or (hasattr(type(member), "__get__") and type(member).__module__ != "builtins")
