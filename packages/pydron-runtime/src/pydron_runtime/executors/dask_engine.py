"""Dask as an engine: ``dask://host:port`` for a cluster that is there, ``dask://`` for one of this machine's processes.

Results are arguments of later calls as dask futures, so they go from worker to worker and not through the program. A
function that was seen to return large results gets a second, tiny dask task per call, which tells the program what
became of the call without bringing the result along.
"""

from __future__ import annotations

import functools
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydron.errors import ConfigurationError
from pydron_runtime.data.payload import Payload
from pydron_runtime.executors.engine import Arrival
from pydron_runtime.executors.engine_call import HELD, Reply, Request, head, perform
from pydron_runtime.transport import directory
from pydron_runtime.transport.nursery_link import cores

START_LIMIT = 60.0
"""Seconds that a scheduler has to answer, and then to have a worker."""

_WARN_AT = "distributed.admin.large-graph-warning-threshold"
_QUIET_SIZE = 4_000_000
"""Bytes of arguments above which dask would warn of a large graph, and advise what Pydron's user cannot do."""


@dataclass(slots=True)
class _Call:
    """A call that dask has: the future of its reply, and the one to watch, which is the head's where there is one."""

    digest: str
    whole: Any
    watched: Any


class DaskEngine:
    """A client of a dask cluster."""

    name = "dask"
    chains = True

    def __init__(self, address: str = "", workers: int | None = None) -> None:
        """Connect, or start a cluster. Blocks until it is there.

        Args:
            address: ``host:port`` of a scheduler, with ``tls://`` in front if it needs that; empty starts a cluster
                of processes on this machine, which ends with the program.
            workers: How many processes that has; None is one per processor.

        Raises:
            ConfigurationError: dask is not installed, or nobody answers.
        """
        try:
            import distributed
        except ImportError as error:
            raise ConfigurationError(
                f"The executor dask:// needs dask's distributed scheduler, which cannot be imported ({error})."
                " `pip install 'pydron-runtime[dask]'` brings it."
            ) from error
        self._home = "" if address else directory.make()
        self._cluster = None if address else _own_cluster(workers or cores(), self._home)
        try:
            self._client = distributed.Client(self._cluster or _with_scheme(address), set_as_default=False)
            self._client.wait_for_workers(1, START_LIMIT)
        except (OSError, TimeoutError, ValueError) as error:
            self._close_cluster()
            raise ConfigurationError(
                f"No dask {'worker' if hasattr(self, '_client') else 'scheduler'} answers at"
                f" {address or 'this machine'} within {START_LIMIT:.0f} s ({error}). `dask scheduler` and `dask worker`"
                " start them; dask:// without an address starts processes on this machine."
            ) from error
        self._own_workers = workers or cores()
        self._large: set[str] = set()
        self._ended: queue.SimpleQueue[tuple[_Call, Arrival] | None] = queue.SimpleQueue()
        self._collector = threading.Thread(target=self._collect, name="pydron-dask", daemon=True)
        self._collector.start()

    @property
    def workers(self) -> int:
        """How many calls can run at once: threads of all workers that are there now."""
        if self._cluster is not None:
            return self._own_workers
        threads: int = sum(
            worker["nthreads"] for worker in self._client.scheduler_info(n_workers=-1)["workers"].values()
        )
        return max(1, threads)

    def begin(self, request: Request, needs: tuple[Any, ...], arrived: Arrival) -> Any:
        """Submit the call, under a key that says which call it is."""
        import dask

        key = f"{request.label.partition(' ')[0] or 'call'}-{request.program}-{request.task}"
        futures = [need.whole for need in needs]
        if request.arguments.size > _QUIET_SIZE:
            with dask.config.set({_WARN_AT: "1 TB"}):
                whole = self._client.submit(perform, request, *futures, key=key, pure=False)
        else:
            whole = self._client.submit(perform, request, *futures, key=key, pure=False)
        watched = whole
        if request.digest in self._large:
            watched = self._client.submit(head, whole, key=f"{key}-head", pure=False)
        call = _Call(request.digest, whole, watched)
        watched.add_done_callback(lambda _: self._ended.put((call, arrived)))
        return call

    def cancel(self, handles: Sequence[Any]) -> None:
        """Take calls back, as far as they have not begun."""
        self._client.cancel([handle.whole for handle in handles])

    def fetch(self, handle: Any) -> Payload:
        """Bring a result here."""
        reply = self._client.gather(handle.whole)
        assert isinstance(reply, Reply) and reply.outcome.payload is not None
        return reply.outcome.payload

    def close(self) -> None:
        """Disconnect; end the processes that were started for the program."""
        self._ended.put(None)
        self._client.close()
        self._close_cluster()

    def _close_cluster(self) -> None:
        if self._cluster is not None:
            self._cluster.close()
            directory.remove(self._home)

    # In a thread of its own: bring the replies of what has ended, many at a time.

    def _collect(self) -> None:
        while True:
            batch = [self._ended.get()]
            while not self._ended.empty():
                batch.append(self._ended.get())
            calls = [item for item in batch if item is not None]
            self._hand_over(calls)
            if len(calls) < len(batch):
                return

    def _hand_over(self, calls: list[tuple[_Call, Arrival]]) -> None:
        finished = [call for call, _ in calls if call.watched.status == "finished"]
        replies: dict[int, Reply] = {}
        if len(finished) > 1:
            try:
                replies = dict(zip(map(id, finished), self._client.gather([call.watched for call in finished])))
            except BaseException:  # one of them is lost again: then each for itself
                replies = {}
        for call, arrived in calls:
            reply = replies.get(id(call))
            arrived(functools.partial(self._reply, call, reply))

    def _reply(self, call: _Call, reply: Reply | None) -> Reply:
        """What became of a call, whether or not it was brought together with others."""
        if reply is None:
            found: Reply = call.watched.result()
            reply = found
        self._learn(call, reply)
        return reply

    def _learn(self, call: _Call, reply: Reply) -> None:
        """A function that has returned something large will do so again."""
        payload = reply.outcome.payload
        if payload is not None and payload.size >= HELD and reply.outcome.kind == "ok":
            self._large.add(call.digest)


def _with_scheme(address: str) -> str:
    return address if "://" in address else f"tcp://{address}"


def _own_cluster(workers: int, home: str) -> Any:
    """A scheduler in this process, and worker processes that do not run the program's ``__main__`` again."""
    import dask
    from distributed import Scheduler, SpecCluster

    from pydron_runtime.executors.dask_worker import process_class

    options = {"host": "127.0.0.1", "nthreads": 1, "local_directory": home, "silence_logs": 40}
    worker = {"cls": process_class(), "options": {"home": home, "workers": workers, "options": options}}
    with dask.config.set({"temporary-directory": home}):
        return SpecCluster(
            scheduler={"cls": Scheduler, "options": {"host": "127.0.0.1", "port": 0, "dashboard_address": ":0"}},
            workers=dict.fromkeys(range(workers), worker),
            name="pydron",
            silence_logs=40,
        )
