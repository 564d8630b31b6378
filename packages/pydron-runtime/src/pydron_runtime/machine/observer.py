"""Observer: tells the trace, and people, what the machine does."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from greenlet import getcurrent

from pydron import runner
from pydron.interrupts import let_through
from pydron_runtime.machine.failures.saving import keep_call, keep_task
from pydron_runtime.machine.order.entries import Entry, State, TaskEntry, numbers
from pydron_runtime.machine.values.previews import preview
from pydron_runtime.machine.values.safety import name_of

if TYPE_CHECKING:
    from pydron_runtime.machine.code import Code
    from pydron_runtime.machine.machine import Machine
    from pydron_runtime.machine.order.frames import Frame
    from pydron_runtime.recording import Recorder

_frames = itertools.count(1)
_NOTICEABLE = 20_000
"""Nanoseconds; shorter waits are not recorded."""

_UNTOLD = nullcontext()


def order_text(order: tuple[int, ...]) -> str:
    """A place in program order as text that sorts the same way."""
    return ".".join(f"{number:09d}" for number in order)


class Observer:
    """Reports one machine's events to a recorder; does nothing without one."""

    def __init__(self, recorder: Recorder | None) -> None:
        self.recorder = recorder
        self._graphs: set[int] = set()
        self._fences: set[tuple[int, int, str]] = set()

    def frame_started(self, frame: Frame) -> int:
        """A frame begins. Returns its number."""
        number = next(_frames)
        recorder = self.recorder
        if recorder is not None:
            self._tell_graph(frame.code)
            parent = frame.frame
            node = None if parent is None else parent.code.node(frame.site)
            recorder.frame_started(
                number,
                None if parent is None else parent.number,
                frame.code.number,
                node,
                frame.kind,
                order_text(frame.order),
                time.monotonic_ns(),
                json.dumps(runner.users_stack()) if parent is None else None,
            )
        return number

    def _tell_graph(self, code: Code) -> None:
        if code.number not in self._graphs and self.recorder is not None:
            self._graphs.add(code.number)
            graph = code.record.taken_apart
            document = graph.to_json()
            self.recorder.graph(code.number, graph.name, graph.qualname, graph.filename, document, graph.source)

    def frame_finished(self, frame: Frame, error: BaseException | None) -> None:
        """A frame's code has ended."""
        if self.recorder is not None:
            name = None if error is None else f"{type(error).__name__}: {_text(error)}"
            self.recorder.frame_finished(frame.number, time.monotonic_ns(), name)

    def now(self) -> int | None:
        """The time, if anybody wants to know it."""
        return None if self.recorder is None else time.monotonic_ns()

    def issued(
        self, entry: TaskEntry, args: tuple[Any, ...], kwargs: Mapping[str, Any], reached: int | None = None
    ) -> None:
        """A functional call became a task; at ``reached`` its arguments began to be serialised."""
        recorder = self.recorder
        if recorder is not None:
            frame = entry.frame
            assert frame is not None
            recorder.task_issued(
                entry.number,
                entry.function.name,
                frame.number,
                frame.code.number,
                frame.code.node(entry.site),
                frame.code.record.taken_apart.filename,
                frame.code.span(entry.site).line,
                order_text(entry.order),
                tuple(number for number in entry.references if number > 0),
                entry.arguments.size,
                preview(args, kwargs),
                time.monotonic_ns(),
                reached,
            )

    def guessed(
        self, frame: Frame, place: tuple[int, int], number: int, name: str, args: Any, kwargs: Any, size: int
    ) -> None:
        """A call is asked for before it is known whether the program comes to it.

        Args:
            place: Node and line of the call.
        """
        recorder = self.recorder
        if recorder is not None:
            node, line = place
            recorder.task_issued(
                number, name, frame.number, frame.code.number, node, frame.code.record.taken_apart.filename, line,
                order_text(frame.here), (), size, f"ahead: {preview(args, kwargs)}", time.monotonic_ns(),
            )  # fmt: skip

    def range_asked(self, frame: Frame, site: int, number: int, name: str, iterations: int, size: int) -> None:
        """A worker is asked to make the calls of some iterations of a loop. Ranges of one loop have one name, whatever
        their length: whoever looks at the trace sees them together."""
        recorder = self.recorder
        if recorder is not None:
            recorder.task_issued(
                number, f"ranges of {name}", frame.number, frame.code.number, frame.code.node(site),
                frame.code.record.taken_apart.filename, frame.code.span(site).line, order_text(frame.here), (), size,
                f"{iterations:,} iterations of the loop", time.monotonic_ns(),
            )  # fmt: skip

    def range_taken(self, number: int) -> None:
        """The loop goes on with the answers of a range."""
        if self.recorder is not None:
            self.recorder.task_retired(number, time.monotonic_ns(), "ok")

    def label(self, entry: TaskEntry) -> str:
        """The call, for messages: name and place."""
        frame = entry.frame
        assert frame is not None
        filename = frame.code.record.taken_apart.filename.rpartition("/")[2]
        return f"{entry.function.name} ({filename}:{frame.code.span(entry.site).line})"

    @contextmanager
    def in_program(self, entry: TaskEntry, reason: str) -> Iterator[None]:
        """While a task's call runs in the program."""
        started = time.monotonic_ns()
        try:
            yield
        finally:
            if self.recorder is not None:
                self.recorder.task_inline(entry.number, reason, started, time.monotonic_ns(), None)

    @contextmanager
    def here(
        self, frame: Frame, site: int, function: Callable[..., Any], reason: str, args: Any, kwargs: Any
    ) -> Iterator[None]:
        """While a functional call that never became a task runs in the program."""
        recorder = self.recorder
        if recorder is None:
            yield
            return
        number = next(numbers)
        name = name_of(function)
        started = time.monotonic_ns()
        recorder.task_issued(
            number, name, frame.number, frame.code.number, frame.code.node(site),
            frame.code.record.taken_apart.filename, frame.code.span(site).line, order_text(frame.next_order()), (), 0,
            preview(args, kwargs), started,
        )  # fmt: skip
        error: BaseException | None = None
        try:
            yield
        except BaseException as raised:
            error = raised
            raise
        finally:
            finished = time.monotonic_ns()
            recorder.task_inline(number, reason, started, finished, None if error is None else repr(error))
            recorder.task_retired(number, finished, "ok" if error is None else "failed")
            if isinstance(error, Exception):
                keep_call(recorder, number, function, args, kwargs)

    def retired(self, entry: Entry) -> None:
        """An entry counts now."""
        if self.recorder is not None and isinstance(entry, TaskEntry):
            self.recorder.task_retired(entry.number, time.monotonic_ns(), "ok" if entry.error is None else "failed")

    def failed(self, entry: Entry) -> None:
        """An entry's failure counts now."""
        if self.recorder is not None and isinstance(entry, TaskEntry) and entry.state is State.FAILED:
            self.recorder.task_retired(entry.number, time.monotonic_ns(), "failed")
            keep_task(self.recorder, entry)

    def cancelled(self, tasks: Iterable[int]) -> None:
        """Nobody wants the results of these tasks: no more, or after all, if they were asked for ahead."""
        if self.recorder is not None:
            now = time.monotonic_ns()
            for number in tasks:
                self.recorder.task_retired(number, now, "cancelled")

    def fenced(self, frame: Frame, site: int, reason: str, detail: str) -> None:
        """The program has come to a sync-point while something was under way. (With nothing under way, operations that
        would not stop the program come this way as well, because it is the shortest.)"""
        if self.recorder is None:
            return
        key = (frame.code.number, site, reason)
        if key not in self._fences:
            self._fences.add(key)
            self.recorder.sync_point(frame.code.number, frame.code.node(site), reason, detail)

    def waiting(
        self, machine: Machine, frame: Frame, site: int, reason: str, detail: str
    ) -> AbstractContextManager[None]:
        """While a frame's code stands still."""
        recorder = self.recorder
        return _UNTOLD if recorder is None else self._told(recorder, machine, frame, site, reason, detail)

    @contextmanager
    def _told(
        self, recorder: Recorder, machine: Machine, frame: Frame, site: int, reason: str, detail: str
    ) -> Iterator[None]:
        started = time.monotonic_ns()
        try:
            yield
        finally:
            finished = time.monotonic_ns()
            if finished - started > _NOTICEABLE:
                last = machine.tasks.last_completed
                recorder.wait(
                    frame.number, frame.code.number, frame.code.node(site),
                    frame.code.record.taken_apart.filename, frame.code.span(site).line, reason, detail, last,
                    started, finished, getcurrent() is machine.driver,
                )  # fmt: skip


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as problem:  # a __str__ of the user's may fail in any way
        let_through(problem)
        return ""
