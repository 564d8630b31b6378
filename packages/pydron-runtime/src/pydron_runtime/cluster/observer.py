"""An observer: asks a cluster how it is, or takes it down. Blocks, within bounds."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from pydron.errors import ExecutorError
from pydron_runtime.cluster import messages as say
from pydron_runtime.cluster.keys import Connection
from pydron_runtime.cluster.line import Line, greeting
from pydron_runtime.cluster.settings import bounds

REACH = 2.0
"""Seconds in which somebody has to accept a connection at the address: else nobody is there to wait for."""


class Observer:
    """A session with a scheduler that only looks on. Close it."""

    def __init__(self, connection: Connection, patience: float | None = None, reach: float = REACH) -> None:
        """
        Args:
            patience: Seconds to wait for an answer; None: as the settings say.
            reach: Seconds to wait for somebody to accept a connection.
        """
        patience = bounds().answer if patience is None else patience
        self._connection = connection
        self._patience, self._reach = patience, min(reach, patience)
        self._line = Line(connection, greeting("observer"))
        self._asked = False

    def __enter__(self) -> Observer:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close(say.Goodbye("it has seen enough"))

    def situation(self) -> dict[str, Any]:
        """How the cluster is: the document of :mod:`~.status`.

        Raises:
            ExecutorError: The scheduler does not answer, or refuses.
        """
        for message in self._answers(say.Enquiry()):
            if isinstance(message, say.Situation):
                found: dict[str, Any] = json.loads(message.document)
                return found
        raise ExecutorError(self._silent())

    def take_down(self, reason: str) -> bool:
        """End the scheduler and its hosts. Returns when the scheduler says goodbye; False if there is none to end.

        Raises:
            ExecutorError: The scheduler refuses.
        """
        for message in self._answers(say.TakeDown(reason)):
            if isinstance(message, say.Goodbye):
                return True
        return self._asked

    def _answers(self, question: say.ToScheduler) -> Iterator[say.FromScheduler]:
        """Ask as soon as there is a session. What the scheduler says, until patience ends.

        Raises:
            ExecutorError: The scheduler refuses.
        """
        line = self._line
        self._asked = False
        begun = time.monotonic()
        while time.monotonic() - begun < (self._patience if line.reached else self._reach):
            line.socket.poll(100)
            for message, _ in line.arrived():
                yield message
            if line.look() and not self._asked:
                self._asked = line.send(question)
            if line.refused is not None:
                raise ExecutorError(line.refused)

    def _silent(self) -> str:
        address = self._connection.address
        if not self._line.reached:
            return (
                f"No scheduler answers at {address}: nobody accepted a connection within {self._reach:.0f} seconds."
                " It does not run, or it cannot be reached from here."
            )
        return (
            f"No scheduler answers at {address} within {self._patience:.0f} seconds, though somebody listens there: it"
            " is stopped, or it is something else."
        )
