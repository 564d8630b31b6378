"""The state of lowering one function, and what every rule of it needs.

The rules live in one file per family of statements or expressions, and reach each other through the tables of a
:class:`Rules`. They keep two promises:

* ``expression`` gives back a call-free expression and has emitted, in Python's order, whatever it depends on.
* An operand that something emitted after it could change is *spilled*: read into a temporary at its own moment.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pydron.frontend.draft import Block, Choice, Draft, Leaf, LeafKind
from pydron.frontend.names import Names
from pydron.frontend.scopes import usage_of
from pydron.ir.fragment import Fragment
from pydron.ir.nodes import Const, Exit, Host
from pydron.location import Span

Positioned = ast.expr | ast.stmt


StatementRules = dict[type[ast.stmt], Callable[["Lowering", Any], None]]
ExpressionRules = dict[type[ast.expr], Callable[["Lowering", Any], ast.expr]]
BindingRules = dict[type[ast.expr], Callable[["Lowering", ast.Name, Any, Positioned], None]]
EffectRules = dict[type[ast.expr], Callable[["Lowering", Any], None]]


@dataclass(frozen=True, slots=True)
class Rules:
    """Tables from the kind of a syntax node to what lowers it.

    Attributes:
        statements: Emits a statement.
        expressions: Emits what an expression needs; gives what is left of it, free of calls.
        binders: Emits the binding of a name to an expression. Where there is none: a plain assignment.
        conditions: As ``expressions``, where only the truth of the value counts and is asked for once.
        effects: Emits an expression of which the value is not used.
    """

    statements: StatementRules
    expressions: ExpressionRules
    binders: BindingRules
    conditions: ExpressionRules
    effects: EffectRules
    otherwise: Callable[[Lowering, Any], ast.expr]
    otherwise_statement: Callable[[Lowering, Any], None]


@dataclass(slots=True)
class Lowering:
    """One function on its way into normal form.

    Attributes:
        operations: Ids of the expression nodes in which something has to be emitted on its own.
        bound: Variables that certainly have a value at this point; None where no control gets.
        kept: Copies of syntax whose parts are among ``operations``: an id must not come to mean another object.
    """

    names: Names
    rules: Rules
    operations: set[int]
    bound: set[str] | None
    block: Block = field(default_factory=Block)
    kept: list[ast.AST] = field(default_factory=list)

    def has_operations(self, node: ast.AST | None) -> bool:
        """Whether something in an expression has to be emitted on its own."""
        return id(node) in self.operations

    def expression(self, node: ast.expr) -> ast.expr:
        """What is left of an expression once everything it needs has been emitted. Free of calls."""
        if id(node) not in self.operations:
            return node
        return self.rules.expressions.get(type(node), self.rules.otherwise)(self, node)

    def condition(self, node: ast.expr) -> ast.expr:
        """As :meth:`expression`, for an expression of which only the truth counts."""
        if id(node) not in self.operations:
            return node
        rule = self.rules.conditions.get(type(node))
        return self.expression(node) if rule is None else rule(self, node)

    def effect(self, node: ast.expr) -> None:
        """Emit an expression of which the value is not used."""
        rule = self.rules.effects.get(type(node)) if id(node) in self.operations else None
        if rule is not None:
            rule(self, node)
            return
        left = self.expression(node)
        if not isinstance(left, ast.Constant) and not (isinstance(left, ast.Name) and self.is_temporary(left)):
            self.host(ast.copy_location(ast.Expr(left), node))

    def bind(self, target: ast.Name, value: ast.expr, at: Positioned) -> None:
        """Emit the binding of a name to an expression."""
        rule = self.rules.binders.get(type(value)) if id(value) in self.operations else None
        if rule is None:
            self.assign([target], self.expression(value), at)
        else:
            rule(self, target, value, at)

    def temporary(self, at: Positioned, hint: str = "") -> ast.Name:
        """A target with a new name, in the place of some syntax."""
        return ast.copy_location(ast.Name(self.names.temporary(hint), ast.Store()), at)

    def spill(self, node: ast.expr) -> ast.Name:
        """Evaluate a call-free expression now; gives the temporary that holds it."""
        target = self.temporary(node)
        self.assign([target], node, node)
        return read(target)

    def settle(self, node: ast.expr) -> ast.expr:
        """An expression of the same value that nothing emitted later can change."""
        if self.is_stable(node):
            return node
        if isinstance(node, ast.Slice):
            for name in ("lower", "upper", "step"):
                part = getattr(node, name)
                if part is not None:
                    setattr(node, name, self.settle(part))
            return node
        if isinstance(node, ast.Tuple) and any(isinstance(part, ast.Slice) for part in node.elts):
            node.elts = [self.settle(part) for part in node.elts]
            return node
        if isinstance(node, ast.Starred):
            node.value = self.settle(node.value)
            return node
        return self.spill(node)

    def is_temporary(self, node: ast.Name) -> bool:
        """Whether a name was invented for this function."""
        return node.id in self.names.temporaries

    def is_stable(self, node: ast.expr) -> bool:
        """Whether an expression can be evaluated later than it stands without anybody noticing."""
        if isinstance(node, ast.Constant):
            return True
        if isinstance(node, ast.Name):
            if node.id in self.names.temporaries:
                return True
            local = node.id in self.names.local and node.id not in self.names.cells
            certain = self.bound is None or node.id in self.bound
            return local and certain and node.id not in self.names.walrus
        if isinstance(node, ast.UnaryOp):
            numbers = int if isinstance(node.op, ast.Invert) else (int, float, complex)
            return isinstance(node.operand, ast.Constant) and isinstance(node.operand.value, numbers)
        if isinstance(node, (ast.Tuple, ast.List)):
            return all(self.is_stable(part) for part in node.elts)
        return False

    def in_order(self, nodes: Sequence[ast.expr]) -> list[ast.expr]:
        """Lower operands that are evaluated one after the other, unconditionally."""
        last = max((number for number, node in enumerate(nodes) if id(node) in self.operations), default=-1)
        found: list[ast.expr] = []
        for number, node in enumerate(nodes):
            left = self.expression(node)
            found.append(self.settle(left) if number < last else left)
        return found

    def emit(self, node: Draft) -> None:
        """Add a node to the current block."""
        self.block.nodes.append(node)

    def leaf(self, kind: LeafKind, statement: ast.stmt, at: Positioned, /, **fields: Any) -> Leaf:
        """Emit a call-free statement as a node of some kind."""
        reads, binds = self.uses(statement)
        needs = binds if isinstance(statement, ast.Delete) else ()
        leaf = Leaf(kind, Span.of(at), reads, binds, {"fragment": Fragment.of([statement]), **fields}, needs)
        self.emit(leaf)
        if self.bound is not None:
            self.bound.update(binds)
        return leaf

    def host(self, statement: ast.stmt) -> None:
        """Emit a call-free statement that modifies no object."""
        self.leaf(Host, statement, statement)

    def assign(self, targets: list[ast.expr], value: ast.expr, at: Positioned) -> None:
        """Emit an assignment of a call-free expression to names."""
        statement = ast.copy_location(ast.Assign(targets, value), at)
        literal = isinstance(value, ast.Constant) and len(targets) == 1 and isinstance(targets[0], ast.Name)
        self.leaf(Const if literal else Host, statement, at)

    def uses(self, node: ast.AST) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What a piece of syntax reads (captures included) and binds, of the names of the function."""
        usage = usage_of([node])
        return self.names.known_only([*usage.reads, *usage.captures]), self.names.known_only(usage.binds)

    def test(self, node: ast.expr) -> tuple[Fragment, tuple[str, ...]]:
        """The fragment of a call-free expression, and what it reads."""
        return Fragment.of_expression(node), self.uses(node)[0]

    @contextmanager
    def nested(self, bound: set[str] | None) -> Iterator[Block]:
        """Emit into a block of its own, which begins with these variables bound."""
        outer, before = self.block, self.bound
        self.block, self.bound = Block(), None if bound is None else set(bound)
        try:
            yield self.block
        finally:
            self.block, self.bound = outer, before

    def statements(self, nodes: Sequence[ast.stmt]) -> None:
        """Emit statements, up to the first after which no control gets."""
        for node in nodes:
            if self.bound is None:
                return
            self.rules.statements.get(type(node), self.rules.otherwise_statement)(self, node)

    def leave(self, exit: Exit, at: Positioned, statement: ast.stmt | None = None) -> None:
        """End the block."""
        self.block.exit, self.block.exit_span = exit, Span.of(at)
        if statement is not None:
            self.block.exit_fragment = Fragment.of([statement])
            self.block.exit_reads = self.uses(statement)[0]
        self.bound = None

    def choose(
        self, test: ast.expr, at: Positioned, then: Callable[[], None], orelse: Callable[[], None] | None = None
    ) -> None:
        """Emit a choice. ``test`` is call-free; ``then`` and ``orelse`` emit what depends on it."""
        fragment, reads = self.test(test)
        with self.nested(self.bound) as then_block:
            then()
            then_bound = self.bound
        with self.nested(self.bound) as else_block:
            if orelse is not None:
                orelse()
            else_bound = self.bound
        self.emit(Choice(Span.of(at), fragment, reads, then_block, else_block))
        self.bound = meet(then_bound, else_bound)


def meet(left: set[str] | None, right: set[str] | None) -> set[str] | None:
    """What is certainly bound where two ways join."""
    if left is None or right is None:
        return right if left is None else left
    return left & right


def read(target: ast.Name) -> ast.Name:
    """The reading of a name, in the place of its binding."""
    return ast.copy_location(ast.Name(target.id, ast.Load()), target)
