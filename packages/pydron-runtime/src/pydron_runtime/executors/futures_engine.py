"""Any ``concurrent.futures.Executor`` as an engine: the standard library's pools, loky, mpi4py, Parsl, executorlib.

What a call needs is sent along by value, when it is there: a future of such an executor cannot be an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydron_runtime.data.payload import Payload
from pydron_runtime.executors.engine import Arrival
from pydron_runtime.executors.engine_call import Request, perform
from pydron_runtime.transport.nursery_link import cores


class FuturesEngine:
    """An executor object of the program's. It stays the program's: it is never shut down from here."""

    chains = False

    def __init__(self, executor: Any, workers: int | None = None) -> None:
        """
        Args:
            executor: Has ``submit(function, *arguments)``, which returns a future with ``add_done_callback``.
            workers: How many calls it runs at once; None takes its own word for it, or one per processor.
        """
        self.name = type(executor).__name__
        self._executor = executor
        self._workers = workers

    @property
    def workers(self) -> int:
        """How many calls can run at once."""
        if self._workers is not None:
            return self._workers
        own = getattr(self._executor, "_max_workers", None)
        return own if isinstance(own, int) and own > 0 else cores()

    def begin(self, request: Request, needs: tuple[Any, ...], arrived: Arrival) -> Any:
        """Submit the call."""
        assert not needs
        future = self._executor.submit(perform, request)
        future.add_done_callback(lambda done: arrived(done.result))
        return future

    def cancel(self, handles: Sequence[Any]) -> None:
        """Take calls back, as far as they have not begun."""
        for handle in handles:
            handle.cancel()

    def fetch(self, handle: Any) -> Payload:
        """Results are never held."""
        raise LookupError("a concurrent.futures executor holds no results")

    def close(self) -> None:
        """The executor is the program's own."""
