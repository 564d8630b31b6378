"""Transitions: the phases of a task, and which may follow which. A table, so that it can be read and tested."""

from __future__ import annotations

from enum import IntEnum


class Phase(IntEnum):
    """Where a task stands. Integers, because their hashes are cheap: every call changes phase three times."""

    WAITING = 0
    """For results of other tasks."""
    READY = 1
    """For a worker."""
    SENT = 2
    """A worker has it, in its queue or running."""
    DONE = 3
    """It returned."""
    FAILED = 4
    """It raised, or something of it could not be transported."""
    SKIPPED = 5
    """A task that it needs did not succeed."""
    CANCELLED = 6
    """The program did not want it any more."""
    LOST = 7
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
