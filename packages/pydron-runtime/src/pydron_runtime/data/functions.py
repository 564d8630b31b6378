"""Functions in transit: a callable becomes a :class:`Function` that a worker needs to see only once.

What is made of a function is kept as long as the function lives and as long as nothing that travels with it by
value (globals it reads, defaults, closure) has been bound to something else.
"""

from __future__ import annotations

import io
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from types import CellType, CodeType, FunctionType
from typing import Any

from cloudpickle import cloudpickle as engine

from pydron_runtime.data.modules import by_name
from pydron_runtime.data.payload import ByValuePickler, TransportError
from pydron_runtime.data.tasks import Function

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class _Observed:
    """What a function read when it was serialised: compared by identity, which costs next to nothing."""

    codes: tuple[tuple[FunctionType, CodeType, object, object], ...]
    names: tuple[tuple[dict[str, Any], str, object], ...]
    cells: tuple[tuple[CellType, object], ...]

    def still_holds(self) -> bool:
        for function, code, defaults, named in self.codes:
            if (
                function.__code__ is not code
                or function.__defaults__ is not defaults
                or function.__kwdefaults__ is not named
            ):
                return False
        for namespace, name, value in self.names:
            if namespace.get(name, _ABSENT) is not value:
                return False
        for cell, value in self.cells:
            if _contents(cell) is not value:
                return False
        return True


_NOTHING = _Observed((), (), ())

_made: weakref.WeakKeyDictionary[Any, tuple[_Observed, Function]] = weakref.WeakKeyDictionary()


def _contents(cell: CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # a free variable that is not bound yet
        return _ABSENT


def _observe(function: FunctionType) -> _Observed:
    """What the function, and every function that travels inside it, refers to by name."""
    codes: list[tuple[FunctionType, CodeType, object, object]] = []
    names: list[tuple[dict[str, Any], str, object]] = []
    cells: list[tuple[CellType, object]] = []
    seen: set[int] = set()
    todo: list[object] = [function]
    while todo:
        current = todo.pop()
        if type(current) is not FunctionType or id(current) in seen:
            continue
        seen.add(id(current))
        if by_name(current):
            continue
        codes.append((current, current.__code__, current.__defaults__, current.__kwdefaults__))
        for name in engine._extract_code_globals(current.__code__):
            value = current.__globals__.get(name, _ABSENT)
            names.append((current.__globals__, name, value))
            todo.append(value)
        for cell in current.__closure__ or ():
            value = _contents(cell)
            cells.append((cell, value))
            todo.append(value)
        todo.append(getattr(current, "__wrapped__", None))
    return _Observed(tuple(codes), tuple(names), tuple(cells))


def function_of(callable_: Callable[..., Any]) -> Function:
    """The callable, ready to travel.

    Functions and classes that can be imported travel by name, all others by value. The result is remembered for
    functions and classes; other callables (bound methods, ``partial``) carry state and are serialised each time.

    Raises:
        TransportError: It cannot be pickled. ``what`` is "function".
    """
    lasting = type(callable_) is FunctionType or isinstance(callable_, type)
    if lasting:
        made = _made.get(callable_)
        if made is not None and made[0].still_holds():
            return made[1]
    name = str(getattr(callable_, "__qualname__", type(callable_).__qualname__))
    stream = io.BytesIO()
    try:
        ByValuePickler(stream, protocol=5).dump(callable_)
    except Exception as error:
        reason = f"The function {name} cannot be pickled ({type(error).__name__}: {error})."
        raise TransportError("function", reason) from error
    blob = stream.getvalue()
    function = Function(blake2b(blob, digest_size=16).hexdigest(), blob, name)
    if lasting:
        observed = _observe(callable_) if type(callable_) is FunctionType else _NOTHING
        _made[callable_] = (observed, function)
    return function
