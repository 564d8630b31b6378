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
    GONE = 8
    """It returned, and its value is not there any more. Being a pure call it can be made again."""


SETTLED = frozenset({Phase.DONE, Phase.FAILED, Phase.SKIPPED, Phase.CANCELLED, Phase.LOST, Phase.GONE})
"""Phases in which the program has its completion, and nothing is on its way."""

UNSUCCESSFUL = frozenset({Phase.FAILED, Phase.SKIPPED, Phase.CANCELLED, Phase.LOST})
"""Phases that last, without a value."""

FOLLOWING: dict[Phase, frozenset[Phase]] = {
    Phase.WAITING: frozenset({Phase.READY, Phase.SKIPPED, Phase.CANCELLED, Phase.LOST}),
    Phase.READY: frozenset({Phase.SENT, Phase.WAITING, Phase.SKIPPED, Phase.CANCELLED, Phase.LOST}),
    Phase.SENT: frozenset({Phase.READY, Phase.WAITING, Phase.DONE, Phase.FAILED, Phase.CANCELLED, Phase.LOST}),
    Phase.DONE: frozenset({Phase.GONE}),
    Phase.GONE: frozenset({Phase.WAITING, Phase.READY, Phase.SKIPPED}),
    Phase.FAILED: frozenset(),
    Phase.SKIPPED: frozenset(),
    Phase.CANCELLED: frozenset(),
    Phase.LOST: frozenset(),
}
"""Phase -> the phases that may come next."""
