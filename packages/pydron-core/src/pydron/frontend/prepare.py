"""A private copy of a function's syntax in which everything that depends on its surroundings is spelt out.

* Private names (``__x`` in a class) are mangled as the compiler would.
* Under ``from __future__ import annotations`` the annotations of nested functions and classes are strings.

So the pieces mean the same when they are compiled on their own. The function's own ``global`` and ``nonlocal``
statements can be removed: whoever puts the pieces together knows whose each name is.
"""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pydron.frontend.scopes import FunctionLike

_Node = TypeVar("_Node", bound=ast.AST)


@functools.cache
def _layout(kind: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Fields and position attributes of a kind of node."""
    return tuple(kind._fields), tuple(kind._attributes)


_NAMED_FIELDS = {
    ast.Name: "id",
    ast.Attribute: "attr",
    ast.FunctionDef: "name",
    ast.AsyncFunctionDef: "name",
    ast.ClassDef: "name",
    ast.arg: "arg",
    ast.ExceptHandler: "name",
    ast.MatchAs: "name",
    ast.MatchStar: "name",
    ast.MatchMapping: "rest",
}


def prepared(function: FunctionLike, class_name: str, stringify: bool) -> FunctionLike:
    """A copy of a function's syntax, decorators left out, which may be modified.

    Args:
        class_name: The class whose private names it uses, or "".
        stringify: Whether its annotations are not evaluated but kept as text.
    """
    copier = _Copier(class_name.lstrip("_"), stringify)
    copied = copier.copy(function)
    if not isinstance(copied, ast.Lambda) and not isinstance(function, ast.Lambda):
        # A private name is that of the variable; the function itself keeps the name the user gave it.
        copied.name = function.name
        copied.decorator_list = []
        if hasattr(copied, "type_params"):
            copied.type_params = []
    return copied


def strip_declarations(node: ast.AST) -> None:
    """Remove a function's ``global`` and ``nonlocal`` statements in place, but for those of nested scopes."""
    for field in ("body", "orelse", "finalbody"):
        block = getattr(node, field, None)
        if not isinstance(block, list):
            continue
        kept = [statement for statement in block if not isinstance(statement, (ast.Global, ast.Nonlocal))]
        if len(kept) < len(block):
            block[:] = kept or [ast.copy_location(ast.Pass(), block[0])]
        for statement in block:
            if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                strip_declarations(statement)
    for field in ("handlers", "cases"):
        for part in getattr(node, field, None) or []:
            strip_declarations(part)


@dataclass(slots=True)
class _Copier:
    class_name: str
    stringify: bool

    def copy(self, node: _Node) -> _Node:
        kind = type(node)
        fields, attributes = _layout(cast("Any", kind))
        new = kind.__new__(kind)
        values = node.__dict__
        target = new.__dict__
        for attribute in attributes:
            if attribute in values:
                target[attribute] = values[attribute]
        # The compiler mangles what is in a nested class by that class's own name.
        inner = _Copier("", self.stringify) if isinstance(node, ast.ClassDef) else self
        for field in fields:
            if field in values:
                copier = inner if field == "body" else self
                target[field] = copier._value(values[field])
        if self.class_name:
            self._mangle(node, target)
        if self.stringify:
            self._stringify(node, target)
        return new

    def _value(self, value: Any) -> Any:
        if isinstance(value, ast.expr_context):
            return value
        if isinstance(value, ast.AST):
            return self.copy(value)
        if isinstance(value, list):
            return [self._value(item) for item in value]
        return value

    def _private(self, name: str) -> str:
        if not name.startswith("__") or name.endswith("__") or "." in name:
            return name
        return f"_{self.class_name}{name}"

    def _mangle(self, node: ast.AST, target: dict[str, Any]) -> None:
        field = _NAMED_FIELDS.get(cast("Any", type(node)))
        if field is not None and isinstance(target.get(field), str):
            target[field] = self._private(target[field])
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            target["names"] = [self._private(name) for name in node.names]
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in target["names"]:
                if alias.asname is not None:
                    alias.asname = self._private(alias.asname)
                elif self._private(alias.name) != alias.name:
                    alias.asname = self._private(alias.name)

    def _stringify(self, node: ast.AST, target: dict[str, Any]) -> None:
        for field in ("annotation", "returns"):
            annotation = target.get(field)
            if isinstance(annotation, ast.expr):
                target[field] = ast.copy_location(ast.Constant(ast.unparse(annotation)), annotation)
