"""Which values an operation can meet without running user code.

An operator, an attribute access, a truth test or an iteration on an object of a user's class may run anything. On
values of the types named here it runs nothing but the interpreter's own code.
"""

from __future__ import annotations

import collections
import datetime
import decimal
import fractions
import re
import types
import uuid
import weakref
from typing import Any

from pydron_runtime.machine.values.pending import Pending

SCALARS: frozenset[type] = frozenset({int, float, complex, bool, str, bytes, type(None), range, type(Ellipsis)})
"""Immutable values that hold no other objects of a program."""

MAPPINGS: frozenset[type] = frozenset({dict, collections.defaultdict, collections.OrderedDict, collections.Counter})
"""Exact mappings of the library."""

BUILTIN_CONTAINERS: frozenset[type] = frozenset({list, tuple, dict, set, frozenset})
"""Exact builtin containers."""

CONTAINERS: frozenset[type] = BUILTIN_CONTAINERS | MAPPINGS | {collections.deque}
"""Containers of exactly these types run no code of the user's; what they hold has to be looked at."""

FACTORIES: frozenset[Any] = frozenset(
    {None, list, dict, set, tuple, int, float, complex, str, bytes, bool, collections.deque, collections.Counter}
)
"""Factories of a ``defaultdict`` that run no code of the user's."""

_VALUES: frozenset[type] = frozenset(
    {
        type(NotImplemented), slice, bytearray, datetime.date, datetime.datetime, datetime.time, datetime.timedelta,
        datetime.timezone, fractions.Fraction, decimal.Decimal, uuid.UUID, re.Pattern, re.Match,
    }
)  # fmt: skip

CODE: frozenset[type] = frozenset(
    {types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType, type}
)

_EMPTY: tuple[Any, ...] = (
    [], (), {}, {}.values(), {}.items(), set(), "", "é", b"", range(0), range(1 << 99), collections.deque()
)  # fmt: skip

ITERATORS: frozenset[type] = frozenset(map(type, map(iter, _EMPTY)))

VIEWS: frozenset[type] = frozenset({type({}.keys()), type({}.values()), type({}.items())})

_safe: set[type] = set()
"""Types found to be safe. None of a program's own is: those may be made anew, and the old ones have to go."""


def is_safe_type(kind: type) -> bool:
    """Whether operators and methods of values of exactly this type run no user code, whatever the value is."""
    if kind in SCALARS or kind in _safe:
        return True
    if kind in _VALUES or getattr(kind, "__module__", "") in ("numpy", "numpy.dtypes") or _is_path(kind):
        _safe.add(kind)
        return True
    return False


def _is_path(kind: type) -> bool:
    """Whether this is one of the library's own classes of paths. (The module is not imported for it.)"""
    return kind.__module__ in ("pathlib", "pathlib._local") and kind.__name__ in _PATHS


_PATHS = frozenset({"PurePosixPath", "PureWindowsPath", "PosixPath", "WindowsPath"})


def is_array(value: Any) -> bool:
    """Whether the value is exactly a numpy array."""
    kind = type(value)
    return kind.__module__ == "numpy" and kind.__name__ == "ndarray"


def is_array_scalar(kind: type) -> bool:
    """Whether this is the class of an element of a numpy array, which cannot be changed."""
    if kind.__module__ != "numpy":
        return False
    known = _scalars.get(kind)
    if known is None:
        names = [(base.__module__, base.__name__) for base in kind.__mro__]
        known = _scalars[kind] = ("numpy", "generic") in names and ("numpy", "void") not in names
    return known


_scalars: dict[type, bool] = {}


def is_immutable(value: Any, depth: int = 8) -> bool:
    """Whether the value can never change (so that it does not matter when it is read).

    Tuples are looked at to a bounded depth: lists may be made of pairs, each with the rest of the list.
    """
    kind = type(value)
    if kind in SCALARS or kind in CODE:
        return True
    if kind is tuple or kind is frozenset:
        return depth > 0 and all(is_immutable(element, depth - 1) for element in value)
    return kind in _VALUES and kind is not bytearray or _is_path(kind) or is_array_scalar(kind)


def is_safe(value: Any, depth: int = 3) -> bool:
    """Whether operations on the value, however deep they look, run no user code.

    A container is safe when its elements are, looked at to a bounded depth.
    """
    kind = type(value)
    if kind in SCALARS:
        return True
    if kind in CONTAINERS:
        if depth == 0 or len(value) > 100_000:
            return False
        if kind in MAPPINGS:
            if kind is collections.defaultdict and value.default_factory not in FACTORIES:
                return False
            return all(type(k) in SCALARS or is_safe(k, depth - 1) for k in value) and all(
                type(v) in SCALARS or is_safe(v, depth - 1) for v in value.values()
            )
        return all(type(element) in SCALARS or is_safe(element, depth - 1) for element in value)
    if is_array(value):
        return bool(value.dtype.kind != "O")
    if issubclass(kind, BaseException):
        return kind.__module__ == "builtins" and depth > 0 and all(is_safe(arg, depth - 1) for arg in value.args)
    if is_safe_type(kind) or kind in CODE or kind in VIEWS:
        return True
    return issubclass(kind, tuple) and depth > 0 and is_named_tuple(kind) and is_safe(tuple(value), depth)


