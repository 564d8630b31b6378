"""The cluster executor: workers that a ``pydron scheduler`` lends, on any host; the scheduler in a thread as usual."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from pydron_runtime.executors.local import LocalExecutor

if TYPE_CHECKING:
    from pydron_runtime.recording import Recorder
    from pydron_runtime.transport.driver import Driver

_shared: dict[str, ClusterExecutor] = {}
_lock = threading.Lock()


class ClusterExecutor(LocalExecutor):
    """Runs tasks on the workers of a cluster. Safe to use from several threads."""

    def __init__(self, address: str, recorder: Recorder | None = None) -> None:
        """
        Args:
            address: ``tcp://HOST:PORT``; the keys come from the connection file.
            recorder: Who is told about tasks and workers.

        Raises:
            ConfigurationError: It is no address, or there is no connection file for it.
        """
        from pydron_runtime.cluster.addresses import parse
        from pydron_runtime.cluster.keys import connection_to
        from pydron_runtime.cluster.settings import bounds

        self.address = address
        self._connection = connection_to(parse(address))
        self._limits = bounds()
        super().__init__(1, recorder)

    def _make_driver(self) -> Driver:
        from pydron_runtime.cluster.driver import ClusterDriver

        return ClusterDriver(self._connection, self._limits, self._mail, self._recorder)

    @property
    def workers(self) -> int:
        """Number of tasks that can run at once: at present, and at least one."""
        return max(1, getattr(self._driver, "share", 1))

    def attach(self) -> None:
        """Connect to the scheduler. Blocks until it has accepted the program.

        Raises:
            ExecutorError: It has refused it, or could not be reached in the time of patience.
        """
        from pydron_runtime.cluster.driver import ClusterDriver

        driver = self._start()
        assert isinstance(driver, ClusterDriver)
        driver.wait_until_attached()


def shared(address: str) -> ClusterExecutor:
    """The executor of this address that all runs of the program share. It stays attached until the program ends.

    Raises:
        ConfigurationError: It is no address, or there are no keys for it.
        ExecutorError: The scheduler has refused the program, or could not be reached in the time of patience.
    """
    with _lock:
        executor = _shared.get(address)
        if executor is None or not executor.usable:
            executor = _shared[address] = ClusterExecutor(address)
    executor.attach()
    return executor
