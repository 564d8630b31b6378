"""Answers: values that threads of the program wait for, on their way from the scheduler's thread."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydron_runtime.data.tasks import Completion


class Answers:
    """One place per task. Safe to use from any thread."""

    def __init__(self) -> None:
        self._arrived = threading.Condition()
        self._given: dict[int, Completion] = {}
        self._awaited: dict[int, int] = {}
        self._silent = False

    def expect(self, number: int) -> None:
        """Somebody is about to wait."""
        with self._arrived:
            self._awaited[number] = self._awaited.get(number, 0) + 1

    def give(self, completion: Completion) -> None:
        """Answer whoever waits for the value of a task. Nobody may: then nothing happens."""
        with self._arrived:
            if completion.task in self._awaited and not self._silent:
                self._given[completion.task] = completion
                self._arrived.notify_all()

    def fall_silent(self) -> None:
        """The interpreter ends: nobody is answered any more, and whoever waits does so until the end."""
        with self._arrived:
            self._silent = True

    def wait(self, number: int) -> Completion:
        """Block until there is an answer. To be called after :meth:`expect`.

        Raises:
            KeyboardInterrupt: As usual.
        """
        with self._arrived:
            try:
                self._arrived.wait_for(lambda: number in self._given)
                return self._given[number]
            finally:
                self._awaited[number] -= 1
                if not self._awaited[number]:
                    del self._awaited[number]
                    self._given.pop(number, None)

    @property
    def awaited(self) -> list[int]:
        """The tasks for whose values somebody waits."""
        with self._arrived:
            return list(self._awaited)
