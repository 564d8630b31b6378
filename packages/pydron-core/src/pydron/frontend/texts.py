"""Lowers f-strings around calls. Each part is formatted before the next is computed, as Python does."""

from __future__ import annotations

import ast

from pydron.frontend.lowering import ExpressionRules, Lowering


def text(lowering: Lowering, node: ast.JoinedStr) -> ast.expr:
    """Emit what an f-string needs."""
    done: list[ast.expr] = []
    for part in node.values:
        if lowering.has_operations(part):
            done = _settle(lowering, done, node)
        done.append(lowering.expression(part))
    node.values = done
    return node


def _settle(lowering: Lowering, parts: list[ast.expr], node: ast.JoinedStr) -> list[ast.expr]:
    """The text so far, formatted now. A text put into a text stays as it is."""
    if all(isinstance(part, ast.Constant) for part in parts):
        return parts
    first, *rest = parts
    if isinstance(first, ast.FormattedValue) and _is_text(lowering, first) and not _formats(rest):
        return parts
    held = lowering.spill(ast.copy_location(ast.JoinedStr(parts), node))
    lowering.names.texts.add(held.id)
    return [ast.copy_location(ast.FormattedValue(held, -1, None), node)]


def _formats(parts: list[ast.expr]) -> bool:
    return any(isinstance(part, ast.FormattedValue) for part in parts)


def _is_text(lowering: Lowering, part: ast.FormattedValue) -> bool:
    """Whether a part is a text that was formatted before."""
    return isinstance(part.value, ast.Name) and part.value.id in lowering.names.texts


def formatted(lowering: Lowering, node: ast.FormattedValue) -> ast.expr:
    """Emit what one part of an f-string needs: its value, then its format."""
    parts: list[ast.expr] = [node.value] if node.format_spec is None else [node.value, node.format_spec]
    left = lowering.in_order(parts)
    node.value = left[0]
    if node.format_spec is not None:
        node.format_spec = left[1]
    return node


EXPRESSIONS: ExpressionRules = {ast.JoinedStr: text, ast.FormattedValue: formatted}
