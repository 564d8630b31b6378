"""Tiers: a loop whose calls are too short to be handed out one by one goes on as it was written.

The emitted loop has several forms over one iterator; a ``while`` loop's is endless. It begins on the machine. When for
a while no call was handed out, as there is none, or each takes less time than handing it out, and everything before has
retired, the loop as it was written takes over, at Python's own speed. It works in chunks so small that a change is
noticed soon: when the iterations begin to take long, the machine is in charge again. Where they take some microseconds,
workers are asked for the results of their calls ahead (``ranges``), and the third form of the loop takes the answers.

A loop in an unfolded call that only computes does not wait for what is before it (``computing``).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import chain, islice, repeat
from operator import length_hint
from typing import TYPE_CHECKING, Any

from greenlet import getcurrent

from pydron.config import always
from pydron_runtime.machine.calls.granularity import LONG, SHORT, VERY_LONG, cost_of
from pydron_runtime.machine.effects.aside import make_room
from pydron_runtime.machine.iteration.elements_ahead import PAIRS
from pydron_runtime.machine.iteration.in_turn import InTurn
from pydron_runtime.machine.iteration.lent import as_written, is_fed
from pydron_runtime.machine.loops.computing import only_computes
from pydron_runtime.machine.loops.ranges import WORTH, Ranges, can_be_asked, is_likely, nodes_of, ranges_of
from pydron_runtime.machine.operations.access import iterate
from pydron_runtime.machine.order.current import await_writers
from pydron_runtime.machine.order.entries import Entry, Operation, TaskEntry
from pydron_runtime.machine.values.safety import ITERATORS

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame

_STREAK = 48
"""So many iterations in a row that handed out no call make the other form take over."""

_SHORT_STREAK = 8
"""The same where it is likely that workers make the calls of the next iterations."""

_SHORT_CALLS = 200
"""So many calls that the program made itself, in a few iterations, do the same: such as those of a loop within."""

_BEYOND = 4
"""Iterations that took long, and then handed out nothing, bring the machine back when they take this much longer."""

_LOOK = 8
"""After so many further ones it is looked at whether everything before has retired."""

_IDLE = 192
"""Iterations in a row that handed out no call make a loop that was put off wait until it may go on as written."""

_CHUNK_TIME = 200_000
"""Nanoseconds that a chunk of plain iterations should take."""

_LARGEST = 8192

_RISE = 1.1
"""What an iteration takes is the least seen of late; it rises by so much per chunk. (Programs are stopped at times.)"""

_KNOWN = 16
"""Iterations after which that is known well enough."""

_KNOWN_TIME = 1_000_000
"""Nanoseconds after which it is."""

SEPARATELY = 4_000_000
"""Nanoseconds; calls that take so long are handed out one by one."""

_COUNTED = frozenset({type(iter([])), type(iter(())), type(iter(range(0)))})
"""Iterators that say whether they have another element without taking it."""

_NOTHING: Any = object()

_NO_ELEMENTS: Iterator[Any] = iter(())


class Tiers:
    """The forms of one loop, taking turns.

    Attributes:
        source: What the loop goes through.
        raw: The iterator itself, past what has been gone through.
        position: Number of the present element, as far as iterations on the machine count.
        plain: Whether the next chunk is for the loop as it was written.
        answered: Whether it is for the form that takes answers; its elements come in pairs with them.
        given: Values of the variables that the loop reads and does not bind, as of the last switch.
        switched: Whether the form has just changed.
        begun: How many iterations have begun.
    """

    __slots__ = (
        "__weakref__", "_alone", "_began", "_chunk", "_cost", "_frame", "_in_vain", "_iterations", "_likely", "_long",
        "_may_switch", "_node", "_ranges", "_site", "_size", "_stays", "_steps", "_suspected", "answered", "begun",
        "given", "plain", "position", "raw", "source", "switched",
    )  # fmt: skip

    def __init__(self, frame: Frame, site: int, iterable: Any, node: int) -> None:
        self._frame = frame
        self._site = site
        self._node = node
        self.source = iterable
        self._ranges: Ranges | None = None
        self._cost = 0.0
        self._long = self._stays = False
        self._iterations = 0
        self._suspected = self._in_vain = 0.0
        self.position = -1
        self.answered = False
        self.given: dict[str, Any] = {}
        self.begun = 0
        tallies = frame.machine.tallies
        if tallies is not None and frame is frame.machine.main and iterable is not _NOTHING:
            tallies.loop(site, self, iterable)
        self.raw: Iterator[Any]
        self._steps: Iterator[Any]
        if iterable is _NOTHING:
            self.raw = self._steps = repeat(None)
        elif type(iterable) is list:
            await_writers(frame, site, iterable)
            self.raw = iter(iterable)
            self._steps = _guarded(frame, site, iterable, self.raw)
        elif is_fed(frame.machine, iterable):
            self.raw, self._steps = as_written(frame, site, iterable)
        elif type(iterable) in ITERATORS or type(iterable) in PAIRS and iterable in frame.machine.iterators.known:
            self.raw, self._steps = iterable, iterate(frame, site, iterable)
        else:
            self.raw = self._steps = iterate(frame, site, iterable)
            if type(self._steps) is InTurn:
                self.raw = self._steps.raw  # while nothing is under way, each step is as good as in turn
        self.plain = False
        self.switched = False
        self._alone = False
        self._chunk: Iterable[Any] = ()
        self._size = 1
        self._began = 0
        self._may_switch = not always()
        if frame is not frame.machine.main:
            self._node = 0  # workers are asked about the loops of the outermost frame only
        self._hope(self._may_switch and bool(self._node) and is_likely(frame.machine, iterable))

    def _hope(self, likely: bool) -> None:
        """Calls of this loop will (not) be made in ranges."""
        self._likely = likely
        if self._frame is self._frame.machine.main:
            self._frame.machine.likely = nodes_of(self._frame, self._node) if likely else frozenset()

    def keep_to_machine(self) -> None:
        """The form as written never takes over: nobody knows what has happened when the next element is asked for."""
        self._may_switch = False
        self._hope(False)

    def stay_plain(self, elements: Iterator[Any]) -> Iterator[Any]:
        """The form as written goes on to the end: who takes the elements cannot take any that are not there yet.

        Args:
            elements: Those of a generator expression over this loop.

        Returns:
            What is left of them.
        """
        self._stays = True
        return elements

    def more(self) -> bool:
        """Choose the form for the next iterations; False when there are none."""
        machine = self._frame.machine
        if self.plain:
            machine.passed += 1
            self._measure()
            if self.plain and self._ask_ahead():
                make_room()
                return True
        else:
            self.plain = self.switched
            if self.switched:
                if self._alone:
                    self._frame.machine.undo.forget_within(self._frame.order)
                else:
                    self._frame.go_on_as_written()
                self._size = 1
        if self.plain and type(self.raw) in _COUNTED and length_hint(self.raw):
            self._chunk = islice(self.raw, self._size)
        else:
            first = next(self.raw if self.plain else self._steps, _NOTHING)
            if first is _NOTHING:
                return False
            self._chunk = chain((first,), islice(self.raw, self._size - 1) if self.plain else self._on_machine())
        self.begun += 1
        if self.plain:
            make_room()
            self._began = time.perf_counter_ns()
        else:
            self.position += 1
        return True

    @property
    def chunk(self) -> Iterable[Any]:
        """What the next iterations go through. Given once: it leads to the tiers, which would never end in a cycle."""
        chunk, self._chunk = self._chunk, _NO_ELEMENTS
        return chunk

    def leave(self) -> None:
        """Drop what the loop goes through, which nobody asks any more: a generator ends where plain Python ends it."""
        if type(self._steps) is InTurn:
            self._steps.raw = _NO_ELEMENTS  # frames in the traceback of a failure may have it
        self.source = self.raw = self._steps = self._chunk = _NO_ELEMENTS
        self._ranges = None

    def _measure(self) -> None:
        """Look at the chunk that is over: how large the next may be, or whether the machine takes over again."""
        taken = time.perf_counter_ns() - self._began
        self.switched = False
        self.position += self._size
        if self.answered:
            self._measure_answered(taken)
            return
        self.begun += self._size - 1
        self._iterations += self._size
        cost = taken / self._size
        self._cost = min(cost, self._cost * _RISE) if self._cost else cost
        long = max(VERY_LONG if self._likely else LONG, _BEYOND * self._in_vain)
        if not self._stays and taken > long and taken > long * self._size // 2:
            # Once may be the system's doing, which lets others run as well.
            self.plain = not self._long
            self._suspected = 0.0 if self.plain else cost
            self._long, self._size = True, 1
            return
        self._long = False
        if taken > 4 * _CHUNK_TIME:
            self._size = max(1, self._size // 4)
        elif taken < _CHUNK_TIME // 2:
            self._size = min(_LARGEST, self._size * 2)
        elif taken > 2 * _CHUNK_TIME:
            self._size = max(1, self._size // 2)

    def _measure_answered(self, taken: int) -> None:
        """Look at a chunk with answers: whether they are worth waiting for."""
        ranges = self._ranges
        assert ranges is not None
        self.begun += ranges.iterations
        self.position += ranges.iterations
        if ranges.cost > SEPARATELY:
            ranges.end()
            self.plain, self.answered = self._stays, False
        elif not ranges.pays(taken, self._cost):
            ranges.end()
            self._give_up()

    def _ask_ahead(self) -> bool:
        """Whether the next iterations are for the form that takes answers; asks for them if it pays."""
        self.answered = False
        if self._ranges is None:
            known = self._iterations >= _KNOWN or self._iterations * self._cost > _KNOWN_TIME
            if not known or self._cost < WORTH or not self._node:
                return False
            if not can_be_asked(self._frame.machine):
                return False
            self._ranges = ranges_of(self._frame, self._site, self._node, self.source, self.raw, self.given, self._cost)
            if self._ranges is None:
                self._node = 0  # it is not asked again
                self._give_up()
                return False
        self._began = time.perf_counter_ns()
        chunk = self._ranges.chunk(self._cost)
        if chunk is None:
            self._give_up()
            return False
        self._chunk, self.answered = chunk, True
        return True

    def _give_up(self) -> None:
        """No calls are made in ranges any more; those that are not very short are handed out again."""
        self._hope(False)
        if self._cost > SHORT:
            self.plain = self._stays

    def asked(self, call: int) -> Any:
        """The function that was asked about a call, by the call's node."""
        ranges = self._ranges
        return None if ranges is None else ranges.asked.callees.get(call)

    def _on_machine(self) -> Iterator[Any]:
        """The machine's iterations, until some in a row have handed out nothing and everything before has retired."""
        machine = self._frame.machine
        steps = self._steps
        issued, idle = machine.tasks.issued, 0
        made = machine.tasks.made_here
        streak = _SHORT_STREAK if self._likely else _STREAK
        switches = False
        while True:
            if machine.tasks.issued != issued:
                if self.position % _LOOK == 0 and getcurrent() is not machine.driver:
                    _let_others(self._frame)  # else nobody would learn how long the calls take
                issued, idle, made = machine.tasks.issued, 0, machine.tasks.made_here
            idle += 1
            if self._may_switch and (idle > streak or idle > 2 and machine.tasks.made_here - made > _SHORT_CALLS):
                if idle % _LOOK == 0 or not machine.main.queue:
                    self._alone = only_computes(self._frame, self._site, self.source)
                    if not self._alone:
                        self._let_retire(idle > _IDLE)
                    switches = self._alone or machine.is_oldest(self._frame)
                if switches:
                    self._in_vain = max(self._in_vain, self._suspected)
                    self.switched = True
                    return
            element = next(steps, _NOTHING)
            if element is _NOTHING:
                return
            self.begun += 1
            self.position += 1
            yield element

    def _let_retire(self, idle: bool) -> None:
        """See to what was handed out before: nobody looks while no call is handed out.

        Code that was put off waits for it if it has been ``idle``: going on as it was written is so much quicker, and
        the code beyond it goes on.

        If all of it are short calls, waiting for them is quicker than to go on: workers make them, and then the rest in
        ranges.
        """
        machine = self._frame.machine
        if machine.main.queue:
            _let_others(self._frame, idle)
        if self._likely and all(map(_is_soon_over, machine.main.queue)):
            machine.wait(self._frame, lambda: not machine.main.queue, self._site, "window")


def _let_others(frame: Frame, until_oldest: bool = False) -> None:
    """Take in what has completed, and let everything else go on: once, or until all before this has retired.

    Args:
        until_oldest: Heeded in code that was put off.
    """
    machine = frame.machine
    if getcurrent() is machine.driver:
        machine.poll()
        return
    while True:
        machine.blocked.append((frame, lambda: not until_oldest or machine.is_oldest(frame)))
        frame.yield_to_resumer()
        if not until_oldest or machine.is_oldest(frame):
            return


def _is_soon_over(entry: Entry) -> bool:
    return isinstance(entry, Operation) or isinstance(entry, TaskEntry) and cost_of(entry.callee).is_fairly_short


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


def tiers(frame: Frame, site: int, iterable: Any, node: int) -> Tiers:
    """What an outermost ``for`` loop goes through, in its forms.

    Args:
        node: The loop's, if it has calls that may be answered; else 0.
    """
    return Tiers(frame, site, iterable, node)


def turns(frame: Frame, site: int) -> Tiers:
    """The forms of an outermost ``while`` loop, whose turns have no elements."""
    return Tiers(frame, site, _NOTHING, 0)
