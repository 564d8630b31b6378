"""Short calls of a recursive scheduled function run at their own speed, with all that is in them.

Entered by the machine, each call costs some hundred microseconds; ``sort([])`` takes a thousandth of that. So calls of
a function that has no effect but computing its result, and calls itself, are measured by the size of what they are
given (:mod:`..values.sizes`), from the smallest on: one that began nothing on the machine tells what calls of its size
take. A call of a size that is known runs as it is written; so does one of a size somewhat beyond, which makes that
known, and so on until calls take long, or suddenly take much longer: there are functional calls in them that had better
be handed out.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pydron.config import always
from pydron.entry import Record
from pydron.marks import scheduled_record
from pydron_runtime.machine.calls.brought_forth import short_call
from pydron_runtime.machine.calls.pinning import surroundings
from pydron_runtime.machine.calls.within_itself import run_within_itself
from pydron_runtime.machine.order.stores import MISSING
from pydron_runtime.machine.values.sizes import Size, Sizes, size_of

if TYPE_CHECKING:
    from pydron_runtime.machine.code import Code
    from pydron_runtime.machine.order.frames import Frame

ANYHOW = 500_000
"""Nanoseconds that a call may take whatever is in it: handing that out would cost as much."""

MOST = 8_000_000
"""Nanoseconds that a call may take if it takes about as long as was to be expected."""

ABOUT = 3
"""Up to so many times as long."""

SHALLOW = 32
"""Functions within one another. Further in, it matters how deep the program is, and frames keep count of that."""

_known: weakref.WeakKeyDictionary[Record, Sizes | None] = weakref.WeakKeyDictionary()


def sizes_of(record: Record, code: Code) -> Sizes | None:
    """What calls of a function took that ran at their own speed; None if it does not call itself, or calls other
    scheduled functions."""
    if record not in _known:
        callees = [scheduled_record(_meant(code, callee.root)) for callee in code.callees]
        others = [each for each in callees if each is not None and each is not record]
        _known[record] = Sizes() if record in callees and not others else None
    return _known[record]


def _meant(code: Code, name: str) -> Any:
    try:
        return code.lookup(name)
    except (LookupError, AttributeError):
        return None


def run_short(
    frame: Frame, site: int, record: Record, sizes: Sizes, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Any:
    """The result of a call that is known to be short; MISSING for all others, of which nothing was begun.

    Blocks while the workers have enough to do, and what that takes is about to be known.
    """
    machine = frame.machine
    if machine.unfolding.is_full:
        machine.wait(frame, lambda: not machine.unfolding.is_full, site, "window")
    if always() or machine.claims.any_writer or machine.changes_pending or len(frame.order) > SHALLOW:
        return MISSING
    size = size_of(args, kwargs)
    expected = sizes.beyond(size)
    if expected is None or expected >= MOST:
        return MISSING
    around = surroundings(record.function).values()
    if any(map(machine.containers.holds_pending, (*args, *kwargs.values(), *around))):
        return MISSING
    began = time.perf_counter_ns()
    result = short_call(frame, site, lambda *args, **kwargs: run_within_itself(record, args, kwargs), args, kwargs)
    took = time.perf_counter_ns() - began
    if took < ANYHOW or took < ABOUT * expected:
        sizes.surprised = False
        sizes.measured(size, took)
    elif sizes.surprised:
        sizes.measured(size, max(took, MOST))
    else:
        sizes.surprised = True  # once may be the system's doing, or another thread's
    return result


@contextmanager
def measuring(child: Frame, sizes: Sizes | None, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Iterator[None]:
    """While a call is entered. If it is over then, and has begun nothing, it says what calls of its size take."""
    if sizes is None:
        yield
        return
    child.size = size_of(args, kwargs)
    if _size_around(child) == child.size:
        sizes.tell = False
    began = time.perf_counter_ns()
    yield
    if child.finished and not child.count:
        sizes.measured(child.size, time.perf_counter_ns() - began)


def _size_around(child: Frame) -> Size | None:
    """The size of the call of the same function that a call stands in."""
    outer = child.frame
    while outer is not None and outer.kind == "region":
        outer = outer.frame
    return outer.size if outer is not None and outer.code.record is child.code.record else None
