"""Provenance: whether a function is the user's own or comes from somebody's library."""

from __future__ import annotations

import sys
from types import FunctionType

_INSTALLED = ("site-packages", "dist-packages")


def is_of_python(function: FunctionType) -> bool:
    """Whether a function belongs to Python's own library, or to Pydron."""
    top = str(function.__globals__.get("__name__")).partition(".")[0]
    return top in sys.stdlib_module_names and top != "__main__" or top in ("pydron", "pydron_runtime")


def is_of_library(function: FunctionType) -> bool:
    """Whether a function belongs to Python's library, to Pydron, or to an installed package."""
    return is_of_python(function) or any(folder in function.__code__.co_filename for folder in _INSTALLED)
