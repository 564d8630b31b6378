"""Operations and calls that the machine makes as if from the user's own lines (:mod:`pydron.callers`)."""

from __future__ import annotations

import itertools
import sys
import warnings
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any

from greenlet import getcurrent

from pydron import runner
from pydron.callers import Caller, caller_at
from pydron_runtime.machine.effects.call_forms import CallForm

if TYPE_CHECKING:
    from pydron_runtime.machine.machine import Machine
    from pydron_runtime.machine.order.frames import Frame


def as_written(frame: Frame, site: int, function: Callable[..., Any], *operands: Any) -> Any:
    """``function(*operands)``, an operation of the user's line."""
    if type(function) is CallForm:
        callee, args, kwargs = function.spelled(operands)
        return frame.code.caller(site)(callee, args, kwargs)
    return frame.code.caller(site)(function, operands, {})


def called(frame: Frame, site: int, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A call of which nothing is known, made from the user's line. The callee may look at who calls, and at who called
    that one; further up if it is told to."""
    levels = kwargs.get("stacklevel", 1)
    if type(levels) is not int or levels < 1:
        levels = args[2] if callee is warnings.warn and len(args) > 2 and type(args[2]) is int else 1
    make: Any = frame.code.caller(site)
    for outer in _around(frame, levels):
        make, callee, args, kwargs = outer, make, (callee, args, kwargs), {}
    return make(callee, args, kwargs)


def _around(frame: Frame, levels: int) -> list[Caller]:
    """What makes calls from the lines that a frame's function was called from, the nearest first."""
    found: list[Caller] = []
    while len(found) < levels:
        while frame.kind == "region" and frame.frame is not None:
            frame = frame.frame
        if frame.frame is None:
            return [*found, *_outside(frame.machine, levels - len(found))]
        found.append(frame.frame.code.caller(frame.site))
        frame = frame.frame
    return found


def _outside(machine: Machine, levels: int) -> list[Caller]:
    """The same for what stands around the machine's main frame."""
    if len(machine.outside) < levels:
        frames = itertools.islice(runner.frames_outside(_innermost(machine)), levels)
        machine.outside = [caller_at(users, frame.f_globals, frame.f_lineno) for frame, users in frames]
    return machine.outside[:levels]


def _innermost(machine: Machine) -> FrameType | None:
    """A frame in the stack that the machine was started in. (In a variable of its own it would never be freed.)"""
    return sys._getframe() if getcurrent() is machine.driver else machine.driver.gr_frame
