"""Undecorated functions: what a plain Python function is to the machine when scheduled code calls it.

One that only computes, on the arguments at hand, is an operation. One that may come to functional calls is entered: it
is compiled and executed as a frame, like a scheduled function. Anything else is a sync-point.

Local functions share their code: what is compiled belongs to the code object, and each function only gets its own
variables.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from functools import partial
from types import CodeType, FunctionType, MethodType
from typing import Any

from pydron.analysis.provenance import is_of_library
from pydron.analysis.reach import reaches_functional
from pydron.analysis.verdicts import Verdict, forget_verdicts, verdict_on
from pydron.emit.unit import Unit
from pydron.entry import Record
from pydron_runtime.machine.values.safety import definer

_KEPT = 256
"""Functions remembered at most; they are kept alive meanwhile."""


MOST_WITHIN = 40
"""Frames within one another in which a function that nobody marked is still entered; deeper ones run as they are."""


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the functions of one code object share."""

    code: weakref.ref[CodeType]
    graph: Any
    unit: Unit | None
    number: int


_shared: dict[int, _Shared] = {}
_records: dict[int, Record] = {}


def verdict_now(function: Any) -> Verdict | None:
    """The verdict on a plain function, if it only computes on some conditions."""
    return verdict_on(function) if type(function) is FunctionType else None


def is_entered(function: Any, args: tuple[Any, ...] = ()) -> bool:
    """Whether a plain function or method is executed as a frame."""
    return reaches_functional(function, args)


def plain_function(callee: Any) -> FunctionType | None:
    """The function of a plain function or of a method of one."""
    if type(callee) is MethodType:
        callee = callee.__func__
    return callee if type(callee) is FunctionType else None


def called_by_class(callee: Any) -> MethodType | None:
    """The method that a call of an object of a program's own class calls; None where it is no plain function's."""
    home = definer(type(callee), "__call__")
    method = None if home is None else home.__dict__["__call__"]
    return MethodType(method, callee) if type(method) is FunctionType and not is_of_library(method) else None


def filled_by(cls: type) -> FunctionType | None:
    """The plain ``__init__`` that fills new objects of a class; None where making one does anything else."""
    home = definer(cls, "__init__")
    initialise = None if home is None else home.__dict__["__init__"]
    if type(cls) is not type or type(initialise) is not FunctionType or definer(cls, "__new__") is not object:
        return None
    return None if hasattr(cls, "__del__") else initialise


def record_of(function: FunctionType) -> Record:
    """What the machine keeps of an undecorated function that it enters."""
    record = _records.get(id(function))
    if record is not None:
        return record
    record = _make(function)
    while len(_records) >= _KEPT:
        del _records[next(iter(_records))]
    _records[id(function)] = record
    return record


def forget() -> None:
    """Keep no function alive any longer. What was compiled stays."""
    _records.clear()
    forget_verdicts()


def _make(function: FunctionType) -> Record:
    from pydron_runtime.machine.code import Code  # the two refer to each other

    record = Record(function, strict=False)
    key = id(function.__code__)
    shared = _shared.get(key)
    if shared is None or shared.code() is not function.__code__:
        unit = record.emit()
        code = None if unit is None else Code(record, unit)
        ended = weakref.ref(function.__code__, partial(_shared.pop, key))
        _shared[key] = _Shared(ended, record.taken_apart, unit, 0 if code is None else code.number)
        record.compiled = code or False
        return record
    record.taken_apart = shared.graph
    record.compiled = False
    if shared.unit is not None:
        record.compiled = Code(record, shared.unit, shared.number)
    return record
