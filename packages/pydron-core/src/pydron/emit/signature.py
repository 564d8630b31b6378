"""The parameter list of a graph's function, as syntax."""

from __future__ import annotations

import ast

from pydron.emit.builder import Unsupported
from pydron.ir.nodes import Graph


def arguments_of(graph: Graph) -> ast.arguments:
    """The parameter list; defaults only count, their values come from the live function.

    Raises:
        Unsupported: The graph's signature is none.
    """
    try:
        statement = ast.parse(f"def f({graph.signature}): pass").body[0]
    except SyntaxError as error:
        raise Unsupported(f"the signature {graph.signature!r}") from error
    assert isinstance(statement, ast.FunctionDef)
    arguments = statement.args
    nothing: ast.expr = ast.Constant(None)
    arguments.defaults = [nothing for _ in arguments.defaults]
    arguments.kw_defaults = [None if default is None else nothing for default in arguments.kw_defaults]
    for argument in ast.walk(arguments):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return arguments
