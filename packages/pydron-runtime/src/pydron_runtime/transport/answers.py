"""Answers: values that threads of the program wait for, on their way from the scheduler's thread."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from pydron.bell import Bell

if TYPE_CHECKING:
    from pydron_runtime.data.tasks import Completion


class Answers:
    """One place per task. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bells: dict[int, list[Bell]] = {}
        self._given: dict[int, Completion] = {}
        self._silent = False

    def expect(self, number: int) -> Bell:
        """Somebody is about to wait: for the bell that will be rung."""
        bell = Bell()
        with self._lock:
            self._bells.setdefault(number, []).append(bell)
        return bell

    def give(self, completion: Completion) -> None:
        """Answer whoever waits for the value of a task. Nobody may: then nothing happens."""
        with self._lock:
            bells = self._bells.get(completion.task)
            if bells and not self._silent:
                self._given[completion.task] = completion
                for bell in bells:
                    bell.ring()

    def fall_silent(self) -> None:
        """The interpreter ends: nobody is answered any more, and whoever waits does so until the end."""
        with self._lock:
            self._silent = True

    def wait(self, number: int, bell: Bell) -> Completion:
        """Block until there is an answer. To be called after :meth:`expect`, which has given the bell.

        Raises:
            KeyboardInterrupt: As usual.
        """
        try:
            bell.wait()
            return self._given[number]
        finally:
            with self._lock:
                bells = self._bells[number]
                bells.remove(bell)
                if not bells:
                    del self._bells[number]
                    self._given.pop(number, None)

    @property
    def awaited(self) -> list[int]:
        """The tasks for whose values somebody waits."""
        with self._lock:
            return list(self._bells)
