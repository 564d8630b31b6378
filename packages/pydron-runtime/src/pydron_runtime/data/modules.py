"""Which modules another process of this program could import by name, and so which functions travel by name.

A module may be in ``sys.modules`` without being importable: made by ``exec``, or loaded from a file that is not on
the search path. What is defined there travels by value, like what is defined in ``__main__``. So do the functions of a
module that has been reloaded: workers have it as it was when they imported it.
"""

from __future__ import annotations

import functools
import sys
from types import FunctionType
from typing import Any

from cloudpickle import cloudpickle as engine


@functools.lru_cache(maxsize=4096)
def _importable(package: str, path: tuple[str, ...]) -> bool:
    for finder in sys.meta_path:
        find = getattr(finder, "find_spec", None)
        try:
            if find is not None and find(package, None) is not None:
                return True
        except Exception:  # a foreign finder may do anything; it does not know the module then
            continue
    return False


def importable(module: str) -> bool:
    """Whether an import of the module would find something, going by its outermost package."""
    package = module.partition(".")[0]
    return package in sys.builtin_module_names or _importable(package, tuple(map(str, sys.path)))


def by_name(definition: Any) -> bool:
    """Whether a function or a class is found again by importing its module."""
    if not engine._should_pickle_by_reference(definition):
        return False
    module = engine._whichmodule(definition, getattr(definition, "__qualname__", None))
    if not isinstance(module, str):
        return True
    again = _is_loaded_again(module)
    return importable(module) and not (again and type(definition) is FunctionType)


_specs: dict[str, Any] = {}
"""Name of a module -> its specification when something of it travelled first. Loading it again makes another one."""


def _is_loaded_again(module: str) -> bool:
    """Whether a worker may have imported a module as it was before the program reloaded it."""
    spec = getattr(sys.modules.get(module), "__spec__", None)
    return _specs.setdefault(module, spec) is not spec
