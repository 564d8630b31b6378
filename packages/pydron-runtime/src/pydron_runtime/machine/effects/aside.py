"""Aside: whose turn the terminal is, so that what is drawn over it never meets what the program writes.

Something may be drawn while the program stands still. It is taken away before anything happens that may write, such as
output in its turn or an operation that nobody can reason about, until the program stands still again.
"""

from __future__ import annotations

from collections.abc import Callable

_hide: Callable[[], None] | None = None
_still = False


def stand_still() -> None:
    """The program waits: something may be drawn."""
    global _still
    _still = True


def stands_still() -> bool:
    """Whether something may be drawn."""
    return _still


def drawn(hide: Callable[[], None] | None) -> None:
    """Something is drawn, which ``hide`` takes away; None: nothing is drawn any more."""
    global _hide
    _hide = hide


def make_room() -> None:
    """The program is about to do what may write: take away what is drawn, if anything is. Costs next to nothing."""
    global _still
    _still = False
    if _hide is not None:
        _hide()
