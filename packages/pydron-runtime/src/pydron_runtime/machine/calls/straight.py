"""Straight functions: plain functions without loops whose every step the machine can reason about.

A helper that nobody marked, and that stores, prints or makes objects, would be a sync-point if it were called as it is.
The machine enters it instead, and executes its steps, where none of them is a sync-point either. Functions with loops
run as they are: at their own speed they may take long, and the machine would only slow them down.
"""

from __future__ import annotations

import inspect
import weakref
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from pydron.analysis.provenance import is_of_library
from pydron.ir.nodes import For, While, walk
from pydron_runtime.machine.calls.deferral import is_harmless_call
from pydron_runtime.machine.calls.undecorated import record_of

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame

_DEPTH = 20
"""Frames within one another in which such a function is entered."""

_LAZY_CODE = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR | inspect.CO_ITERABLE_COROUTINE

_straight: weakref.WeakKeyDictionary[CodeType, bool] = weakref.WeakKeyDictionary()


def may_enter(frame: Frame, function: FunctionType, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether a plain function, called so, is better executed by the machine than at a sync-point.

    Args:
        args: What is not known yet may be any other object.
    """
    from pydron_runtime.machine.code import code_of  # the two refer to each other

    if len(frame.order) > _DEPTH or function.__code__.co_flags & _LAZY_CODE or is_of_library(function):
        return False
    if not _is_straight(function):
        return False
    code = code_of(record_of(function))
    if code is None or not code.facts.closed:
        return False
    try:
        received = code.bind(args, kwargs)
    except TypeError:
        return False
    return all(is_harmless_call(code, callee, received) for callee in code.facts.callees)


def _is_straight(function: FunctionType) -> bool:
    """Whether a function has no loops."""
    known = _straight.get(function.__code__)
    if known is None:
        graph = record_of(function).taken_apart
        known = not any(isinstance(node, (For, While)) for node in walk(graph.body))
        _straight[function.__code__] = known
    return known
