"""Tracebacks: a failure that happened elsewhere, or earlier, shown at the user's own lines.

A task fails in a worker while the program's code has long gone on. Its traceback is put together from the places in the
user's source: the line of the call in each function on the way, then the frames of the call itself.
"""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

from pydron import runner
from pydron.places import Place, code_at, entry_at, place_of_span
from pydron_runtime.data.failures import FrameRecord, load_failure, traceback_of
from pydron_runtime.data.tasks import Failed
from pydron_runtime.machine.failures.left_generators import Raised
from pydron_runtime.machine.order.entries import Entry
from pydron_runtime.machine.order.frames import Frame

if TYPE_CHECKING:
    from pydron.emit.streams import Extent
    from pydron_runtime.machine.code import Code
    from pydron_runtime.machine.iteration.own_pace import Asked


Placement = tuple[Place, "TracebackType | None"]
"""A place in a function, and the traceback below it."""


def placement(failed: Entry, top: Frame | None = None) -> Placement:
    """Where a failed entry belongs: the place in the main function, and the traceback below it.

    Args:
        top: The place in the function of this frame instead, which began what has failed.
    """
    # An entry at which the program was interrupted has no error of its own.
    error = KeyboardInterrupt() if failed.error is None else failed.error
    # What has left a generator on its way was placed when it did.
    return failed.placement or _placement(failed, top, Raised(error))


def leave_generators(failed: Entry, top: Frame | None = None) -> BaseException:
    """The error of a failed entry as it gets to the main function, or to the function of ``top``.

    A ``StopIteration`` does not leave a generator expression: there it becomes the cause of a ``RuntimeError``, which
    is the error of the entry from then on.
    """
    error = failed.error
    assert error is not None
    if isinstance(error, StopIteration):
        raised = Raised(error)
        placed = _placement(failed, top, raised)
        if raised.error is not error:
            failed.error, failed.placement = raised.error, placed
    return raised.error if isinstance(error, StopIteration) else error


def _placement(failed: Entry, top: Frame | None, raised: Raised) -> Placement:
    frame: Frame | None
    if isinstance(failed, Frame) and failed.error is not None:
        place, below = _native(failed)
        frame = failed
        streams = _streams(frame.code, frame.site) if frame.kind == "region" and frame.frame is not None else []
        if streams:
            below = raised.leaving(below)
        for extent in streams[1:]:
            place, below = _in_stream(frame.code, extent, place, below, raised)
    else:
        frame = failed.frame
        assert frame is not None
        place = place_of_span(frame.code.span(failed.site))
        below = failed.frames_below
        if below is None or isinstance(below, TracebackType):
            place, below = runner.users_frames(frame.code.record, below, skip_entry=False, place=place)
        else:
            below = traceback_of(below)
        place, below = _out_of_streams(frame, failed.site, place, below, raised, failed.asked)
    place, below = _in_comprehensions(frame.code, place, below)
    while frame is not None and frame.frame is not None and frame is not top:
        if frame.kind == "function":
            below = _under(frame.code, frame.code.record.taken_apart.name, place, below)
            if frame.through is not None:
                code, line = frame.through
                below = entry_at(code_at(code.co_filename, code.co_name, Place(line)), line, below, {})
            place = place_of_span(frame.frame.code.span(frame.site))
            place, below = _out_of_streams(frame.frame, frame.site, place, below, raised, failed.asked)
            place, below = _in_comprehensions(frame.frame.code, place, below)
        frame = frame.frame
    return place, below


def _native(frame: Frame) -> Placement:
    """The place in a deferred frame's function, and what is below, from the error's own traceback."""
    error = frame.error
    assert error is not None
    # The error's own traceback has grown since: it was raised once more, where the main frame waits.
    streams = _streams(frame.code, frame.site) if frame.kind == "region" else []
    place = place_of_span(streams[0].span) if streams else None
    return runner.users_frames(frame.code.record, frame.frames_below, skip_entry=False, place=place)


def _streams(code: Code, site: int) -> list[Extent]:
    """The generator expressions that a site stands in, the innermost first."""
    return [extent for extent in code.streams if extent.begin <= site < extent.end]


def _out_of_streams(
    frame: Frame, site: int, place: Place, below: TracebackType | None, raised: Raised, asked: Asked | None
) -> Placement:
    """A place in the generator expressions that a site stands in: that of the call which goes through the outermost."""
    if asked is not None and asked.frame is not frame:
        asked = None
    for extent in _streams(frame.code, site):
        if asked is not None and extent.begin <= asked.site < extent.end:
            below, asked = asked.above(below), None
        place, below = _in_stream(frame.code, extent, place, below, raised)
    return place, below if asked is None else asked.above(below)


def _in_stream(code: Code, extent: Extent, place: Place, below: TracebackType | None, raised: Raised) -> Placement:
    """A place in a generator expression: that of the call that goes through it, and the traceback below that."""
    outside = place_of_span(extent.span)
    place, below = _in_comprehensions(code, place, below, outside)
    return outside, raised.leaving(_under(code, "<genexpr>", place, below))


def _in_comprehensions(
    code: Code, place: Place, below: TracebackType | None, outside: Place | None = None
) -> Placement:
    """A place in a function: that of the comprehensions around it, and their entries in the traceback."""
    record = code.record
    namespace = {"__name__": record.taken_apart.module}
    return runner.in_comprehensions(record.function.__code__, place, below, namespace, outside)


def _under(code: Code, name: str, place: Place, below: TracebackType | None) -> TracebackType:
    graph = code.record.taken_apart
    return entry_at(code_at(graph.filename, name, place), place.line, below, {"__name__": graph.module})


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
