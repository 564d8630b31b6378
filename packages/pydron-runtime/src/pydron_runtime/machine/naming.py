"""Names and places under which emitted code shows itself: in tracebacks, and to functions that ask who calls them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

from pydron import runner
from pydron.emit.builder import PREFIX

_FUTURES = 0x1FE0000
"""The ``CO_FUTURE_...`` bits: ``compile``, ``exec`` and ``eval`` hand those of the code that calls them on."""

_EMITTED_SCOPE = re.compile(rf"^{PREFIX}unit\.<locals>\.{PREFIX}[a-z]+[0-9]*\.<locals>\.")


def named_as(code: CodeType, original: FunctionType) -> CodeType:
    """Emitted code under the name of the user's function; what it defines has qualified names as the user's."""
    qualname = original.__qualname__
    futures = original.__code__.co_flags & _FUTURES
    constants = tuple(_qualified(constant, qualname, futures) for constant in code.co_consts)
    flags = code.co_flags | futures
    named = code.replace(co_name=original.__code__.co_name, co_consts=constants, co_flags=flags)
    if hasattr(named, "co_qualname"):
        named = named.replace(co_qualname=qualname)  # type: ignore[call-arg]
    return named


def as_generator_expression(code: CodeType) -> CodeType:
    """Code that computes elements, or a part of it, under the name of the generator expression that it stands for."""
    named = code.replace(co_name="<genexpr>")
    if hasattr(named, "co_qualname"):
        named = named.replace(co_qualname=f"{code.co_qualname}.<locals>.<genexpr>")  # type: ignore[attr-defined,call-arg]
    return named


def _qualified(constant: Any, qualname: str, futures: int) -> Any:
    """A constant of emitted code, with the user's qualified names in place of those of the unit, and their futures."""
    if isinstance(constant, str):
        return _EMITTED_SCOPE.sub(lambda _: f"{qualname}.<locals>.", constant)
    if not isinstance(constant, CodeType):
        return constant
    parts = tuple(_qualified(part, qualname, futures) for part in constant.co_consts)
    inner = constant.replace(co_consts=parts, co_flags=constant.co_flags | futures)
    if hasattr(inner, "co_qualname"):
        inner = inner.replace(co_qualname=_qualified(inner.co_qualname, qualname, futures))  # type: ignore[call-arg]
    return inner


def _template() -> CodeType:
    module = ast.parse("def caller(callee, args, kwargs): return callee(*args, **kwargs)")
    outer = compile(module, "<pydron>", "exec", dont_inherit=True)
    return next(constant for constant in outer.co_consts if isinstance(constant, CodeType))


_CALLER = _template()


def caller_at(original: FunctionType, line: int) -> Callable[[Any, tuple[Any, ...], dict[str, Any]], Any]:
    """A function that makes a call from a line of the user's function.

    ``logging``, ``warnings``, ``namedtuple`` and their like look at the frame that calls them: its file, line, name and
    globals are the user's. Tracebacks leave it out.
    """
    users = original.__code__
    named: dict[str, Any] = {"co_filename": users.co_filename, "co_name": users.co_name, "co_firstlineno": line}
    named["co_flags"] = _CALLER.co_flags | users.co_flags & _FUTURES
    if hasattr(users, "co_qualname"):
        named["co_qualname"] = original.__qualname__
    code = _CALLER.replace(**named)
    runner.show_as(code, users, "caller")
    return FunctionType(code, original.__globals__)
