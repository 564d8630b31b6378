"""Surroundings: what a function can see besides its arguments, by the names that appear in its code.

Globals, attributes of modules and classes of the user's (those of its arguments included), variables of enclosing
functions, default values, its own attributes; for the plain functions and methods that it calls the same.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
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


def surroundings(function: FunctionType, arguments: Iterable[Any] = ()) -> list[Seen]:
    """What a function, and the plain functions that it comes to, can see now. Runs no code of the user's.

    Args:
        arguments: What it is given: it sees the attributes of their classes.
    """
    looking = _Looking()
    looking.waiting.append(function)
    for argument in arguments:
        looking.own(type(argument), type(argument).__name__)
    looking.go_on()
    return list(looking.found.values())


class _Looking:
    """Goes from functions to what they name, and to the functions, modules and classes of the user's among that.

    Modules and classes are looked at for the names that appear in any of the functions: a method may write
    ``cls.count``. Special methods are come to without being named.

    Attributes:
        found: What is seen, by key.
        waiting: Functions to look at.
    """

    def __init__(self) -> None:
        self.found: dict[tuple[Any, ...], Seen] = {}
        self.waiting: list[FunctionType] = []
        self._met: set[CodeType] = set()
        self._names: set[str] = set()
        self._owners: dict[int, tuple[ModuleType | type, str]] = {}

    def go_on(self) -> None:
        """Until there is nothing new."""
        before: tuple[int, ...] = ()
        while before != (before := (len(self._met), len(self._names), len(self._owners))):
            while self.waiting and len(self._met) < _FUNCTIONS:
                current = self.waiting.pop()
                self._met.add(current.__code__)
                self._names.update(_names(current.__code__))
                self._take_in(_around(current))
            for owner, name in list(self._owners.values()):
                self._take_in(_members(owner, name, self._names))

    def own(self, owner: ModuleType | type, name: str) -> None:
        """A module, or a class with its bases, is within reach."""
        for one in owner.__mro__ if isinstance(owner, type) else (owner,):
            self._owners.setdefault(id(one), (one, name if one is owner else one.__name__))

    def _take_in(self, seen: Iterable[Seen]) -> None:
        for one in seen:
            value = one.value
            if isinstance(value, (MethodType, staticmethod, classmethod)):
                value = value.__func__
            if isinstance(value, FunctionType):
                marked = is_functional(value) or is_scheduled(value)
                if value.__code__ not in self._met and not marked and not is_of_library(value):
                    self.waiting.append(value)
            elif isinstance(value, (ModuleType, type)):
                self.own(value, one.name)
            elif not isinstance(value, (BuiltinFunctionType, property)):
                self.found.setdefault(one.key, one)
                self.own(type(value), type(value).__name__)


def _around(function: FunctionType) -> Iterator[Seen]:
    space = function.__globals__
    names = set(_names(function.__code__))
    for name in sorted(names & space.keys()):
        value = space[name]
        yield Seen((id(space), name), name, "global", value)
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
    """What a module or class of the user's holds under names that functions mention, and its special methods."""
    if _is_installed(owner.__name__ if isinstance(owner, ModuleType) else owner.__module__):
        return
    members = dict(vars(owner))
    methods = (FunctionType, staticmethod, classmethod)
    special = {key for key, value in members.items() if key.startswith("__") and isinstance(value, methods)}
    for member in sorted(members.keys() & names | (special if isinstance(owner, type) else set())):
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
