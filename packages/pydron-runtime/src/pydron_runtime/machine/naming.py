"""Names under which emitted code shows itself."""

from __future__ import annotations

import re
from types import CodeType, FunctionType
from typing import Any

from pydron.callers import FUTURES
from pydron.emit.builder import PREFIX

_EMITTED_SCOPE = re.compile(rf"^{PREFIX}unit\.<locals>\.{PREFIX}[a-z]+[0-9]*\.<locals>\.")


def named_as(code: CodeType, original: FunctionType) -> CodeType:
    """Emitted code under the name of the user's function; what it defines has qualified names as the user's."""
    qualname = original.__qualname__
    futures = original.__code__.co_flags & FUTURES
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
