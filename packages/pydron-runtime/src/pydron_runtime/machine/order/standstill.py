"""Standstill: the machine waits, and nothing is under way that could end the wait."""

from __future__ import annotations

from pydron.errors import InternalError


class Standstill(InternalError):
    """A mistake of ours, unless an exception is being handled: then that has come out of a signal handler, at a moment
    when the machine had begun something and not ended it. The exception counts as an interrupt, like Ctrl-C."""

    def __init__(self) -> None:
        super().__init__("The machine waits, but nothing is under way.")
