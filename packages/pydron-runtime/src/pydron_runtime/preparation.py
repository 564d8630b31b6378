"""Prepares a call of a scheduled function, and has the machine execute it.

Everything that only calls on the machine need is imported with this module: by the first of them, while the worker
processes start.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pydron.config import Settings, always
from pydron.interrupts import let_through
from pydron.preparing import PREPARING
from pydron_runtime.brief import trial
from pydron_runtime.execution import execute
from pydron_runtime.machine.code import Code, code_of
from pydron_runtime.prospects import has_prospects
from pydron_runtime.quiet import Quiet, quiet_of, remember, run_quietly
from pydron_runtime.sessions import Session, session_of

if TYPE_CHECKING:
    from pydron.entry import Record
    from pydron_runtime.machine.machine import Machine

    _Watch = Callable[[Machine], Callable[[], None]]


def run(record: Record, args: tuple[Any, ...], kwargs: Mapping[str, Any], chosen: Settings, name: str) -> Any:
    """Run one call of a scheduled function on the executor of this name. Blocks until it has its result.

    Raises:
        BaseException: What the function raises.
    """
    try:
        PREPARING.now = True
        prepared = _prepared(record, args, kwargs, chosen, name)
    finally:
        PREPARING.now = False
    if prepared is None:
        return record.as_written(*args, **kwargs)
    if isinstance(prepared, Quiet):
        return run_quietly(record, prepared, args, kwargs)
    code, session, watch = prepared
    if session.recorder is None and not always():
        watch = trial(record, args, kwargs, chosen, watch)
    return execute(code, args, kwargs, session.executor, session.recorder, watch)


def _prepared(
    record: Record, args: tuple[Any, ...], kwargs: Mapping[str, Any], chosen: Settings, name: str
) -> tuple[Code, Session, _Watch | None] | Quiet | None:
    """What a call on the machine needs; how it is quiet, if it is; None if it runs as written for other reasons."""
    code = code_of(record)
    if code is None or not code.accepts(args, kwargs):
        return None
    if not always() and not has_prospects(code, args, kwargs):
        quiet = quiet_of(code)
        remember(record, quiet, chosen)
        return quiet
    return code, session_of(chosen, name), _watch(chosen)


def _watch(chosen: Settings) -> _Watch | None:
    """What shows the progress of a machine; None where nobody would see it, or wants to."""
    after = chosen.progress
    if after is None or not (_is_terminal() or "ipykernel" in sys.modules):
        return None
    from pydron_runtime.progress.monitor import monitor

    def watch(machine: Machine) -> Callable[[], None]:
        monitor.watch(machine, after)
        return lambda: monitor.leave(machine)

    return watch


def _is_terminal() -> bool:
    """Whether the error stream is a terminal. There may be none, or it may have been closed, or replaced."""
    try:
        return bool(sys.stderr.isatty())
    except Exception as error:
        let_through(error)
        return False
