"""Puts statements as written back together: what normal form has taken apart for the machine, Python computes at once.

In normal form each call stands alone, and its result has a name::

    _1 = table[key]
    _1.append
    _2 = f(x)
    _1.append(_2)

For values that are there, ``table[key].append(f(x))`` does the same, without the two names. An expression goes back to
the place that it was taken from, which its position in the source tells, if nothing stands between and nothing else
reads its name. So what comes out is what the user wrote, evaluated in the order in which Python evaluates it.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection


def fused(body: list[ast.stmt], temporaries: Collection[str]) -> list[ast.stmt]:
    """The statements of a loop's body as it was written, put back together as far as possible.

    Args:
        body: Changed in place.
        temporaries: The names that normal form gave.
    """
    return _Fusing(body, temporaries).block(body)


class _Fusing:
    """Goes through one loop's body.

    Attributes:
        loads: How often each temporary is read.
        gone: Temporaries that are not bound any more.
    """

    def __init__(self, body: list[ast.stmt], temporaries: Collection[str]) -> None:
        nodes = [node for statement in body for node in ast.walk(statement)]
        read = [node for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
        read += [node.target for node in nodes if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)]
        self.loads = Counter(node.id for node in read if node.id in temporaries)
        self.gone: set[str] = set()

    def block(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        """One block, and the blocks in it."""
        found: list[ast.stmt] = []
        for statement in statements:
            if self._only_releases(statement):
                continue
            while found and self._takes_in(statement, found[-1]):
                found.pop()
            for inner in _blocks_of(statement):
                inner[:] = self.block(inner) or [ast.copy_location(ast.Pass(), statement)]
            if isinstance(statement, ast.If) and all(isinstance(one, ast.Pass) for one in statement.orelse):
                statement.orelse = []
            found.append(statement)
        return found

    def _takes_in(self, statement: ast.stmt, before: ast.stmt) -> bool:
        """Whether a statement now does what stood before it as well."""
        match before:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if self.loads[name] == 1:
                if not _Putting(name, value).into(statement):
                    return False
                self.gone.add(name)
                return True
            case ast.Expr(value=ast.Attribute(value=ast.Name(id=root)) as read):
                match statement:
                    case ast.Expr(value=ast.Call(func=method)) | ast.Assign(value=ast.Call(func=method)):
                        # The method is looked at before its arguments are computed, which now are part of the call.
                        if ast.dump(method) == ast.dump(read) and _position(method) == _position(read):
                            self.loads[root] -= root in self.loads
                            return True
        return False

    def _only_releases(self, statement: ast.stmt) -> bool:
        """Whether nothing is left of ``_1 = None``, without the names that are not bound any more."""
        if not (isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)):
            return False
        statement.targets = [
            target for target in statement.targets if not (isinstance(target, ast.Name) and target.id in self.gone)
        ]
        return not statement.targets


def _blocks_of(statement: ast.stmt) -> list[list[ast.stmt]]:
    """The blocks in a statement that are not empty."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return []
    owners: list[ast.AST] = [statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ())]
    blocks = [getattr(owner, name, None) for owner in owners for name in ("body", "orelse", "finalbody")]
    return [block for block in blocks if block]


_EVALUATED = {ast.If: "test", ast.Assert: "test", ast.For: "iter"}
"""What of a statement is evaluated first, and once."""

_WHOLE = (ast.Expr, ast.Assign, ast.AugAssign, ast.Return)


class _Putting(ast.NodeTransformer):
    """Puts an expression in the place that it was taken from."""

    def __init__(self, name: str, value: ast.expr) -> None:
        self._name = name
        self._value = value
        self.done = False

    def into(self, statement: ast.stmt) -> bool:
        """Whether the statement has that place."""
        if isinstance(statement, _WHOLE):
            self.generic_visit(statement)
        elif type(statement) in _EVALUATED:
            part = _EVALUATED[type(statement)]
            setattr(statement, part, self.visit(getattr(statement, part)))
        return self.done

    def visit(self, node: ast.AST) -> ast.AST:
        """The node, or what belongs there. What is evaluated later, or by others, is left alone."""
        if isinstance(node, ast.Name):
            if node.id == self._name and isinstance(node.ctx, ast.Load) and _position(node) == _position(self._value):
                self.done = True
                return self._value
            return node
        if isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            return node
        return self.generic_visit(node)


def _position(node: ast.expr) -> tuple[int, int, int | None, int | None]:
    return node.lineno, node.col_offset, node.end_lineno, node.end_col_offset
