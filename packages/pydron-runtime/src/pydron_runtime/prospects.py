"""Prospects: whether anything is to be gained from running a call through the machine.

A function that reaches no functional call keeps its own code and its own speed.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import CodeType, FunctionType, MethodType
from typing import Any

from pydron.analysis.reach import names_functional, reaches_functional
from pydron.marks import is_functional, names_a_functional, scheduled_record
from pydron_runtime.machine.code import Code, code_of
from pydron_runtime.machine.values.safety import runs_user_code_for_attribute

_UNKNOWN: Any = object()


def has_prospects(
    code: Code, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None, seen: frozenset[int] = frozenset()
) -> bool:
    """Whether a call with these arguments may come to a functional call that the machine would see."""
    received: dict[str, Any] | None = None
    for named in code.callees:
        root, attributes = named.root, named.attributes
        if named.captured:
            if received is None:
                received = code.bind(args, kwargs or {})
            callee = received.get(root, _UNKNOWN)
        else:
            try:
                callee = code.lookup(root)
            except (LookupError, AttributeError):
                continue
        for name in attributes:
            if callee is _UNKNOWN or runs_user_code_for_attribute(callee, name):
                if names_a_functional(attributes[-1]):
                    return True
                break
            callee = getattr(callee, name, None)
        else:
            if callee is _UNKNOWN:
                return True  # a callee that the function computes: it may be anything
            if _promises(callee, seen | {id(code)}):
                return True
    function = code.record.function
    return names_functional(function) or _defines_functions(function) and reaches_functional(function)


def _promises(callee: Any, seen: frozenset[int]) -> bool:
    if is_functional(callee):
        return True
    if isinstance(callee, (FunctionType, MethodType)):
        record = scheduled_record(callee)
        if record is not None:
            inner = code_of(record)
            return inner is not None and id(inner) not in seen and has_prospects(inner, seen=seen)
        return reaches_functional(callee)
    return False


_COMPREHENSIONS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>"})
"""Functions to the interpreter, before Python 3.12, and loops in the graph."""


def _defines_functions(function: FunctionType) -> bool:
    """Whether functions are nested in it, which it may call."""
    constants = function.__code__.co_consts
    return any(isinstance(each, CodeType) and each.co_name not in _COMPREHENSIONS for each in constants)
