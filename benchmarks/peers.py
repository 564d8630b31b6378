"""What people would take instead, each used as its documentation suggests, behind one small interface.

`concurrent.futures` and `multiprocessing.Pool` are part of Python; joblib, `dask.distributed` and Ray are used where
they are installed.
"""

from __future__ import annotations

import concurrent.futures
import importlib
import importlib.util
import multiprocessing
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

WORKERS = 2

Function = Callable[..., Any]
Arguments = Sequence[tuple[Any, ...]]


class Peer(ABC):
    """A system that makes calls in other processes. Made with its workers started; ``close`` ends them.

    Attributes:
        name: As it stands in tables.
        most_calls: How many calls it is given at most, where each takes it half a millisecond and more.
    """

    name: str
    most_calls: int | None = None

    @abstractmethod
    def calls(self, function: Function, arguments: Arguments, keep: bool = False) -> list[Any]:
        """The function's results for all arguments, in order. Blocks until they are there.

        Args:
            function: One of a module.
            arguments: A tuple for each call.
            keep: The results are but arguments of other calls: references will do, where the system has some.
        """

    @abstractmethod
    def one(self, function: Function, argument: Any) -> Any:
        """The result of one call."""

    def share(self, value: Any) -> Any:
        """What stands for a large value that is an argument of calls."""
        return value

    @abstractmethod
    def close(self) -> None:
        """End the workers."""


def _chunk(arguments: Arguments) -> int:
    return max(1, len(arguments) // (WORKERS * 16))


class Futures(Peer):
    """`concurrent.futures`: maps in chunks, and by hand a future for each call whose arguments are to come."""

    name = "futures"

    def __init__(self) -> None:
        self._pool = concurrent.futures.ProcessPoolExecutor(WORKERS, multiprocessing.get_context("fork"))
        list(self._pool.map(abs, range(WORKERS)))

    def calls(self, function: Function, arguments: Arguments, keep: bool = False) -> list[Any]:
        awaited = {value: place for place, given in enumerate(arguments) for value in given if _is_future(value)}
        if not awaited and not keep:
            columns = zip(*arguments, strict=True)
            return list(self._pool.map(function, *columns, chunksize=_chunk(arguments)))
        made: list[Any] = [None] * len(arguments)
        for future in concurrent.futures.as_completed(awaited):
            place = awaited[future]
            if all(value.done() for value in arguments[place] if _is_future(value)) and made[place] is None:
                there = [value.result() if _is_future(value) else value for value in arguments[place]]
                made[place] = self._pool.submit(function, *there)
        for place, given in enumerate(arguments):
            if made[place] is None:
                made[place] = self._pool.submit(function, *given)
        return made if keep else [future.result() for future in made]

    def one(self, function: Function, argument: Any) -> Any:
        return self._pool.submit(function, argument).result()

    def close(self) -> None:
        self._pool.shutdown()


def _is_future(value: Any) -> bool:
    return isinstance(value, concurrent.futures.Future)


class Pool(Peer):
    """`multiprocessing.Pool`: maps with a chunk size that suits the number of calls."""

    name = "mp.Pool"

    def __init__(self) -> None:
        self._pool = multiprocessing.get_context("fork").Pool(WORKERS)

    def calls(self, function: Function, arguments: Arguments, keep: bool = False) -> list[Any]:
        if all(len(given) == 1 for given in arguments):
            return self._pool.map(function, [given[0] for given in arguments], _chunk(arguments))
        return self._pool.starmap(function, arguments, _chunk(arguments))

    def one(self, function: Function, argument: Any) -> Any:
        return self._pool.apply(function, (argument,))

    def close(self) -> None:
        self._pool.terminate()


class Joblib(Peer):
    """joblib, with its automatic batches."""

    name = "joblib"

    def __init__(self) -> None:
        self._joblib = importlib.import_module("joblib")
        self.calls(abs, [(1,)] * WORKERS)

    def calls(self, function: Function, arguments: Arguments, keep: bool = False) -> list[Any]:
        delayed = self._joblib.delayed(function)
        made: list[Any] = self._joblib.Parallel(n_jobs=WORKERS)(delayed(*given) for given in arguments)
        return made

    def one(self, function: Function, argument: Any) -> Any:
        return self.calls(function, [(argument,)])[0]

    def close(self) -> None:
        importlib.import_module("joblib.externals.loky").get_reusable_executor().shutdown()


class Dask(Peer):
    """`dask.distributed` on two worker processes, with futures as references."""

    name = "dask"
    most_calls = 20_000

    def __init__(self) -> None:
        distributed = importlib.import_module("distributed")
        self._client = distributed.Client(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None)

    def calls(self, function: Function, arguments: Arguments, keep: bool = False) -> list[Any]:
        made = [self._client.submit(function, *given, pure=False) for given in arguments]
        return made if keep else list(self._client.gather(made))

    def one(self, function: Function, argument: Any) -> Any:
        return self._client.submit(function, argument, pure=False).result()

    def share(self, value: Any) -> Any:
        return self._client.scatter(value, broadcast=True)

    def close(self) -> None:
        self._client.close()


class Ray(Peer):
    """Ray on two workers, with its references, and an explicit `put` of what is shared."""

    name = "ray"
    most_calls = 20_000

    def __init__(self) -> None:
        self._ray = importlib.import_module("ray")
        self._ray.init(num_cpus=WORKERS, include_dashboard=False, logging_level="ERROR")
        self._remote: dict[Function, Any] = {}
        self.calls(abs_of, [(1,)] * WORKERS)

    def calls(self, function: Function, arguments: Arguments, keep: bool = False) -> list[Any]:
        remote = self._remote.setdefault(function, self._ray.remote(function))
        made = [remote.remote(*given) for given in arguments]
        return made if keep else list(self._ray.get(made))

    def one(self, function: Function, argument: Any) -> Any:
        return self.calls(function, [(argument,)])[0]

    def share(self, value: Any) -> Any:
        return self._ray.put(value)

    def close(self) -> None:
        self._ray.shutdown()


def abs_of(number: int) -> int:
    """A call that does next to nothing; Ray does not take built-in functions."""
    return abs(number)


INSTALLED: tuple[tuple[str, type[Peer]], ...] = (("joblib", Joblib), ("distributed", Dask), ("ray", Ray))
"""Those that are no part of Python: the module that tells whether they are there."""


def start(installed: bool) -> list[Peer]:
    """Start the peers; says which are left out. Make a `ForkedPair` first: this starts threads.

    Args:
        installed: Also those that are no part of Python.
    """
    found: list[Peer] = [Futures(), Pool()]
    for module, peer in INSTALLED if installed else ():
        if importlib.util.find_spec(module):
            found.append(peer())
        else:
            print(f"{peer.name} is left out: it is not installed (pip install {module})")
    return found
