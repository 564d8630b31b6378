"""Output capture: takes down, in a worker process, all that a call writes, logs and warns of.

Python's streams are replaced by objects that take text down. Below them, the two descriptors point to unnamed files,
in which lies what libraries in C and child processes write. Before each piece of text the files are looked at, so that
all pieces keep their order. Loggers hand their records over before any handler sees them; the levels are the program's.
Warnings are taken down each time that they would be shown for the first time in a call; the program decides whether it
is the first time for it, too.
"""

from __future__ import annotations

import ctypes
import logging
import os
import re
import sys
import warnings
from collections.abc import Callable
from types import FrameType
from typing import Any

from pydron_runtime.data.output import CALLER, RAW, RENEW, Chunk, OutputStream, Transcript, renewal
from pydron_runtime.protocol.messages import Filter, Voice
from pydron_runtime.transport.last_words import LastWords

_OWN = re.compile(r"pydron_runtime\.(worker|transport)\.")
"""The modules that stand around a call here, in the place of the program."""

LARGE = 1 << 20
"""Bytes of a file of captured output above which it is emptied when it has been read."""


class OutputCapture:
    """All the output of this process. Installed once, for good."""

    def __init__(self, words: LastWords) -> None:
        """
        Args:
            words: What is left of the error stream if the process dies.
        """
        self._transcript = Transcript()
        self._words = words
        self._files = (_RawFile(1), _RawFile(2, words.errors))
        self._forked = False
        self._resolved = 0
        self._filters: tuple[Filter, ...] = ()
        self._named: frozenset[str] = frozenset()
        self._warned = False
        self._handlers: list[logging.Handler] = []
        self._c_flush = getattr(ctypes.PyDLL(None), "fflush", None) if os.name == "posix" else None
        self._replace_streams((("utf-8", "strict", False), ("utf-8", "strict", False)))
        logging.Logger.handle = self._handle  # type: ignore[method-assign,assignment]
        warnings.showwarning = self._show_warning
        self._renew = _watched_renewal(self._transcript)
        os.register_at_fork(after_in_child=self._in_child)

    def adapt(self, voice: Voice) -> None:
        """Speak as the program does: its streams, levels of loggers, filters of warnings."""
        self._replace_streams(voice.streams)
        logging.disable(voice.disabled)
        levels = dict(voice.levels)
        for name in self._named - levels.keys():
            logging.getLogger(name or None).setLevel(logging.NOTSET)
        for name, level in levels.items():
            logging.getLogger(name or None).setLevel(level)
        self._named = frozenset(levels)
        self._filters = voice.filters
        self._resolved = 0

    def begin(self) -> None:
        """A call begins: what was written before, by imports for its sake, is not its output."""
        self.drain()
        self._transcript.take()
        self._words.begin(self._files[1].position)
        self._handlers = logging.root.handlers.copy()
        if len(sys.modules) != self._resolved:
            self._resolved = len(sys.modules)
            warnings.filters[:] = _filters(self._filters)  # type: ignore[index]
            self._warned = True
        if self._warned:
            self._warned = False
            self._renew()  # let each warning be shown again, however often it was shown in earlier calls

    def end(self) -> tuple[Chunk, ...]:
        """What the call has put out."""
        if self._c_flush is not None:
            self._c_flush(None)
        self.drain()
        logging.root.handlers[:] = self._handlers  # those that a call makes belong into the program
        return self._transcript.take()

    def _replace_streams(self, likes: tuple[tuple[str, str, bool], tuple[str, str, bool]]) -> None:
        sys.stdout = sys.__stdout__ = _Stream(1, self._transcript, likes[0], self)  # type: ignore[misc,assignment]
        sys.stderr = sys.__stderr__ = _Stream(2, self._transcript, likes[1], self)  # type: ignore[misc,assignment]

    def drain(self) -> None:
        """Take down what has come to the descriptors."""
        for number, file in enumerate(self._files, 1):
            data = file.read()
            if data:
                self._transcript.add(RAW, number, data)

    def take_down(self, number: int, data: bytes) -> None:
        """One of the streams is about to take something down."""
        self.drain()
        if number == 2:
            self._words.add(data)

    def _handle(self, record: logging.LogRecord) -> None:
        """Stands in for ``Logger.handle``; bound to this object, so that the logger is not among its arguments."""
        self.drain()
        self._transcript.add_log(record, configured=len(logging.root.handlers) > len(self._handlers))

    def _show_warning(
        self, message: Any, category: Any, filename: str, lineno: int, file: Any = None, line: Any = None
    ) -> None:
        self._warned = True
        self.drain()
        module = _module_at(filename, lineno)
        if _OWN.match(module):
            filename = CALLER
        self._transcript.add_warning(message, category, filename, lineno, module)

    def _in_child(self) -> None:
        """A fork of the worker, made by a call: what it prints goes to the descriptors, where the worker finds it."""
        self._forked = True

    @property
    def forked(self) -> bool:
        """Whether this process is a fork of the one that takes output down."""
        return self._forked


