"""Objects whose end can be seen: temporary directories, open files, generators, objects with a ``__del__``.

They end when the program drops them, which it may do while calls that came before are still under way: ``return
count(directory.name)``. So from a call on that is handed out they are held, until everything before has retired. If the
program has dropped one in the meantime, what comes next waits, so that the object ends where it would have ended.
"""

from __future__ import annotations

import weakref
from sys import getrefcount
from types import GeneratorType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame

_LOOKED_AT = 64
"""Of more objects than so many it is not found out at each call whether one was dropped."""

_alone = [object()]
_HELD_ALONE = getrefcount(_alone[0])
"""What ``getrefcount`` says of an element of a list that nothing else refers to."""


class Endings:
    """What may end visibly, of what calls that nobody knows have made.

    Attributes:
        known: Those of them that there may still be.
    """

    __slots__ = ("_held", "known")

    def __init__(self) -> None:
        self.known: list[weakref.ref[Any]] = []
        self._held: list[Any] = []

    def made(self, value: Any) -> None:
        """A call has made something; what that holds in its attributes counts as well."""
        own = getattr(value, "__dict__", None)
        for thing in (value, *own.values()) if type(own) is dict else (value,):
            if ends_visibly(thing):
                self.known.append(weakref.ref(thing))

    def await_dropped(self, frame: Frame, site: int) -> None:
        """Something is about to be put off, or handed out: what the program has dropped by now ends before."""
        if any(getrefcount(self._held[index]) <= _HELD_ALONE for index in range(min(len(self._held), _LOOKED_AT))):
            machine = frame.machine
            machine.wait(frame, lambda: machine.is_oldest(frame), site, "end")
            self.let_go()
        if not self._held:
            self._held = [thing for reference in self.known if (thing := reference()) is not None]
            self.known = [reference for reference in self.known if reference() is not None]

    def let_go(self) -> None:
        """Everything so far has retired."""
        if self._held:
            self._held = []


def ends_visibly(thing: Any) -> bool:
    """Whether something else than memory may happen when an object ends."""
    kind = type(thing)
    if not kind.__weakrefoffset__:
        return False
    return kind is GeneratorType or hasattr(kind, "__del__") or kind is not type and weakref.getweakrefcount(thing) > 0
