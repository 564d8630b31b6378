"""What the code of a region looks up: names, and the attributes that follow them."""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass

from pydron.ir.fragment import Fragment
from pydron.ir.names import fragments_of
from pydron.ir.nodes import Region, walk
from pydron.ir.syntax import children


@dataclass(frozen=True, slots=True)
class Callee:
    """A callee that can be looked up in advance: a name, then attributes.

    Attributes:
        root: Name of a captured variable, or of a global or free variable (``captured`` False).
    """

    root: str
    attributes: tuple[str, ...]
    captured: bool


def dotted(callee: ast.expr, aliases: dict[str, ast.expr]) -> tuple[ast.expr, list[str]]:
    """A callee as what it begins with, and the attributes that follow."""
    attributes: list[str] = []
    while True:
        if isinstance(callee, ast.Attribute):
            attributes.insert(0, callee.attr)
            callee = callee.value
        elif isinstance(callee, ast.Name) and callee.id in aliases:
            callee = aliases[callee.id]
        else:
            return callee, attributes


def foreign_reads(region: Region, variables: frozenset[str]) -> tuple[Callee, ...]:
    """What a region's own code looks up under names that are not the function's variables."""
    return tuple(found for found in attributes_read(region) if found.root not in variables)


def attributes_read(region: Region) -> tuple[Callee, ...]:
    """The names that a region's own code reads, each with the attributes that follow."""
    found: dict[Callee, None] = {}
    for node in walk(region):
        for fragment in fragments_of(node):
            found.update((callee, None) for callee in _looked_up(fragment.text))
    return tuple(found)


@functools.lru_cache(maxsize=2048)
def _looked_up(text: str) -> tuple[Callee, ...]:
    """The names that a text reads, each with the attributes that follow."""
    found: list[Callee] = []
    stack: list[ast.AST] = list(Fragment(text).syntax())
    while stack:
        part = stack.pop()
        if isinstance(part, (ast.Attribute, ast.Name)):
            root, attributes = dotted(part, {})
            if isinstance(root, ast.Name):
                if isinstance(root.ctx, ast.Load):
                    found.append(Callee(root.id, tuple(attributes), False))
                continue
        stack.extend(children(part))
    return tuple(found)
