"""Emits call-free expressions: each operation that could meet a pending value goes to the machine."""

from __future__ import annotations

import ast
from collections.abc import Callable

from pydron.emit.builder import PREFIX, Sites, Unsupported, function_def, name_of, place, target_of
from pydron.emit.displays import emit_display
from pydron.emit.releases import let_go


def is_atom(expression: ast.expr) -> bool:
    """Whether evaluating the expression does nothing but look at a constant or a name."""
    return isinstance(expression, (ast.Constant, ast.Name))


class Expressions:
    """Emits expressions of one function.

    Attributes:
        helpers: Functions that the emitted expressions call with operands that are there.
        assigned: Variables that are bound for certain where the present node stands.
        kept: Variables of emitted code that hold operands which are used twice; whoever emits a node lets go of them.
    """

    def __init__(self, sites: Sites, variables: frozenset[str]) -> None:
        self.sites = sites
        self.variables = variables
        self.helpers: list[ast.FunctionDef] = []
        self.assigned: frozenset[str] = frozenset()
        self.kept: list[str] = []

    def emit(self, expression: ast.expr) -> ast.expr:
        """The emitted form; may evaluate to a pending value.

        Raises:
            Unsupported: The expression holds something that the normal form excludes.
        """
        handler = _HANDLERS.get(type(expression))
        if handler is None:
            raise Unsupported(f"{type(expression).__name__} in an expression")
        return handler(self, expression)

    def operation(self, name: str, at: ast.expr | ast.stmt, *operands: ast.expr) -> ast.expr:
        """A call of a machine operation."""
        return self.sites.operation(name, at, *operands)

    def _keep(self, kind: str) -> str:
        name = self.sites.fresh(kind)
        self.kept.append(name)
        return name

    def let_go_of_kept(self, at: ast.expr | ast.stmt) -> list[ast.stmt]:
        """The statements that let go of the operands kept so far."""
        kept, self.kept = self.kept, []
        return let_go(kept, at)

    def value(self, expression: ast.expr) -> ast.expr:
        """The emitted form, evaluating to a value that is there."""
        if isinstance(expression, ast.Constant):
            return expression
        return self.operation("value_of", expression, self.emit(expression))

    def _atom(self, node: ast.expr) -> ast.expr:
        return node

    def _binary(self, node: ast.BinOp) -> ast.expr:
        left, right = self.emit(node.left), self.emit(node.right)
        return self.operation("binary", node, self.sites.operator(node.op), left, right)

    def _unary(self, node: ast.UnaryOp) -> ast.expr:
        if isinstance(node.operand, ast.Constant):
            return node
        return self.operation("unary", node, self.sites.operator(node.op), self.emit(node.operand))

    def _compare(self, node: ast.Compare) -> ast.expr:
        if len(node.ops) > 1:
            return self._lazily(node, lambda: self._chain(node))
        return self._comparison(node, node.ops[0], self.emit(node.left), self.emit(node.comparators[0]))

    def _comparison(self, at: ast.expr, kind: ast.cmpop, left: ast.expr, right: ast.expr) -> ast.expr:
        if isinstance(kind, ast.In):
            return self.operation("contains", at, left, right)
        if isinstance(kind, ast.NotIn):
            found = self.operation("contains", at, left, right)
            return self.operation("unary", at, self.sites.operator(ast.Not()), found)
        return self.operation("binary", at, self.sites.operator(kind), left, right)

    def _chain(self, node: ast.Compare) -> ast.expr:
        """``a < b < c``: each operand once, and no further than the first comparison that is false."""
        left: ast.expr = self.emit(node.left)
        result: ast.expr | None = None
        pieces: list[ast.expr] = []
        for index, (kind, comparator) in enumerate(zip(node.ops, node.comparators)):
            right: ast.expr = self.emit(comparator)
            following = left
            if index < len(node.ops) - 1:
                kept = self._keep("operand")
                right = ast.NamedExpr(target_of(kept), right)
                following = name_of(kept)
            pieces.append(self._comparison(node, kind, left, right))
            left = following
        result = pieces[-1]
        for piece in reversed(pieces[:-1]):
            result = self._short(node, ast.And(), piece, result)
        return place(result, node)

    def _short(self, at: ast.expr, kind: ast.boolop, first: ast.expr, rest: ast.expr) -> ast.expr:
        kept = self._keep("operand")
        test = self.operation("truth", at, ast.NamedExpr(target_of(kept), first))
        held = name_of(kept)
        choice = ast.IfExp(test, rest, held) if isinstance(kind, ast.And) else ast.IfExp(test, held, rest)
        return place(choice, at)

    def _boolean(self, node: ast.BoolOp) -> ast.expr:
        return self._lazily(node, lambda: self._boolean_now(node))

    def _boolean_now(self, node: ast.BoolOp) -> ast.expr:
        result = self.emit(node.values[-1])
        for value in reversed(node.values[:-1]):
            result = self._short(node, node.op, self.emit(value), result)
        return result

    def _choice(self, node: ast.IfExp) -> ast.expr:
        def now() -> ast.expr:
            test = self.operation("truth", node.test, self.emit(node.test))
            return place(ast.IfExp(test, self.emit(node.body), self.emit(node.orelse)), node)

        return self._lazily(node, now)

    def _lazily(self, node: ast.expr, now: Callable[[], ast.expr]) -> ast.expr:
        """An expression with decisions inside: put off as a whole if a variable in it is pending."""
        names = sorted({n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id in self.variables})
        binds = any(isinstance(inner, ast.NamedExpr) for inner in ast.walk(node))
        if not names or binds or not self.assigned.issuperset(names):
            return now()
        helper = self.helper(names, node)
        operands: list[ast.expr] = [name_of(name) for name in names]
        whole = self.operation("pure", node, name_of(helper), *operands)
        foreign = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}.difference(names)
        looked_up = ast.Tuple([ast.Constant(name) for name in sorted(foreign)], ast.Load())
        test = self.operation("may_put_off", node, looked_up, *(name_of(name) for name in names))
        return place(ast.IfExp(test, whole, now()), node)

    def helper(self, parameters: list[str], body: ast.expr) -> str:
        """A function that computes an expression of operands that are there; gives its name."""
        name = self.sites.fresh("helper")
        arguments = ast.arguments(
            posonlyargs=[], args=[ast.arg(p) for p in parameters], kwonlyargs=[], kw_defaults=[], defaults=[]
        )
        function = function_def(name, arguments, [ast.Return(body)])
        self.helpers.append(place(function, body))
        return name

    def _attribute(self, node: ast.Attribute) -> ast.expr:
        return self.operation("attribute", node, self.emit(node.value), ast.Constant(node.attr))

    def _item(self, node: ast.Subscript) -> ast.expr:
        return self.operation("item", node, self.emit(node.value), self.emit(node.slice))

    def _slice(self, node: ast.Slice) -> ast.expr:
        bounds = (node.lower, node.upper, node.step)
        parts = [ast.Constant(None) if bound is None else self.emit(bound) for bound in bounds]
        if all(isinstance(part, ast.Constant) for part in parts):
            self.sites.operations.add("slice")
            return place(ast.Call(name_of(f"{PREFIX}op_slice"), parts, []), node)
        return self.operation("index_slice", node, *parts)

    def _elements(self, elements: list[ast.expr], key: bool = False) -> list[ast.expr]:
        emitted: list[ast.expr] = []
        for element in elements:
            if isinstance(element, ast.Starred):
                name = "spread_hashed" if key else "spread"
                source: ast.expr = self.operation(name, element, self.emit(element.value))
                emitted.append(place(ast.Starred(source, ast.Load()), element))
            elif key and not isinstance(element, ast.Constant):
                emitted.append(self.operation("key", element, self.emit(element)))
            else:
                emitted.append(self.emit(element))
        return emitted

    def _list(self, node: ast.List) -> ast.expr:
        made = place(ast.List(self._elements(node.elts), ast.Load()), node)
        if all(isinstance(element, ast.Constant) for element in node.elts):
            return made
        return emit_display(self, node, self.sites.operation("listed", node, made, site=False))

    def _tuple(self, node: ast.Tuple) -> ast.expr:
        if all(isinstance(element, ast.Constant) for element in node.elts):
            return node
        return emit_display(self, node, self.operation("tupled", node, *self._elements(node.elts)))

    def _set(self, node: ast.Set) -> ast.expr:
        if not any(isinstance(element, ast.Starred) for element in node.elts):
            return self.operation("gathered", node, *self._elements(node.elts))
        return emit_display(self, node, place(ast.Set(self._elements(node.elts, key=True)), node))

    def _dict(self, node: ast.Dict) -> ast.expr:
        keys: list[ast.expr | None] = []
        values: list[ast.expr] = []
        for key, value in zip(node.keys, node.values):
            if key is None:
                keys.append(None)
                values.append(self.operation("spread_mapping", value, self.emit(value)))
            else:
                emitted = self.emit(value)
                if not isinstance(key, ast.Constant):
                    kept = self._keep("key")
                    emitted = self.operation("kept_under", value, name_of(kept), emitted)
                    key = place(ast.NamedExpr(target_of(kept), self.operation("key", key, self.emit(key))), key)
                keys.append(key)
                values.append(emitted)
        made = place(ast.Dict(keys, values), node)
        return emit_display(self, node, self.sites.operation("mapped", node, made, site=False)) if values else made

    def _format(self, node: ast.JoinedStr) -> ast.expr:
        """An f-string: the values first, in order, then the formatting."""
        parameters: list[str] = []
        operands: list[ast.expr] = []
        body = _replace_values(node, parameters, operands, self.emit)
        if not operands:
            return node
        return self.operation("pure", node, name_of(self.helper(parameters, body)), *operands)

    def _named(self, node: ast.NamedExpr) -> ast.expr:
        return place(ast.NamedExpr(node.target, self.emit(node.value)), node)

    def _whole(self, node: ast.expr) -> ast.expr:
        return node


