"""Lowers assertions: each is a choice with a ``raise``, which fails where Python's own would."""

from __future__ import annotations

import ast
import sys
from opcode import opmap

from pydron.frontend.lowering import Lowering, StatementRules
from pydron.frontend.native import native_statement
from pydron.ir.recompiling import compile_again
from pydron.location import Span

_RAISES = opmap["RAISE_VARARGS"]


def lower_assert(lowering: Lowering, node: ast.Assert) -> None:
    """Emit an assertion as what it stands for: a choice with a ``raise``."""
    if not __debug__:
        return
    if "AssertionError" in lowering.names.shadowed:
        native_statement(lowering, node, "PD217", "the name AssertionError means something else here")
        return
    failure = _failing(node)
    test = lowering.condition(node.test)

    def fail() -> None:
        error: ast.expr = ast.copy_location(ast.Name("AssertionError", ast.Load()), node)
        if node.msg is not None:
            # The compiler means the builtin class, whatever the message does: it is not read before.
            message = lowering.expression(node.msg)
            made = ast.copy_location(ast.Call(error, [message], []), node)
            error = lowering.rules.expressions[ast.Call](lowering, made)
        statement = ast.copy_location(ast.Raise(error, None), failure)
        lowering.leave("raise", node, statement)

    lowering.choose(test, node, lambda: None, fail)


def _failing(node: ast.Assert) -> ast.stmt:
    """A statement at the place that Python shows when the assertion fails: all of it, its test, or the last part of its
    test, as the version has it. The compiler tells."""
    code = compile_again(ast.Module([node], []), "<assertion>")
    raising = max(index for index in range(0, len(code.co_code), 2) if code.co_code[index] == _RAISES)
    span = Span.of(node)
    if sys.version_info >= (3, 11):
        line, end_line, column, end_column = list(code.co_positions())[raising // 2]
        if line is not None and end_line is not None and column is not None and end_column is not None:
            span = Span(line, column, end_line, end_column)
    else:
        line = next(line for start, end, line in code.co_lines() if start <= raising < end)
        span = Span(line, 0, line, 0)
    return ast.Pass(lineno=span.line, col_offset=span.column, end_lineno=span.end_line, end_col_offset=span.end_column)


STATEMENTS: StatementRules = {ast.Assert: lower_assert}
