"""Ordered output: effects that go out and return nothing to the program.

Printing a result does not stop the program. The call takes its place in the retirement queue, and is carried out when
everything before it has retired; so the bytes that come out, and their order, are those of the sequential program.
"""

from __future__ import annotations

import builtins
import functools
import io
import sys
from collections.abc import Callable
from types import BuiltinFunctionType
from typing import TYPE_CHECKING, Any

from pydron.analysis.purity import STREAMS
from pydron_runtime.machine.current import await_writers_inside, current
from pydron_runtime.machine.pending import Pending
from pydron_runtime.machine.putting_off import keep, put_off
from pydron_runtime.machine.safety import SCALARS, is_safe
from pydron_runtime.machine.stores import MISSING

if TYPE_CHECKING:
    from pydron_runtime.machine.frames import Frame


def put_out(frame: Frame, site: int, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Carry out an output call in its turn; MISSING where it has to be a sync-point.

    Returns:
        What the call returns: None for ``print``, a pending number for ``write``.
    """
    machine = frame.machine
    if callee is builtins.print:
        prepared = _print_with(kwargs)
        if prepared is None:
            return MISSING
        callee = prepared
    elif kwargs:
        return MISSING
    values = tuple(current(frame, site, arg) for arg in args)
    for value in values:
        if type(value) not in SCALARS and type(value) is not Pending:
            await_writers_inside(frame, site, value)
    kept, snapshots = keep(frame, values)
    if kept is None or not all(type(value) is Pending or _is_printable(frame, value) for value in kept):
        return MISSING
    entry = put_off(frame, site, callee, kept, snapshots=snapshots, safe=_in_turn)
    machine.poll()
    return entry.pending if isinstance(callee, BuiltinFunctionType) else None


def _print_with(kwargs: dict[str, Any]) -> Callable[..., None] | None:
    """``print`` with its options, writing to what is the standard output now; None if an option runs user code."""
    file = kwargs.get("file")
    if file is None:
        file = sys.stdout
    if type(file) not in STREAMS and type(file) is not io.StringIO:
        return None
    options = {name: value for name, value in kwargs.items() if name != "file"}
    if any(type(value) not in SCALARS for value in options.values()):
        return None
    return functools.partial(print, file=file, **options)


def _is_printable(frame: Frame, value: Any) -> bool:
    return is_safe(value) or value in frame.machine.containers


def _in_turn(*values: Any) -> bool:
    """Output waits for its turn, whatever it shows."""
    return False
