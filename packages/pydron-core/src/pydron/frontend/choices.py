"""Lowers expressions of which some operands may not be evaluated: ``and``, ``or``, ``a if c else b``, ``a < b < c``.

Only where an operand that may be left out holds a call does an ``If`` node appear; it binds a temporary. Each truth
is asked for as often as Python does: where only the truth of the whole counts (``if a and f():``) the temporary
holds ``False`` or ``True`` instead of an operand whose truth is known already. One thing is left: where the operand
of an ``and`` is itself an ``or`` (or the other way round) and its value may be that of the whole, as in
``x = (a or f()) and b``, its truth is asked for twice; CPython's optimizer then saves one of the two.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from pydron.frontend.lowering import BindingRules, EffectRules, ExpressionRules, Lowering, Positioned, read

Binder = Callable[[Lowering, ast.Name, ast.expr], None]


def _last(lowering: Lowering, nodes: list[ast.expr]) -> int:
    return max((number for number, node in enumerate(nodes) if lowering.has_operations(node)), default=0)


def _first_after(lowering: Lowering, nodes: list[ast.expr], start: int) -> int:
    return next(number for number in range(start, len(nodes)) if lowering.has_operations(nodes[number]))


def _bind_value(lowering: Lowering, target: ast.Name, node: ast.expr) -> None:
    lowering.bind(target, node, node)


def _bind_truth(lowering: Lowering, target: ast.Name, node: ast.expr) -> None:
    """Bind a name to something that has the truth of an expression, and may be asked for it once more."""
    if isinstance(node, ast.Call) and lowering.has_operations(node):
        lowering.bind(target, node, node)
        return
    left = lowering.condition(node)
    if isinstance(left, ast.BoolOp) or isinstance(left, ast.Compare) and len(left.ops) > 1:
        # Its value is an operand whose truth has been asked for.
        whole = ast.IfExp(left, _constant(True, left), _constant(False, left))
        left = ast.copy_location(whole, left)
    lowering.assign([target], left, node)


def _constant(value: bool, at: ast.expr) -> ast.expr:
    return ast.copy_location(ast.Constant(value), at)


def _again(target: ast.Name, at: ast.expr) -> ast.Name:
    return ast.copy_location(ast.Name(target.id, ast.Store()), at)


def boolean(lowering: Lowering, node: ast.BoolOp) -> ast.expr:
    """The value of ``and`` or ``or``."""
    if _last(lowering, node.values) == 0:
        node.values[0] = lowering.expression(node.values[0])
        return node
    target = lowering.temporary(node)
    _fill(lowering, target, node, node.values)
    return read(target)


def _fill(lowering: Lowering, target: ast.Name, node: ast.BoolOp, values: list[ast.expr]) -> None:
    """Bind ``target`` to the value of a chain of operands."""
    if _last(lowering, values) == 0:
        lowering.bind(_again(target, values[0]), _joined(lowering, node, values), values[0])
        return
    # One operand at a time: the truth of each is asked for once, and its value may be that of the whole.
    lowering.bind(_again(target, values[0]), values[0], values[0])

    def rest() -> None:
        _fill(lowering, target, node, values[1:])

    test = ast.copy_location(read(target), values[0])
    if isinstance(node.op, ast.And):
        lowering.choose(test, node, rest)
    else:
        lowering.choose(test, node, lambda: None, rest)


def _joined(lowering: Lowering, node: ast.BoolOp, values: list[ast.expr]) -> ast.expr:
    """A chain of which at most the first operand has something to emit."""
    if len(values) == 1:
        return values[0]
    values = [lowering.expression(values[0]), *values[1:]]
    return _spanning(ast.BoolOp(node.op, values), values[0], values[-1])


def _spanning(node: ast.expr, first: ast.expr, last: ast.expr) -> ast.expr:
    ast.copy_location(node, first)
    node.end_lineno, node.end_col_offset = last.end_lineno, last.end_col_offset
    return node


def boolean_condition(lowering: Lowering, node: ast.BoolOp) -> ast.expr:
    """The truth of ``and`` or ``or``."""
    if _last(lowering, node.values) == 0:
        node.values[0] = lowering.condition(node.values[0])
        return node
    target = lowering.temporary(node)
    _decide(lowering, target, node, node.values)
    return read(target)


def _decide(lowering: Lowering, target: ast.Name, node: ast.BoolOp, values: list[ast.expr]) -> None:
    """Bind ``target`` to the truth of a chain of operands."""
    if len(values) == 1:
        _bind_truth(lowering, _again(target, values[0]), values[0])
        return
    if _last(lowering, values) == 0:
        head = [lowering.condition(values[0]), *values[1:]]
        _bind_truth(lowering, _again(target, node), _spanning(ast.BoolOp(node.op, head), head[0], head[-1]))
        return
    split = _first_after(lowering, values, 1)
    head = [lowering.condition(values[0]), *values[1:split]]
    test = head[0] if split == 1 else _spanning(ast.BoolOp(node.op, head), head[0], head[-1])

    def rest() -> None:
        _decide(lowering, target, node, values[split:])

    def known() -> None:
        lowering.assign([_again(target, node)], _constant(isinstance(node.op, ast.Or), node), node)

    if isinstance(node.op, ast.And):
        lowering.choose(test, node, rest, known)
    else:
        lowering.choose(test, node, known, rest)


def boolean_effect(lowering: Lowering, node: ast.BoolOp) -> None:
    """``and`` or ``or`` of which the value is not used."""
    _follow(lowering, node, node.values)


def _follow(lowering: Lowering, node: ast.BoolOp, values: list[ast.expr]) -> None:
    if len(values) == 1:
        lowering.effect(values[0])
        return
    if _last(lowering, values) == 0:
        left = _joined(lowering, node, values)
        lowering.host(ast.copy_location(ast.Expr(left), left))
        return
    split = _first_after(lowering, values, 1)
    head = [lowering.condition(values[0]), *values[1:split]]
    test = head[0] if split == 1 else _spanning(ast.BoolOp(node.op, head), head[0], head[-1])

    def rest() -> None:
        _follow(lowering, node, values[split:])

    if isinstance(node.op, ast.And):
        lowering.choose(test, node, rest)
    else:
        lowering.choose(test, node, lambda: None, rest)


def conditional(lowering: Lowering, node: ast.IfExp) -> ast.expr:
    """The value of a conditional expression."""
    return _conditional(lowering, node, _bind_value)


def conditional_condition(lowering: Lowering, node: ast.IfExp) -> ast.expr:
    """The truth of a conditional expression."""
    return _conditional(lowering, node, _bind_truth)


def _conditional(lowering: Lowering, node: ast.IfExp, bind: Binder) -> ast.expr:
    if not lowering.has_operations(node.body) and not lowering.has_operations(node.orelse):
        node.test = lowering.condition(node.test)
        return node
    target = lowering.temporary(node)
    _branch(lowering, target, node, bind)
    return read(target)


def bind_conditional(lowering: Lowering, target: ast.Name, node: ast.IfExp, at: Positioned) -> None:
    """Emit ``target = a if c else b``: each branch binds the name itself."""
    if not lowering.has_operations(node.body) and not lowering.has_operations(node.orelse):
        node.test = lowering.condition(node.test)
        lowering.assign([target], node, at)
        return
    _branch(lowering, target, node, lambda lowering, name, value: lowering.bind(name, value, at))


def _branch(lowering: Lowering, target: ast.Name, node: ast.IfExp, bind: Binder) -> None:
    test = lowering.condition(node.test)
    lowering.choose(
        test,
        node,
        lambda: bind(lowering, ast.copy_location(ast.Name(target.id, ast.Store()), target), node.body),
        lambda: bind(lowering, ast.copy_location(ast.Name(target.id, ast.Store()), target), node.orelse),
    )


def conditional_effect(lowering: Lowering, node: ast.IfExp) -> None:
    """A conditional expression of which the value is not used."""
    test = lowering.condition(node.test)
    lowering.choose(test, node, lambda: lowering.effect(node.body), lambda: lowering.effect(node.orelse))


def comparison(lowering: Lowering, node: ast.Compare) -> ast.expr:
    """The value of a comparison."""
    return _comparison(lowering, node, truth=False)


def comparison_condition(lowering: Lowering, node: ast.Compare) -> ast.expr:
    """The truth of a comparison."""
    return _comparison(lowering, node, truth=True)


def _comparison(lowering: Lowering, node: ast.Compare, truth: bool) -> ast.expr:
    operands = [node.left, *node.comparators]
    if _last(lowering, operands) <= 1:
        node.left, node.comparators[0] = lowering.in_order(operands[:2])
        return node
    target = lowering.temporary(node)
    left = lowering.settle(lowering.expression(node.left))
    _compare_on(lowering, target, node, left, 0, truth)
    return read(target)


def _compare_on(
    lowering: Lowering, target: ast.Name, node: ast.Compare, left: ast.expr, number: int, truth: bool
) -> None:
    """Bind ``target`` to the rest of a chain, from its ``number``-th operator on. ``left`` is settled."""
    rest = node.comparators[number:]
    if _last(lowering, rest) == 0:
        rest[0] = lowering.expression(rest[0])
        whole = _spanning(ast.Compare(left, node.ops[number:], rest), left, rest[-1])
        (_bind_truth if truth else _bind_value)(lowering, _again(target, node), whole)
        return
    right = lowering.expression(rest[0])
    if not isinstance(right, (ast.Name, ast.Constant)) or not lowering.is_stable(right):
        # It is compared twice.
        right = lowering.spill(right)
    step = _spanning(ast.Compare(left, [node.ops[number]], [right]), left, right)

    def more() -> None:
        _compare_on(lowering, target, node, right, number + 1, truth)

    if truth:
        stop = lambda: lowering.assign([_again(target, node)], _constant(False, node), node)  # noqa: E731
        lowering.choose(step, node, more, stop)
    else:
        lowering.assign([_again(target, node)], step, node)
        lowering.choose(ast.copy_location(read(target), node), node, more)


EXPRESSIONS: ExpressionRules = {ast.BoolOp: boolean, ast.IfExp: conditional, ast.Compare: comparison}
CONDITIONS: ExpressionRules = {
    ast.BoolOp: boolean_condition,
    ast.IfExp: conditional_condition,
    ast.Compare: comparison_condition,
}
BINDERS: BindingRules = {ast.IfExp: bind_conditional}
EFFECTS: EffectRules = {ast.BoolOp: boolean_effect, ast.IfExp: conditional_effect}
