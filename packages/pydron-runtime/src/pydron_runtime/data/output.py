"""Output of a call: what it wrote, logged and warned of, in the order in which it did.

A call that runs somewhere else cannot write to the program's streams. Its output is taken down where it runs, comes
back with what became of the call, and is brought forth in the program when the call counts. So the program's streams,
loggers and filters of warnings get what they would have got, when they would have got it.
"""

from __future__ import annotations

import io
import logging
import pickle
import sys
import warnings
from typing import Any

import msgspec

from pydron.interrupts import let_through

TEXT, BYTES, RAW, FLUSH, LOG, WARNING, RENEW = "text", "bytes", "raw", "flush", "log", "warning", "renew"

CONFIGURED = "pydron_configured"
"""Field of a record on its way: whether its call has given the root logger handlers."""

MAIN_THREAD = "MainThread"
"""What records name the thread that makes a call in a worker, unless the call has renamed it."""

CALLER = "<the caller>"
"""The file that a warning names which is about the program's line, from which the call was made."""


class Chunk(msgspec.Struct, array_like=True, frozen=True):
    """A piece of output.

    Attributes:
        kind: ``text`` written to ``sys.stdout`` or ``sys.stderr``, ``bytes`` written to their ``buffer``, ``raw`` bytes
            written to the descriptor (by a library in C, or a child process), ``flush``, a ``log`` record, a
            ``warning``, or ``renew``: filters of warnings were touched, so each warning may be shown again.
        stream: 1 for the standard output, 2 for the standard error, 0 for records and warnings.
        data: Text in UTF-8, bytes, or a pickle.
    """

    kind: str
    stream: int
    data: bytes


class Transcript:
    """Takes output down. Pieces of one kind that follow one another become one chunk."""

    def __init__(self) -> None:
        self._kinds: list[tuple[str, int]] = []
        self._pieces: list[list[bytes]] = []

    def __bool__(self) -> bool:
        return bool(self._kinds)

    def add(self, kind: str, stream: int, data: bytes) -> None:
        """The next piece."""
        key = (kind, stream)
        if self._kinds and self._kinds[-1] == key and kind in (TEXT, BYTES, RAW, RENEW):
            self._pieces[-1].append(data)
        else:
            self._kinds.append(key)
            self._pieces.append([data])

    def add_text(self, stream: int, text: str) -> None:
        """Text written to a stream."""
        self.add(TEXT, stream, text.encode("utf-8", "surrogatepass"))

    def add_log(self, record: logging.LogRecord, configured: bool = False) -> None:
        """A record that a logger was about to hand to its handlers.

        Args:
            record: The record.
            configured: The call has given the root logger handlers, as ``logging.warning`` does where there are none.
        """
        self.add(LOG, 0, _portable(record, configured))

    def add_warning(self, message: Any, category: Any, filename: str, line: int, module: str) -> None:
        """A warning that was about to be shown."""
        try:
            data = pickle.dumps((message, category, filename, line, module), protocol=5)
            pickle.loads(data)
        except Exception as error:  # a warning of the user's that does not survive: its text does
            let_through(error)
            data = pickle.dumps((str(message), _known(category), filename, line, module), protocol=5)
        self.add(WARNING, 0, data)

    def take(self) -> tuple[Chunk, ...]:
        """What was taken down since the last time."""
        if not self._kinds:
            return ()
        kinds, pieces = self._kinds, self._pieces
        self._kinds, self._pieces = [], []
        return tuple(Chunk(kind, stream, b"".join(parts)) for (kind, stream), parts in zip(kinds, pieces))


def _known(category: type) -> type:
    """The nearest class of warnings that every process has."""
    return next(base for base in category.__mro__ if base.__module__ == "builtins")


def _portable(record: logging.LogRecord, configured: bool) -> bytes:
    """A record as bytes: its message formatted, its traceback as text, and whatever else of it can be pickled."""
    fields = dict(record.__dict__)
    try:
        fields["msg"] = record.getMessage()
    except Exception as error:  # a format that does not fit: the program's handlers will complain as they would have
        let_through(error)
    else:
        fields["args"] = None
    if record.exc_info and not record.exc_text:
        fields["exc_text"] = logging.Formatter().formatException(record.exc_info)
    fields["exc_info"] = None
    fields[CONFIGURED] = configured
    try:
        return pickle.dumps(fields, protocol=5)
    except Exception as error:
        let_through(error)
        plain = (str, int, float, type(None))
        kept = {name: value if isinstance(value, plain) else repr(value) for name, value in fields.items()}
        return pickle.dumps({**kept, "args": None}, protocol=5)


