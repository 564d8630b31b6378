"""Undo log: how to take back what was stored ahead of unretired work.

Each store that emitted code makes while something earlier has not retired leaves its inverse here. When an earlier
operation fails, the inverses of all stores after it run, youngest first, and objects that outlive the function are as
they would have been.

The log also knows how to make a store again. Code of the user's that runs late, such as a property met on a result,
must find the world as it was at its place in the program: for the time it runs, the stores after that place are *set
aside*, and made again when it is done. They may put placeholders into containers once more that hold none meanwhile.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.order.entries import Order

if TYPE_CHECKING:
    from pydron_runtime.machine.order.containers import Containers

_TRIM = 4096

Inverse = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Store:
    """A store that was made, or is to be made again.

    Attributes:
        order: Its place in program order.
        inverse: Takes it back; does nothing if it was not made, which an interrupt may have prevented.
        prepare: Looks at the object before the store is made; gives the inverse.
        act: Makes the store.
    """

    order: Order
    inverse: Inverse
    prepare: Callable[[], Inverse]
    act: Callable[[], Any]

    def again(self) -> Store:
        """Make it once more, on what the object is now."""
        inverse = self.prepare()
        self.act()
        return Store(self.order, inverse, self.prepare, self.act)


def _fail_quietly(act: Callable[[], Any]) -> None:
    with contextlib.suppress(Exception):
        act()


class UndoLog:
    """Stores in the order in which they were made.

    Attributes:
        moves: How often stores were taken back, or made again.
    """

    __slots__ = ("_aside", "_containers", "_limit", "_made", "_tracked", "moves")

    def __init__(self, containers: Containers) -> None:
        self.moves = 0
        self._containers = containers
        self._tracked: list[Any] = []
        self._made: list[Store] = []
        self._aside: list[Store] = []
        self._limit = _TRIM

    def __len__(self) -> int:
        return len(self._made)

    def do(self, order: Order, prepare: Callable[[], Inverse], act: Callable[[], Any]) -> Any:
        """Make a store at a place in program order, and remember how to take it back.

        If it fails, what it has done before stays, and it will fail as quietly as often as it is made again.

        Returns:
            What ``act`` returns.
        """
        made = Store(order, prepare(), prepare, act)
        self._made.append(made)
        try:
            return act()
        except BaseException:
            failed = replace(made, act=partial(_fail_quietly, act))
            self._made = [failed if store is made else store for store in self._made]
            raise

    def forget_before(self, oldest: Order) -> None:
        """Everything before this place has retired and stays. Cheap: looks only when the log has grown."""
        if len(self._made) > self._limit:
            self._made = [store for store in self._made if store.order > oldest]
            self._limit = max(_TRIM, 2 * len(self._made))

    def forget_within(self, frame: Order) -> None:
        """What the frame at this place has stored stays: nobody else sees it, and what follows is not noted here."""
        self._made = [store for store in self._made if store.order[: len(frame)] != frame]

    def clear(self) -> None:
        """Everything has retired."""
        self._made.clear()
        self._limit = _TRIM

    def roll_back(self, failed: Order, within: Order = ()) -> None:
        """Take back every store made after a place in program order.

        Args:
            within: Only stores made by the frame at this place, and by those that it began.
        """
        self._take_back(failed, within)
        self._aside = [store for store in self._aside if within and store.order[: len(within)] != within]

    def set_aside(self, place: Order) -> None:
        """Take back the stores after a place in program order, until :meth:`resume`."""
        self._tracked += self._containers.tracked()
        self._aside = self._take_back(place) + self._aside

    @property
    def is_set_aside(self) -> bool:
        """Whether stores are to be made again."""
        return bool(self._aside)

    def resume(self) -> None:
        """Make the stores again that were set aside, in the order in which they were made."""
        if not self._aside:
            self._tracked.clear()
            return
        aside, self._aside = self._aside, []
        tracked, self._tracked = self._tracked, []
        self.moves += 1
        for store in aside:
            self._made.append(store.again())
        for container in tracked:
            self._containers.track(container)

    def _take_back(self, place: Order, within: Order = ()) -> list[Store]:
        kept, later = [], []
        self.moves += 1
        for store in reversed(self._made):
            if store.order > place and store.order[: len(within)] == within:
                store.inverse()
                later.append(store)
            else:
                kept.append(store)
        self._made = kept[::-1]
        return later[::-1]
