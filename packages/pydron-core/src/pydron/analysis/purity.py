"""What is known of callables that nobody marked: builtins and library functions that only compute.

The tables are data. A function stands here only if, given values of builtin types, it computes a result and does
nothing else. Given objects of other classes it may call their methods; whoever calls it has to look at the arguments.
"""

from __future__ import annotations

import builtins
import cmath
import io
import math
import operator
from types import BuiltinFunctionType
from typing import Any

_BUILTINS = """
    abs all any ascii bin bool bytes chr complex dict divmod enumerate float format frozenset hex int isinstance
    issubclass len list max min oct ord pow range repr reversed round set slice sorted str sum tuple zip
""".split()

_OPERATOR = """
    abs add and_ concat contains countOf eq floordiv ge getitem gt index indexOf invert is_ is_not le lshift lt matmul
    mod mul ne neg not_ or_ pos pow rshift sub truediv truth xor
""".split()

_PURE: dict[int, object] = {}


def _add(module: Any, names: list[str]) -> None:
    for name in names:
        found = getattr(module, name, None)
        if found is not None:
            _PURE[id(found)] = found


_add(builtins, _BUILTINS)
_add(operator, _OPERATOR)
_add(math, [name for name in dir(math) if type(getattr(math, name)) is BuiltinFunctionType])
_add(cmath, [name for name in dir(cmath) if type(getattr(cmath, name)) is BuiltinFunctionType])


def is_known_pure(function: Any) -> bool:
    """Whether calling the function with values of builtin types computes a result and does nothing else."""
    return id(function) in _PURE


STREAMS: tuple[type, ...] = (io.TextIOWrapper, io.BufferedWriter, io.FileIO)
"""Streams of the interpreter's own, whose ``write`` only writes out."""


def is_output(function: Any) -> bool:
    """Whether a callable only writes out and returns nothing the program needs: it can be put in order later."""
    if function is builtins.print:
        return True
    return type(function) is BuiltinFunctionType and function.__name__ == "write" and type(function.__self__) in STREAMS


MUTATING: dict[type, frozenset[str]] = {
    list: frozenset("append extend insert pop remove clear sort reverse __setitem__ __delitem__ __iadd__".split()),
    dict: frozenset("clear pop popitem setdefault update __setitem__ __delitem__ __ior__".split()),
    set: frozenset(
        "add clear difference_update discard intersection_update pop remove symmetric_difference_update update".split()
    ),
    bytearray: frozenset("append clear extend insert pop remove reverse".split()),
}
"""Methods of the builtin containers that modify their object."""


def is_pure_method(kind: type, name: str) -> bool:
    """Whether a method of exactly this builtin type only computes."""
    if kind not in _METHOD_TYPES or name.startswith("__"):
        return False
    return name not in MUTATING.get(kind, ()) and callable(getattr(kind, name, None))


_METHOD_TYPES: frozenset[type] = frozenset(
    {int, float, complex, bool, str, bytes, bytearray, list, tuple, dict, set, frozenset, range, slice}
)

PURE_METHOD_NAMES: frozenset[str] = frozenset(
    name
    for kind in _METHOD_TYPES
    for name in dir(kind)
    if is_pure_method(kind, name) and not any(name in names for names in MUTATING.values())
)
"""Names under which builtin types have methods that only compute, and none has one that modifies."""
