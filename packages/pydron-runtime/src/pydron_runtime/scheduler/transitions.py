"""Transitions: the phases of a task, and which may follow which. A table, so that it can be read and tested."""

from __future__ import annotations

from enum import Enum


class Phase(Enum):
    """Where a task stands."""

    WAITING = "waiting"
    """For results of other tasks."""
    READY = "ready"
    """For a worker."""
    SENT = "sent"
    """A worker has it, in its queue or running."""
    DONE = "done"
    """It returned."""
    FAILED = "failed"
    """It raised, or something of it could not be transported."""
    SKIPPED = "skipped"
    """A task that it needs did not succeed."""
    CANCELLED = "cancelled"
    """The program did not want it any more."""
    LOST = "lost"
    """It kills its workers, or there are none."""


SETTLED = frozenset({Phase.DONE, Phase.FAILED, Phase.SKIPPED, Phase.CANCELLED, Phase.LOST})
"""Phases that last: the program has its completion."""

FOLLOWING: dict[Phase, frozenset[Phase]] = {
    Phase.WAITING: frozenset({Phase.READY, Phase.SKIPPED, Phase.CANCELLED, Phase.LOST}),
    Phase.READY: frozenset({Phase.SENT, Phase.CANCELLED, Phase.LOST}),
    Phase.SENT: frozenset({Phase.READY, Phase.DONE, Phase.FAILED, Phase.CANCELLED, Phase.LOST}),
    Phase.DONE: frozenset(),
    Phase.FAILED: frozenset(),
    Phase.SKIPPED: frozenset(),
    Phase.CANCELLED: frozenset(),
    Phase.LOST: frozenset(),
}
"""Phase -> the phases that may come next."""
