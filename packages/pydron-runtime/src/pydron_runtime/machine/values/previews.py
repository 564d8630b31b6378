"""Previews: short texts of arguments, for the trace. No user code runs to make them."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from typing import Any

from pydron.interrupts import let_through
from pydron_runtime.data import payload, references
from pydron_runtime.data.payload import Payload
from pydron_runtime.machine.values.pending import Pending


class _Preview(reprlib.Repr):
    """Short texts of arguments. Objects of classes that may run user code in ``__repr__`` show their class only."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = 60
        self.maxother = 60
        self.maxlevel = 2

    def repr_instance(self, x: Any, level: int) -> str:
        kind = type(x)
        if kind is Pending:
            return f"<result of #{x.number}>" if x.number > 0 else "…"
        shape, dtype = getattr(x, "shape", None), getattr(x, "dtype", None)
        if kind.__module__ == "numpy" and isinstance(shape, tuple) and shape:
            return f"<{kind.__name__} {'×'.join(map(str, shape))} {dtype}>"
        if kind in (int, float, complex, bool, type(None), range, bytes) or kind.__module__ == "numpy":
            return super().repr_instance(x, level)
        return f"<{kind.__qualname__}>"


_preview = _Preview()


def preview(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    """A short text of a call's arguments; runs no user code."""
    parts = [_preview.repr(arg) for arg in args]
    parts += [f"{name}={_preview.repr(value)}" for name, value in kwargs.items()]
    text = ", ".join(parts)
    return text if len(text) <= 200 else text[:199] + "…"


def arguments_of(arguments: Payload, met: Mapping[int, Pending]) -> str:
    """A sentence that shows the arguments of a call that was lost; empty where they cannot be shown.

    Args:
        arguments: As they were at issue.
        met: The pending values that they refer to; those that are not there are shown as such.
    """

    def stands_for(number: int) -> Any:
        pending = met[number]
        return pending if not pending.done or pending.load is not None else pending.value

    try:
        with references.resolving(stands_for):
            args, kwargs = payload.load(arguments)
        return f"Its arguments: ({preview(args, kwargs)})."
    except Exception as error:  # a class of the user's may refuse in any way
        let_through(error)
        return ""
