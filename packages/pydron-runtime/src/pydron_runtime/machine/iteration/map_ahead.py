"""Looks ahead for a ``map`` or ``filter`` that the machine goes through, while the program waits for a result of it.

``any(map(test, xs))`` and ``for y in filter(test, xs)`` take one result before they ask for the next. What the function
will be given can be seen without taking it, as long as the sources are plain; these calls are asked for as guesses.
"""

from __future__ import annotations

from collections import deque
from itertools import starmap
from typing import TYPE_CHECKING, Any

from greenlet import getcurrent

from pydron.interrupts import let_through
from pydron_runtime.machine.iteration.elements_ahead import rest_of
from pydron_runtime.machine.values.pending import Pending

if TYPE_CHECKING:
    from pydron_runtime.machine.ahead.speculation import Guess
    from pydron_runtime.machine.order.frames import Frame

_NOTHING: Any = object()


class MapAhead:
    """What looks ahead for one ``map``, or relative of it.

    Attributes:
        taken: How many elements have been taken from the sources.
    """

    def __init__(self, frame: Frame, site: int, kind: type, function: Any, sources: tuple[Any, ...]) -> None:
        self.taken = 0
        self._frame = frame
        self._site = site
        self._spread = kind is starmap
        self._function = function
        self._sources = sources
        self._until = 0
        self.guesses: deque[tuple[int, list[Guess]]] = deque()
        if function is not None and getcurrent() is frame.machine.driver:
            frame.machine.speculation.enters(self)

    def look(self) -> bool:
        """Ask for the next calls, those of which have not been asked for.

        Returns:
            Whether there are no more to ask for: the loop around it might look ahead as well.
        """
        machine = self._frame.machine
        speculation = machine.speculation
        reach = speculation.reach
        if not reach or machine.closed:
            return False
        if not self._sources:
            return True
        while self.guesses and self.guesses[0][0] < self.taken:
            speculation.drop(self.guesses.popleft()[1])
        rests = [rest_of(source) for source in self._sources]
        for index in range(max(self._until, self.taken), self.taken + reach):
            if not speculation.has_room:
                return False
            elements = [self._element(rest, index - self.taken) for rest in rests]
            if any(element is _NOTHING for element in elements):
                return True
            self._until = index + 1
            self._send(index, elements)
        return False

    def stop(self) -> None:
        """The function will not be called any more."""
        self._sources = ()
        while self.guesses:
            self._frame.machine.speculation.drop(self.guesses.popleft()[1])

    @staticmethod
    def _element(rest: tuple[Any, int] | None, ahead: int) -> Any:
        """The element so many ahead in what is left of a source; ``_NOTHING`` where none can be seen."""
        if rest is None:
            return _NOTHING
        sequence, place = rest
        found = sequence[place + ahead : place + ahead + 1]
        return next(iter(found), _NOTHING)

    def _send(self, index: int, elements: list[Any]) -> None:
        from pydron_runtime.machine.ahead.scouted import scouted  # not needed until the program waits
        from pydron_runtime.machine.ahead.scouts import Scout

        if self._spread:
            elements = list(elements[0]) if type(elements[0]) in (list, tuple) else [Pending()]
        if any(type(element) is Pending and not element.done for element in elements):
            return
        scout = Scout(self._frame, self._frame.code)  # type: ignore[arg-type]  # asked for places only
        try:
            scouted(scout, self._site, self._function, *elements)
        except Exception as error:
            let_through(error)  # whatever else it was, it has not happened
        if scout.guesses:
            self.guesses.append((index, scout.guesses))
