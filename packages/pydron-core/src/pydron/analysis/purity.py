"""What is known of callables that nobody marked: builtins and library functions that only compute.

The tables of :mod:`pydron.analysis.library` are data. A function stands there only if, given values of builtin types,
it computes a result and does nothing else. Given objects of other classes it may call their methods; whoever calls it
has to look at the arguments.

No module is imported for its table: the names of a module are looked up once it has been imported by somebody else.
"""

from __future__ import annotations

import collections
import sys
from collections.abc import Iterable, Mapping
from types import BuiltinFunctionType, FunctionType, MethodDescriptorType, MethodType
from typing import Any

from pydron.analysis import library
from pydron.analysis.library import CLASS_METHODS, FUNCTIONS, LAZY, METHODS
from pydron.analysis.scipy_library import MEMBERS

Key = tuple[str, str]
"""Name of a module and of what is in it."""

_found: dict[int, tuple[object, Key]] = {}
"""Id of a callable of the tables -> itself, so that the id stays its own, and where it stands."""

_classes: dict[type, tuple[frozenset[str], frozenset[str]]] = {}
"""Class of the tables -> its methods, and the methods of the class itself, that only compute."""

_members: dict[int, tuple[object, frozenset[str]]] = {}
"""Id of an object that stands in a module of the tables -> itself, and its methods that only compute."""

_missing: set[str] = {*FUNCTIONS, *LAZY, *METHODS, *CLASS_METHODS, *MEMBERS}
"""Modules of the tables that have not been looked at."""


_seen = [0]
"""How many modules there were when the tables were last looked at."""


def _look() -> bool:
    """Look at modules that have been imported meanwhile; True if there were any."""
    _seen[0] = len(sys.modules)
    ready = [name for name in _missing if name in sys.modules and not _is_importing(sys.modules[name])]
    for name in ready:
        _missing.discard(name)
        module = sys.modules[name]
        for names in (FUNCTIONS.get(name, ()), LAZY.get(name, ())):
            for member in names:
                callee = vars(module).get(member)
                if callee is not None and _belongs(callee, name):
                    _found[id(callee)] = (callee, (name, member))
        for member, methods in METHODS.get(name, {}).items():
            _add_class(vars(module).get(member), methods, frozenset())
        for member, methods in CLASS_METHODS.get(name, {}).items():
            _add_class(vars(module).get(member), frozenset(), methods)
        for kind, methods in MEMBERS.get(name, {}).items():
            _add_members(vars(module), kind, methods)
    if any(name in sys.modules for name in _missing):
        _seen[0] = 0  # one is being imported: look again
    return bool(ready)


def _is_importing(module: object) -> bool:
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))


def _belongs(callee: object, module: str) -> bool:
    """Whether a member of a module is the library's own, and not something that was put in its place."""
    if isinstance(callee, FunctionType):
        return str(callee.__globals__.get("__name__")).partition(".")[0].lstrip("_") == module.partition(".")[0]
    return not isinstance(callee, type) or callee.__module__.partition(".")[0].lstrip("_") in (
        module.partition(".")[0],
        "builtins",
        "pydecimal",
    )


def _add_class(kind: object, methods: frozenset[str], of_class: frozenset[str]) -> None:
    if isinstance(kind, type):
        before = _classes.get(kind, (frozenset(), frozenset()))
        _classes[kind] = (before[0] | methods, before[1] | of_class)


def _add_members(namespace: Mapping[str, object], kind: str, methods: frozenset[str]) -> None:
    base = namespace.get(kind)
    if isinstance(base, type):
        found = [value for value in namespace.values() if isinstance(value, base) and _is_library(type(value), base)]
        _members.update((id(value), (value, methods)) for value in found)


def _is_library(kind: type, base: type) -> bool:
    return kind.__module__.partition(".")[0] == base.__module__.partition(".")[0]


def member_method(owner: object, name: str) -> MethodType | None:
    """The method of that name of an object that stands in a module of the tables, if it only computes; else None."""
    if _seen[0] != len(sys.modules):
        _look()
    known = _members.get(id(owner))
    if known is None or name not in known[1] or name in vars(owner):
        return None
    found = getattr(owner, name, None)
    return found if type(found) is MethodType else None


def _is_member(method: MethodType) -> bool:
    found = member_method(method.__self__, method.__name__)
    return found is not None and found.__func__ is method.__func__


def _key(function: object) -> Key | None:
    found = _found.get(id(function))
    if found is None and _seen[0] != len(sys.modules) and _look():
        found = _found.get(id(function))
    return None if found is None else found[1]


def _is_in(function: object, table: Mapping[str, frozenset[str]]) -> bool:
    key = _key(function)
    return key is not None and key[1] in table.get(key[0], ())