def _replace_values(
    part: ast.expr, parameters: list[str], operands: list[ast.expr], emit: Callable[[ast.expr], ast.expr]
) -> ast.expr:
    """An f-string with each value replaced by a parameter; the values' emitted forms go to ``operands``."""
    if isinstance(part, ast.JoinedStr):
        return place(ast.JoinedStr([_replace_values(v, parameters, operands, emit) for v in part.values]), part)
    if not isinstance(part, ast.FormattedValue):
        return part
    parameter = f"value{len(parameters)}"
    parameters.append(parameter)
    operands.append(emit(part.value))
    spec = None if part.format_spec is None else _replace_values(part.format_spec, parameters, operands, emit)
    return place(ast.FormattedValue(name_of(parameter), part.conversion, spec), part)


_HANDLERS: dict[type[ast.expr], Callable[..., ast.expr]] = {
    ast.Constant: Expressions._atom,
    ast.Name: Expressions._atom,
    ast.BinOp: Expressions._binary,
    ast.UnaryOp: Expressions._unary,
    ast.Compare: Expressions._compare,
    ast.BoolOp: Expressions._boolean,
    ast.IfExp: Expressions._choice,
    ast.Attribute: Expressions._attribute,
    ast.Subscript: Expressions._item,
    ast.Slice: Expressions._slice,
    ast.List: Expressions._list,
    ast.Tuple: Expressions._tuple,
    ast.Set: Expressions._set,
    ast.Dict: Expressions._dict,
    ast.JoinedStr: Expressions._format,
    ast.NamedExpr: Expressions._named,
    ast.Lambda: Expressions._whole,
}
