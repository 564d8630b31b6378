"""Exchanges the code of functional functions, so that whoever calls them is seen.

``@pydron.functional`` returns the function itself: it may have been imported under other names, kept in tables and
bound to objects. So it is not wrapped. While a check is on, its code is another one, with the same name, place and
parameters, that passes the arguments on to a watcher; afterwards it has its own code again.

    def clean(table, *, deep):                   # the watcher is a constant of the code
        return <watcher>((table,), {"deep": deep})
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Mapping
from types import CodeType, FunctionType
from typing import Any

from pydron import runner

_VARARGS, _VARKEYWORDS = 0x4, 0x8
_PLACE = "pydron: the watcher"

Watch = Callable[[FunctionType, tuple[Any, ...], Mapping[str, Any]], Any]
"""Called with a function that has the original code, and the arguments of a call."""

_originals: dict[FunctionType, CodeType] = {}
_entrances: list[_Entrance] = []


class _Entrance:
    """What the exchanged code calls. A constant of that code, which may be pickled by value: hence by number."""

    def __init__(self, original: FunctionType, watch: Watch) -> None:
        self._original, self._watch = original, watch
        self._number = len(_entrances)
        _entrances.append(self)

    def __call__(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        return self._watch(self._original, args, kwargs)

    def __reduce__(self) -> Any:
        return (_entrance, (self._number,))


def _entrance(number: int) -> _Entrance:
    return _entrances[number]


def exchange(function: FunctionType, watch: Watch) -> None:
    """Let calls of a function go through a watcher, until :func:`restore`. Does nothing if they do already."""
    if function in _originals:
        return
    original = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    original.__kwdefaults__ = function.__kwdefaults__
    original.__qualname__ = function.__qualname__
    original.__module__ = function.__module__
    original.__doc__ = function.__doc__
    original.__dict__ = function.__dict__  # the same: what one sets, the other sees
    code = _watched(function.__code__, _Entrance(original, watch))
    _originals[function] = function.__code__
    runner.show_as(code, function.__code__, "caller")
    function.__code__ = code


def restore() -> None:
    """Give every function its own code again."""
    while _originals:
        function, code = _originals.popitem()
        function.__code__ = code


def _watched(code: CodeType, entrance: _Entrance) -> CodeType:
    """Code that looks like some code from outside, and calls the entrance."""
    template = _template(
        code.co_varnames[: code.co_argcount],
        code.co_posonlyargcount,
        code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount],
        *_rest(code),
        code.co_freevars,
    )
    constants = tuple(entrance if constant == _PLACE else constant for constant in template.co_consts)
    names: dict[str, Any] = {"co_filename": code.co_filename, "co_name": code.co_name, "co_consts": constants}
    names.update(co_firstlineno=code.co_firstlineno, co_freevars=code.co_freevars)
    if hasattr(code, "co_qualname"):
        names["co_qualname"] = code.co_qualname
    return template.replace(**names)


def _rest(code: CodeType) -> tuple[str, str]:
    """The names of ``*args`` and ``**kwargs``; "" for none."""
    names = list(code.co_varnames[code.co_argcount + code.co_kwonlyargcount :])
    more = names.pop(0) if code.co_flags & _VARARGS else ""
    return more, names.pop(0) if code.co_flags & _VARKEYWORDS else ""


@functools.lru_cache(maxsize=256)
def _template(
    parameters: tuple[str, ...],
    positional: int,
    keywords: tuple[str, ...],
    more: str,
    named: str,
    free: tuple[str, ...],
) -> CodeType:
    """Code of ``def watched(...): return <place of the watcher>((...), {...})`` in a function with free variables."""
    arguments = ast.arguments(
        posonlyargs=[ast.arg(name) for name in parameters[:positional]],
        args=[ast.arg(name) for name in parameters[positional:]],
        vararg=ast.arg(more) if more else None,
        kwonlyargs=[ast.arg(name) for name in keywords],
        kw_defaults=[None for _ in keywords],
        kwarg=ast.arg(named) if named else None,
        defaults=[],
    )
    watcher = "pydron_watcher"
    while watcher in (*parameters, *keywords, more, named, *free):
        watcher += "_"
    # The free variables are named where nothing runs: the code has to have as many as the one that it stands for.
    unseen: list[ast.expr] = [_name(name) for name in free]
    body: list[ast.stmt] = [
        ast.If(ast.Constant(False), [ast.Expr(ast.Tuple(unseen, ast.Load()))], []),
        ast.Assign([ast.Name(watcher, ast.Store())], ast.Constant(_PLACE)),
        ast.Return(_call(watcher, parameters, keywords, more, named)),
    ]
    module = ast.parse("def outside():\n def watched(): pass")
    outside = module.body[0]
    assert isinstance(outside, ast.FunctionDef)
    inside = outside.body[0]
    assert isinstance(inside, ast.FunctionDef)
    outside.args.args = [ast.arg(name) for name in free]
    inside.args, inside.body = arguments, body
    code = _inner(compile(_on_first_line(module), "<pydron>", "exec", dont_inherit=True))
    return _inner(code)


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _call(watcher: str, parameters: tuple[str, ...], keywords: tuple[str, ...], more: str, named: str) -> ast.Call:
    """``watcher((parameters, *more), {keywords, **named})``."""
    given: list[ast.expr] = [_name(name) for name in parameters]
    keys: list[ast.expr | None] = [ast.Constant(name) for name in keywords]
    values: list[ast.expr] = [_name(name) for name in keywords]
    if more:
        given.append(ast.Starred(_name(more), ast.Load()))
    if named:
        keys.append(None)
        values.append(_name(named))
    return ast.Call(_name(watcher), [ast.Tuple(given, ast.Load()), ast.Dict(keys, values)], [])


def _on_first_line(module: ast.Module) -> ast.Module:
    """The same, with nothing behind the first line: the code is moved to where the function stands."""
    for node in ast.walk(module):
        if isinstance(node, (ast.stmt, ast.expr, ast.arg)):
            node.lineno = node.end_lineno = 1
            node.col_offset = node.end_col_offset = 0
    return module


def _inner(code: CodeType) -> CodeType:
    return next(constant for constant in code.co_consts if isinstance(constant, CodeType))
