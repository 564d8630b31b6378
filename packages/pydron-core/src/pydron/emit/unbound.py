"""Emits looks at variables that may be unbound, and what unbinds them again: a mark stands for the missing value."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from pydron.emit.builder import Sites, assign, name_of, place


def value_of(sites: Sites, name: str, certain: bool, at: ast.stmt | ast.expr) -> tuple[ast.expr, list[ast.stmt]]:
    """A variable's value, and the statements that give it; the mark where the variable is unbound.

    Args:
        certain: The variable is bound for certain.
    """
    if certain:
        return place(name_of(name), at), []
    held = sites.fresh("held")
    missing = ast.ExceptHandler(sites.known("name_error"), None, [assign(held, sites.known("unbound"), at)])
    look = ast.Try([assign(held, name_of(name), at)], [missing], [], [])
    return place(name_of(held), at), [place(look, at)]


def drop_unbound(sites: Sites, names: Iterable[str], at: ast.stmt) -> list[ast.stmt]:
    """Unbind the variables that hold the mark."""
    found: list[ast.stmt] = []
    for name in sorted(names):
        missing = ast.Compare(name_of(name), [ast.Is()], [sites.known("unbound")])
        found.append(place(ast.If(missing, [ast.Delete([ast.Name(name, ast.Del())])], []), at))
    return found
