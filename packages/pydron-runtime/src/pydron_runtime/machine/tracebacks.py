"""Tracebacks: a failure that happened elsewhere, or earlier, shown at the user's own lines.

A task fails in a worker while the program's code has long gone on. Its traceback is put together from the places in the
user's source: the line of the call in each function on the way, then the frames of the call itself.
"""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

from pydron import runner
from pydron_runtime.data.failures import FrameRecord, load_failure, traceback_of
from pydron_runtime.data.tasks import Failed
from pydron_runtime.machine.entries import Entry
from pydron_runtime.machine.frames import Frame

if TYPE_CHECKING:
    from pydron.emit.streams import Extent
    from pydron_runtime.machine.code import Code


def placement(failed: Entry, top: Frame | None = None) -> tuple[int, TracebackType | None]:
    """Where a failed entry belongs: the line in the main function, and the traceback below it.

    Args:
        top: The line in the function of this frame instead, which began what has failed.
    """
    frame: Frame | None
    if isinstance(failed, Frame) and failed.error is not None:
        line, below = _native(failed)
        frame = failed
        if frame.kind == "region" and frame.frame is not None:
            for extent in _streams(frame.code, frame.site)[1:]:
                line, below = _in_stream(frame.code, extent, line, below)
    else:
        frame = failed.frame
        assert frame is not None
        line = frame.code.span(failed.site).line
        below = failed.frames_below
        if below is None or isinstance(below, TracebackType):
            line, below = runner.users_frames(frame.code.record, below, skip_entry=False, line=line)
        else:
            below = traceback_of(below)
        for extent in _streams(frame.code, failed.site):
            line, below = _in_stream(frame.code, extent, line, below)
    while frame is not None and frame.frame is not None and frame is not top:
        if frame.kind == "function":
            graph = frame.code.record.taken_apart
            below = _under(FrameRecord(graph.filename, line, graph.name, graph.module), below)
            line = frame.frame.code.span(frame.site).line
            for extent in _streams(frame.frame.code, frame.site):
                line, below = _in_stream(frame.frame.code, extent, line, below)
        frame = frame.frame
    return line, below


def _native(frame: Frame) -> tuple[int, TracebackType | None]:
    """The line in a deferred frame's function, and what is below, from the error's own traceback."""
    error = frame.error
    assert error is not None
    # The error's own traceback has grown since: it was raised once more, where the main frame waits.
    streams = _streams(frame.code, frame.site) if frame.kind == "region" else []
    line = streams[0].line if streams else None
    return runner.users_frames(frame.code.record, frame.frames_below, skip_entry=False, line=line)


def _streams(code: Code, site: int) -> list[Extent]:
    """The generator expressions that a site stands in, the innermost first."""
    return [extent for extent in code.streams if extent.begin <= site < extent.end]


def _in_stream(code: Code, extent: Extent, line: int, below: TracebackType | None) -> tuple[int, TracebackType | None]:
    """A place in a generator expression: the line of the call that goes through it, and the traceback below that."""
    graph = code.record.taken_apart
    return extent.line, _under(FrameRecord(graph.filename, line, "<genexpr>", graph.module), below)


def _under(record: FrameRecord, below: TracebackType | None) -> TracebackType | None:
    upper = traceback_of([record])
    if upper is None:
        return below
    return TracebackType(below, upper.tb_frame, upper.tb_lasti, upper.tb_lineno)


def failure_of(failed: Failed) -> tuple[BaseException, list[FrameRecord]]:
    """The exception that a call has raised elsewhere, and the frames it came through there.

    With ``PYDRON_TRACEBACK=full`` all these frames stand below the program's, and a note tells who ran the call.
    """
    error, frames = load_failure(failed.exception)
    if runner.shows_everything():
        error.__traceback__ = traceback_of(frames)
        if sys.version_info >= (3, 11):
            error.add_note(f"Pydron: {failed.worker} ran this call, attempt {failed.attempt}.")
    return error, frames
