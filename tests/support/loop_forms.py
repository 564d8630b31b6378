"""Makes loops run in the form that a test wants: in the machine, as they were written, or with answers made ahead (ADR 4, 20).

Which form a loop takes depends on measured times; here it does not.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from unittest import mock

from pydron_runtime.executors.base import Completion
from pydron_runtime.machine.loops import ranges, tiers
from pydron_runtime.testing.scripted import ScriptedExecutor


class Prompt(ScriptedExecutor):
    """A scripted executor that completes a task whenever somebody asks what is there."""

    def completed(self, owner: int) -> list[Completion]:
        self.step()
        return super().completed(owner)


@contextlib.contextmanager
def asking_ahead(iterations: int = 3) -> Iterator[None]:
    """Loops that go on as they were written ask workers for the results of their calls, however little that pays."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(tiers, "WORTH", -1))
        stack.enter_context(mock.patch.object(tiers, "SEPARATELY", sys.maxsize))
        stack.enter_context(mock.patch.object(tiers, "_KNOWN", 0))
        stack.enter_context(mock.patch.object(ranges, "WORTH_ALL", -1))
        stack.enter_context(mock.patch.object(ranges, "TRIAL", sys.maxsize))
        stack.enter_context(
            mock.patch.object(ranges.Ranges, "_iterations", lambda self, left, most: min(left, iterations))
        )
        yield


@contextlib.contextmanager
def switching(long: int) -> Iterator[None]:
    """Outermost loops leave the machine after one turn without a call.

    Args:
        long: Nanoseconds after which a turn brings the machine back; -1 brings it back after each.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(tiers, "_STREAK", 0))
        stack.enter_context(mock.patch.object(tiers, "_LOOK", 1))
        stack.enter_context(mock.patch.object(tiers, "_IDLE", 1))
        stack.enter_context(mock.patch.object(tiers, "LONG", long))
        stack.enter_context(mock.patch.object(tiers, "VERY_LONG", long))
        stack.enter_context(mock.patch.object(tiers, "_SHORT_STREAK", 0))
        stack.enter_context(mock.patch.object(tiers, "always", lambda: False))
        yield
