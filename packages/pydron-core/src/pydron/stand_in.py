"""Stand-ins: code with the name, place, parameters and free variables of a function's code, and another body.

The body passes the arguments to a *gate*, an object that is a constant of the code:

    def pipeline(inputs, /, *more, deep=2):      # as the user wrote it
        return <gate>((inputs, *more), {"deep": deep})

Because the parameters are the user's, Python itself binds the arguments, fills in the defaults as they are now, and
complains of wrong ones. Stand-ins are made from templates, one per shape of a parameter list, in which names are
exchanged.

A gate must not lead to a function that has the code: code objects take no part in the collection of cycles.
"""

from __future__ import annotations

import ast
import functools
from types import CodeType
from typing import Any, NamedTuple

_VARARGS, _VARKEYWORDS = 0x4, 0x8
_GATE = "pydron: the gate"
_KEYWORD = "pydron: keyword "
_OWN = (".gate", ".error", ".offset")
"""The names of its own variables: no identifiers, so that they are none of the user's."""


class _Shape(NamedTuple):
    """What a template depends on.

    Attributes:
        parameters: Number of those that may be given by position.
        positional: How many of these are positional only.
        keywords: Number of keyword-only ones.
        rest, named: Whether there are ``*args`` and ``**kwargs``.
        free: Number of free variables.
        lines: How many lines the code can raise from; 0 raises from where it is.
    """

    parameters: int
    positional: int
    keywords: int
    rest: bool
    named: bool
    free: int
    lines: int


def stand_in(code: CodeType, gate: object, lines: int = 0) -> CodeType:
    """Code that looks like some code from outside, and calls a gate.

    Args:
        gate: Called with a tuple and a dictionary: all positional arguments, and the keyword-only ones.
        lines: If not 0, what the gate raises is raised again: as ``gate.place(error)`` has left it if this is 1, else
            from the line (relative, below this number) that it says.
    """
    shape = _Shape(
        code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, bool(code.co_flags & _VARARGS),
        bool(code.co_flags & _VARKEYWORDS), len(code.co_freevars), lines,
    )  # fmt: skip
    template = _template(shape)
    own = code.co_varnames[: shape.parameters + shape.keywords + shape.rest + shape.named]
    keywords = code.co_varnames[shape.parameters : shape.parameters + shape.keywords]
    names: dict[str, Any] = {
        "co_filename": code.co_filename,
        "co_name": code.co_name,
        "co_firstlineno": code.co_firstlineno,
        "co_freevars": code.co_freevars,
        "co_varnames": own + _OWN[: len(template.co_varnames) - len(own)],
        "co_consts": tuple(_constant(constant, gate, keywords) for constant in template.co_consts),
    }
    if hasattr(code, "co_qualname"):
        names["co_qualname"] = code.co_qualname
    return template.replace(**names)


def has_gate(code: CodeType, gate: object) -> bool:
    """Whether some code is a stand-in with this gate."""
    return any(constant is gate for constant in code.co_consts)


def is_stand_in(code: CodeType) -> bool:
    """Whether some code is a stand-in."""
    return _OWN[0] in code.co_varnames


def _constant(constant: Any, gate: object, keywords: tuple[str, ...]) -> Any:
    if type(constant) is tuple:
        return tuple(_constant(part, gate, keywords) for part in constant)
    if constant == _GATE:
        return gate
    if type(constant) is str and constant.startswith(_KEYWORD):
        return keywords[int(constant.removeprefix(_KEYWORD))]
    return constant


@functools.cache
def _template(shape: _Shape) -> CodeType:
    """Code of the shape, in which parameters and free variables have names of no meaning."""
    names = [f"a{index}" for index in range(shape.parameters)]
    keywords = [f"k{index}" for index in range(shape.keywords)]
    free = [f"f{index}" for index in range(shape.free)]
    module = ast.parse("def outside():\n def inside(): pass")
    outside = module.body[0]
    assert isinstance(outside, ast.FunctionDef)
    inside = outside.body[0]
    assert isinstance(inside, ast.FunctionDef)
    outside.args.args = [ast.arg(name) for name in free]
    inside.args = ast.arguments(
        posonlyargs=[ast.arg(name) for name in names[: shape.positional]],
        args=[ast.arg(name) for name in names[shape.positional :]],
        vararg=ast.arg("rest") if shape.rest else None,
        kwonlyargs=[ast.arg(name) for name in keywords],
        kw_defaults=[None for _ in keywords],
        kwarg=ast.arg("named") if shape.named else None,
        defaults=[],
    )
    positions = ", ".join([*names, *(["*rest"] if shape.rest else [])])
    pairs = [f"{_KEYWORD + str(index)!r}: {name}" for index, name in enumerate(keywords)]
    pairs += ["**named"] if shape.named else []
    inside.body = ast.parse(
        # Free variables are named where nothing runs: the code has to have as many as the one that it stands for.
        (f"if False: {', '.join(free)}\n" if free else "")
        + f"gate = {_GATE!r}\n"
        + _passing_on(f"gate(({positions}{',' if positions else ''}), {{{', '.join(pairs)}}})", shape.lines)
    ).body
    _put_on_line(module, 1)
    if shape.lines:
        _raise_from_lines(inside, shape.lines)
    return _inner(_inner(compile(module, "<pydron>", "exec", dont_inherit=True)))


def _passing_on(call: str, lines: int) -> str:
    if not lines:
        return f"return {call}"
    # A bare ``raise`` leaves the traceback as the gate has put it together; before Python 3.11 it has its own.
    again = " error" if lines > 1 else ""
    return (
        f"try:\n return {call}\nexcept BaseException as error:\n offset = gate.place(error)\n raise{again}\n"
    )  # fmt: skip


def _raise_from_lines(function: ast.FunctionDef, lines: int) -> None:
    """Put ``if offset == 7: raise error`` on line 7 of the code, and the like, into the handler."""
    attempt = function.body[-1]
    assert isinstance(attempt, ast.Try)
    for offset in range(1, lines):
        branch = ast.parse(f"if offset == {offset}:\n raise error").body[0]
        _put_on_line(branch, 1 + offset)
        attempt.handlers[0].body.insert(offset, branch)


def _put_on_line(tree: ast.AST, line: int) -> None:
    """Put a tree on a line, without columns: then tracebacks underline nothing."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.expr, ast.stmt, ast.excepthandler, ast.arg)):
            node.lineno = node.end_lineno = line
            node.col_offset = node.end_col_offset = -1


def _inner(code: CodeType) -> CodeType:
    return next(constant for constant in code.co_consts if isinstance(constant, CodeType))
