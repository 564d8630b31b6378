"""Mailboxes: completions on their way from the scheduler's thread to the threads of the program."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import TYPE_CHECKING

from pydron.bell import Bell

if TYPE_CHECKING:
    from pydron_runtime.data.tasks import Completion


class Mailboxes:
    """One box per owner. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bells: dict[int, Bell] = {}
        self._boxes: dict[int, list[Completion]] = {}
        self._open: defaultdict[int, int] = defaultdict(int)
        self._dismissed: set[int] = set()
        self._silent = False

    def expect(self, owner: int) -> None:
        """One more completion will come for this owner."""
        with self._lock:
            self._open[owner] += 1

    def deliver(self, completions: dict[int, list[Completion]]) -> None:
        """Put completions into their owners' boxes."""
        with self._lock:
            if self._silent:
                return
            for owner, items in completions.items():
                if owner not in self._dismissed:
                    self._boxes.setdefault(owner, []).extend(items)
                self._open[owner] -= len(items)
                if self._open[owner] <= 0:
                    del self._open[owner]
                    self._dismissed.discard(owner)
                bell = self._bells.pop(owner, None)
                if bell is not None:
                    bell.ring()

    def collect(self, owner: int) -> list[Completion]:
        """Empty a box."""
        if owner not in self._boxes:  # asked with every call that is handed out
            return []
        with self._lock:
            return self._boxes.pop(owner, [])

    def dismiss(self, owner: int) -> None:
        """Nobody will look into this box again: what it holds, and what is still to come, is dropped."""
        with self._lock:
            self._boxes.pop(owner, None)
            if owner in self._open:
                self._dismissed.add(owner)

    def fall_silent(self) -> None:
        """The interpreter ends: nothing is delivered any more, and whoever waits does so until the end."""
        with self._lock:
            self._silent = True

    def wait(self, owner: int, timeout: float | None) -> bool:
        """Block until there is something in the box. False after ``timeout`` seconds, or if nothing can come.

        An owner is one thread: no other waits for the same box.
        """
        bell = Bell()
        with self._lock:
            if owner in self._boxes or owner not in self._open:
                return owner in self._boxes
            self._bells[owner] = bell
        try:
            bell.wait(timeout)
        finally:
            self._bells.pop(owner, None)
        return owner in self._boxes
