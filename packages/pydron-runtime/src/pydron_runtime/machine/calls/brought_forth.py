"""Output of functional calls, brought forth in program order.

A call's output counts when the call does. What a worker took down comes with the completion. A call that runs in the
program, ahead of others that have not counted yet, is listened to in the same way.
"""

from __future__ import annotations

import logging
import os
import pickle
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from pydron_runtime.data.output import (
    BYTES,
    CALLER,
    CONFIGURED,
    FLUSH,
    LOG,
    MAIN_THREAD,
    RAW,
    RENEW,
    TEXT,
    Chunk,
    Transcript,
    renewal,
    stand_ins,
)
from pydron_runtime.machine.calls.granularity import cost_of
from pydron_runtime.machine.effects.aside import make_room
from pydron_runtime.machine.effects.putting_off import put_off
from pydron_runtime.machine.effects.warned import show_warnings
from pydron_runtime.machine.order.entries import Entry, Operation, TaskEntry

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame


def bring_forth(output: tuple[Chunk, ...], frame: Frame | None = None, site: int = 0) -> None:
    """Write, log and warn as the call would have done here.

    Args:
        frame, site: Where the call stands, if something may be about the line that made it.

    Raises:
        Exception: What the program's own streams, handlers and filters raise.
    """
    if output:
        make_room()
    for chunk in output:
        if chunk.kind == LOG:
            _log(chunk.data)
        elif chunk.kind == RAW:
            _write_all(chunk.stream, chunk.data)
        elif chunk.stream:
            stream = sys.stdout if chunk.stream == 1 else sys.stderr
            if stream is not None:
                _write(stream, chunk)
        elif chunk.kind == RENEW:
            _renew()
        else:
            _warn(chunk.data, frame, site)


def let_out(entry: Entry) -> None:
    """An entry counts, or has failed at its place in the program: what it has put out comes out."""
    if isinstance(entry, TaskEntry):
        if entry.output:
            if any(chunk.kind == RAW for chunk in entry.output):
                cost_of(entry.callee).beneath = True
            bring_forth(entry.output, entry.frame, entry.site)
    elif isinstance(entry, Operation) and entry.warned:
        show_warnings(entry.warned)


def _renew() -> None:
    name = renewal()
    if name is not None:
        getattr(warnings, name)()


def _write(stream: Any, chunk: Chunk) -> None:
    if chunk.kind == TEXT:
        stream.write(chunk.data.decode("utf-8", "surrogatepass"))
    elif chunk.kind == FLUSH:
        stream.flush()
    elif chunk.kind == BYTES:
        buffer = getattr(stream, "buffer", None)
        if buffer is not None:
            buffer.write(chunk.data)
        else:
            stream.write(chunk.data.decode(errors="replace"))


def _write_all(descriptor: int, data: bytes) -> None:
    """To the descriptor itself: what Python has not flushed yet comes later, as it would have.

    A program that was started without one has put its number to another use.
    """
    if (sys.__stdout__, sys.__stderr__)[descriptor - 1] is None:
        return
    rest = memoryview(data)
    try:
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    except BlockingIOError:
        pass  # the reader of the program's output does not keep up, and a library in C would have lost it as well


def _log(data: bytes) -> None:
    fields = pickle.loads(data)
    if fields.pop(CONFIGURED) and not logging.root.handlers:
        logging.basicConfig()  # as `logging.warning` and its like do when they come to a program without handlers
    here = vars(logging.LogRecord("", 0, "", 0, "", (), None))
    own = ["process", "processName"]
    if fields["threadName"] == MAIN_THREAD:
        own += ["thread", "threadName"]
    if fields.get("taskName") is None and "taskName" in here:
        own.append("taskName")
    fields.update((name, here[name]) for name in own)
    fields["relativeCreated"] = here["relativeCreated"] - (here["created"] - fields["created"]) * 1000
    logging.getLogger(fields["name"]).handle(logging.makeLogRecord(fields))