class _Stream(OutputStream):
    """One of the standard streams of a worker."""

    def __init__(self, number: int, transcript: Transcript, like: tuple[str, str, bool], capture: OutputCapture):
        super().__init__(number, transcript, like)
        self._capture = capture

    def take_down(self, kind: str, data: bytes) -> None:
        """The next piece, after what has come to the descriptors before; in a fork, it goes there as well."""
        if self._capture.forked:
            os.write(self._number, data)
        else:
            self._capture.take_down(self._number, data)
            super().take_down(kind, data)

    def flush(self) -> None:
        """In a fork there is nothing to flush."""
        if not self._capture.forked:
            super().flush()


class _RawFile:
    """An unnamed file under one of the standard descriptors."""

    def __init__(self, number: int, made: int | None = None) -> None:
        if made is not None:
            self._descriptor = made
        elif hasattr(os, "memfd_create"):
            self._descriptor = os.memfd_create(f"output-{number}", os.MFD_CLOEXEC)
        else:
            import tempfile  # late: it takes long to import

            self._descriptor, path = tempfile.mkstemp()
            os.unlink(path)
        if os.name == "posix":
            import fcntl

            # Every writer adds at the end, child processes included.
            fcntl.fcntl(self._descriptor, fcntl.F_SETFL, fcntl.fcntl(self._descriptor, fcntl.F_GETFL) | os.O_APPEND)
        os.dup2(self._descriptor, number)
        self._read = 0

    @property
    def position(self) -> int:
        """Bytes that were read."""
        return self._read

    def read(self) -> bytes:
        """What was added since the last time."""
        size = os.fstat(self._descriptor).st_size
        if size <= self._read:
            return b""
        pieces = []
        while self._read < size:
            piece = os.pread(self._descriptor, size - self._read, self._read)
            if not piece:
                break
            pieces.append(piece)
            self._read += len(piece)
        if self._read > LARGE and os.fstat(self._descriptor).st_size == self._read:
            os.ftruncate(self._descriptor, 0)
            self._read = 0
        return b"".join(pieces)


def _module_at(filename: str, line: int) -> str:
    """The module whose code warned: that of the innermost frame which stands at the place the warning names."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_lineno == line and frame.f_code.co_filename == filename:
            return str(frame.f_globals.get("__name__", ""))
        frame = frame.f_back
    return ""


def _filters(named: tuple[Filter, ...]) -> list[Any]:
    """The program's filters, as far as this process knows the classes that they are about.

    What is shown once only in the program is taken down once in each call. What is about the program's own line is
    taken down unless it may have to be raised: only the program knows which of its modules that line is in.
    """
    filters: list[Any] = []
    if not _may_raise(named):
        filters.append(("always", None, Warning, _OWN, 0))
    for each in named:
        known = sys.modules.get(each.module)
        category = getattr(known, each.category, None) if known is not None else None
        if isinstance(category, type):
            action = "default" if each.action in ("default", "module", "once") else each.action
            filters.append((action, _pattern(each.message), category, _pattern(each.place), each.line))
    return filters


def _may_raise(named: tuple[Filter, ...]) -> bool:
    """Whether a warning may become an error: filters behind one that fits every warning do not count."""
    for each in named:
        if each.action == "error":
            return True
        if (each.category, each.message, each.place, each.line) == ("Warning", None, None, 0):
            return False
    return False


def _pattern(described: tuple[str, int] | None) -> re.Pattern[str] | None:
    return None if described is None else re.compile(*described)


def _watched_renewal(transcript: Transcript) -> Callable[[], None]:
    """What makes the interpreter show warnings again. When a call does so, it is taken down from now on."""
    name = renewal()
    if name is None:
        return lambda: None
    renew: Callable[[], None] = getattr(warnings, name)

    def noted() -> None:
        transcript.add(RENEW, 0, b"")
        renew()

    setattr(warnings, name, noted)
    return renew
