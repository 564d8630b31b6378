"""``super()`` without arguments, which looks at the frame that calls it: spelt out, it is a call like any other.

The compiler gives a function that names ``super`` the variable ``__class__`` of the class around it. With it, and the
first parameter, ``super()`` is ``super(__class__, self)``.
"""

from __future__ import annotations

import ast
import types

from pydron.frontend.scopes import FunctionLike
from pydron.ir.syntax import children

_NESTED = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.ListComp, ast.SetComp, ast.DictComp,
    ast.GeneratorExp,
)  # fmt: skip


def spells_out_super(function: types.FunctionType, tree: FunctionLike) -> bool:
    """Spell out each ``super()`` of a method, in place.

    Returns:
        Whether that was all for which the method looks at its frame or class. Code nested in it has frames of its own,
        and a first parameter that is bound anew changes what ``super()`` means.
    """
    parameters = [*tree.args.posonlyargs, *tree.args.args]
    if isinstance(tree, ast.Lambda) or not parameters or "super" in function.__globals__:
        return False
    first = parameters[0].arg
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    if any(name.id == first and not isinstance(name.ctx, ast.Load) for name in names):
        return False
    calls = [node for statement in tree.body for node in _own_calls(statement) if _is_super(node.func)]
    if len(calls) != sum(_is_super(name) for name in names) or any(name.id == "__class__" for name in names):
        return False
    for call in calls:
        if not call.args and not call.keywords:
            call.args = [ast.copy_location(ast.Name(name, ast.Load()), call) for name in ("__class__", first)]
    return True


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "super"


def _own_calls(node: ast.AST) -> list[ast.Call]:
    """The calls in a function's own code, that of nested scopes left out."""
    if isinstance(node, _NESTED):
        return []
    inner = [call for child in children(node) for call in _own_calls(child)]
    return [node, *inner] if isinstance(node, ast.Call) else inner
