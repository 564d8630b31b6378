"""The worker: a state machine. Messages in, calls to make and outcomes to report out; no sockets, no clock.

Whoever owns it makes the calls one after the other, and asks between two of them whether to report.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydron_runtime.data.kept import Kept
from pydron_runtime.data.outcomes import Outcome
from pydron_runtime.data.payload import Payload, Place, TransportError
from pydron_runtime.protocol.codec import Frames, pack, unpack
from pydron_runtime.protocol.messages import (
    FUNCTIONS,
    KEEP_BYTES,
    Call,
    Drop,
    Ended,
    Execute,
    Forget,
    Given,
    Hold,
    Report,
    Shared,
)
from pydron_runtime.worker.execution import Execution, FunctionTable
from pydron_runtime.worker.store import Store

SHORT = 250_000
"""Nanoseconds. The outcome of a call may wait for the next one, if that is expected to be shorter than this."""

TOGETHER = 500_000
"""Nanoseconds that calls reported together take at most: as long, somebody may wait for a result that is there."""

HELD = 64
"""So many outcomes are reported together at most."""

HELD_BYTES = 256 * 1024
"""Or so many bytes of results."""


@dataclass(slots=True)
class _Lacking:
    """A call that waits for values: what it has, and the numbers of those that it lacks."""

    execution: Execution
    values: dict[int, Kept]
    numbers: set[int]


class Worker:
    """What one worker process has to do.

    Attributes:
        functions: The functions it knows.
        store: The values it keeps.
    """

    def __init__(self) -> None:
        self.functions = FunctionTable()
        self.store = Store()
        self._queue: deque[Execution] = deque()
        self._dropped: set[int] = set()
        self._lacking: dict[int, _Lacking] = {}
        self._to_hold: set[int] = set()
        self._running = 0
        self._held: list[Outcome] = []
        self._held_bytes = 0
        self._held_time = 0
        self._slowest: dict[str, int] = {}

    def accept(self, message: Execute | Drop | Forget | Given | Hold, frames: Sequence[bytes], now: int = 0) -> None:
        """Take a message in, that arrived at a time (nanoseconds; 0 where nobody looked)."""
        if isinstance(message, Execute):
            for definition in message.definitions:
                self.functions.define(definition.digest, unpack(definition.blob, frames).data)
            for call in message.calls:
                self._queue.append(self._execution(call, frames, now))
        elif isinstance(message, Drop):
            waiting = {execution.task for execution in self._queue}
            self._dropped.update(waiting.intersection(message.tasks))
            for key, each in list(self._lacking.items()):
                if each.execution.task in self._dropped:
                    del self._lacking[key]
        elif isinstance(message, Hold):
            known = {execution.task for execution in self._queue} | {self._running}
            self._to_hold.update(known.intersection(message.tasks))
        elif isinstance(message, Given):
            self._give(message.number, unpack(message.parcel, frames), message.keep)
        else:
            for number in message.numbers:
                self.store.forget(number)

    def _execution(self, call: Call, frames: Sequence[bytes], now: int) -> Execution:
        arguments = unpack(call.arguments, frames)
        if not call.values and not call.kept and not call.coming:
            return Execution(call.task, call.digest, arguments, received=now, hold=call.hold)
        values: dict[int, Kept] = {}
        for value in call.values:
            payload = unpack(value.parcel, frames)
            values[value.number] = self.store.keep(value.number, payload) if value.keep else Kept(payload)
        for number in (*call.kept, *call.coming):
            kept = self.store.use(number)
            if kept is not None:
                values[number] = kept
        execution = Execution(call.task, call.digest, arguments, values, now, call.hold)
        lacking = set(call.coming).difference(values)
        if lacking:
            self._lacking[id(execution)] = _Lacking(execution, values, lacking)
        return execution

    def _give(self, number: int, payload: Payload, keep: bool) -> None:
        """A value has come: calls that lack nothing else can be made."""
        kept = self.store.keep(number, payload) if keep else Kept(payload)
        for key, each in list(self._lacking.items()):
            if number in each.numbers:
                each.values[number] = kept
                each.numbers.discard(number)
                if not each.numbers:
                    del self._lacking[key]

    def common(self, number: int) -> Any:
        """A copy of a buffer that the program has sent ahead of the calls it is for, as memory that can be written to.

        Raises:
            LookupError: It is not here.
        """
        kept = self.store.use(-number)
        if kept is None:
            raise LookupError(f"the program has not sent buffer {number}, or has had it forgotten")
        return kept.value()

    def next(self) -> Execution | None:
        """The call to make now, or None if there is none. Calls that were dropped, or lack a value, are passed over."""
        place = 0
        while place < len(self._queue):
            execution = self._queue[place]
            if id(execution) in self._lacking:
                place += 1
                continue
            del self._queue[place]
            if execution.task not in self._dropped:
                self._running = execution.task
                return execution
            self._dropped.discard(execution.task)
            self._held.append(Outcome(execution.task, "dropped", None, 0, 0))
        return None

    def may_hold(self, task: int) -> bool:
        """Whether the program has said, after it sent a call, that its result may be held."""
        return task in self._to_hold

    def finished(self, execution: Execution, outcome: Outcome) -> None:
        """Note the outcome of a call."""
        self._to_hold.discard(outcome.task)
        took = outcome.finished - outcome.started
        before = self._slowest.pop(execution.digest, 0)
        if len(self._slowest) >= FUNCTIONS:
            del self._slowest[next(iter(self._slowest))]
        self._slowest[execution.digest] = max(took, before - before // 8)
        self._held.append(outcome)
        self._held_time += took
        if outcome.payload is not None:
            size = outcome.payload.size
            self._held_bytes += size
            if outcome.stays is not None:
                self.store.keep(outcome.task, outcome.stays)
            elif size >= KEEP_BYTES and outcome.kind == "ok":
                self.store.keep(outcome.task, outcome.payload)

    def share(self, number: int, place: Place | None = None) -> tuple[Shared, Frames]:
        """The answer to a wish for a held value. May be called beside everything else, from another thread.

        Args:
            place: Where large buffers go; None: into bytes.
        """
        found = self.store.find(number)
        if found is None:
            return Shared(number, None, "It is not here."), []
        frames: Frames = []
        try:
            return Shared(number, pack(found.payload(place), frames)), frames
        except TransportError as error:
            return Shared(number, None, str(error)), []

    def must_report(self, following: Execution | None) -> bool:
        """Whether the outcomes so far have to be reported before the following call is made.

        They may wait only for a call that has always been short, so that nobody waits for a result that is there.
        """
        if not self._held:
            return False
        if following is None or len(self._held) >= HELD or self._held_bytes >= HELD_BYTES:
            return True
        slowest = self._slowest.get(following.digest)
        return slowest is None or slowest + self._held_time > TOGETHER or slowest > SHORT

    def report(self) -> tuple[Report, Frames]:
        """The outcomes since the last report, with their payload frames."""
        frames: Frames = []
        ended = tuple(
            Ended(
                outcome.task,
                outcome.kind,
                None if outcome.payload is None else pack(outcome.payload, frames),
                outcome.started,
                outcome.finished,
                outcome.what,
                outcome.text,
                outcome.error,
                outcome.phases,
                outcome.output,
            )
            for outcome in self._held
        )
        self._held = []
        self._held_bytes = 0
        self._held_time = 0
        return Report(ended), frames
