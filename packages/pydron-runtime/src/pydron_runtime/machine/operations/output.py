"""Ordered output: effects that go out and return nothing to the program.

Printing a result, or logging it, does not stop the program. The call takes its place in the retirement queue, and is
carried out when everything before it has retired; so what comes out, and its order, is that of the sequential program.
Where the call comes to code of the user's, such as a handler of a class of theirs, it is a sync-point.
"""

from __future__ import annotations

import builtins
import contextvars
import functools
import logging
import sys
import warnings
from collections.abc import Callable
from types import BuiltinFunctionType, MethodType
from typing import TYPE_CHECKING, Any

from pydron.analysis.output import is_stream
from pydron_runtime.machine.effects.outlets import goes_out, is_logged
from pydron_runtime.machine.effects.putting_off import keep, put_off
from pydron_runtime.machine.order.current import await_writers_inside, current
from pydron_runtime.machine.order.stores import MISSING
from pydron_runtime.machine.values.data import is_data
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.safety import SCALARS, is_immutable, is_safe

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame


def put_out(frame: Frame, site: int, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Carry out an output call in its turn; MISSING where it has to be a sync-point.

    Returns:
        What the call returns: None, or a pending value where it returns something.
    """
    if frame.machine.endings.known:
        frame.machine.endings.await_dropped(frame, site)
    if callee is builtins.print:
        made = _print_with(kwargs)
        return MISSING if made is None else _nothing(_put_out(frame, site, made, args))
    if kwargs or not goes_out(callee):
        return MISSING
    if type(callee) is BuiltinFunctionType and callee is not warnings.warn:  # a method of a stream
        return _put_out(frame, site, callee, args)
    if type(callee) is MethodType and not isinstance(callee.__self__, logging.Logger):
        return _put_out(frame, site, callee, args, moved=callee.__self__)
    if callee is warnings.warn:
        if len(args) > 2:
            return MISSING  # it names a place further up
    elif not is_logged(callee):
        # Nothing goes out, and no argument is waited for; the logger notes that it is not enabled.
        return _nothing(_put_out(frame, site, functools.partial(callee, ""), ()))
    caller = frame.code.caller(site)
    context = contextvars.copy_context()

    def carry_out(*values: Any) -> None:
        context.run(caller, callee, values, {})

    return _nothing(_put_out(frame, site, carry_out, args))


def _nothing(found: Any) -> Any:
    """The call returns None, whenever it is carried out."""
    return MISSING if found is MISSING else None


def _put_out(frame: Frame, site: int, callee: Callable[..., Any], args: tuple[Any, ...], moved: Any = None) -> Any:
    """Put a call off until it is the oldest: what stands for its result, or MISSING where that cannot be.

    Args:
        moved: An object that the call modifies: whoever looks at it waits.
    """
    machine = frame.machine
    values = tuple(current(frame, site, arg) for arg in args)
    for value in values:
        if type(value) not in SCALARS and type(value) is not Pending:
            await_writers_inside(frame, site, value)
    if not all(type(value) is Pending or _is_shown_alone(frame, value) for value in values):
        return MISSING
    kept, snapshots = keep(frame, values)
    read: tuple[Any, ...] = ()
    if kept is None:  # later stores to what is shown wait until it has been shown
        kept, snapshots = values, tuple(value for value in values if value in machine.containers)
        read = tuple(value for value in values if type(value) is not Pending and not is_immutable(value))
    entry = put_off(frame, site, callee, kept, snapshots=snapshots, safe=_in_turn, sources=read)
    entry.alone = False
    if moved is not None:
        machine.claims.claim(moved, entry)
    machine.poll()
    return entry.pending


def _print_with(kwargs: dict[str, Any]) -> Callable[..., None] | None:
    """``print`` with its options, writing to what is the standard output now; None if an option runs user code."""
    file = kwargs.get("file")
    if file is None:
        file = sys.stdout
    if not is_stream(file):
        return None
    options = {name: value for name, value in kwargs.items() if name != "file"}
    if any(type(value) not in SCALARS for value in options.values()):
        return None
    return functools.partial(print, file=file, **options)


def _is_shown_alone(frame: Frame, value: Any) -> bool:
    """Whether showing a value runs no code of the user's."""
    return is_safe(value) or value in frame.machine.containers or is_data(value)


def _in_turn(*values: Any) -> bool:
    """Output waits for its turn, whatever it shows."""
    return False
