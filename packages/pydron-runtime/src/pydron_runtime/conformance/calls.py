"""Functions that the conformance suite has called by an executor, and how their calls become tasks."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import time
from typing import Any

from pydron_runtime.data.functions import function_of
from pydron_runtime.data.payload import Payload, dump
from pydron_runtime.data.references import resolve
from pydron_runtime.executors.base import Completion, Executor, Task

PATIENCE = 60.0
"""Seconds after which something that has to come is taken not to come."""

_numbers = itertools.count(1_000_000_000, 100_000)


def free_numbers() -> int:
    """A number after which a hundred thousand task numbers are free in this process."""
    return next(_numbers)


class Reference:
    """Pickles like the machine's placeholder does: it stands for the result of a task."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> Any:
        return resolve, (self.number,)


def task(
    number: int,
    function: Any,
    *args: Any,
    needs: tuple[int, ...] = (),
    owner: int = 0,
    bindings: dict[int, Payload] | None = None,
    **kwargs: Any,
) -> Task:
    """A task that calls the function."""
    made = function_of(function)
    label = f"{made.name} (somewhere.py:{number})"
    return Task(number, made, dump((args, kwargs), "arguments"), needs, bindings or {}, label, owner)


def collect(executor: Executor, count: int, owner: int = 0, patience: float = PATIENCE) -> dict[int, Completion]:
    """So many completions, by task. Blocks until they are there.

    Args:
        patience: Seconds that may pass without a completion.

    Raises:
        AssertionError: They do not come, or one comes twice.
    """
    found: dict[int, Completion] = {}
    while len(found) < count:
        assert executor.wait(owner, patience), f"only {sorted(found)} of {count} completions came"
        for completion in executor.completed(owner):
            assert completion.task not in found, "a task completed twice"
            found[completion.task] = completion
    return found


def add(*numbers: Any) -> Any:
    """The sum."""
    return sum(numbers)


def same(value: Any) -> Any:
    """The argument."""
    return value


def block(size: int, fill: int) -> bytes:
    """So many bytes."""
    return bytes([fill]) * size


def are_one_object(one: Any, other: Any) -> bool:
    """Whether two arguments are one object."""
    return one is other


def append_to(items: list[Any]) -> list[Any]:
    """The argument, changed. (Breaks the promise, to show that nobody else has the same copy.)"""
    items.append("changed")
    return items


def fail(message: str) -> None:
    """Raises ValueError from KeyError."""
    try:
        raise KeyError("inner")
    except KeyError as error:
        raise ValueError(message) from error


def interrupt() -> None:
    """Raises what Ctrl-C raises."""
    raise KeyboardInterrupt("from the function")


def leave(status: int) -> None:
    """Raises SystemExit."""
    sys.exit(status)


def returns_generator() -> Any:
    """A result that cannot be pickled."""
    nothing: tuple[int, ...] = ()
    return (item for item in nothing)


class Unreadable:
    """Pickles, but cannot be read back."""

    def __reduce__(self) -> Any:
        return int, ("no number",)


def raise_unreadable() -> None:
    """Raises an exception that cannot be read back."""
    raise ValueError(Unreadable())


def meet(own: str, other: str) -> str:
    """Return when the call with the names the other way round has begun as well.

    Raises:
        TimeoutError: It has not.
    """
    with open(own, "w"):
        pass
    deadline = time.monotonic() + PATIENCE / 2
    while not os.path.exists(other):
        if time.monotonic() > deadline:
            raise TimeoutError(other)
        time.sleep(0.002)
    return own


def kill_own_process_once(path: str) -> str:
    """Die by SIGKILL in the first attempt; succeed in the second."""
    if not os.path.exists(path):
        with open(path, "w"):
            pass
        os.kill(os.getpid(), signal.SIGKILL)
    return "survived"


def kill_own_process() -> None:
    """Die by SIGKILL in every attempt."""
    os.kill(os.getpid(), signal.SIGKILL)
