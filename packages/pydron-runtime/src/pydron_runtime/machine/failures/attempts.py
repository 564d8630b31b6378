"""Attempts: frames whose failures have handlers (the bodies of ``try`` and ``with`` statements).

The code of an attempt runs ahead like any other. When its last operation has been begun, it waits until everything in
it is done. The first failure in program order is the one that its handlers see: what the attempt did beyond it is
*withdrawn* (stores taken back, tasks cancelled, frames ended), and its variables get the values they had there. What is
before the attempt may still be under way; if that fails, the program never got to the attempt, and an
:class:`Unwinding`, which no handler of the user's sees, passes through it.

The graph's ``try`` is emitted by ``pydron.emit.guarded``; the operations that it calls are in :mod:`.guarded`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from greenlet import GreenletExit

from pydron_runtime.machine.failures.tracebacks import leave_generators
from pydron_runtime.machine.order.claims import is_within
from pydron_runtime.machine.order.entries import Entry, Operation, Order, State, TaskEntry
from pydron_runtime.machine.order.frames import Frame, end_of

if TYPE_CHECKING:
    from pydron_runtime.machine.machine import Machine

UNBOUND: Any = type("Unbound", (), {"__slots__": (), "__repr__": lambda self: "<unbound>"})()
"""Stands for the value of a variable that has none."""

_NOTES = 4096


class Unwinding(BaseException):
    """Leads from where the code stands up to the attempt in which something earlier has failed.

    Attributes:
        attempt: That attempt; None if the whole program fails.
        error: The failure.
    """

    def __init__(self, attempt: Attempt | None, error: BaseException) -> None:
        super().__init__()
        self.attempt = attempt
        self.error = error


PASSING = (Unwinding, GreenletExit)
"""What passes through the user's handlers as if they were not there: the program never got to them."""


class Attempt(Frame):
    """A frame for the body of a guarded statement. It runs in the stack of the frame that began it.

    Attributes:
        names: Variables whose bindings are noted, because something may read them after a failure.
        ending: Its code has come to an end; it waits for what it has begun.
        failed: The entry whose failure ends it.
        raised: The error of that entry, as given to the handlers.
        context: What that error had as context where it failed.
    """

    __slots__ = ("_notes", "_oldest", "context", "ending", "failed", "names", "raised")

    def __init__(self, frame: Frame, site: int, names: tuple[str, ...], values: tuple[Any, ...]) -> None:
        super().__init__(frame.machine, frame, frame.next_order(), site, frame.code, "region")
        frame.queue.append(self)
        self.names = names
        self.ending = False
        self.failed: Entry | None = None
        self.raised: BaseException | None = None
        self.context: BaseException | None = None
        self._oldest: Entry | None = None
        self._notes: list[tuple[Order, str, Any]] = [(self.order, name, value) for name, value in zip(names, values)]

    def note(self, order: Order, name: str, value: Any) -> None:
        """A variable was bound at a place in program order."""
        self._notes.append((order, name, value))
        if len(self._notes) > _NOTES:
            self._forget()

    def values_at(self, order: Order | None) -> dict[str, Any]:
        """What the noted variables held when the program got to a place; None is where it has got to."""
        found: dict[str, tuple[Order, Any]] = {}
        for noted, name, value in self._notes:
            if (order is None or noted <= order) and (name not in found or found[name][0] <= noted):
                found[name] = noted, value
        return {name: value for name, (_, value) in found.items()}

    def _withdraw_notes(self, end: Order, within: Order) -> None:
        """What was bound beyond a place, in an attempt within this one or in this one itself, was not."""
        self._notes = [note for note in self._notes if note[0] <= end or note[0][: len(within)] != within]

    def _forget(self) -> None:
        """Nothing fails any more before the oldest entry: of the notes before it the last ones suffice."""
        oldest = first_open(self)
        place = self.here if oldest is None else oldest.order
        values = self.values_at(place)
        later = [item for item in self._notes if item[0] > place]
        self._notes = [(self.order, name, value) for name, value in values.items()] + later

    def is_settled(self) -> bool:
        """Whether it is known how the attempt ends: everything in it is done, or the first that is not has failed."""
        known = self._oldest
        if known is not None and (known.state is State.OPEN and not isinstance(known, Frame)):
            return False
        oldest = self._oldest = first_open(self)
        if oldest is not None and oldest.state is State.FAILED:
            if attempt_of(oldest) is not self:
                return False  # an attempt within this one has yet to say what becomes of it
            self.failed = oldest
        return oldest is None or self.failed is not None

    def over(self, state: State) -> None:
        """Its code has ended."""
        self.ending = self.finished = True
        self.state = state

    def withdraw(self) -> BaseException:
        """Take back what was done beyond the entry that has failed. Gives the error of that entry."""
        failed = self.failed
        assert failed is not None
        end = end_of(failed)
        self.machine.undo.roll_back(end, within=self.order)
        around: Frame | None = self
        while around is not None and around.kind == "region":
            if isinstance(around, Attempt):
                around._withdraw_notes(end, self.order)
            around = around.frame
        _cut(self, failed)
        self.over(State.DONE)
        error = leave_generators(failed, self)
        self.raised, self.context, self._oldest = error, error.__context__, None
        return error


