"""Functions that may raise ``StopIteration`` where that ends an iteration: in ``map``, ``filter`` and ``starmap``.

Whether there is a next element is then known when the call has returned. Such calls are waited for one by one, each in
an attempt of its own; the next ones are asked for ahead.
"""

from __future__ import annotations

from types import CellType, CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from pydron.marks import scheduled_record
from pydron_runtime.machine.failures.attempts import Attempt
from pydron_runtime.machine.failures.guarded import caught, completes, fails
from pydron_runtime.machine.order.current import value_of
from pydron_runtime.machine.order.stores import MISSING

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame

_STOPPING = frozenset({"StopIteration", "next", "__next__", "send", "throw"})
"""Names in the code of functions that may raise a ``StopIteration``."""

_DEPTH = 3


def may_stop(function: Any, depth: int = _DEPTH) -> bool:
    """Whether a function, or one that it names, down to a few levels, names what raises ``StopIteration``."""
    if type(function) is MethodType:
        function = function.__func__
    record = scheduled_record(function)
    if record is not None:
        function = record.function
    if type(function) is not FunctionType:
        return False
    names = set(_names(function.__code__))
    if not _STOPPING.isdisjoint(names):
        return True
    called = [function.__globals__[name] for name in names if name in function.__globals__]
    called += [cell.cell_contents for cell in function.__closure__ or () if cell != CellType()]
    return depth > 0 and any(may_stop(other, depth - 1) for other in called if type(other) is FunctionType)


def _names(code: CodeType) -> list[str]:
    names = list(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names += _names(constant)
    return names


def value_unless_stopped(frame: Frame, site: int, function: Any, *elements: Any) -> Any:
    """What the call gives; MISSING if it raises ``StopIteration``. Blocks until that is known."""
    from pydron_runtime.machine.operations.call import call  # the two refer to each other

    attempt = Attempt(frame, site, (), ())
    try:
        try:
            found = value_of(attempt, site, call(attempt, site, function, *elements))
        except BaseException:
            fails(attempt, site)
            raise
        completes(attempt, site)
    except BaseException as error:
        caught(attempt, site)
        if isinstance(error, StopIteration):
            return MISSING
        raise
    return found