def _warn(data: bytes, frame: Frame | None, site: int) -> None:
    message, category, filename, line, module = pickle.loads(data)
    if filename == CALLER and frame is not None:
        function = frame.code.record.function
        namespace: dict[str, Any] | None = function.__globals__
        filename, line = function.__code__.co_filename, frame.code.span(site).line
        module = function.__globals__.get("__name__", "<string>")
    else:
        known = sys.modules.get(module)
        namespace = None if known is None else vars(known)
    registry = {} if namespace is None else namespace.setdefault("__warningregistry__", {})
    warnings.warn_explicit(message, category, filename, line, module or None, registry)


@contextmanager
def listening(transcript: Transcript, with_loggers: bool = True) -> Iterator[None]:
    """While active, what the program writes is taken down and does not come out.

    Args:
        transcript: Where it is taken down.
        with_loggers: Records of loggers as well. (Costs some microseconds.)
    """
    streams, handle = (sys.stdout, sys.stderr), logging.Logger.handle
    instead = sys.stdout, sys.stderr = stand_ins(transcript)
    if with_loggers:
        logging.Logger.handle = transcript.add_log  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams
        _hand_back(instead, streams)
        if with_loggers:
            logging.Logger.handle = handle  # type: ignore[method-assign]


def listening_ahead(entry: TaskEntry, transcript: Transcript) -> AbstractContextManager[None]:
    """The same, unless everything before an entry has counted: then it is the turn of its output."""
    assert entry.frame is not None
    machine = entry.frame.machine
    machine.retire()
    return nullcontext() if machine.oldest is entry else listening(transcript)


def _hand_back(instead: tuple[Any, Any], streams: tuple[Any, Any]) -> None:
    """Handlers that ``logging.warning`` and its like have made of a stand-in get the stream that it stood for."""
    for handler in logging.root.handlers:
        stream = getattr(handler, "stream", None)
        if stream is instead[0] or stream is instead[1]:
            handler.stream = streams[stream is instead[1]]  # type: ignore[attr-defined]


def call_in_turn(
    frame: Frame, site: int, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Any:
    """Make a functional call here and now; its output takes its turn, if others have not counted yet."""
    caller = frame.code.caller(site)
    if not frame.machine.main.queue:
        return caller(function, args, kwargs)
    transcript = Transcript()
    try:
        with listening(transcript):
            return caller(function, args, kwargs)
    finally:
        if transcript:
            output = transcript.take()
            put_off(frame, site, lambda: bring_forth(output, frame, site), (), safe=_in_turn)


def short_call(
    frame: Frame, site: int, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Any:
    """The same for a call that takes microseconds: stand-ins for the streams are made only if it looks at them."""
    if not frame.machine.main.queue:
        make_room()  # it is the user's code, and may write
        return frame.code.caller(site)(function, args, kwargs)
    streams, handle = (sys.stdout, sys.stderr), logging.Logger.handle
    transcript = Transcript()
    instead = sys.stdout, sys.stderr = _Aside(1, transcript), _Aside(2, transcript)
    logging.Logger.handle = transcript.add_log  # type: ignore[method-assign,assignment]
    try:
        return frame.code.caller(site)(function, args, kwargs)
    finally:
        sys.stdout, sys.stderr = streams
        logging.Logger.handle = handle  # type: ignore[method-assign]
        _hand_back(instead, streams)
        if transcript:
            output = transcript.take()
            put_off(frame, site, lambda: bring_forth(output, frame, site), (), safe=_in_turn)


class _Aside:
    """Becomes a stand-in for a standard stream when somebody looks at it."""

    __slots__ = ("_number", "_stream", "_transcript")

    def __init__(self, number: int, transcript: Transcript) -> None:
        self._number = number
        self._transcript = transcript
        self._stream: Any = None

    def __getattr__(self, name: str) -> Any:
        if self._stream is None:
            self._stream = stand_ins(self._transcript)[self._number - 1]
        return getattr(self._stream, name)


def _in_turn(*values: Any) -> bool:
    return False
