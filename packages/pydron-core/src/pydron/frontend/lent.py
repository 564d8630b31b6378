"""Generator expressions that are lent to an iterator of the library: ``enumerate(f(x) for x in xs)``.

Nobody but what uses the iterator up can see such a generator, so the machine may go through it in the program's place.
It becomes a stream like one that a builtin goes through at once (:mod:`.streams`), of the call ``iter(generator)``,
which gives the generator itself. Lent is a generator expression that

* is handed, directly or through further iterators of the library, to something that uses it up in the same statement: a
  loop, a comprehension, a star, an unpacking, a call that goes through all of it or takes one element;
* or is bound to a variable that is read once, by such a statement further down in the same block;

where none of the variables that it reads is bound while it may be asked for elements: it would see the new value.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from dataclasses import dataclass, field

from pydron.frontend.scopes import comprehension_targets, inner_parts, usage_of
from pydron.ir.syntax import children

LAZY = frozenset(
    {"accumulate", "chain", "compress", "dropwhile", "enumerate", "filter", "filterfalse", "from_iterable", "islice",
     "iter", "map", "pairwise", "starmap", "takewhile", "zip", "zip_longest"}
)  # fmt: skip
"""Names of what makes an iterator over iterables, which it does not keep anywhere else."""

_USING_UP = frozenset(
    {"Counter", "OrderedDict", "all", "any", "array", "bytearray", "bytes", "deque", "dict", "difference", "extend",
     "fmean", "fromiter", "fromkeys", "frozenset", "fsum", "geometric_mean", "harmonic_mean", "intersection", "join",
     "list", "max", "mean", "median", "min", "mode", "multimode", "next", "nlargest", "nsmallest", "prod", "product",
     "pstdev", "pvariance", "quantiles", "reduce", "set", "sorted", "stdev", "sum", "tuple", "union", "update",
     "variance", "writelines", "writerows"}
)  # fmt: skip
"""Names of what uses an iterable up, or at least does not keep it."""

NAMES = (LAZY | _USING_UP) & frozenset(dir(builtins))
"""Those of them that are builtins: where a module or a function binds such a name, it means something else."""


@dataclass(slots=True)
class Loan:
    """A generator expression that is lent.

    Attributes:
        inside: Generator expressions that go through it; it is lent only if these are streams.
    """

    generator: ast.GeneratorExp
    inside: list[ast.GeneratorExp] = field(default_factory=list)


class Loans:
    """Finds the generator expressions of a function that are lent.

    Args:
        nodes: All syntax nodes of the function.
        own: Its variables.
        hidden: Names that mean something else than the builtin.
    """

    def __init__(self, nodes: list[ast.AST], own: frozenset[str], hidden: Iterable[str]) -> None:
        self._nodes = nodes
        self._own = own
        self._hidden = own.union(hidden)
        self._parents = {id(child): node for node in nodes for child in children(node)}

    def find(self) -> list[Loan]:
        """All of them, in no order."""
        if "iter" in self._hidden:
            return []
        loans = (self._loan(node) for node in self._nodes if isinstance(node, ast.GeneratorExp))
        return [loan for loan in loans if loan is not None]

    def _loan(self, generator: ast.GeneratorExp) -> Loan | None:
        loan = Loan(generator)
        targets = comprehension_targets(generator)
        read = {name for name in usage_of(inner_parts(generator)).reads if name in self._own and name not in targets}
        user = self._user(generator, loan)
        return loan if user is not None and not read & self._bound_meanwhile(generator, user) else None

    def _user(self, node: ast.expr, loan: Loan, named: bool = True) -> ast.AST | None:
        """What uses an expression up; None where it may be kept.

        Args:
            named: Whether it may be bound to a variable.
        """
        while True:
            parent = self._parents.get(id(node))
            match parent:
                case ast.Call() if node in parent.args:
                    name = self._called(parent)
                    if name in _USING_UP:
                        return parent
                    if name not in LAZY:
                        return None
                    node = parent
                case ast.For() if node is parent.iter:
                    return parent
                case ast.comprehension() if node is parent.iter and not parent.is_async:
                    outer = self._parents[id(parent)]
                    if not isinstance(outer, ast.GeneratorExp):
                        return outer
                    loan.inside.append(outer)
                    node = outer
                    if self._is_first_argument(outer):
                        return outer
                case ast.Starred():
                    return parent
                case ast.Assign(targets=[ast.Tuple() | ast.List()]) | ast.AugAssign():
                    return parent
                case ast.Assign(targets=[ast.Name(id=variable)]) if named:
                    return self._user_of_variable(variable, parent, loan)
                case _:
                    return None

    def _called(self, call: ast.Call) -> str:
        match call.func:
            case ast.Name(id=name):
                return "" if name in self._hidden else name
            case ast.Attribute(attr=name):
                return name
            case _:
                return ""

    def _is_first_argument(self, generator: ast.GeneratorExp) -> bool:
        parent = self._parents.get(id(generator))
        return isinstance(parent, ast.Call) and self._called(parent) in _USING_UP

    def _user_of_variable(self, variable: str, assigned: ast.Assign, loan: Loan) -> ast.AST | None:
        """What uses a variable up: the only place that reads it, in a later statement of the same block."""
        names = [node for node in self._nodes if isinstance(node, ast.Name) and node.id == variable]
        read = [name for name in names if isinstance(name.ctx, ast.Load)]
        if len(names) != 2 or len(read) != 1 or variable not in self._own:
            return None
        reader = self._statement(read[0])
        block = self._block(assigned)
        if reader not in block or block.index(reader) <= block.index(assigned):
            return None
        return self._user(read[0], loan, named=False)

    def _statement(self, node: ast.AST) -> ast.AST:
        """The innermost statement that a node stands in; the node itself where a function's body is an expression."""
        while not isinstance(node, ast.stmt) and id(node) in self._parents:
            node = self._parents[id(node)]
        return node

    def _block(self, statement: ast.AST) -> list[ast.AST]:
        """The statements among which one stands, as far as they are this function's."""
        parent = self._parents.get(id(statement))
        if parent is None:
            return [node for node in self._nodes if id(node) not in self._parents]
        blocks = (getattr(parent, name, None) for name in parent._fields)
        return next((block for block in blocks if isinstance(block, list) and statement in block), [statement])

    def _bound_meanwhile(self, generator: ast.GeneratorExp, user: ast.AST) -> set[str]:
        """The variables that are bound between the making of a generator and its end."""
        begin, end = self._statement(generator), self._statement(user)
        found = {node.target.id for statement in (begin, end) for node in ast.walk(statement)
                 if isinstance(node, ast.NamedExpr)}  # fmt: skip
        if isinstance(user, ast.For):
            found.update(usage_of([user]).binds)
        if begin is not end:
            block = self._block(begin)
            found.update(usage_of(block[block.index(begin) : block.index(end)]).binds)
        return found


def find_loans(nodes: list[ast.AST], own: frozenset[str], hidden: Iterable[str]) -> list[Loan]:
    """The generator expressions among the nodes of a function that are lent to iterators."""
    if not any(isinstance(node, ast.GeneratorExp) for node in nodes):
        return []
    return Loans(nodes, own, hidden).find()
