"""Unfolding: a recursive functional function is spread over the workers, piece by piece.

Handed out as one task, ``sort(values)`` would do all its work, and that of the calls in it, in one worker. So the call
of a recursive function waits at first. When the workers have little to do, the largest call that waits is *unfolded*
if it is a large part of all that waits: its body runs in the program, as a frame, and the calls in it wait in turn. If
it is a small part, it is handed out whole. So pieces are large in the beginning, when few of them make for little
overhead, and small in the end, when the workers are to end together. Small pieces are not unfolded.

How large a piece is, is told by what calls of its size took (:mod:`..values.sizes`). Else it is a share of the call
that it is in: the calls within one call count as equal, or in proportion to the elements that they are given.

Being functional, the function may run here or there; what it computes is the same.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from types import FunctionType
from typing import TYPE_CHECKING, Any

from pydron.config import always
from pydron_runtime.data.payload import TransportError
from pydron_runtime.machine.calls.activation import deferred_call
from pydron_runtime.machine.calls.brought_forth import short_call
from pydron_runtime.machine.calls.deferral import is_deferrable_function
from pydron_runtime.machine.calls.granularity import BRIEF, cost_of
from pydron_runtime.machine.calls.undecorated import record_of
from pydron_runtime.machine.order.entries import State, TaskEntry
from pydron_runtime.machine.order.stores import MISSING
from pydron_runtime.machine.values.sizes import Size, Sizes, elements_of, size_of

if TYPE_CHECKING:
    from pydron_runtime.machine.code import Code
    from pydron_runtime.machine.machine import Machine
    from pydron_runtime.machine.order.entries import Order
    from pydron_runtime.machine.order.frames import Frame
    from pydron_runtime.machine.values.pending import Pending

PIECES = 8
"""Pieces per worker, waiting or under way, from which on they are handed out although the program goes on to make more;
and how many of those that wait are compared."""

AHEAD = 2
"""Pieces per worker that are under way at once."""

KNOWN, GUESSED = 2, 3
"""A piece is unfolded if it makes up more than one part, in so many per worker, of what waits, or waited when the first
of as many pieces as there are workers was handed out: so these are of one size. The larger pieces are, the fewer there
are; but one whose size is a guess may be far larger than it seems."""

FIRST = -1
"""The rank of pieces. What is done with their results, such as merging them, can fill the end; a piece in the end keeps
all waiting that is to be done with it, one after the other."""

SMALL = 4_000_000
"""Nanoseconds. A piece that is expected to take less is handed out as it is."""

SMALLEST = 16
"""So many parts per worker are a recursion's pieces at most: smaller ones are not unfolded."""

ABOUT = 8
"""Pieces are about as large if they differ by one part in so many."""

ENOUGH = 40_000_000
"""Nanoseconds that the pieces of an outermost call have to take before it is judged whether it was worth while."""

UNKNOWN = 1_000_000_000
"""Nanoseconds that an outermost call is taken to need as long as nothing is known of it."""


