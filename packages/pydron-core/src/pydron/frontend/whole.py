"""Functions that are taken whole, and why."""

from __future__ import annotations

import ast
import types
from typing import Literal

from pydron.frontend.scopes import FunctionLike, locals_of, parameters_of
from pydron.frontend.source import Source
from pydron.frontend.super_calls import spells_out_super
from pydron.ir.fragment import Fragment
from pydron.ir.nodes import Graph, Input, Native, Output, Region
from pydron.ir.syntax import all_nodes
from pydron.location import NOWHERE, Span
from pydron.own_frame import looked_at_with

Kind = Literal["function", "generator", "coroutine", "async_generator", "lambda", "opaque"]

_GENERATOR, _COROUTINE, _ITERABLE_COROUTINE, _ASYNC_GENERATOR = 0x20, 0x80, 0x100, 0x200
_VARARGS, _VARKEYWORDS = 0x4, 0x8

_WITHOUT_ARGUMENTS = frozenset({"locals", "vars", "dir"})
_WITHOUT_NAMESPACE = frozenset({"eval", "exec"})


_SUSPECTS = frozenset({"super", "__class__"}) | _WITHOUT_ARGUMENTS | _WITHOUT_NAMESPACE


def reason_to_take_whole(function: types.FunctionType, tree: FunctionLike) -> tuple[str, str]:
    """Code and detail of why a function with source is not taken apart; ``("", "")`` where it can be."""
    flags = function.__code__.co_flags
    if flags & (_COROUTINE | _ASYNC_GENERATOR | _ITERABLE_COROUTINE):
        return "PD205", "async def"
    if flags & _GENERATOR:
        return "PD204", "yield"
    if "__class__" in function.__code__.co_freevars and not spells_out_super(function, tree):
        return "PD213", "super() or __class__"
    looking = looked_at_with(function.__code__)
    if looking:
        return "PD213", f"{looking}()"
    # Hardly any function has one of these names: only then is it worth asking whose they are.
    suspects = [node for node in all_nodes([tree]) if isinstance(node, ast.Name) and node.id in _SUSPECTS]
    if not suspects:
        return "", ""
    own = {*locals_of(tree)[0], *function.__code__.co_freevars}
    if "__class__" in own:
        own.add("super")  # it has become a call like any other
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in ("super", "__class__") and node.id not in own:
            return "PD213", node.id
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id not in own:
            if _looks_at_frame(node.func.id, node):
                return "PD213", f"{node.func.id}()"
    return "", ""


def _looks_at_frame(name: str, node: ast.Call) -> bool:
    """Whether a builtin of this name, called like this, uses the variables of the function around it."""
    if name in _WITHOUT_ARGUMENTS:
        return not node.args and not node.keywords or any(isinstance(part, ast.Starred) for part in node.args)
    return name in _WITHOUT_NAMESPACE and (len(node.args) < 2 or any(isinstance(a, ast.Starred) for a in node.args))


def whole_function(
    function: types.FunctionType, source: Source | None, tree: FunctionLike | None, reason: str, detail: str
) -> Graph:
    """The graph of a function with a single ``Native`` node.

    Its text is the whole definition; "" where there is no source.
    """
    code = function.__code__
    if tree is None or source is None:
        parameters = _parameters(code)
        local = tuple(dict.fromkeys((*code.co_varnames, *code.co_cellvars)))
        cells, span, fragment, signature = code.co_cellvars, NOWHERE, Fragment(""), _signature(code)
    else:
        parameters = parameters_of(tree.args)
        local, usage = locals_of(tree)
        cells = tuple(name for name in local if name in usage.captures)
        span, signature = Span.of(source.tree), ast.unparse(tree.args)
        fragment = Fragment.of_expression(tree) if isinstance(tree, ast.Lambda) else Fragment.of([tree])
    received = tuple(dict.fromkeys((*parameters, *code.co_freevars)))
    node = Native(1, span, received, (), fragment, reason, detail, ("return",))
    boundary = Input(0, span, (), received), Output(2, span, (), (), "return")
    return Graph(
        name=code.co_name,
        qualname=str(getattr(code, "co_qualname", function.__qualname__)),
        module=function.__module__ or "",
        filename=code.co_filename,
        first_line=code.co_firstlineno,
        signature=signature,
        kind=_kind(code, source is None),
        body=Region((boundary[0], node, boundary[1])),
        local_names=local,
        cell_names=cells,
        free_names=code.co_freevars,
        source="" if source is None else source.text,
    )


def _kind(code: types.CodeType, opaque: bool) -> Kind:
    if code.co_flags & _ASYNC_GENERATOR:
        return "async_generator"
    if code.co_flags & (_COROUTINE | _ITERABLE_COROUTINE):
        return "coroutine"
    if code.co_flags & _GENERATOR:
        return "generator"
    if opaque:
        return "opaque"
    return "lambda" if code.co_name == "<lambda>" else "function"


def _parameters(code: types.CodeType) -> tuple[str, ...]:
    extra = bool(code.co_flags & _VARARGS) + bool(code.co_flags & _VARKEYWORDS)
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + extra]


def _signature(code: types.CodeType) -> str:
    """The parameter list as the code object knows it: without defaults and annotations."""
    names = list(code.co_varnames)
    shown = names[: code.co_argcount]
    if code.co_posonlyargcount:
        shown.insert(code.co_posonlyargcount, "/")
    keywords = names[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    extra = names[code.co_argcount + code.co_kwonlyargcount :]
    if code.co_flags & _VARARGS:
        shown.append(f"*{extra.pop(0)}")
    elif keywords:
        shown.append("*")
    shown += keywords
    if code.co_flags & _VARKEYWORDS:
        shown.append(f"**{extra.pop(0)}")
    return ", ".join(shown)
