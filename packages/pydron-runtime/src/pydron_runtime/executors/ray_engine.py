"""Ray as an engine: ``ray://host:port`` for a cluster that is there, ``ray://`` for one of this machine's processes.

A call has two results for Ray: its head, which the program fetches, and the whole, which is an argument of later calls
as a Ray reference. So a large result is brought to the program only if the program looks at it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydron.errors import ConfigurationError
from pydron_runtime.data.payload import Payload
from pydron_runtime.executors.engine import Arrival
from pydron_runtime.executors.engine_call import Reply, Request, perform_in_two
from pydron_runtime.transport.nursery_link import cores


@dataclass(frozen=True, slots=True)
class _Call:
    """References to the two results of a call."""

    head: Any
    whole: Any


class RayEngine:
    """A driver of a Ray cluster."""

    name = "ray"
    chains = True

    def __init__(self, address: str = "", workers: int | None = None) -> None:
        """Connect, or start Ray. Blocks until it is there. A program that has called ``ray.init`` keeps its cluster.

        Args:
            address: ``host:port`` of Ray's client server, or ``auto`` for the cluster that runs on this machine;
                empty starts processes here, which end with the program.
            workers: How many calls may run at once there; None is one per processor.

        Raises:
            ConfigurationError: Ray is not installed, or nobody answers.
        """
        try:
            import ray
        except ImportError as error:
            raise ConfigurationError(
                f"The executor ray:// needs Ray, which cannot be imported ({error})."
                " `pip install 'pydron-runtime[ray]'` brings it, where Ray has a wheel for this Python."
            ) from error
        self._ray = ray
        self._own = not ray.is_initialized()
        if self._own:
            self._connect(address, workers or cores())
        self._perform = ray.remote(num_returns=2)(perform_in_two)

    def _connect(self, address: str, workers: int) -> None:
        quiet = {"log_to_driver": False, "logging_level": "error"}
        try:
            if not address:
                self._ray.init(address="local", num_cpus=workers, include_dashboard=False, **quiet)
            else:
                self._ray.init(address=address if address == "auto" else f"ray://{address}", **quiet)
        except (ConnectionError, OSError, ValueError, RuntimeError) as error:
            raise ConfigurationError(
                f"Ray cannot be reached at {address or 'this machine'} ({error}). `ray start --head` starts a cluster;"
                " ray:// without an address starts processes on this machine."
            ) from error

    @property
    def workers(self) -> int:
        """How many calls can run at once: processors of the cluster."""
        return max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    def begin(self, request: Request, needs: tuple[Any, ...], arrived: Arrival) -> Any:
        """Submit the call."""
        head, whole = self._perform.remote(request, *[need.whole for need in needs])
        head.future().add_done_callback(lambda done: arrived(done.result))
        return _Call(head, whole)

    def cancel(self, handles: Sequence[Any]) -> None:
        """Take calls back, as far as they have not begun."""
        for handle in handles:
            self._ray.cancel(handle.head, force=False)

    def fetch(self, handle: Any) -> Payload:
        """Bring a result here."""
        reply = self._ray.get(handle.whole)
        assert isinstance(reply, Reply) and reply.outcome.payload is not None
        return reply.outcome.payload

    def close(self) -> None:
        """Disconnect, and end what was started for the program."""
        if self._own and self._ray.is_initialized():
            self._ray.shutdown()
