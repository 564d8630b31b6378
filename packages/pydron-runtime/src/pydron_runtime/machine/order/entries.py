"""Entries of the retirement queues: what has been begun and does not count yet.

Every entry has a place in program order: the order of its frame followed by its number within the frame. Orders
compare as tuples, whatever order things really happen in.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.values.pending import Pending

if TYPE_CHECKING:
    from types import TracebackType

    from pydron.places import Place
    from pydron_runtime.data.output import Chunk
    from pydron_runtime.data.payload import Payload
    from pydron_runtime.data.tasks import Function
    from pydron_runtime.machine.iteration.own_pace import Asked
    from pydron_runtime.machine.order.frames import Frame

Order = tuple[int, ...]

numbers = itertools.count(1)
"""Numbers of tasks; unique within the process, growing in the order of issue."""


class State(Enum):
    """What is known of an entry. Dropped: the program never got there, for something earlier has failed."""

    OPEN = auto()
    DONE = auto()
    FAILED = auto()
    DROPPED = auto()


class Entry:
    """Something begun whose outcome does not count before everything earlier does.

    Attributes:
        frame: The frame that began it.
        order: Place in program order.
        site: Index of the place in the frame's code (``Code.sites``).
        error: Why it failed.
        frames_below: Traceback entries to show below the failing line, as (file, line, name, ...) records or a
            real traceback.
        placement: Where the failure belongs, and the traceback below, if that was found out before it is asked for.
        asked: The library function that had asked for the element in which it failed, if that is known.
        looks: It only looks at the objects it claimed, so that two of its kind need not wait for one another.
        mixed: It, or what it comes after, may put an object into what it claimed that can be changed, and that the
            program knows otherwise. (So may everything but an operation that says otherwise.)
        followers: Called, once each, when it no longer touches the objects it claimed.
        handled: The exception that was being handled at that place of the program; the context of a failure.
        handled_at: The traceback that it had there, if there is one. The code may have gone on, and raised it again.
    """

    __slots__ = (
        "asked",
        "error",
        "followers",
        "frame",
        "frames_below",
        "handled",
        "handled_at",
        "looks",
        "mixed",
        "order",
        "placement",
        "site",
        "state",
    )

    def __init__(self, frame: Frame | None, order: Order, site: int) -> None:
        self.frame = frame
        self.order = order
        self.site = site
        self.state = State.OPEN
        self.error: BaseException | None = None
        self.frames_below: Any = None
        self.placement: tuple[Place, TracebackType | None] | None = None
        self.asked: Asked | None = None
        self.looks = False
        self.mixed = True
        self.followers: list[Callable[[], None]] = []
        self.handled = sys.exc_info()[1]
        if self.handled is not None:
            self.handled_at = self.handled.__traceback__
        elif frame is not None and frame.handled is not None:
            self.handled, self.handled_at = frame.handled, frame.handled_at

    def release(self) -> None:
        """It no longer touches the objects it claimed. Tells those who wait for it."""
        followers, self.followers = self.followers, []
        for follower in followers:
            follower()

    def fail(self, error: BaseException, frames_below: Any = None) -> None:
        """Record the failure. It counts when everything earlier has retired."""
        if self.state is State.DROPPED:
            return
        self.state = State.FAILED
        self.error = error
        self.frames_below = frames_below
        if self.frame is not None:
            self.frame.machine.failures.append(self)


class TaskEntry(Entry):
    """A functional call that was handed to the executor.

    Attributes:
        number: The task's number.
        callee: The function, to run the call in the program where it cannot travel.
        function: The function, ready to travel.
        arguments: The pickled arguments, as they were at issue.
        bytes: What the call counts for in the window: its arguments, then also its result.
        rank: Of the task: those of the lowest rank go first.
        references: Pending values inside the arguments, by the number under which they appear there.
        stays: It is made in the program when its operands are there, because it is short.
        by_value: The program supplies the values of all references itself.
        took: Nanoseconds that the function ran, once that is known.
        submitted: Nothing of the program's is read any more on its behalf.
        submitted_as: The number under which it was submitted, or run in the program.
        output: What the call has put out, to be brought forth when it counts.
    """

    __slots__ = (
        "arguments",
        "bytes",
        "by_value",
        "stays",
        "callee",
        "function",
        "number",
        "output",
        "pending",
        "rank",
        "references",
        "submitted",
        "submitted_as",
        "took",
    )

    def __init__(
        self,
        frame: Frame,
        order: Order,
        site: int,
        number: int,
        callee: Callable[..., Any],
        function: Function,
        arguments: Payload,
    ) -> None:
        super().__init__(frame, order, site)
        self.number = number
        self.callee = callee
        self.function = function
        self.arguments = arguments
        self.bytes = arguments.size
        self.took = 0
        self.references: dict[int, Pending] = {}
        self.rank = 0
        self.by_value = False
        self.stays = False
        self.submitted = False
        self.submitted_as = 0
        self.output: tuple[Chunk, ...] = ()
        self.pending = Pending()


class Operation(Entry):
    """A pure operation on values that are not all there yet.

    Attributes:
        function: What is done with the operands.
        operands: Plain and pending values.
        safe: Whether the operation on these values runs no user code.
        alone: Where it runs user code, what the program has stored since is set aside meanwhile.
        oldest_only: It may run user code, so it waits until everything earlier has retired.
        warned: What it has warned of, to be shown when it counts.
    """

    __slots__ = ("function", "alone", "oldest_only", "operands", "pending", "safe", "warned")

    def __init__(
        self,
        frame: Frame,
        order: Order,
        site: int,
        function: Callable[..., Any],
        operands: tuple[Any, ...],
        safe: Callable[..., bool],
    ) -> None:
        super().__init__(frame, order, site)
        self.function = function
        self.operands = operands
        self.safe = safe
        self.oldest_only = False
        self.alone = True
        self.warned: Sequence[Any] = ()
        self.pending = Pending()