stays_open: Any = [].clear
"""The ``close`` of a stand-in for a stream that is not the call's: does nothing. Python calls it when a stand-in ends,
which may be when an interrupt (Ctrl-C) is about to be raised; code in Python would swallow that. So it is in C."""


class OutputStream(io.TextIOBase):
    """Stands in for ``sys.stdout`` or ``sys.stderr`` where a call runs, and takes down what is written.

    Attributes:
        mode: As that of the standard streams.
    """

    mode = "w"

    def __init__(self, number: int, transcript: Transcript, like: tuple[str, str, bool] = ("utf-8", "strict", False)):
        """
        Args:
            number: 1 for the standard output, 2 for the standard error.
            transcript: Where things are taken down.
            like: Encoding, error handler, and whether it is a terminal: those of the program's stream.
        """
        super().__init__()
        self._number = number
        self._transcript = transcript
        self._encoding, self._errors, self._terminal = like
        self.buffer = _Buffer(self)

    @property
    def name(self) -> str:
        """As that of the standard streams."""
        return "<stdout>" if self._number == 1 else "<stderr>"

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Encoding of the program's stream."""
        return self._encoding

    @property
    def errors(self) -> str:  # type: ignore[override]
        """Error handler of the program's stream."""
        return self._errors

    @property
    def line_buffering(self) -> bool:
        """As that of a terminal, if the program's stream is one."""
        return self._terminal

    def write(self, text: str) -> int:
        """Take text down.

        Raises:
            TypeError: It is no text.
            UnicodeEncodeError: The program's stream could not hold it.
        """
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if not text.isascii():
            text.encode(self._encoding, self._errors)
        if text:
            self.take_down(TEXT, text.encode("utf-8", "surrogatepass"))
        return len(text)

    def take_down(self, kind: str, data: bytes) -> None:
        """The next piece of this stream."""
        self._transcript.add(kind, self._number, data)

    def flush(self) -> None:
        """Note that the program's stream is to be flushed here, if there is anything to flush."""
        if self._transcript:
            self._transcript.add(FLUSH, self._number, b"")

    def fileno(self) -> int:
        """The descriptor below."""
        return self._number

    def isatty(self) -> bool:
        """Whether the program's stream is a terminal."""
        return self._terminal

    def writable(self) -> bool:
        """It is."""
        return True

    def reconfigure(self, **_: Any) -> None:
        """The program's stream stays as it is."""

    close = stays_open


class _Buffer(io.RawIOBase):
    """What ``sys.stdout.buffer`` is in a call."""

    def __init__(self, stream: OutputStream) -> None:
        super().__init__()
        self._stream = stream

    def write(self, data: Any) -> int:
        """Take bytes down."""
        kept = bytes(data)
        if kept:
            self._stream.take_down(BYTES, kept)
        return len(kept)

    def flush(self) -> None:
        """As that of the stream."""
        self._stream.flush()

    def fileno(self) -> int:
        """The descriptor below."""
        return self._stream.fileno()

    def writable(self) -> bool:
        """It is."""
        return True

    close = stays_open


def renewal() -> str | None:
    """Name of the function in ``warnings`` that is called whenever filters are touched; None where there is none."""
    return next((name for name in ("_filters_mutated", "_filters_mutated_lock_held") if hasattr(warnings, name)), None)


def likeness(stream: Any) -> tuple[str, str, bool]:
    """Encoding, error handler, and whether it is a terminal, of one of the program's standard streams."""
    try:
        return stream.encoding or "utf-8", stream.errors or "strict", bool(stream.isatty())
    except Exception as error:  # None, closed, or an object of somebody's that only has `write`
        let_through(error)
        return "utf-8", "strict", False


def stand_ins(transcript: Transcript) -> tuple[OutputStream, OutputStream]:
    """Streams like those that the program has now."""
    return OutputStream(1, transcript, likeness(sys.stdout)), OutputStream(2, transcript, likeness(sys.stderr))
