"""Frame: one activation of emitted code, and its queue of entries that have not retired.

The main frame runs in the user's own stack. A function called from it runs in the same stack, in a frame of its own. A
deferred region or call runs in a greenlet, so that it can wait wherever it stands while the code after it goes on.
"""

from __future__ import annotations

import contextvars
from collections import deque
from collections.abc import Callable
from types import CodeType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from greenlet import GreenletExit, getcurrent, greenlet

from pydron.interrupts import is_interrupt
from pydron_runtime.machine.order.contexts import while_handling
from pydron_runtime.machine.order.entries import Entry, Order, State
from pydron_runtime.machine.values.pending import Pending

if TYPE_CHECKING:
    from pydron_runtime.machine.code import Code
    from pydron_runtime.machine.machine import Machine
    from pydron_runtime.machine.values.sizes import Size

FrameKind = Literal["function", "region"]


class Through(NamedTuple):
    """A line of the library's, in a function that is not run: the machine does what it does."""

    code: CodeType
    line: int


class Frame(Entry):
    """One activation of emitted code.

    Attributes:
        machine: Whose frame it is.
        code: What is emitted: places for messages, region facts.
        kind: A region shares the activation (for tracebacks) of the frame that it was deferred from.
        queue: Entries begun by this frame that have not retired, in program order.
        count: Entries begun so far; the number of the next one.
        finished: Its code has returned. Its queue may still hold entries.
        outputs: For a deferred frame the pending values that stand for its results.
        number: Of the trace.
        kept: Objects by the names of variables that hold them, though the code that bound them has ended.
        size: Of what a call is given, where calls within it are compared with it.
        base: The frame that owns the stack in which this one's code runs: the main frame, or a deferred one.
        through: The line of the library's that called the function; None where the program's own code did.
    """

    __slots__ = (
        "base", "code", "count", "finished", "greenlet", "kept", "kind", "machine", "number", "outputs", "queue",
        "size", "through",
    )  # fmt: skip

    def __init__(
        self, machine: Machine, parent: Frame | None, order: Order, site: int, code: Code, kind: FrameKind
    ) -> None:
        super().__init__(parent, order, site)
        self.machine = machine
        self.code = code
        self.kind: FrameKind = kind
        self.queue: deque[Entry] = deque()
        self.count = 0
        self.finished = False
        self.outputs: tuple[Pending, ...] = ()
        self.greenlet: greenlet | None = None
        self.kept: dict[str, Any] | None = None
        self.size: Size | None = None
        self.base: Frame = self if parent is None else parent.base
        self.through: Through | None = None
        self.number = machine.observer.frame_started(self)

    def next_order(self) -> Order:
        """The place in program order of what this frame begins next."""
        self.count += 1
        return (*self.order, self.count)

    @property
    def here(self) -> Order:
        """The place in program order at which this frame's code stands."""
        return (*self.order, self.count + 1)

    def start(self, run: Callable[[], tuple[Any, ...]], context: contextvars.Context | None = None) -> None:
        """Begin to run a deferred frame's code; returns when it has finished or waits.

        Args:
            context: In which the program has come to it; None is the present one.
        """
        if self.state is State.DROPPED:
            return

        def body() -> None:
            try:
                self._returned(while_handling(self.handled, run))
            except BaseException as error:
                # First without any call: the stack may be full, and then calls fail once more.
                self.finished = True
                self.greenlet = None
                if not self.machine.closed and self.state is not State.DROPPED:
                    self.state = State.FAILED
                    self.error = error
                    self.frames_below = error.__traceback__
                    self.machine.failures.append(self)
                self._failed(error)
                if is_interrupt(error):
                    raise  # in the program itself, which may be somewhere else in the meantime

        try:
            body_greenlet = greenlet(body)
            body_greenlet.gr_context = contextvars.copy_context() if context is None else context
            self.greenlet = body_greenlet
            self.base = self
            self.machine.live.add(self)
            body_greenlet.switch()
        except BaseException as error:
            if not self.finished:  # the stack is full: it did not even begin
                self.finished = True
                self.state = State.FAILED
                self.error = error
            raise

    def resume(self) -> None:
        """Let a waiting deferred frame go on; returns when it has finished or waits again."""
        body = self.base.greenlet
        if body is None or self.base.finished:
            return
        body.parent = getcurrent()
        body.switch()

    def go_on_as_written(self) -> None:
        """What follows is no concern of the machine's; everything earlier has retired. It finds no placeholders, and
        nothing that code beyond it has stored ahead of it."""
        if getcurrent() is not self.machine.driver:
            self.machine.undo.set_aside(self.here)
        if len(self.machine.containers):
            self.machine.containers.fill()
        self.machine.endings.let_go()

    def interrupt(self, error: BaseException) -> None:
        """Raise an exception where the code of a waiting deferred frame stands."""
        body = self.base.greenlet
        if body is not None and not self.base.finished:
            body.parent = getcurrent()
            body.throw(error)

    def yield_to_resumer(self) -> None:
        """From within a deferred frame: hand control back until :meth:`resume`."""
        body = getcurrent()
        parent = body.parent
        assert parent is not None
        self.machine.undo.resume()
        parent.switch()

    def kill(self) -> None:
        """End a deferred frame's code where it stands."""
        body, self.greenlet = self.greenlet, None
        self.machine.live.discard(self)
        if body is not None and not body.dead:
            body.parent = getcurrent()  # where control goes when it has ended: else to whoever resumed it last
            body.throw(GreenletExit)

    def _returned(self, values: tuple[Any, ...]) -> None:
        self._over()
        if self.state is State.DROPPED:
            return
        self.state = State.DONE
        self.machine.observer.frame_finished(self, None)
        for output, value in zip(self.outputs, values):
            output.forward(value)

    def _failed(self, error: BaseException) -> None:
        self.machine.live.discard(self)
        if not self.machine.closed and self.state is not State.DROPPED:
            self.machine.observer.frame_finished(self, error)

    def _over(self) -> None:
        self.finished = True
        self.greenlet = None
        self.machine.undo.resume()
        self.machine.live.discard(self)
        self.release()


def end_of(entry: Entry) -> Order:
    """The place in program order up to which an entry has got: what it stored itself before failing stays."""
    return entry.here if isinstance(entry, Frame) else entry.order
