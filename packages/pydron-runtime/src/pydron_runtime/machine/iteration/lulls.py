"""Lulls: the machine goes through something, and for a while no call was handed out, as each takes less time than that.

Whoever goes through it takes the rest as Python does, at Python's own speed. Before that, everything has to have
retired. (Loops in the program's own text have their forms: :mod:`..loops.tiers`.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydron.config import always
from pydron_runtime.machine.effects.aside import make_room

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame

_STREAK = 48
"""So many elements in a row for which no call was handed out make a lull."""

_LOOK = 8
"""After so many further ones it is looked at whether everything before has retired."""


class Lull:
    """Looks out for a lull, in the outermost frame.

    Args:
        possible: Whether Python can take over in the middle.
    """

    __slots__ = ("_frame", "_idle", "_issued", "_possible")

    def __init__(self, frame: Frame, possible: bool = True) -> None:
        self._frame = frame
        self._possible = possible and frame is frame.machine.main and not always()
        self._issued = frame.machine.tasks.issued
        self._idle = 0

    def begins(self) -> bool:
        """Whether what follows is for Python; to be asked after each element. If so, nothing is under way."""
        machine = self._frame.machine
        if machine.tasks.issued != self._issued:
            self._issued, self._idle = machine.tasks.issued, 0
        self._idle += 1
        if self._idle <= _STREAK or not self._possible:
            return False
        if machine.main.queue and self._idle % _LOOK == 0:
            machine.poll()
        if machine.main.queue:
            return False
        machine.containers.fill()
        machine.passed += 1
        make_room()
        return True
