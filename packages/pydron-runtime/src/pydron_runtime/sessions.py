"""Sessions: the executor and the recorder that calls with the same settings share.

Worker processes are started once and kept warm; a trace file covers everything that the process runs with it.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydron.config import Settings, on_change, settings
from pydron_runtime.executors import local as local_executor

if TYPE_CHECKING:
    from pydron_runtime.executors.base import Executor
    from pydron_runtime.recording_sqlite import SqliteRecorder


@dataclass(slots=True)
class Session:
    """What calls with the same settings run with."""

    executor: Executor
    recorder: SqliteRecorder | None


ENGINES = ("dask", "futures", "ray")
"""Executors that let something else distribute the calls."""

_lock = threading.Lock()
_sessions: dict[tuple[str, Any, int | None, str | None], Session] = {}
_recorders: dict[str, SqliteRecorder] = {}
_problem: list[str] = []


def session_of(chosen: Settings, name: str) -> Session:
    """The session for some settings; made the first time.

    Raises:
        ConfigurationError: The trace cannot be written where the settings say.
    """
    trace = None if chosen.trace is None else os.path.abspath(chosen.trace)
    key = (name, _identity(chosen.executor), chosen.workers, trace)
    with _lock:
        session = _sessions.get(key)
        if session is None or not getattr(session.executor, "usable", True):
            executor = executor_of(chosen, name)
            session = Session(executor, _recorder(trace, name, executor.workers))
            _sessions[key] = session
        session.executor.recorder = session.recorder
        return session


def executor_of(chosen: Settings, name: str) -> Executor:
    """The executor for some settings. A pool of workers is shared by everything that asks for its size.

    Raises:
        ConfigurationError: It is on an engine that is not installed, or cannot be reached.
    """
    if name == "inline":
        from pydron_runtime.executors.inline import InlineExecutor

        return InlineExecutor()
    if name in ENGINES:
        from pydron_runtime.executors import engines

        return engines.shared(name, chosen)
    if name.startswith("tcp:"):
        from pydron_runtime.executors import cluster

        return cluster.shared(name)
    return local_executor.shared(chosen.workers)


def _identity(executor: Any) -> Any:
    """What tells executors of one kind apart: the address, or which object it is."""
    return executor if executor is None or isinstance(executor, str) else id(executor)


def _recorder(trace: str | None, name: str, workers: int) -> SqliteRecorder | None:
    if trace is None:
        return None
    recorder = _recorders.get(trace)
    if recorder is None:
        from pydron_runtime.recording_sqlite import SqliteRecorder  # late: most runs have no trace

        recorder = SqliteRecorder(trace, argv=sys.argv, executor=name, workers=workers)
        _recorders[trace] = recorder
    return recorder


def close_recorders(state: str = "finished", error: str | None = None) -> None:
    """Finish all trace files. A later scheduled call with a trace begins a new one."""
    with _lock:
        recorders = list(_recorders.values())
        _recorders.clear()
        for key in [key for key in _sessions if key[3] is not None]:
            del _sessions[key]
    for recorder in recorders:
        recorder.close(state, error)


def note_failure(state: str, error: str) -> None:
    """The program ends with an error; its traces will say so."""
    _problem[:] = [state, error]


def _at_exit() -> None:
    try:
        close_recorders(*_problem)
    except KeyboardInterrupt:
        pass  # somebody is impatient: what has been written of the trace has to do


def _forget_in_child() -> None:
    """A fork of the program writes no trace of its parent's."""
    _sessions.clear()
    _recorders.clear()


def _forget_objects() -> None:
    """An executor object that the settings no longer name is the program's own affair again."""
    if not any(name == "futures" for name, *_ in _sessions):
        return
    from pydron_runtime.executors import engines

    chosen = settings().executor
    with _lock:
        for key in [key for key in _sessions if key[0] == "futures" and key[1] != id(chosen)]:
            del _sessions[key]
    engines.forget_others(chosen)


def _close_finished() -> None:
    """A trace that the settings no longer name is complete."""
    if not _recorders:
        return
    trace = settings().trace
    present = None if trace is None else os.path.abspath(trace)
    with _lock:
        finished = [path for path in _recorders if path != present]
        recorders = [_recorders.pop(path) for path in finished]
        for key in [key for key in _sessions if key[3] in finished]:
            del _sessions[key]
    for recorder in recorders:
        recorder.close("finished", None)


on_change(_close_finished)
on_change(_forget_objects)
atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
