"""Configuration: which executor runs scheduled functions, with how many workers, and where the trace goes.

Precedence: :func:`configure`, then the environment (``PYDRON_EXECUTOR``, ``PYDRON_WORKERS``, ``PYDRON_TRACE``,
``PYDRON_CHECK``), then the defaults (local processes, one worker per core, no trace, no check).
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any

from pydron.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Settings:
    """What a scheduled call runs with.

    Attributes:
        executor: ``local``, ``inline``, an address such as ``tcp://host:port``, or an executor object;
            None takes the default.
        workers: Number of worker processes; None is one per available core.
        trace: Path of the trace file; None records nothing.
        check: Whether functional calls are watched for breaches of their promise; None is no.
        progress: Seconds after which the progress of a run is shown in the terminal or the notebook; None never. As
            configured, None is not configured and a negative number is never.
    """

    executor: Any = None
    workers: int | None = None
    trace: str | None = None
    check: bool | None = None
    progress: float | None = None


PROGRESS_AFTER = 2.0
"""Seconds after which the progress of a run is shown, unless something else was configured."""

_configured = Settings()
_listeners: list[Callable[[], None]] = []


def _positive(text: str, origin: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise ConfigurationError(f"{origin} is {text!r}; it has to be a whole number of workers, at least 1.")
    return number


_VARIABLES = (
    *("PYDRON_EXECUTOR", "PYDRON_WORKERS", "PYDRON_TRACE", "PYDRON_CHECK", "PYDRON_PROGRESS"),
    "PYDRON_ALWAYS",  # no setting, but who keeps what these functions say has to hear of it as well
)

_present: list[tuple[Settings, tuple[str | None, ...] | None, Settings]] = []
"""What the settings were when somebody last asked: from ``configure``, from the environment, and both together.

Where no variable is set, None stands for the environment.
"""


def _variables(names: tuple[str, ...]) -> tuple[Any, ...]:
    """Values of environment variables, not decoded: each scheduled call asks, and ``os.environ`` takes its time."""
    environment: Any = os.environ
    raw = getattr(environment, "_data", None)
    if raw is None:
        return tuple(environment.get(name) for name in names)
    return tuple([raw.get(name) for name in _encoded(names)])


@functools.cache
def _encoded(names: tuple[str, ...]) -> tuple[Any, ...]:
    environment: Any = os.environ
    return tuple(environment.encodekey(name) for name in names)


def _is_as_before(before: tuple[str | None, ...] | None) -> bool:
    """Whether the environment still says the same."""
    if before is not None:
        return _variables(_VARIABLES) == before
    raw = getattr(os.environ, "_data", None)
    if raw is None:
        return not any(_variables(_VARIABLES))
    return bool(raw.keys().isdisjoint(_encoded(_VARIABLES)))


def settings() -> Settings:
    """The settings in force now: the same object as long as they, and the environment, are the same.

    Raises:
        ConfigurationError: An environment variable holds something unusable.
    """
    if _present:
        configured, before, found = _present[0]
        if configured is _configured and _is_as_before(before):
            return found
    variables = _variables(_VARIABLES)
    found = _settings(_configured)
    before = None if variables.count(None) == len(variables) else variables
    _present[:] = [(_configured, before, found)]
    return found


def _settings(configured: Settings) -> Settings:
    executor, workers, trace, check = configured.executor, configured.workers, configured.trace, configured.check
    environment = os.environ
    if executor is None:
        executor = environment.get("PYDRON_EXECUTOR") or None
    if workers is None:
        text = environment.get("PYDRON_WORKERS")
        workers = _positive(text, "The environment variable PYDRON_WORKERS") if text else None
    if trace is None:
        trace = environment.get("PYDRON_TRACE") or None
    if check is None:
        check = environment.get("PYDRON_CHECK", "") not in ("", "0")
    return Settings(executor, workers, trace, check, _progress(configured.progress))


def _progress(configured: float | None) -> float | None:
    """Seconds after which progress is shown; None for never."""
    if configured is None:
        text = os.environ.get("PYDRON_PROGRESS")
        if not text:
            return PROGRESS_AFTER
        configured = _seconds(text)
    return None if configured < 0 else configured


def _seconds(text: str) -> float:
    """What PYDRON_PROGRESS says: 0 turns it off, as for other switches, 1 leaves it as it is; else seconds."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e9:
        raise ConfigurationError(
            f"The environment variable PYDRON_PROGRESS is {text!r}; it has to be 0 (off), 1 (on), or the number of"
            " seconds after which progress is shown."
        )
    return {0.0: -1.0, 1.0: PROGRESS_AFTER}.get(seconds, seconds)


def always() -> bool:
    """Whether ``PYDRON_ALWAYS`` asks for the machine even where nothing is to be gained: for tests of the machine."""
    if _variables(_ALWAYS) == (None,):
        return False
    return os.environ.get("PYDRON_ALWAYS", "") not in ("", "0")


_ALWAYS = ("PYDRON_ALWAYS",)


class Configured:
    """What :func:`configure` returns: used in a ``with`` statement, it restores the earlier settings at its end."""

    def __init__(self, before: Settings) -> None:
        self._before = before

    def __enter__(self) -> Configured:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _install(self._before)


def _install(new: Settings) -> None:
    global _configured
    _configured = new
    for listener in _listeners:
        listener()


def on_change(listener: Callable[[], None]) -> None:
    """Call a function after each change that :func:`configure` makes or undoes."""
    _listeners.append(listener)


def configure(
    *,
    executor: Any = None,
    workers: int | None = None,
    trace: str | os.PathLike[str] | None = None,
    check: bool | None = None,
    progress: bool | float | None = None,
) -> Configured:
    """Choose what runs the scheduled functions of this process from now on.

    Arguments left out keep their present setting. Takes effect at the next scheduled call.

    Args:
        executor: ``"local"`` (processes on this machine), ``"inline"`` (in this process, in order), the address of
            a cluster or an engine (``dask://host:port``, ``ray://``), or any ``concurrent.futures.Executor``, which
            stays yours to shut down.
        workers: Number of worker processes, at least 1.
        trace: Path of a trace file to record; an existing trace is replaced.
        check: True runs everything in this process, in order, and watches functional calls for breaches of their
            promise; :func:`pydron.check_report` tells what was found.

        progress: False never shows the progress of a run, a number shows it after so many seconds, True after a few.
            It is shown only in a terminal or a notebook.

    Returns:
        An object that restores the earlier settings when used in a ``with`` statement.

    Raises:
        ConfigurationError: The number of workers is not a whole number of at least 1, or progress is no time.
    """
    if workers is not None and (not isinstance(workers, int) or isinstance(workers, bool) or workers < 1):
        raise ConfigurationError(f"workers={workers!r}: it has to be a whole number of at least 1.")
    before = _configured
    new = before
    if executor is not None:
        new = replace(new, executor=executor)
    if workers is not None:
        new = replace(new, workers=workers)
    if trace is not None:
        new = replace(new, trace=os.fspath(trace))
    if check is not None:
        new = replace(new, check=bool(check))
    if progress is not None:
        new = replace(new, progress=_chosen_progress(progress))
    _install(new)
    return Configured(before)


def _chosen_progress(progress: bool | float) -> float:
    if isinstance(progress, bool):
        return PROGRESS_AFTER if progress else -1.0
    if not isinstance(progress, (int, float)) or not 0 <= progress < 1e9:
        raise ConfigurationError(f"progress={progress!r}: it has to be True, False, or a number of seconds.")
    return float(progress)
