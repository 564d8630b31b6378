"""How the tables of known callables are written down."""

from __future__ import annotations

import re
from collections.abc import Mapping


def table(**modules: str) -> Mapping[str, frozenset[str]]:
    """Name of a module or class -> names in it; two underscores stand for a dot, but not at the beginning."""
    return {re.sub("(?<=.)__", ".", module): frozenset(names.split()) for module, names in modules.items()}


def positions(text: str) -> Mapping[str, int]:
    """``name:index ...`` as a mapping."""
    return {name: int(index) for name, index in (entry.split(":") for entry in text.split())}
