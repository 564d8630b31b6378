"""Warnings of operations that run ahead of the program, or late: they are shown when the operation counts.

numpy warns of a division by zero, say, whenever it happens to divide. The filters decide when the operation runs: who
changes them waits for everything earlier.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from typing import Any

_warnings: Any = warnings


class Warned(list[Any]):
    """Warnings that would have been shown."""

    __slots__ = ()

    def __call__(self, message: Any) -> None:
        self.append(message)


def are_kept() -> bool:
    """Whether warnings are being kept now."""
    return type(_warnings._showwarnmsg) is Warned


def keeping_warnings(kept: Warned, run: Callable[..., Any], *args: Any) -> Any:
    """``run(*args)``, which runs no user code; its warnings are kept."""
    show = _warnings._showwarnmsg
    try:
        _warnings._showwarnmsg = kept
        return run(*args)
    finally:
        _warnings._showwarnmsg = show


def show_warnings(kept: Iterable[Any]) -> None:
    """Show them now."""
    for message in kept:
        _warnings._showwarnmsg(message)
