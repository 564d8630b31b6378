"""Lowers list, set and dict comprehensions to loops that fill a temporary.

The variables of a comprehension are its own: they get names of their own. A comprehension stays whole where that
could be noticed: where nested code captures one of its variables (each run of a comprehension has its own), or where
one is used before the clause that binds it.
"""

from __future__ import annotations

import ast

from pydron.frontend.draft import ComprehensionKind
from pydron.frontend.loops import repeat
from pydron.frontend.lowering import ExpressionRules, Lowering, read
from pydron.frontend.native import native_expression
from pydron.frontend.scopes import Comprehension, comprehension_targets, definition_parts, inner_parts, usage_of
from pydron.ir.nodes import Store

Decomposable = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_KINDS: dict[type[ast.expr], ComprehensionKind] = {
    ast.ListComp: "list",
    ast.SetComp: "set",
    ast.DictComp: "dict",
    ast.GeneratorExp: "generator",
}


def is_decomposable(node: Decomposable) -> bool:
    """Whether a comprehension can be a loop without anybody noticing."""
    targets = comprehension_targets(node)
    if any(generator.is_async for generator in node.generators):
        return False
    if any(name in targets for name in usage_of(inner_parts(node)).captures):
        return False
    unbound = dict(targets)
    for number, generator in enumerate(node.generators):
        if number and any(name in unbound for name in usage_of([generator.iter]).reads):
            return False
        own = usage_of([generator.target])
        if any(name in unbound for name in own.reads):
            return False
        for name in own.binds:
            unbound.pop(name, None)
        if any(name in unbound for name in usage_of(generator.ifs).reads):
            return False
    return True


def captured_names(nodes: list[ast.AST]) -> set[str]:
    """Names that nested code among these nodes captures, but for the variables of comprehensions taken apart."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp)):
            if not is_decomposable(node):
                found.update(usage_of([node]).reads)
        elif isinstance(node, (ast.Lambda, ast.GeneratorExp, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.update(usage_of([node]).captures)
        elif type(node).__name__ == "TypeAlias":
            found.update(usage_of([node]).captures)
    return found


def comprehension(lowering: Lowering, node: Decomposable) -> ast.expr:
    """Emit a comprehension; gives the temporary that holds its result."""
    if not is_decomposable(node):
        return native_expression(lowering, node, "PD211", "nested code captures a variable of the comprehension")
    renamed_apart(lowering, node)
    first = node.generators[0]
    first.iter = lowering.expression(first.iter)
    target = lowering.temporary(node)
    lowering.assign([target], _empty(node), node)
    generate_into(lowering, node, target)
    return read(target)


def renamed_apart(lowering: Lowering, node: Decomposable) -> None:
    """Give the variables of a comprehension names of their own, in place."""
    renamed = {name: lowering.names.temporary(name) for name in comprehension_targets(node)}
    renamer = _Renamer(renamed)
    for part in inner_parts(node):
        renamer.visit(part)


def generate_into(lowering: Lowering, node: Decomposable, target: ast.Name) -> None:
    """Emit the loops of a comprehension, which put its elements into ``target``."""
    _generate(lowering, node, target, 0)


def _empty(node: Decomposable) -> ast.expr:
    if isinstance(node, ast.ListComp):
        return ast.copy_location(ast.List([], ast.Load()), node)
    if isinstance(node, ast.DictComp):
        return ast.copy_location(ast.Dict([], []), node)
    # ``{*()}``: the empty set has no display of its own.
    nothing = ast.copy_location(ast.Tuple([], ast.Load()), node)
    return ast.copy_location(ast.Set([ast.copy_location(ast.Starred(nothing, ast.Load()), node)]), node)


def _generate(lowering: Lowering, node: Decomposable, target: ast.Name, number: int) -> None:
    if number == len(node.generators):
        _add(lowering, node, target)
        return
    generator = node.generators[number]
    iterable = lowering.expression(generator.iter)

    def conditions(left: list[ast.expr]) -> None:
        if not left:
            _generate(lowering, node, target, number + 1)
            return
        test = lowering.condition(left[0])
        lowering.choose(test, left[0], lambda: conditions(left[1:]))

    repeat(lowering, generator.target, iterable, node, lambda: conditions(generator.ifs), kind=_KINDS[type(node)])


def _add(lowering: Lowering, node: Decomposable, target: ast.Name) -> None:
    """Emit what puts one element into the result."""
    if isinstance(node, ast.DictComp):
        key, value = lowering.in_order([node.key, node.value])
        if not lowering.is_stable(value):
            # An assignment evaluates its value before the key.
            key = lowering.settle(key)
        into = ast.copy_location(ast.Name(target.id, ast.Load()), node.key)
        place = ast.copy_location(ast.Subscript(into, key, ast.Store()), node.key)
        statement: ast.stmt = ast.copy_location(ast.Assign([place], value), node.key)
        lowering.leaf(Store, statement, node.key, kind="subscript", root=target.id)
        return
    method = "add" if isinstance(node, ast.SetComp) else "append"
    element = lowering.expression(node.elt)
    into = ast.copy_location(ast.Name(target.id, ast.Load()), node.elt)
    callee = ast.copy_location(ast.Attribute(into, method, ast.Load()), node.elt)
    call = ast.copy_location(ast.Call(callee, [element], []), node.elt)
    statement = ast.copy_location(ast.Expr(call), node.elt)
    lowering.leaf(Store, statement, node.elt, kind="method", root=target.id, method=method)


class _Renamer(ast.NodeTransformer):
    """Renames variables in place, but for where a nested comprehension has its own of that name."""

    def __init__(self, renamed: dict[str, str]) -> None:
        self._renamed = renamed

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._renamed.get(node.id, node.id)
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        # Its body captures none of the variables; a name in it that looks like one is its own.
        for part in definition_parts(node):
            self.visit(part)
        return node

    def _visit_nested(self, node: Comprehension) -> Comprehension:
        hidden = comprehension_targets(node)
        inner = _Renamer({name: new for name, new in self._renamed.items() if name not in hidden})
        self.visit(node.generators[0].iter)
        for part in inner_parts(node):
            inner.visit(part)
        return node

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _visit_nested


EXPRESSIONS: ExpressionRules = {ast.ListComp: comprehension, ast.SetComp: comprehension, ast.DictComp: comprehension}
