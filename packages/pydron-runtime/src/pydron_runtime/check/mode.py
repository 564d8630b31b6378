"""Check mode: runs scheduled functions in the program itself, in order, and watches the functional calls in them.

In order and in one process, because there everything can be seen: what a call does to its arguments, to globals, to
files. In a worker the same would be done to copies, and be gone.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydron import checked
from pydron.config import on_change, settings
from pydron.marks import marked_functions, on_mark
from pydron_runtime.check.exchange import exchange, restore
from pydron_runtime.check.watch import watch

if TYPE_CHECKING:
    from types import FunctionType

    from pydron.entry import Record

_lock = threading.Lock()
_depth = [0]
_told: list[str] = []
_listening: list[bool] = []


def run(record: Record, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Run a call of a scheduled function as it is written, and watch. Raises what it raises."""
    _enter()
    try:
        return record.as_written(*args, **kwargs)
    finally:
        _leave()


def _enter() -> None:
    with _lock:
        _depth[0] += 1
        if not _listening:
            _listening.append(True)
            on_mark(_new_function)
            on_change(_tell_when_ended)
            atexit.register(_tell_at_exit, os.getpid())
        if _depth[0] == 1:
            for function in marked_functions():
                exchange(function, watch)


def _leave() -> None:
    with _lock:
        _depth[0] -= 1
        if _depth[0] == 0:
            restore()


def _new_function(function: FunctionType) -> None:
    """A functional function was made while a scheduled one is running."""
    if _depth[0]:
        exchange(function, watch)


def _tell_when_ended() -> None:
    """``configure`` has ended check mode: say what it found."""
    if not settings().check:
        tell()


def _tell_at_exit(process: int) -> None:
    if os.getpid() == process:
        tell()


def tell() -> None:
    """Print the report on the standard error stream, unless that was done already."""
    report = checked.report()
    if report.calls == 0:
        return
    text = str(report)
    if text not in _told:
        _told[:] = [text]
        print(text, end="", file=sys.stderr, flush=True)


def told_elsewhere() -> None:
    """Somebody else shows the report: nothing is printed at the end."""
    _told[:] = [str(checked.report())]
