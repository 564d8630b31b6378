"""Which callables carry one of Pydron's two marks."""

from __future__ import annotations

from typing import Any

FUNCTIONAL = "__pydron_functional__"
SCHEDULED = "__pydron_scheduled__"

_vouched: dict[int, object] = {}


def vouch(function: object) -> None:
    """Remember a callable as functional although it cannot carry an attribute (builtins, library functions)."""
    _vouched[id(function)] = function


def is_functional(function: Any) -> bool:
    """Whether the user promised that calls of this callable are free of side effects.

    A bound method is functional when its function is.
    """
    function = getattr(function, "__func__", function)
    try:
        if getattr(function, FUNCTIONAL, False) is True:
            return True
    except Exception:  # a foreign object's attribute access may do anything; it carries no mark then
        return False
    return id(function) in _vouched


def is_scheduled(function: Any) -> bool:
    """Whether the callable is a function made by ``@pydron.schedule``."""
    function = getattr(function, "__func__", function)
    try:
        return getattr(function, SCHEDULED, None) is not None
    except Exception:
        return False
