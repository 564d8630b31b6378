"""Plain records: objects of dataclasses that run no code of the user's when they are looked at.

Reading a field, comparing, showing or hashing such an object runs only what the ``dataclass`` decorator wrote, on its
fields. Methods of the class do not matter: whoever calls one by a name that data have too is told that it is no record.
"""

from __future__ import annotations

import dataclasses
import reprlib
import weakref
from types import FunctionType, GetSetDescriptorType, MemberDescriptorType
from typing import Any

from pydron.analysis.expressions import DATA_METHOD_NAMES, MUTATING_NAMES
from pydron_runtime.machine.values.safety import SCALARS, own_attributes

_UNUSED = frozenset({"__init__", "__post_init__", "__new__"})
"""What runs when an object is made, which it has been."""

_known: weakref.WeakKeyDictionary[type, bool] = weakref.WeakKeyDictionary()


def is_record_type(kind: type) -> bool:
    """Whether objects of this class are plain records, if their fields are data."""
    known = _known.get(kind)
    if known is None:
        known = _known[kind] = _look(kind)
    return known


def contents_of(record: Any) -> list[Any]:
    """What a record holds: its fields, and attributes that it was given besides."""
    found = [getattr(record, field.name) for field in dataclasses.fields(record) if hasattr(record, field.name)]
    return found + list((own_attributes(record) or {}).values())


def _look(kind: type) -> bool:
    bases = kind.__mro__[:-1]
    if type(kind) is not type or not bases or not all("__dataclass_fields__" in vars(base) for base in bases):
        return False
    fields = {field.name for field in dataclasses.fields(kind)}
    return all(_is_harmless(name, member, fields) for base in bases for name, member in vars(base).items())


def _is_harmless(name: str, member: Any, fields: set[str]) -> bool:
    special = name.startswith("__") and name.endswith("__")
    if isinstance(member, FunctionType) and special:
        return name in _UNUSED or is_written(member)
    if isinstance(member, (FunctionType, staticmethod, classmethod)):
        return name not in DATA_METHOD_NAMES and name not in MUTATING_NAMES
    if isinstance(member, (MemberDescriptorType, GetSetDescriptorType)):
        return True
    return not hasattr(type(member), "__get__") and (special or name in fields or type(member) in SCALARS)


def is_written(function: FunctionType) -> bool:
    """Whether the ``dataclass`` decorator wrote a function, or wrapped one that it wrote."""
    code = function.__code__
    wrapped = getattr(function, "__wrapped__", None)
    if isinstance(wrapped, FunctionType) and code.co_filename in (dataclasses.__file__, reprlib.__file__):
        return is_written(wrapped)
    if code.co_filename == "<string>":
        return getattr(code, "co_qualname", "__create_fn__").startswith("__create_fn__")
    return code.co_filename == dataclasses.__file__