def is_known_pure(function: Any) -> bool:
    """Whether calling the function with values of builtin types computes a result and does nothing else.

    Builtin exception classes are known as well: an exception keeps its arguments as they are.
    """
    if _is_in(function, FUNCTIONS):
        return True
    if type(function) is MethodDescriptorType:
        return is_pure_method(function.__objclass__, function.__name__)
    if type(function) is BuiltinFunctionType and isinstance(function.__self__, type):
        return is_pure_class_method(function.__self__, function.__name__)
    if type(function) is MethodType:
        return _is_member(function)
    return type(function) is type and issubclass(function, BaseException) and function.__module__ == "builtins"


def writes_into(function: Any, count: int, keywords: Iterable[str] = ()) -> bool:
    """Whether a known function may change an argument, or print, given so many by position and these by keyword."""
    key = _key(function)
    if key is None:
        return False
    if type(function).__name__ == "ufunc":
        return count > int(function.nin)
    module, name = key
    for place in (module, f"{module}.{name}"):
        if not library.OUTPUT_KEYWORDS.get(place, frozenset()).isdisjoint(keywords):
            return True
    return count > library.OUTPUT_POSITIONS.get(module, {}).get(name, count)


def returned_argument(function: Any) -> int | None:
    """The index of the argument that a known function gives back as it is; None for one that does more."""
    key = _key(function)
    return None if key is None else library.RETURNED.get(key[0], {}).get(key[1])


def method_writes_into(kind: type, name: str, count: int) -> bool:
    """The same for a known method of exactly this type."""
    return kind.__module__ == "numpy" and count > library.METHOD_OUTPUT_POSITIONS.get(name, count)


def is_lazy(function: Any) -> bool:
    """Whether the callable makes an iterator of the library, which takes from its arguments later."""
    return _is_in(function, LAZY) or is_chain_from_iterable(function)


def is_passing(function: Any) -> bool:
    """Whether such an iterator hands elements on without looking at them, or keeping one for later."""
    return _is_in(function, library.PASSING)


def is_calling(function: Any) -> bool:
    """Whether a known callable calls functions that it is given."""
    return _is_in(function, library.CALLING)


def is_fresh(function: Any) -> bool:
    """Whether what a known callable gives cannot be known elsewhere, or cannot be changed."""
    if _is_in(function, library.FRESH):
        return True
    return type(function).__name__ == "ufunc" and is_known_pure(function)


def is_chain_from_iterable(function: Any) -> bool:
    """Whether this is ``itertools.chain.from_iterable``, which is a new object each time it is looked up."""
    if type(function) is not BuiltinFunctionType or function.__name__ != "from_iterable":
        return False
    return _is_in(function.__self__, {"itertools": frozenset({"chain"})})


_OF_MAPPINGS = frozenset("clear pop popitem setdefault update __setitem__ __delitem__ __ior__".split())

MUTATING: dict[type, frozenset[str]] = {
    list: frozenset("append extend insert pop remove clear sort reverse __setitem__ __delitem__ __iadd__".split()),
    dict: _OF_MAPPINGS,
    set: frozenset(
        "add clear difference_update discard intersection_update pop remove symmetric_difference_update update".split()
    ),
    bytearray: frozenset("append clear extend insert pop remove reverse".split()),
    collections.deque: frozenset(
        "append appendleft clear extend extendleft insert pop popleft remove reverse rotate".split()
    ),
    collections.defaultdict: _OF_MAPPINGS,
    collections.OrderedDict: _OF_MAPPINGS | {"move_to_end"},
    collections.Counter: _OF_MAPPINGS | {"subtract"},
}
"""Methods of the library's containers that modify their object."""

_METHOD_TYPES: frozenset[type] = frozenset(
    {int, float, complex, bool, str, bytes, bytearray, list, tuple, dict, set, frozenset, range, slice}
)


def is_pure_method(kind: type, name: str) -> bool:
    """Whether a method of exactly this type only computes, given values of builtin types."""
    if kind in _METHOD_TYPES:
        if name.startswith("__"):
            return False
        return name not in MUTATING.get(kind, ()) and callable(getattr(kind, name, None))
    if _seen[0] != len(sys.modules):
        _look()
    methods = _classes.get(kind)
    return methods is not None and name in methods[0]


def is_pure_class_method(kind: type, name: str) -> bool:
    """Whether a method of exactly this class itself, such as ``date.fromisoformat``, only computes."""
    if _seen[0] != len(sys.modules):
        _look()
    methods = _classes.get(kind)
    return methods is not None and name in methods[1]


def has_pure_methods(kind: type) -> bool:
    """Whether the class stands in the tables of methods."""
    if _seen[0] != len(sys.modules):
        _look()
    return kind in _METHOD_TYPES or kind in _classes


_ARRAY_NAMES = frozenset(
    "argmax argmin astype cumsum dot flatten max mean min ravel reshape std sum tolist var".split()
)

PURE_METHOD_NAMES: frozenset[str] = (
    frozenset(name for kind in _METHOD_TYPES for name in dir(kind) if is_pure_method(kind, name))
    | _ARRAY_NAMES
    | {"hexdigest"}
) - frozenset[str]().union(*MUTATING.values())
"""Names under which builtin types, or arrays, have methods that only compute, and none has one that modifies.

What an object of another class does under such a name is another matter: look with :func:`is_pure_method`.
"""
