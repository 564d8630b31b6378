"""Tiers: a loop whose calls are too short to be handed out goes on as it was written.

The emitted loop has two forms over one iterator. It begins on the machine. When for a while no call was handed out, as
there is none, or each takes less time than handing it out, the other form takes over, at Python's own speed. It works
in chunks so small that a change is noticed soon: when the turns begin to take long, the machine is in charge again.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from pydron.config import always
from pydron_runtime.machine.current import await_writers
from pydron_runtime.machine.granularity import LONG
from pydron_runtime.machine.ops_access import iterate

if TYPE_CHECKING:
    from pydron_runtime.machine.frames import Frame

_STREAK = 48
"""So many turns in a row that handed out no call make the other form take over."""

_CHUNK_TIME = 25_000
"""Nanoseconds that a chunk of plain turns should take."""

_LARGEST = 1024
_NOTHING: Any = object()


class Tiers:
    """The two forms of one loop, taking turns.

    Attributes:
        plain: Whether the next chunk is for the loop as it was written.
        switched: Whether the form has just changed.
        chunk: What the next turns go through.
    """

    __slots__ = ("_began", "_frame", "_may_switch", "_raw", "_size", "_steps", "chunk", "plain", "switched")

    def __init__(self, frame: Frame, site: int, iterable: Any) -> None:
        self._frame = frame
        if type(iterable) is list:
            await_writers(frame, site, iterable)
            self._raw: Iterator[Any] = iter(iterable)
            self._steps = _guarded(frame, site, iterable, self._raw)
        else:
            self._raw = self._steps = iterate(frame, site, iterable)
        self.plain = False
        self.switched = False
        self.chunk: Iterable[Any] = ()
        self._size = 1
        self._began = 0
        self._may_switch = frame is frame.machine.main and not always()

    def more(self) -> bool:
        """Choose the form for the next turns; False when there are none."""
        machine = self._frame.machine
        if self.plain:
            machine.passed += 1
            self._measure()
        else:
            self.plain = self.switched
            if self.switched:
                machine.containers.fill()
                self._size = 1
        first = next(self._raw if self.plain else self._steps, _NOTHING)
        if first is _NOTHING:
            return False
        if self.plain:
            self.chunk = chain((first,), islice(self._raw, self._size - 1))
            self._began = time.perf_counter_ns()
        else:
            self.chunk = chain((first,), self._on_machine())
        return True

    def _measure(self) -> None:
        """Look at the chunk that is over: how large the next may be, or whether the machine's turn has come."""
        taken = time.perf_counter_ns() - self._began
        self.switched = False
        if taken > LONG and taken > LONG * self._size // 2:
            self.plain = False
        elif taken < _CHUNK_TIME // 2:
            self._size = min(_LARGEST, self._size * 2)
        elif taken > 2 * _CHUNK_TIME:
            self._size = max(1, self._size // 2)

    def _on_machine(self) -> Iterator[Any]:
        """The machine's turns, until so many in a row have handed out nothing and everything before has retired."""
        machine = self._frame.machine
        steps = self._steps
        issued, idle = machine.tasks.issued, 0
        while True:
            if machine.tasks.issued != issued:
                issued, idle = machine.tasks.issued, 0
            idle += 1
            if idle > _STREAK and self._may_switch and not machine.main.queue:
                self.switched = True
                return
            element = next(steps, _NOTHING)
            if element is _NOTHING:
                return
            yield element


def _guarded(frame: Frame, site: int, elements: list[Any], raw: Iterator[Any]) -> Iterator[Any]:
    """A list's own iterator; waits before each step for earlier modifications of the list."""
    claims = frame.machine.claims
    while True:
        if claims.any_writer:
            await_writers(frame, site, elements)
        element = next(raw, _NOTHING)
        if element is _NOTHING:
            return
        yield element


def tiers(frame: Frame, site: int, iterable: Any) -> Tiers:
    """What an outermost ``for`` loop goes through, in two forms."""
    return Tiers(frame, site, iterable)
