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

from pydron.interrupts import let_through
from pydron_runtime.data.modules import by_name
from pydron_runtime.data.payload import ByValuePickler, TransportError
from pydron_runtime.data.tasks import Function

_ABSENT = object()


def _kept(value: object) -> tuple[weakref.ref[Any] | None, object]:
    """A value to be compared by identity later, without keeping it alive where that can be avoided.

    What is remembered of a function must not keep what the function reads: that may be the function itself, which would
    then live for ever, or a large array.
    """
    try:
        return weakref.ref(value), None
    except TypeError:
        return None, value


def _is(kept: tuple[weakref.ref[Any] | None, object], value: object) -> bool:
    reference, itself = kept
    return (itself if reference is None else reference()) is value


@dataclass(frozen=True, slots=True)
class _Observed:
    """What a function read when it was serialised: compared by identity, which costs next to nothing.

    Attributes:
        names: Global names that its code mentions, with their values.
        cells: What its closure held.
    """

    function: weakref.ref[FunctionType]
    code: CodeType
    defaults: object
    named: object
    names: tuple[tuple[str, tuple[weakref.ref[Any] | None, object]], ...]
    cells: tuple[tuple[weakref.ref[Any] | None, object], ...]

    def still_holds(self) -> bool:
        function = self.function()
        if (
            function is None
            or function.__code__ is not self.code
            or function.__defaults__ is not self.defaults
            or function.__kwdefaults__ is not self.named
        ):
            return False
        namespace = function.__globals__
        for name, kept in self.names:
            if not _is(kept, namespace.get(name, _ABSENT)):
                return False
        for cell, kept in zip(function.__closure__ or (), self.cells):
            if not _is(kept, _contents(cell)):
                return False
        return True


_made: weakref.WeakKeyDictionary[Any, tuple[tuple[_Observed, ...], Function]] = weakref.WeakKeyDictionary()


def _contents(cell: CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # a free variable that is not bound yet
        return _ABSENT


def _observe(function: FunctionType) -> tuple[_Observed, ...]:
    """What the function, and every function that travels inside it, refers to by name."""
    observed: list[_Observed] = []
    seen: set[int] = set()
    todo: list[object] = [function]
    while todo:
        current = todo.pop()
        if type(current) is not FunctionType or id(current) in seen:
            continue
        seen.add(id(current))
        if by_name(current):
            continue
        names = [
            (name, current.__globals__.get(name, _ABSENT)) for name in engine._extract_code_globals(current.__code__)
        ]
        cells = [_contents(cell) for cell in current.__closure__ or ()]
        observed.append(
            _Observed(
                weakref.ref(current),
                current.__code__,
                current.__defaults__,
                current.__kwdefaults__,
                tuple((name, _kept(value)) for name, value in names),
                tuple(_kept(value) for value in cells),
            )
        )
        todo += [value for _, value in names]
        todo += cells
        todo.append(getattr(current, "__wrapped__", None))
    return tuple(observed)


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
        if made is not None and all(each.still_holds() for each in made[0]):
            return made[1]
    name = str(getattr(callable_, "__qualname__", type(callable_).__qualname__))
    stream = io.BytesIO()
    try:
        ByValuePickler(stream, protocol=5).dump(callable_)
    except BaseException as error:
        let_through(error)
        reason = f"The function {name} cannot be pickled ({type(error).__name__}: {error})."
        raise TransportError("function", reason) from error
    blob = stream.getvalue()
    function = Function(blake2b(blob, digest_size=16).hexdigest(), blob, name)
    if lasting:
        observed = _observe(callable_) if type(callable_) is FunctionType else ()
        _made[callable_] = (observed, function)
    return function
