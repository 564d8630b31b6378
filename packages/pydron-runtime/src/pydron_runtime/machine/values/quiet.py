"""Quiet values: pickling them runs no code of the user's, so nobody notices if it is done once more than necessary."""

from __future__ import annotations

import copyreg
from typing import Any

from pydron_runtime.machine.values.safety import CONTAINERS, SCALARS, is_array, is_safe_type, own_attributes

_DEPTH = 4
_WIDTH = 10_000

_REDUCING = ("__reduce__", "__reduce_ex__", "__getstate__", "__getnewargs__", "__getnewargs_ex__")


def is_quiet(value: Any, depth: int = _DEPTH) -> bool:
    """Whether pickling a value runs nothing but the interpreter's own code."""
    kind = type(value)
    if kind in SCALARS:
        return True
    if depth == 0:
        return False
    if kind in CONTAINERS:
        if len(value) > _WIDTH:
            return False
        elements = [*value, *value.values()] if kind is dict else value
        return all(type(element) in SCALARS or is_quiet(element, depth - 1) for element in elements)
    if is_array(value):
        return bool(value.dtype.kind != "O")
    if is_safe_type(kind):
        return True
    if type(kind) is not type or kind.__module__ == "builtins" or kind in copyreg.dispatch_table:
        return False
    if any(getattr(kind, name, None) is not getattr(object, name, None) for name in _REDUCING):
        return False
    state = own_attributes(value)
    slotted = any("__slots__" in vars(base) for base in kind.__mro__[:-1])
    return state is not None and not slotted and is_quiet(state, depth - 1)
