"""Runs calls of scheduled functions: the entry points of the group ``pydron.executors``.

The first call of a program pays for what it needs. This module imports only what starts worker processes; the machine
and the compiler are imported while these start.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pydron import runner
from pydron.config import Settings, always, settings
from pydron.marks import is_functional
from pydron.preparing import PREPARING
from pydron.uninterrupted import uninterrupted
from pydron_runtime.executors.local import shared
from pydron_runtime.sessions import Session, session_of

if TYPE_CHECKING:
    from pydron.entry import Record
    from pydron_runtime.machine.code import Code
    from pydron_runtime.machine.machine import Machine

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
        if can_start and _names_functional(record):
            executor.warm_up()
    finally:
        PREPARING.now = False
    if not can_start:
        return record.function(*args, **kwargs)
    return _run(record, args, kwargs, chosen, "local")


def tcp(record: Record, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Run a call with the workers of a cluster. The settings name its address."""
    chosen = settings()
    return _run(record, args, kwargs, chosen, str(chosen.executor))


def inline(record: Record, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Run a call in this process, in order. With a trace, through the machine; without, as the function itself."""
    chosen = settings()
    if chosen.trace is None and not always():
        return record.function(*args, **kwargs)
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
        return record.function(*args, **kwargs)
    return _run(record, args, kwargs, settings(), name)


def _names_functional(record: Record) -> bool:
    """Whether a global that the function names is functional: then it will almost certainly have tasks."""
    function = record.function
    return any(is_functional(function.__globals__.get(name)) for name in function.__code__.co_names)


def _run(record: Record, args: tuple[Any, ...], kwargs: Mapping[str, Any], chosen: Settings, name: str) -> Any:
    try:
        PREPARING.now = True
        prepared = _prepared(record, args, kwargs, chosen, name)
    finally:
        PREPARING.now = False
    if prepared is None:
        return record.function(*args, **kwargs)
    from pydron_runtime.execution import execute

    code, session, watch = prepared
    return execute(code, args, kwargs, session.executor, session.recorder, watch)


def _prepared(
    record: Record, args: tuple[Any, ...], kwargs: Mapping[str, Any], chosen: Settings, name: str
) -> tuple[Code, Session, Callable[[Machine], Callable[[], None]] | None] | None:
    """What a call on the machine needs; None if the function runs as it is written."""
    if "pydron_runtime.execution" not in sys.modules:
        _import_machine()
    from pydron_runtime.machine.code import code_of
    from pydron_runtime.prospects import has_prospects
    from pydron_runtime.quiet import quiet_of, remember

    code = code_of(record)
    if code is None or not code.accepts(args, kwargs):
        return None
    if not always() and not has_prospects(code, args, kwargs):
        remember(record, quiet_of(code), chosen)
        return None
    return code, session_of(chosen, name), _watch(chosen)


def _import_machine() -> None:
    with uninterrupted():
        for name in ("machine.code", "machine.observer", "prospects", "quiet", "execution"):
            import_module(f"pydron_runtime.{name}")


def _watch(chosen: Settings) -> Callable[[Machine], Callable[[], None]] | None:
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
    except Exception:
        return False
