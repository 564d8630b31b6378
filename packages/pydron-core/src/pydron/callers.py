"""Callers: the user's own lines, as whatever is called from there finds them in the frames above it.

``logging``, ``warnings``, ``namedtuple`` and their like look at the frame that calls them, and the interpreter at the
one that runs when C code warns: its file, line, name and globals are the user's. So calls are made from within small
functions that have these of the user's own. Tracebacks leave them out.
"""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FunctionType
from typing import Any

from pydron import runner

FUTURES = 0x1FE0000
"""The ``CO_FUTURE_...`` bits: ``compile``, ``exec`` and ``eval`` hand those of the code that calls them on."""

Caller = Callable[[Any, tuple[Any, ...], Mapping[str, Any]], Any]
"""Makes a call: given the callee, its arguments by position, and those by keyword."""

_CALLER = "def caller(callee, args, kwargs): return callee(*args, **kwargs)"

_STEPS = """
def steps(iterator, take, over):
    while True:
        try:
            element = take(iterator)
        except over:
            return
        yield element
"""
# A "for" would ask the iterator for an iterator once more, which the program can see.

_made: dict[tuple[int, int, str], tuple[CodeType, CodeType]] = {}
"""Id of a user's code, line and template -> that code, and what was made. (Codes of equal text compare equal.)"""

_MOST = 4096


def caller_at(users: CodeType, namespace: dict[str, Any], line: int) -> Caller:
    """What makes calls from a line of the user's code.

    Args:
        namespace: The globals of that code.
    """
    return FunctionType(_placed(_CALLER, users, line), namespace)


def shown_caller_at(users: CodeType, namespace: dict[str, Any], line: int) -> Caller:
    """The same, for code that would really make the call and is not run: tracebacks show it."""
    return FunctionType(_placed(_CALLER, users, line).replace(), namespace)


def steps_at(users: CodeType, namespace: dict[str, Any], line: int, iterator: Iterator[Any]) -> Iterator[Any]:
    """The elements of an iterator, asked for from a line of the user's code. At its end it is not asked again."""
    made: Iterator[Any] = FunctionType(_placed(_STEPS, users, line), namespace)(iterator, next, StopIteration)
    return made


def seen_from_outside(function: FunctionType) -> Callable[..., Any]:
    """A function as it is to be called within the entry that stands for it: if it looks at who calls, it finds whoever
    called the entry."""
    code = function.__code__
    if "warn" not in code.co_names and not any(
        type(names) is tuple and "stacklevel" in names for names in code.co_consts
    ):
        return function

    def called(*args: Any, **kwargs: Any) -> Any:
        for frame, users in runner.frames_outside(sys._getframe(1)):
            return caller_at(users, frame.f_globals, frame.f_lineno)(function, args, kwargs)
        return function(*args, **kwargs)

    return called


def _placed(template: str, users: CodeType, line: int) -> CodeType:
    found = _made.get((id(users), line, template))
    if found is None:
        code = _compiled(template)
        named: dict[str, Any] = {"co_filename": users.co_filename, "co_name": users.co_name, "co_firstlineno": line}
        named["co_flags"] = code.co_flags | users.co_flags & FUTURES
        if sys.version_info >= (3, 11):
            named["co_qualname"] = users.co_qualname
        code = code.replace(**named)
        runner.show_as(code, users, "caller")
        if len(_made) >= _MOST:
            _made.clear()
        found = _made[id(users), line, template] = (users, code)
    return found[1]


@functools.cache
def _compiled(template: str) -> CodeType:
    """The code of a function, all on one line."""
    module = ast.parse(template)
    for node in ast.walk(module):
        if isinstance(node, (ast.expr, ast.stmt, ast.excepthandler, ast.arg)):
            node.lineno = node.end_lineno = 1
            node.col_offset = node.end_col_offset = -1
    outer = compile(module, "<pydron>", "exec", dont_inherit=True)
    return next(constant for constant in outer.co_consts if isinstance(constant, CodeType))
