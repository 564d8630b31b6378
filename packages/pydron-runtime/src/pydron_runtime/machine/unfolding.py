"""Unfolding: a recursive functional function is spread over the workers, piece by piece.

Handed out as one task, ``sort(values)`` would do all its work, and that of the calls in it, in one worker. So the call
of a recursive function waits at first. When the workers have little to do, the oldest call that waits, and so the
largest, is *unfolded*: its body runs in the program, as a frame, and the calls in it wait in turn. When there are
enough pieces to keep all workers busy, the oldest are handed out whole. Pieces that are known to be small are not
unfolded.

Being functional, the function may run here or there; what it computes is the same.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import FunctionType
from typing import TYPE_CHECKING, Any

from pydron.analysis.reach import is_recursive
from pydron_runtime.data.payload import TransportError
from pydron_runtime.machine.activation import deferred_call
from pydron_runtime.machine.deferral import is_deferrable_function
from pydron_runtime.machine.entries import State, TaskEntry
from pydron_runtime.machine.stores import MISSING
from pydron_runtime.machine.undecorated import record_of

if TYPE_CHECKING:
    from pydron_runtime.machine.code import Code
    from pydron_runtime.machine.frames import Frame
    from pydron_runtime.machine.machine import Machine
    from pydron_runtime.machine.pending import Pending

PIECES = 8
"""Pieces per worker, waiting or under way, from which on none is unfolded."""

AHEAD = 2
"""Pieces per worker that are under way at once."""

SMALL = 4_000_000
"""Nanoseconds. A piece that is expected to take less is handed out as it is."""

_recursive: weakref.WeakKeyDictionary[FunctionType, bool] = weakref.WeakKeyDictionary()


@dataclass(slots=True)
class _Piece:
    """A call that waits.

    Attributes:
        frame: Stands in its place in program order, and has not begun.
        caller: The frame that made the call.
        code: Of the function.
        depth: How many calls of unfolded functions it is inside of.
    """

    frame: Frame
    caller: Frame
    site: int
    function: Any
    code: Code
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    depth: int


class Unfolding:
    """The calls of recursive functional functions of one machine.

    Attributes:
        waiting: Those neither unfolded nor handed out, oldest first.
    """

    def __init__(self, machine: Machine) -> None:
        self.waiting: deque[_Piece] = deque()
        self._machine = machine
        self._depths: dict[int, int] = {}
        self._under_way: list[tuple[TaskEntry, _Piece]] = []
        self._took: dict[tuple[Any, int], int] = {}

    def takes(self, function: Any) -> bool:
        """Whether a function may be one of those that are unfolded."""
        return type(function) is FunctionType and _is_recursive(function)

    def put(
        self, frame: Frame, site: int, function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Pending | None:
        """Take a call in. None if the function is none of those that are unfolded."""
        if self._machine.executor.workers < 2 or type(function) is not FunctionType or not _is_recursive(function):
            return None
        from pydron_runtime.machine.code import code_of  # the two refer to each other

        record = record_of(function)
        code = code_of(record)
        if code is None or not code.accepts(args, kwargs) or not is_deferrable_function(record):
            return None
        child = deferred_call(frame, site, code, args, kwargs)
        self.waiting.append(_Piece(child, frame, site, function, child.code, args, kwargs, self._depth_of(frame)))
        self.feed(idle=False)
        return child.outputs[0]

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
        while self.waiting and len(self._under_way) < AHEAD * workers:
            few = len(self.waiting) + len(self._under_way) < PIECES * workers
            if few and not idle:
                break
            piece = self.waiting.popleft()
            begun = True
            if few and self._expected(piece) >= SMALL:
                self._unfold(piece)
            else:
                self._hand_out(piece)
        return begun

    def _unfold(self, piece: _Piece) -> None:
        child = piece.frame
        self._depths[id(child)] = piece.depth
        child.start(lambda: (piece.code.function(child, *piece.args, **piece.kwargs),))

    def _hand_out(self, piece: _Piece) -> None:
        child = piece.frame
        child.code, child.kind = piece.caller.code, "region"  # the call stands at a line of the caller

        def run() -> tuple[Any]:
            pending: Any = MISSING
            with suppress(TransportError):
                pending = self._machine.tasks.issue(child, piece.site, piece.function, piece.args, piece.kwargs)
            if pending is MISSING:  # a functional call may run anywhere; outside of the handler, it knows nothing of it
                return (piece.function(*piece.args, **piece.kwargs),)
            entry = child.queue[-1]
            if isinstance(entry, TaskEntry):
                self._under_way.append((entry, piece))
            return (pending,)

        child.start(run)

    def _look_at_those_under_way(self) -> None:
        still: list[tuple[TaskEntry, _Piece]] = []
        for entry, piece in self._under_way:
            if entry.state is State.OPEN:
                still.append((entry, piece))
            elif entry.took:
                self._took[piece.function, piece.depth] = entry.took
        self._under_way = still

    def _expected(self, piece: _Piece) -> int:
        """Nanoseconds that a piece is expected to take, from pieces of the same depth or the next; much if unknown."""
        for further, share in ((0, 1), (-1, 2), (1, 1), (-2, 4)):
            took = self._took.get((piece.function, piece.depth + further))
            if took is not None:
                return took // share
        return SMALL

    def _depth_of(self, frame: Frame | None) -> int:
        while frame is not None:
            depth = self._depths.get(id(frame))
            if depth is not None:
                return depth + 1
            frame = frame.frame
        return 0


def _is_recursive(function: FunctionType) -> bool:
    known = _recursive.get(function)
    if known is None:
        known = _recursive[function] = is_recursive(function)
    return known
