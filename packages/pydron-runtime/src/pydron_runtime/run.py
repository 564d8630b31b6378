"""Runs calls of scheduled functions: the entry points of the group ``pydron.executors``.

The first call of a program pays for what it needs. This module imports only what starts worker processes; the machine
and the compiler are imported while these start.
"""

from __future__ import annotations

import linecache
import os
import sys
from collections.abc import Mapping
from importlib import import_module
from types import FunctionType
from typing import TYPE_CHECKING, Any

from pydron import runner
from pydron.analysis.reach import names_functional
from pydron.config import Settings, always, settings
from pydron.preparing import PREPARING
from pydron.uninterrupted import uninterrupted
from pydron_runtime.executors.local import shared

if TYPE_CHECKING:
    from pydron.entry import Record

_HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep
runner.hide_frames_of(_HERE, but=os.path.join(_HERE, "conformance", ""))


def local(record: Record, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Run a call with worker processes on this machine."""
    quiet = record.quiet
    if quiet is not None and quiet.holds() and not always():
        from pydron_runtime.quiet import remember, run_quietly  # it is loaded: somebody has found the function quiet

        remember(record, quiet, settings())
        return run_quietly(record, quiet, args, kwargs)
    try:
        PREPARING.now = True
        chosen = settings()
        executor = shared(chosen.workers)
        can_start = executor.can_start
        if can_start and not executor.is_warm and _will_have_tasks(record.function):
            executor.warm_up()
    finally:
        PREPARING.now = False
    if not can_start:
        return record.as_written(*args, **kwargs)
    return _run(record, args, kwargs, chosen, "local")


def tcp(record: Record, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Run a call with the workers of a cluster. The settings name its address."""
    chosen = settings()
    return _run(record, args, kwargs, chosen, str(chosen.executor))


def inline(record: Record, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Run a call in this process, in order. With a trace, through the machine; without, as the function itself."""
    chosen = settings()
    if chosen.trace is None and not always():
        return record.as_written(*args, **kwargs)
    return _run(record, args, kwargs, chosen, "inline")


def check(record: Record, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Run a call in this process, in order, and watch its functional calls for breaches of their promise."""
    from pydron_runtime.check.mode import run  # late: most programs are not checked

    return run(record, args, kwargs)


def dask(record: Record, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Run a call on a dask cluster."""
    return _on_engine(record, args, kwargs, "dask")


def ray(record: Record, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Run a call on a Ray cluster."""
    return _on_engine(record, args, kwargs, "ray")


def futures(record: Record, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Run a call on a ``concurrent.futures.Executor`` of the program's."""
    return _on_engine(record, args, kwargs, "futures")


def _on_engine(record: Record, args: tuple[Any, ...], kwargs: Mapping[str, Any], name: str) -> Any:
    from pydron_runtime.executors import engines
    from pydron_runtime.executors.engine_call import inside_call

    if inside_call() or engines.is_forked():
        # Within a call of the engine's, waiting for another one could wait for ever; a fork has lost the engine.
        return record.as_written(*args, **kwargs)
    return _run(record, args, kwargs, settings(), name)


def _will_have_tasks(function: FunctionType) -> bool:
    """Whether workers are all but certain to be needed. What has no source, such as ``python -c`` before Python 3.13,
    runs as it is."""
    filename = function.__code__.co_filename
    return (not filename.startswith("<") or filename in linecache.cache) and names_functional(function)


def _run(record: Record, args: tuple[Any, ...], kwargs: Mapping[str, Any], chosen: Settings, name: str) -> Any:
    if "pydron_runtime.preparation" not in sys.modules:
        _import_machine()
    from pydron_runtime.preparation import run

    return run(record, args, kwargs, chosen, name)


def _import_machine() -> None:
    try:
        PREPARING.now = True
        with uninterrupted():
            import_module("pydron_runtime.preparation")
    finally:
        PREPARING.now = False
