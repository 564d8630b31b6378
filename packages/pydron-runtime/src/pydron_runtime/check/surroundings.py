"""Surroundings: what a function can see besides its arguments, by the names that appear in its code.

Globals, attributes of modules and classes of the user's, variables of enclosing functions, default values, its own
attributes; for the plain functions that it calls the same.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Literal

from pydron.analysis.provenance import is_of_library
from pydron.marks import FUNCTIONAL, SCHEDULED, is_functional, is_scheduled

Kind = Literal["global", "own"]
"""global: everybody's. own: of the function: enclosing variables, defaults, attributes."""

_FUNCTIONS = 200
"""Functions that are looked at, at most."""

_MARKS = (FUNCTIONAL, SCHEDULED, "sequential", "graph", "__wrapped__")


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that a function can see.

    Attributes:
        key: Tells it from all else that the function sees.
        name: In the user's terms.
    """

    key: tuple[Any, ...]
    name: str
    kind: Kind
    value: Any


def surroundings(function: FunctionType) -> list[Seen]:
    """What a function, and the plain functions that it comes to, can see now. Runs no code of the user's."""
    found: dict[tuple[Any, ...], Seen] = {}
    waiting: list[FunctionType] = [function]
    met: set[CodeType] = set()
    while waiting and len(met) < _FUNCTIONS:
        current = waiting.pop()
        if current.__code__ in met:
            continue
        met.add(current.__code__)
        for one in _around(current):
            value = one.value
            if isinstance(value, MethodType):
                value = value.__func__
            if isinstance(value, (staticmethod, classmethod)):
                value = value.__func__
            if isinstance(value, FunctionType):
                if not (is_functional(value) or is_scheduled(value) or is_of_library(value)):
                    waiting.append(value)
            elif not isinstance(value, (ModuleType, type, BuiltinFunctionType, property)):
                found.setdefault(one.key, one)
    return list(found.values())


def _around(function: FunctionType) -> Iterator[Seen]:
    space = function.__globals__
    names = set(_names(function.__code__))
    for name in sorted(names & space.keys()):
        value = space[name]
        yield Seen((id(space), name), name, "global", value)
        if isinstance(value, (ModuleType, type)):
            yield from _members(value, name, names)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        try:
            yield Seen((id(cell), "cell"), name, "own", cell.cell_contents)
        except ValueError:  # not bound yet
            continue
    for index, value in enumerate(function.__defaults__ or ()):
        parameters = function.__code__.co_varnames[: function.__code__.co_argcount]
        name = parameters[index - len(function.__defaults__ or ())]
        yield Seen((id(function.__code__), "default", index), f"the default of {name}", "own", value)
    for name, value in (function.__kwdefaults__ or {}).items():
        yield Seen((id(function.__code__), "default", name), f"the default of {name}", "own", value)
    for name, value in function.__dict__.items():
        if name not in _MARKS:
            yield Seen((id(function.__code__), "attribute", name), f"{function.__name__}.{name}", "own", value)


def _members(owner: ModuleType | type, name: str, names: set[str]) -> Iterator[Seen]:
    """What a module or class of the user's holds under names that the function mentions."""
    if _is_installed(owner.__name__ if isinstance(owner, ModuleType) else owner.__module__):
        return
    members = dict(vars(owner))
    for member in sorted(names & members.keys()):
        yield Seen((id(owner), member), f"{name}.{member}", "global", members[member])


def _is_installed(module: str) -> bool:
    """Whether a module comes with Python or with an installed package."""
    return is_of_library_file(getattr(sys.modules.get(module), "__file__", None) or "", module)


def is_of_library_file(path: str, module: str) -> bool:
    """Whether code of this file and module comes with Python, with Pydron or with an installed package."""
    top = module.partition(".")[0]
    if top == "__main__":
        return False
    if top in sys.stdlib_module_names or top in ("pydron", "pydron_runtime"):
        return True
    return "site-packages" in path or "dist-packages" in path


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
