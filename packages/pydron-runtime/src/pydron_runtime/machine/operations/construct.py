"""Calls of classes: objects that hold results are made without waiting for the results.

Making an object of a plain class runs its ``__init__``, which the machine enters like any function: a placeholder goes
into the attributes. What ``dataclass`` wrote is done in its place. An object that cannot hold a placeholder, such as a
named tuple, is made when its values are there, and is pending until then.
"""

from __future__ import annotations

import dataclasses
import inspect
import types
import weakref
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from pydron.callers import shown_caller_at
from pydron.ir.nodes import Output, walk
from pydron.places import last_line
from pydron_runtime.machine.calls.activation import enter
from pydron_runtime.machine.calls.straight import may_enter
from pydron_runtime.machine.calls.undecorated import MOST_WITHIN, filled_by, is_entered, record_of
from pydron_runtime.machine.effects.putting_off import put_off
from pydron_runtime.machine.order.current import current, value_of
from pydron_runtime.machine.order.frames import Through
from pydron_runtime.machine.order.stores import MISSING, is_plain
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.plain_records import is_written
from pydron_runtime.machine.values.safety import FACTORIES, definer, is_named_tuple

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame

_signatures: weakref.WeakKeyDictionary[FunctionType, inspect.Signature] = weakref.WeakKeyDictionary()


def construct(frame: Frame, site: int, cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """``cls(*args, **kwargs)``; MISSING where making the object may do more than fill it."""
    if is_named_tuple(cls) or type(cls) is type and _is_slotted_record(cls):
        return _when_there(frame, site, cls, args, kwargs)
    if cls is super and not kwargs:
        return super(*(value_of(frame, site, arg) for arg in args))
    if cls is types.SimpleNamespace and not args:
        return _with_attributes(frame, cls(), {name: current(frame, site, value) for name, value in kwargs.items()})
    if type(cls) is not type or definer(cls, "__new__") is not object or hasattr(cls, "__del__"):
        return _error(frame, site, cls, args, kwargs)
    if definer(cls, "__init__") is object:
        return cls() if not args and not kwargs else MISSING
    initialise = filled_by(cls)
    if initialise is None:
        return MISSING
    if _is_recorded(cls) and cls.__dictoffset__:
        return _recorded(frame, site, cls, initialise, args, kwargs)
    made: Any = object.__new__(cls)
    if not _is_entered(frame, MethodType(initialise, made), args, kwargs) or not _gives_none(initialise):
        return MISSING
    enter(frame, site, record_of(initialise), (made, *args), kwargs)
    return made


def _is_entered(frame: Frame, method: MethodType, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether a method that fills a new object is executed by the machine."""
    function: Any = method.__func__
    if may_enter(frame, function, (MISSING, *args), kwargs):
        return True
    return len(frame.order) < MOST_WITHIN and is_entered(method, (*args, *kwargs.values()))


def _gives_none(initialise: FunctionType) -> bool:
    """Whether no ``return`` of a function gives anything: Python complains of what ``__init__`` gives."""
    ends = (node for node in walk(record_of(initialise).taken_apart.body) if isinstance(node, Output))
    return all(
        end.fragment is None or end.fragment.text in ("return", "return None") for end in ends if end.exit == "return"
    )


def _error(frame: Frame, site: int, cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """An exception of a class of the user's keeps its arguments as they are, and looks at none."""
    if type(cls) is not type or not issubclass(cls, BaseException) or kwargs:
        return MISSING
    homes = {definer(cls, name) for name in ("__new__", "__init__")}
    if not all(home is not None and home.__module__ == "builtins" for home in homes):
        return MISSING
    return cls(*(value_of(frame, site, arg) for arg in args))


def _is_recorded(cls: type) -> bool:
    """Whether a class is a dataclass whose ``__init__`` only sets the fields."""
    initialise = cls.__dict__.get("__init__")
    if not isinstance(initialise, FunctionType) or "__dataclass_fields__" not in cls.__dict__:
        return False
    if not is_written(initialise) or definer(cls, "__new__") is not object:
        return False
    home = definer(cls, "__post_init__")
    if home is not None and type(home.__dict__["__post_init__"]) is not FunctionType:
        return False
    fields = dataclasses.fields(cls)
    kinds = [field._field_type.name for field in cls.__dataclass_fields__.values()]  # type: ignore[attr-defined]
    return all(map(_has_plain_default, fields)) and "_FIELD_INITVAR" not in kinds


def _has_plain_default(field: dataclasses.Field[Any]) -> bool:
    return field.default_factory is dataclasses.MISSING or field.default_factory in FACTORIES


def _is_slotted_record(cls: type) -> bool:
    """Whether a class is a dataclass that only keeps its fields, but not in a dictionary."""
    return not cls.__dictoffset__ and _is_recorded(cls) and not hasattr(cls, "__post_init__")


def _recorded(
    frame: Frame, site: int, cls: type, initialise: FunctionType, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """An object of a dataclass: its fields are set as the written ``__init__`` would, which then calls a method."""
    made: Any = object.__new__(cls)
    finish = _finish(cls)
    if finish is not None and not _is_entered(frame, MethodType(finish, made), (), {}):
        return MISSING
    frozen = cls.__dataclass_params__.frozen  # type: ignore[attr-defined]
    fields = dataclasses.fields(cls)
    if not frozen and not all(is_plain(made, field.name) for field in fields):
        return MISSING
    signature = _signatures.get(initialise)
    if signature is None:
        signature = _signatures[initialise] = inspect.signature(initialise)
    try:
        bound = signature.bind(made, *args, **kwargs).arguments
    except TypeError:
        return MISSING  # the call itself raises Python's own error
    values: dict[str, Any] = {}
    for field in fields:
        if field.name in bound:
            values[field.name] = current(frame, site, bound[field.name])
        elif field.default_factory is not dataclasses.MISSING:
            values[field.name] = field.default_factory()
        elif field.init:
            values[field.name] = field.default
    _with_attributes(frame, made, values)
    if finish is not None:
        through = Through(initialise.__code__, last_line(initialise.__code__))
        written = shown_caller_at(through.code, initialise.__globals__, through.line)
        written(enter, (frame, site, record_of(finish), (made,), {}, through), {})
    return made


def _finish(cls: type) -> FunctionType | None:
    """The method that a dataclass calls when the fields are set, if it has one."""
    home = definer(cls, "__post_init__")
    finish: FunctionType | None = None if home is None else home.__dict__["__post_init__"]
    return finish


def _with_attributes(frame: Frame, made: Any, values: dict[str, Any]) -> Any:
    made.__dict__.update(values)
    frame.machine.containers.track_if(made, *values.values())
    return made


def _when_there(frame: Frame, site: int, cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """An object that looks at nothing it is given, and has to have the values themselves."""
    values = tuple(current(frame, site, value) for value in (*args, *kwargs.values()))
    count, names = len(args), tuple(kwargs)

    def make(*present: Any) -> Any:
        made = cls(*present[:count], **dict(zip(names, present[count:])))
        frame.machine.containers.track_if(made, *present)
        return made

    if not any(type(value) is Pending for value in values):
        return make(*values)
    return put_off(frame, site, make, values, safe=lambda *present: True).pending