def first_open(frame: Frame) -> Entry | None:
    """The first entry of a frame, in program order, that is not done. What comes before has not counted yet."""
    # Without recursion, here and below: frames may lie within one another as deep as the program's functions do.
    within: list[tuple[Frame, Iterator[Entry]]] = [(frame, iter(frame.queue))]
    while within:
        around, entries = within[-1]
        for entry in entries:
            if isinstance(entry, Frame):
                within.append((entry, iter(entry.queue)))
                break
            if entry.state is not State.DONE:
                return entry
        else:
            within.pop()
            if within and (not around.finished or around.state is State.FAILED):
                return around
    return None


def _cut(frame: Frame, failed: Entry) -> None:
    """Drop what a frame has begun after an entry that has failed. That one has had its effect, and is done."""
    path: list[Entry] = []
    around = frame
    while around.queue:
        last = around.queue[-1]
        if last is failed:
            path.append(last)
            break
        if isinstance(last, Frame) and is_within(failed.frame, last):
            path.append(last)
            around = last
        else:
            drop(around.queue.pop())
    for entry in reversed(path):
        if isinstance(entry, Frame) and entry is not failed:
            _end(entry)
        entry.state = State.DONE
        _over(entry)


def _end(frame: Frame) -> None:
    """End a frame's code where it stands; what it has begun stays."""
    if not frame.finished:
        frame.state = State.DROPPED
        frame.machine.observer.frame_finished(frame, None)
        frame.kill()
        frame.finished = True


def drop(entry: Entry) -> None:
    """The program never got to an entry, nor to what that has begun."""
    dropped = [entry] if entry.state is not State.DROPPED else []
    while dropped:
        last = dropped[-1]
        last.state = State.DROPPED
        if isinstance(last, Frame) and last.queue:
            begun = last.queue.pop()
            if begun.state is not State.DROPPED:
                dropped.append(begun)
        else:
            _drop_alone(dropped.pop())


def _drop_alone(entry: Entry) -> None:
    machine = entry.frame.machine if entry.frame is not None else None
    assert machine is not None
    if isinstance(entry, Frame):
        _end(entry)
    elif isinstance(entry, TaskEntry):
        machine.window.retired(entry.bytes)
        if machine.tasks.outstanding.pop(entry.number, None) is not None:
            machine.executor.cancel([entry.number])
        machine.observer.cancelled([entry.number])
    elif isinstance(entry, Operation):
        machine.window.retired(0)
    _over(entry)


def _over(entry: Entry) -> None:
    """Nothing comes of an entry any more. Variables that nobody will read may still hold what stood for its results."""
    pending = entry.outputs if isinstance(entry, Frame) else (entry.pending,)  # type: ignore[attr-defined]
    for result in pending:
        if not result.done:
            result.settle(UNBOUND)
    entry.release()


def attempt_of(entry: Entry) -> Attempt | None:
    """The innermost attempt that an entry belongs to."""
    frame = entry.frame
    while frame is not None and type(frame) is not Attempt:
        frame = frame.frame
    return frame


def tell_attempts(machine: Machine) -> bool:
    """Let failures that are the first in their attempts be known there; False if there are none.

    Raises:
        Unwinding: Such an attempt is in the stack of the program's main frame.
    """
    told = False
    kept: list[Entry] = []
    failures, machine.failures = machine.failures, kept
    for number, entry in enumerate(failures):
        attempt = attempt_of(entry)
        if attempt is None or attempt.ending or entry.state is not State.FAILED:
            continue
        if not attempt.is_settled():
            kept.append(entry)
            continue
        told = True
        assert attempt.failed is not None and attempt.failed.error is not None
        unwinding = Unwinding(attempt, attempt.failed.error)
        if attempt.base is machine.main:
            kept += failures[number + 1 :]
            raise unwinding
        machine.ready.append(functools.partial(_tell, unwinding))
    return told


def _tell(unwinding: Unwinding) -> None:
    attempt = unwinding.attempt
    if attempt is not None and not attempt.ending:
        attempt.interrupt(unwinding)
