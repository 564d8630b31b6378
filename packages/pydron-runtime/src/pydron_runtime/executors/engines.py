"""The executors on engines that a program uses: one per address, or per executor object, shared by all its runs."""

from __future__ import annotations

import atexit
import os
import threading
from typing import Any

from pydron.config import Settings
from pydron_runtime.executors.base import Executor
from pydron_runtime.executors.engine import Engine, EngineExecutor

_shared: dict[tuple[Any, ...], tuple[Executor, Any]] = {}
_lock = threading.Lock()
_process = os.getpid()


def shared(name: str, chosen: Settings) -> Executor:
    """The executor for some settings. Blocks while an engine is being started or reached.

    An object that is an executor of this package's own kind (``executors.base``) is taken as it is.

    Raises:
        ConfigurationError: The engine is not installed, or cannot be reached.
    """
    chosen_one = chosen.executor
    # An object is kept together with what was made for it, so that its id stays its own.
    key = (name, chosen_one if isinstance(chosen_one, str) else id(chosen_one), chosen.workers)
    with _lock:
        found = _shared.get(key)
        if found is None or not getattr(found[0], "usable", True):
            made: Executor = chosen_one if _is_executor(chosen_one) else EngineExecutor(_engine(name, chosen))
            found = _shared[key] = (made, chosen_one)
        return found[0]


def _is_executor(candidate: Any) -> bool:
    return all(hasattr(candidate, name) for name in ("submit", "completed", "release", "wait", "workers"))


def is_forked() -> bool:
    """Whether this process is a fork of the one that imported this: what engines run with did not come along."""
    return os.getpid() != _process


def forget_others(chosen_one: Any) -> None:
    """Let go of executor objects that the settings no longer name. What still runs on them runs on."""
    with _lock:
        for key in [key for key in _shared if key[0] == "futures" and key[1] != id(chosen_one)]:
            del _shared[key]


def _engine(name: str, chosen: Settings) -> Engine:
    if name == "futures":
        from pydron_runtime.executors.futures_engine import FuturesEngine

        return FuturesEngine(chosen.executor, chosen.workers)
    address = str(chosen.executor).partition(":")[2].removeprefix("//").rstrip("/")
    if name == "ray":
        from pydron_runtime.executors.ray_engine import RayEngine

        return RayEngine(address, chosen.workers)
    from pydron_runtime.executors.dask_engine import DaskEngine

    return DaskEngine(address, chosen.workers)


def _close_all() -> None:
    if is_forked():
        return
    for executor, given in list(_shared.values()):
        if executor is not given:
            executor.close()
    _shared.clear()


atexit.register(_close_all)
