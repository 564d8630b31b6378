"""Room on the stack: Pydron's own frames do not use up Python's limit of recursion.

Between a scheduled function and the one that it calls lie frames of Pydron's, so a recursion would come to its end at a
fraction of the depth that it may have. While scheduled functions are deep within one another, each raises the limit by
more than its frames of Pydron's; how deep the program's functions are is counted, so that a recursion without end still
comes to one.
"""

from __future__ import annotations

import sys
import threading

SHALLOW = 4
"""Scheduled functions within one another that get along with what there is: for them nothing is done."""

_ROOM = 40
"""Frames. A function on the machine takes some five, and two for each statement of its that lies within another."""

_lock = threading.Lock()
_added = 0
_limit = 0
"""The limit as it was set here last. If it is another one, the program has set it."""


def users_limit() -> int:
    """Python's limit of recursion, as the program has set it."""
    limit = sys.getrecursionlimit()
    return limit - _added if limit == _limit else limit


def add_room() -> None:
    """Raise the limit for one more function. Whoever does so calls :func:`give_back` when the function has ended."""
    global _added, _limit
    with _lock:
        limit = sys.getrecursionlimit()
        if limit != _limit:
            _added = 0
        sys.setrecursionlimit(limit + _ROOM)
        _added, _limit = _added + _ROOM, limit + _ROOM


def give_back() -> None:
    """Lower the limit again, unless the program has set another one meanwhile."""
    global _added, _limit
    with _lock:
        if _added and sys.getrecursionlimit() == _limit:
            try:
                sys.setrecursionlimit(_limit - _ROOM)
            except RecursionError:
                return  # the stack here is still deeper than that; the function around lowers it
            _added, _limit = _added - _ROOM, _limit - _ROOM


class Nesting(threading.local):
    """How many calls of scheduled functions are under way within one another; one value per thread."""

    count = 0

    def enter(self) -> None:
        """One more begins; :meth:`leave` is called when it has ended.

        Raises:
            RecursionError: As many as Python's limit allows are under way.
        """
        if self.count >= SHALLOW:
            if self.count >= users_limit():
                raise RecursionError("maximum recursion depth exceeded")
            add_room()
        self.count += 1

    def leave(self) -> None:
        """The innermost one has ended."""
        self.count -= 1
        if self.count >= SHALLOW:
            give_back()


NESTING = Nesting()
