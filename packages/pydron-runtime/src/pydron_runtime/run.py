"""Runs calls of scheduled functions: the entry points ``inline`` and ``local`` of the group ``pydron.executors``."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydron import runner
from pydron.config import Settings, settings
from pydron_runtime.executors.base import Executor
from pydron_runtime.machine.code import Code, code_of
from pydron_runtime.machine.machine import Machine
from pydron_runtime.machine.observer import Observer
from pydron_runtime.machine.tracebacks import placement
from pydron_runtime.prospects import has_prospects
from pydron_runtime.sessions import session_of

if TYPE_CHECKING:
    from pydron.entry import Record

runner.hide_frames_of(os.path.dirname(os.path.abspath(__file__)) + os.sep)

_depth = threading.local()


def local(record: Record, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Run a call with worker processes on this machine."""
    return _run(record, args, kwargs, settings(), "local")


def inline(record: Record, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Run a call in this process, in order. With a trace, through the machine; without, as the function itself."""
    chosen = settings()
    if chosen.trace is None and not always():
        return record.function(*args, **kwargs)
    return _run(record, args, kwargs, chosen, "inline")


def always() -> bool:
    """Whether every scheduled function goes through the machine, even where nothing is to be gained."""
    return os.environ.get("PYDRON_ALWAYS", "") not in ("", "0")


def _run(record: Record, args: tuple[Any, ...], kwargs: Mapping[str, Any], chosen: Settings, name: str) -> Any:
    code = code_of(record)
    if code is None or not code.accepts(args, kwargs):
        return record.function(*args, **kwargs)
    if not always() and not has_prospects(code, args, kwargs):
        return record.function(*args, **kwargs)
    session = session_of(chosen, name)
    return execute(code, args, kwargs, session.executor, Observer(session.recorder))


def execute(
    code: Code, args: tuple[Any, ...], kwargs: Mapping[str, Any], executor: Executor, observer: Observer
) -> Any:
    """Run one call of a scheduled function on an executor. Blocks until it has its result.

    Raises:
        BaseException: What the function raises.
    """
    machine = Machine(executor, observer, code)
    try:
        result = code.function(machine.main, *args, **kwargs)
        result = machine.finish(result)
    except BaseException as raised:
        error = machine.unwind(raised)
    else:
        observer.frame_finished(machine.main, None)
        return result
    observer.frame_finished(machine.main, error)
    failed = machine.failed
    if failed is not None and failed.error is error:
        runner.place_failure(error, *placement(failed))
    raise error
