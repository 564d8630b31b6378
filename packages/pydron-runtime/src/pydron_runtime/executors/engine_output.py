"""Output of calls in a process of an engine's: taken down per thread, as an engine may run several calls side by side.

The standard streams of the process are replaced, once, by streams that go where they went before, but for threads that
make a call. Loggers hand over the records of such threads. What is written to the descriptors themselves goes where the
engine lets it go, and levels of loggers and filters of warnings are those of the engine's process.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydron_runtime.data.output import OutputStream, Transcript

_threads = threading.local()
_installed: list[bool] = []


class _Routed:
    """A standard stream: the one of the thread's call, or the one that was there before."""

    def __init__(self, place: int, before: Any) -> None:
        self._place = place
        self._before = before

    def __getattr__(self, name: str) -> Any:
        streams = getattr(_threads, "streams", None)
        return getattr(self._before if streams is None else streams[self._place], name)


def install() -> None:
    """Replace the streams of this process. Later calls change nothing."""
    if _installed:
        return
    _installed.append(True)
    streams: Any = sys
    streams.stdout, streams.stderr = _Routed(0, sys.stdout), _Routed(1, sys.stderr)
    handle = logging.Logger.handle

    def handle_or_take_down(logger: logging.Logger, record: logging.LogRecord) -> None:
        transcript: Transcript | None = getattr(_threads, "transcript", None)
        if transcript is None:
            handle(logger, record)
        else:
            transcript.add_log(record)

    logging.Logger.handle = handle_or_take_down  # type: ignore[method-assign,assignment]


@contextmanager
def taken_down(transcript: Transcript) -> Iterator[None]:
    """While active, what this thread writes and logs is taken down. Has no effect before :func:`install`."""
    _threads.transcript = transcript
    _threads.streams = OutputStream(1, transcript), OutputStream(2, transcript)
    try:
        yield
    finally:
        _threads.transcript = _threads.streams = None
