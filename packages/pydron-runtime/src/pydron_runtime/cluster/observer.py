"""An observer: asks a cluster how it is, or takes it down. Blocks, within bounds."""

from __future__ import annotations

import json
import time
from typing import Any

from pydron.errors import ExecutorError
from pydron_runtime.cluster import messages as say
from pydron_runtime.cluster.keys import Connection
from pydron_runtime.cluster.line import Line, greeting

PATIENCE = 10.0
"""Seconds that an observer waits for a scheduler's answer."""


class Observer:
    """A session with a scheduler that only looks on. Close it."""

    def __init__(self, connection: Connection, patience: float = PATIENCE) -> None:
        self._connection = connection
        self._patience = patience
        self._line = Line(connection, greeting("observer"))

    def __enter__(self) -> Observer:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close(say.Goodbye("it has seen enough"))

    def situation(self) -> dict[str, Any]:
        """How the cluster is: the document of :mod:`~.status`.

        Raises:
            ExecutorError: The scheduler does not answer, or refuses.
        """
        asked = False
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline:
            self._line.socket.poll(100)
            for message, _ in self._line.arrived():
                if isinstance(message, say.Situation):
                    found: dict[str, Any] = json.loads(message.document)
                    return found
            self._refuse_refusal()
            if self._line.look() and not asked:
                asked = self._line.send(say.Enquiry())
        raise ExecutorError(self._silent())

    def take_down(self, reason: str) -> bool:
        """End the scheduler and its hosts. Returns when the scheduler says goodbye; False if there is none to end.

        Raises:
            ExecutorError: The scheduler refuses.
        """
        asked = False
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline:
            self._line.socket.poll(100)
            for message, _ in self._line.arrived():
                if isinstance(message, say.Goodbye):
                    return True
            self._refuse_refusal()
            if self._line.look() and not asked:
                asked = self._line.send(say.TakeDown(reason))
        return asked

    def _refuse_refusal(self) -> None:
        if self._line.refused is not None:
            raise ExecutorError(self._line.refused)

    def _silent(self) -> str:
        return (
            f"No scheduler answers at {self._connection.address} within {self._patience:.0f} seconds: it does not run,"
            " it cannot be reached from here, or the connection file is not its own."
        )
