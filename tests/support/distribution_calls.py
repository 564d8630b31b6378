"""Functions that tests of the executors call in worker processes, and how their calls become tasks."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Any

from pydron_runtime.conformance import calls
from pydron_runtime.conformance.calls import Reference, task
from pydron_runtime.executors.base import Completion, Executor

__all__ = ["PATIENCE", "Reference", "collect", "task"]

PATIENCE = 30.0
"""Seconds after which a test gives up waiting for something that has to come."""


def collect(executor: Executor, count: int, owner: int = 0) -> dict[int, Completion]:
    """So many completions, by task."""
    return calls.collect(executor, count, owner, PATIENCE)


def add(*numbers: Any) -> Any:
    return sum(numbers)


def same(value: Any) -> Any:
    return value


def block(size: int, fill: int) -> bytes:
    return bytes([fill]) * size


def lengths(*values: Any) -> list[int]:
    return [len(value) for value in values]


def are_one_object(one: Any, other: Any) -> bool:
    return one is other


def append_to(items: list[Any]) -> list[Any]:
    items.append("changed")
    return items


def fail(message: str) -> None:
    try:
        raise KeyError("inner")
    except KeyError as error:
        raise ValueError(message) from error


def interrupt() -> None:
    raise KeyboardInterrupt("from the function")


def leave(status: int) -> None:
    sys.exit(status)


def vanish(status: int) -> None:
    os._exit(status)


def process_id(*_: Any) -> int:
    return os.getpid()


def process_facts() -> dict[str, Any]:
    """What a worker process looks like from the inside."""
    return {
        "pid": os.getpid(),
        "parent": os.getppid(),
        "session": os.getsid(0),
        "directory": os.getcwd(),
        "path": list(sys.path),
        "threads": os.environ.get("OMP_NUM_THREADS"),
        "executor": os.environ.get("PYDRON_EXECUTOR"),
        "stdin": sys.stdin.read(),
        "main": sorted(vars(sys.modules["__main__"])),
    }


def returns_generator() -> Any:
    nothing: tuple[int, ...] = ()
    return (item for item in nothing)


class Refusing(Exception):
    """Cannot be read back: its constructor wants two arguments and passes on one."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(one + two)


class Unreadable:
    """Pickles, but cannot be read back."""

    def __reduce__(self) -> Any:
        return int, ("no number",)


def raise_refusing() -> None:
    raise Refusing("a", "b")


def announce_and_wait(path: str, *_: Any) -> str:
    """Write the process id into a file, then wait until ``path`` + ".go" is there."""
    with open(path + ".new", "w") as stream:
        stream.write(str(os.getpid()))
    os.rename(path + ".new", path)
    deadline = time.monotonic() + PATIENCE
    while not os.path.exists(path + ".go"):
        if time.monotonic() > deadline:
            raise TimeoutError(path)
        time.sleep(0.005)
    return "went on"


def kill_own_process_once(path: str) -> str:
    """Die by SIGKILL in the first attempt; succeed in the second."""
    if not os.path.exists(path):
        with open(path, "w"):
            pass
        os.kill(os.getpid(), signal.SIGKILL)
    return "survived"


def numbers_from(first: int, count: int) -> list[int]:
    return list(range(first, first + count))


def doubled(values: list[int]) -> list[int]:
    return [2 * value for value in values]


def waited_sum(path: str, values: list[int]) -> int:
    """Says that it runs, and goes on when it is told to."""
    open(path, "w").close()
    deadline = time.monotonic() + PATIENCE
    while not os.path.exists(path + ".go"):
        assert time.monotonic() < deadline
        time.sleep(0.002)
    return sum(values)