def is_named_tuple(kind: type) -> bool:
    """Whether a class was written by ``namedtuple``, or ``NamedTuple``, and runs no code of the user's."""
    known = _named_tuples.get(kind)
    if known is None:
        known = _named_tuples[kind] = _look_at_named_tuple(kind)
    return known


def _look_at_named_tuple(kind: type) -> bool:
    if type(kind) is not type or kind.__bases__ != (tuple,) or not isinstance(kind.__dict__.get("_fields"), tuple):
        return False
    for name, member in kind.__dict__.items():
        if name.startswith("__") and isinstance(member, types.FunctionType):
            written = member.__code__.co_filename == collections.__file__ or name == "__new__"
            if not written or name == "__new__" and not member.__code__.co_filename.startswith("<"):
                return False
    return True


_named_tuples: weakref.WeakKeyDictionary[type, bool] = weakref.WeakKeyDictionary()


def is_pending(value: Any) -> bool:
    """Whether the value is a placeholder."""
    return type(value) is Pending


def own_attributes(value: Any) -> dict[str, Any] | None:
    """An object's own dictionary, found without running code of its class; None if it has none."""
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return None
    return own if type(own) is dict else None


def name_of(callee: Any) -> str:
    """A callee for people, found without running code of its class."""
    kind = type(callee)
    return str(callee.__qualname__ if kind in CODE and kind is not types.ModuleType else kind.__qualname__)


def runs_user_code_for_attribute(value: Any, name: str) -> bool:
    """Whether reading ``value.name`` may run user code: a property, a descriptor, ``__getattr__``."""
    kind = type(value)
    if issubclass(kind, BaseException) and kind.__module__ == "builtins":
        return False
    if kind in SCALARS or kind in CONTAINERS or kind in CODE or is_safe_type(kind) or kind in VIEWS:
        return kind is types.ModuleType and name not in value.__dict__
    if issubclass(kind, type):
        return definer(kind, "__getattribute__") is not type or _class_attribute_is_active(value, name)
    if kind is super:
        return _is_active_above(value, name)
    if definer(kind, "__getattribute__") not in _GENERIC:
        return True
    own = own_attributes(value)
    is_own = own is not None and name in own
    for base in kind.__mro__:
        if name in base.__dict__:
            found = base.__dict__[name]
            descriptor = type(found)
            if isinstance(found, _PASSIVE) or not hasattr(descriptor, "__get__") or _is_builtin_descriptor(found):
                return False
            return not is_own or hasattr(descriptor, "__set__") or hasattr(descriptor, "__delete__")
    return not is_own and hasattr(kind, "__getattr__")


_PASSIVE = (
    types.FunctionType,
    staticmethod,
    classmethod,
    types.MemberDescriptorType,
    types.BuiltinFunctionType,
    type(collections.namedtuple("_", "field").field),  # type: ignore[attr-defined]
)
"""Class attributes whose look-up through an instance only binds."""


_GENERIC = CONTAINERS | {object, BaseException, types.SimpleNamespace, int, float, str, bytes}
"""Classes of the interpreter that look attributes up as all objects do."""


def has_plain_stores(kind: type) -> bool:
    """Whether storing an attribute of an object of this class is left to the interpreter."""
    return definer(kind, "__setattr__") in _GENERIC


def definer(kind: type, name: str) -> type | None:
    """The class in whose body a type's attribute is defined."""
    return next((base for base in kind.__mro__ if name in base.__dict__), None)


def _is_builtin_descriptor(found: Any) -> bool:
    return isinstance(found, (types.GetSetDescriptorType, types.MethodDescriptorType, types.WrapperDescriptorType))


def _is_active_above(found: super, name: str) -> bool:
    """The same for an attribute of what ``super()`` gives: looked up in the classes above."""
    kind, above = (object.__getattribute__(found, member) for member in ("__self_class__", "__thisclass__"))
    classes = kind.__mro__[kind.__mro__.index(above) + 1 :]
    member = next((base.__dict__[name] for base in classes if name in base.__dict__), None)
    return not (isinstance(member, _PASSIVE) or _is_builtin_descriptor(member) or not hasattr(type(member), "__get__"))


def _class_attribute_is_active(value: type, name: str) -> bool:
    for base in value.__mro__:
        if name in base.__dict__:
            found = base.__dict__[name]
            passive = isinstance(found, (types.FunctionType, staticmethod, classmethod))
            return not (passive or not hasattr(type(found), "__get__") or _is_builtin_descriptor(found))
    return hasattr(type(value), "__getattr__")