@dataclass(slots=True, eq=False)
class _Piece:
    """A call that waits, is under way, or is unfolded.

    Attributes:
        frame: Stands in its place in program order.
        caller: The frame that made the call.
        code: Of the function.
        sizes: What calls of the function took.
        elements: How many elements it is given.
        outer: The unfolded call that it is in, if any.
        inner: How many calls are in it, once it is unfolded; ``given``: how many elements those are given.
        left: How many of these have not ended.
        took: Nanoseconds that pieces in it took in workers; ``done``: what share of it they were, as far as is known.
    """

    frame: Frame
    caller: Frame
    site: int
    function: Any
    code: Code
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    sizes: Sizes
    size: Size
    elements: int
    outer: _Piece | None
    inner: int = 0
    given: int = 0
    left: int = 0
    took: int = 0
    done: float = 0.0

    def __post_init__(self) -> None:
        outer = self.outer
        if outer is not None:
            outer.inner += 1
            outer.left += 1
            outer.given += self.elements
            if outer.function is self.function and outer.size == self.size:
                self.sizes.tell = False

    def share(self) -> tuple[float, _Piece]:
        """What part it is of the outermost unfolded call that it is in, and that call."""
        share, piece = 1.0, self
        while piece.outer is not None:
            outer = piece.outer
            # A call alone is probably the first of several.
            share *= piece.elements / outer.given if outer.given else 1 / max(2, outer.inner)
            piece = outer
        return share, piece

    def expected(self) -> tuple[int, bool]:
        """Nanoseconds that it is expected to take, and whether that is known rather than guessed."""
        known = self.sizes.expected(self.size)
        if known is not None:
            return known, True
        share, outermost = self.share()
        return int(share * (outermost.took / outermost.done if outermost.done else UNKNOWN)), False

    def smallest(self, workers: int, is_known: bool) -> int:
        """Nanoseconds that it has to be expected to take if it is to be unfolded."""
        whole = self.share()[1].expected()[0] if is_known else 0
        return max(SMALL, whole // (SMALLEST * workers))

    def ended(self, took: int) -> None:
        """A worker has made the call, in so many nanoseconds."""
        share, outermost = self.share()
        if outermost is not self:
            outermost.done += share
        piece: _Piece | None = self
        while piece is not None:
            piece.took += took
            piece = piece.outer
        piece = self
        while piece is not None and not piece.left and (piece is self or piece.frame.finished):
            piece.sizes.measured(piece.size, piece.took)
            piece = piece.outer
            if piece is not None:
                piece.left -= 1

    def as_region(self) -> Frame:
        """The frame in its place, for code that stands at a line of the caller."""
        self.frame.code, self.frame.kind = self.caller.code, "region"
        return self.frame

    def let_go(self) -> None:
        """The call has been made, or handed out: its arguments need not be kept for it any more."""
        self.args, self.kwargs = (), {}

    def over(self, spent: int) -> None:
        """An outermost call is over. The program has worked for so many nanoseconds meanwhile.

        If it has worked longer than the workers have, because the body has much to do with the results of the calls in
        it, the next call had better be handed out whole.
        """
        if self.took > ENOUGH and spent > self.took:
            self.sizes.pays = False


def _shared(order: Order, other: Order) -> int:
    """How many calls that are within one another two places in the program are both in."""
    count = 0
    for one, another in zip(order, other):
        if one != another:
            break
        count += 1
    return count


class Unfolding:
    """The calls of recursive functional functions of one machine.

    Attributes:
        waiting: Those neither unfolded nor handed out, oldest first.
    """

    def __init__(self, machine: Machine) -> None:
        self.waiting: deque[_Piece] = deque()
        self._machine = machine
        self._unfolded: dict[int, _Piece] = {}
        self._under_way: list[tuple[TaskEntry, _Piece]] = []
        self._left = 0  # pieces that are still handed out for as much as waited when the first of them was
        self._sum = 0

    def put(
        self, frame: Frame, site: int, function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Pending | None:
        """Take a call in. None if the function is none of those that are unfolded."""
        sizes = cost_of(function).sizes
        if sizes is None or not sizes.pays or self._machine.executor.workers < 2 or type(function) is not FunctionType:
            return None
        from pydron_runtime.machine.code import code_of  # the two refer to each other

        record = record_of(function)
        code = code_of(record)
        if code is None or not code.accepts(args, kwargs) or not is_deferrable_function(record):
            return None
        child = deferred_call(frame, site, code, args, kwargs)
        size, elements = size_of(args, kwargs), elements_of(args, kwargs)
        outer = self._around(frame)
        piece = _Piece(child, frame, site, function, child.code, args, kwargs, sizes, size, elements, outer)
        self.waiting.append(piece)
        self._machine.tasks.issued += 1
        self.feed(idle=False)
        return child.outputs[0]

    @property
    def is_full(self) -> bool:
        """Whether the workers have enough to do until it is known what the calls that wait take.

        If they take less time than handing them out, many of them would have to be caught up with, one by one.
        """
        waiting = self.waiting
        return len(waiting) >= PIECES * self._machine.executor.workers and not cost_of(waiting[-1].function).is_known

    def is_unfolded(self, frame: Frame) -> bool:
        """Whether a frame runs the body of an unfolded call."""
        return id(frame) in self._unfolded

    def feed(self, idle: bool) -> bool:
        """Give the workers something to do, if they have little. Whether anything was begun.

        Args:
            idle: The program has nothing else to do.
        """
        if not self.waiting:
            return False
        self._look_at_those_under_way()
        workers = self._machine.executor.workers
        begun = False
        while self.waiting:
            # One that was handed out may wait for what another gives that has not been begun: it keeps no worker busy.
            busy = sum(entry.submitted for entry, _ in self._under_way)
            if busy >= AHEAD * workers or not idle and len(self.waiting) + busy < PIECES * workers:
                break
            begun = True
            self._begin_one(workers, idle)
        return begun

    def _begin_one(self, workers: int, idle: bool) -> None:
        """Unfold the largest of those that wait, or hand it out."""
        expected = [piece.expected() for piece in islice(self.waiting, PIECES * workers)]
        place = self._largest([takes for takes, _ in expected])
        piece = self.waiting[place]
        del self.waiting[place]
        takes, is_known = expected[place]
        if not self._left:
            self._left, self._sum = workers, sum(takes for takes, _ in expected)
        parts = workers * (KNOWN if is_known else GUESSED)
        if is_known and takes < BRIEF and self._may_be_made_here(piece):
            self._make_here(piece)
        elif idle and takes >= piece.smallest(workers, is_known) and takes * parts > self._sum:
            self._unfold(piece)
        else:
            self._left -= 1
            self._hand_out(piece)

    def _largest(self, expected: list[int]) -> int:
        """The place of the piece that takes longest; of those about as large, of the one that is farthest, in the tree
        of calls, from those under way. So workers are in different parts of it, and have little to give each other."""
        longest = max(expected)
        large = [place for place, takes in enumerate(expected) if takes * ABOUT >= longest * (ABOUT - 1)]
        if len(large) == 1 or not self._under_way:
            return expected.index(longest)
        others = [piece.frame.order for _, piece in self._under_way]
        return min(large, key=lambda place: max(_shared(self.waiting[place].frame.order, other) for other in others))

    def _unfold(self, piece: _Piece) -> None:
        child = piece.frame
        if piece.outer is None:
            began = time.thread_time_ns()
            child.outputs[0].waiters.append(lambda: piece.over(time.thread_time_ns() - began))
        self._unfolded[id(child)] = piece
        child.start(lambda: (piece.code.function(child, *piece.args, **piece.kwargs),))
        piece.let_go()
        if child.finished:
            del self._unfolded[id(child)]

    def _may_be_made_here(self, piece: _Piece) -> bool:
        """Whether the arguments of a call are there."""
        return not always() and not any(
            map(self._machine.containers.holds_pending, (*piece.args, *piece.kwargs.values()))
        )

    def _make_here(self, piece: _Piece) -> None:
        """Make a call in the program that takes less time than handing it out."""
        child = piece.as_region()

        def run() -> tuple[Any]:
            began = time.perf_counter_ns()
            result = short_call(child, piece.site, piece.function, piece.args, piece.kwargs)
            piece.ended(time.perf_counter_ns() - began)
            self._machine.tasks.made_here += 1
            return (result,)

        child.start(run)
        piece.let_go()

    def _hand_out(self, piece: _Piece) -> None:
        child = piece.as_region()

        def run() -> tuple[Any]:
            pending: Any = MISSING
            with suppress(TransportError):
                pending = self._machine.tasks.issue(child, piece.site, piece.function, piece.args, piece.kwargs, FIRST)
            if pending is MISSING:  # a functional call may run anywhere; outside of the handler, it knows nothing of it
                return (piece.function(*piece.args, **piece.kwargs),)
            entry = child.queue[-1]
            if isinstance(entry, TaskEntry):
                self._under_way.append((entry, piece))
            return (pending,)

        child.start(run)
        piece.let_go()

    def _look_at_those_under_way(self) -> None:
        still: list[tuple[TaskEntry, _Piece]] = []
        for entry, piece in self._under_way:
            if entry.state is State.OPEN:
                still.append((entry, piece))
            elif entry.took:
                piece.ended(entry.took)
        self._under_way = still

    def _around(self, frame: Frame | None) -> _Piece | None:
        """The unfolded call that a frame is in."""
        while frame is not None:
            piece = self._unfolded.get(id(frame))
            if piece is not None:
                return piece
            frame = frame.frame
        return None
