"""Data: values on which inferred functions are known to compute only.

Operators, subscripts, attributes and the known methods of data run nothing but the interpreter's own code. Unlike a
safe value (:mod:`.safety`), data may be plain records (:mod:`.plain_records`), and hold no functions, classes or
modules: what a *method* of a module does, nobody knows.
"""

from __future__ import annotations

from typing import Any

from pydron_runtime.machine.values.plain_records import contents_of, is_record_type
from pydron_runtime.machine.values.safety import BUILTIN_CONTAINERS, CODE, SCALARS, is_array, is_immutable, is_safe_type

LIMIT = 10_000
"""Elements of a container that are looked at; looking must not cost more than what it is good for."""

_WITH_FILES = frozenset({"PosixPath", "WindowsPath"})
"""Classes with methods that touch files under names that other data have harmless methods by."""


def is_data(value: Any, depth: int = 3) -> bool:
    """Whether a value is data, all the way down to a bounded depth and breadth."""
    kind = type(value)
    if kind in SCALARS:
        return True
    if kind in BUILTIN_CONTAINERS:
        if depth == 0 or len(value) > LIMIT:
            return False
        if kind is dict and not all(type(element) in SCALARS or is_data(element, depth - 1) for element in value):
            return False
        elements = value.values() if kind is dict else value
        return all(type(element) in SCALARS or is_data(element, depth - 1) for element in elements)
    if is_array(value):
        return bool(value.dtype.kind != "O")
    if is_safe_type(kind):
        return kind.__name__ not in _WITH_FILES
    return depth > 0 and is_record_type(kind) and all(is_data(element, depth - 1) for element in contents_of(value))


def all_data(*values: Any) -> bool:
    """Whether all values are data."""
    return all(is_data(value) for value in values)


def all_frozen(*values: Any) -> bool:
    """Whether all values are data that nothing can change, however deep."""
    return all(type(value) not in CODE and is_immutable(value) and is_data(value) for value in values)
