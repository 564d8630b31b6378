"""Emits displays that look at what they are made of: ``[*a, b]``, ``{**a, k: v}``, ``{k: v}``, ``{*a}``.

Where something that has to be looked at is not there yet, the display is put off as a whole::

    op_pure(frame, site, helper, a, b) if op_put_off_display(frame, site, "*v", a, b) else [*op_spread(...), b]
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydron.emit.builder import name_of, place

if TYPE_CHECKING:
    from pydron.emit.expressions import Expressions

Display = ast.List | ast.Tuple | ast.Set | ast.Dict


def emit_display(expressions: Expressions, node: Display, now: ast.expr) -> ast.expr:
    """A display, which may be put off.

    Args:
        now: What makes it of operands that are there.
    """
    parts = list(_parts(node))
    kinds = "".join(kind for kind, _ in parts)
    operands = [operand for _, operand in parts]
    names = {operand.id for operand in operands if isinstance(operand, ast.Name)}
    atoms = all(isinstance(operand, (ast.Name, ast.Constant)) for operand in operands)
    if not atoms or not set(kinds) - {"v"} or not names or not names <= expressions.assigned:
        return now
    parameters = [f"part{number}" for number in range(len(parts))]
    helper = expressions.helper(parameters, _of(node, iter(map(name_of, parameters))))
    test = expressions.operation("put_off_display", node, ast.Constant(kinds), *operands)
    whole = expressions.operation("pure", node, name_of(helper), *operands)
    return place(ast.IfExp(test, whole, now), node)


def _parts(node: Display) -> list[tuple[str, ast.expr]]:
    """The operands in order, each with what is done with it.

    ``*``: gone through; ``s``: gone through, and its elements are hashed; ``m``: a mapping that is gone through; ``k``:
    hashed; ``v``: kept.
    """
    found: list[tuple[str, ast.expr]] = []
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values):
            if key is None:
                found.append(("m", value))
                continue
            found += [("v" if isinstance(key, ast.Constant) else "k", key), ("v", value)]
        return found
    hashed = isinstance(node, ast.Set)
    for element in node.elts:
        if isinstance(element, ast.Starred):
            found.append(("s" if hashed else "*", element.value))
        else:
            found.append(("k" if hashed else "v", element))
    return found


def _of(node: Display, operands: Iterator[ast.expr]) -> ast.expr:
    """The display over other operands."""
    made: ast.expr
    if isinstance(node, ast.Dict):
        pairs = [(None if key is None else next(operands), next(operands)) for key in node.keys]
        made = ast.Dict([key for key, _ in pairs], [value for _, value in pairs])
        return place(made, node)
    elements: list[ast.expr] = []
    for element in node.elts:
        operand = place(next(operands), element)
        starred = isinstance(element, ast.Starred)
        elements.append(place(ast.Starred(operand, ast.Load()), element) if starred else operand)
    made = ast.Set(elements) if isinstance(node, ast.Set) else type(node)(elements, ast.Load())
    return place(made, node)
