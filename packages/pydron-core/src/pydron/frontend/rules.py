"""The tables of all rules, one entry per kind of statement and expression."""

from __future__ import annotations

import ast
from typing import Any

from pydron.frontend import (
    assertions,
    assignments,
    choices,
    comprehensions,
    definitions,
    guarded,
    loops,
    matches,
    operands,
    statements,
    streams,
    texts,
)
from pydron.frontend.lowering import Lowering, Rules
from pydron.frontend.native import native_expression


def _unknown(lowering: Lowering, node: ast.expr) -> ast.expr:
    return native_expression(lowering, node, "PD215", type(node).__name__)


_EXPRESSIONS: dict[type[ast.expr], Any] = {
    **streams.EXPRESSIONS,
    **operands.EXPRESSIONS,
    **choices.EXPRESSIONS,
    **comprehensions.EXPRESSIONS,
    **texts.EXPRESSIONS,
    **definitions.EXPRESSIONS,
}

RULES = Rules(
    statements={
        **statements.STATEMENTS,
        **assertions.STATEMENTS,
        **assignments.STATEMENTS,
        **loops.STATEMENTS,
        **matches.STATEMENTS,
        **guarded.STATEMENTS,
        **definitions.STATEMENTS,
    },
    expressions=_EXPRESSIONS,
    binders={**streams.BINDERS, **choices.BINDERS, **definitions.BINDERS},
    conditions={**operands.CONDITIONS, **choices.CONDITIONS},
    effects={**streams.EFFECTS, **choices.EFFECTS},
    otherwise=_unknown,
    otherwise_statement=statements.lower_whole,
)

OPERATIONS = (
    ast.Call,
    ast.NamedExpr,
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.Await,
    ast.Yield,
    ast.YieldFrom,
)
"""Expressions that are emitted on their own. An expression of unknown kind is one as well."""

PLAIN = (
    *(kind for kind in _EXPRESSIONS if kind not in OPERATIONS),
    ast.Name,
    ast.Constant,
    ast.Starred,
)
"""Expressions that stay where they are as long as none of :data:`OPERATIONS` is in them."""
