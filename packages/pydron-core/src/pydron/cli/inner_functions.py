"""Finds the decorated functions within a function, which exist for real only when the outer one has run."""

from __future__ import annotations

import ast
from collections.abc import Callable
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

import pydron
from pydron.frontend.source import find_source
from pydron.marks import is_scheduled

_DECORATORS = (pydron.schedule, pydron.functional)


def inner_functions(outer: FunctionType) -> dict[str, Any]:
    """What a function defines under ``@pydron.schedule`` or ``@pydron.functional``, by name.

    Runs nothing of the user's. They see one another, and what the outer function sees; what its own variables will hold
    is not known.
    """
    plain: FunctionType = outer.__dict__["sequential"] if is_scheduled(outer) else outer
    cells = dict(zip(plain.__code__.co_freevars, plain.__closure__ or ()))
    found: dict[str, Any] = {}
    for code in plain.__code__.co_consts:
        if isinstance(code, CodeType) and not code.co_name.startswith("<"):
            closure = tuple(cells.setdefault(name, CellType()) for name in code.co_freevars)
            made = FunctionType(code, plain.__globals__, code.co_name, None, closure)
            made.__qualname__ = f"{plain.__qualname__}.<locals>.{code.co_name}"
            decorator = _decorator(made)
            if decorator is not None:
                found[code.co_name] = decorator(made)
    for name, function in found.items():
        if name in cells and name not in plain.__code__.co_freevars:
            cells[name].cell_contents = function
    return found


def _decorator(function: FunctionType) -> Callable[..., Any] | None:
    """Pydron's decorator of a function, by its source."""
    source = find_source(function)
    decorators = getattr(source.tree, "decorator_list", []) if source is not None else []
    for decorator in decorators:
        named = decorator.func if isinstance(decorator, ast.Call) else decorator
        meant = _meant(named, function)
        if meant in _DECORATORS:
            return pydron.schedule if meant is pydron.schedule else pydron.functional
    return None


def _meant(expression: ast.expr, function: FunctionType) -> Any:
    if isinstance(expression, ast.Name):
        return function.__globals__.get(expression.id)
    if isinstance(expression, ast.Attribute):
        owner = _meant(expression.value, function)
        return vars(owner).get(expression.attr) if isinstance(owner, ModuleType) else None
    return None
