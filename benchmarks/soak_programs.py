"""What the soak runs: scheduled functions of many kinds, each with arguments by chance, and how many calls it makes.

Each is compared with its plain self: result or exception, and all that it writes. A call may know that it is in a
worker process, in order to end it; there is no other difference between the two runs.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import os
import random
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy

import pydron
from pydron.errors import TaskLostError

Array = Any


class Refused(Exception):
    """What calls fail with. Its constructor cannot be called with its ``args``."""

    def __init__(self, number: int, *, why: str) -> None:
        super().__init__(f"{number}: {why}")
        self.number = number


def in_worker() -> bool:
    """Whether this is a worker process: the environment of workers says that calls in them run there."""
    return os.environ.get("PYDRON_EXECUTOR") == "inline"


@pydron.functional
def tiny(x: int) -> int:
    """Some microseconds."""
    return sum(range(x % 50))


@pydron.functional
def work(x: int, milliseconds: float) -> int:
    """Computes for about so long."""
    until = time.perf_counter() + milliseconds / 1000
    while time.perf_counter() < until:
        pass
    return x * x + 1


@pydron.functional
def array(seed: int, size: int) -> Array:
    """An array of so many numbers."""
    return numpy.arange(size, dtype=float) + seed


@pydron.functional
def combined(a: Array, b: Array) -> Array:
    """Another one of the same size."""
    return a * 0.5 + b


@pydron.functional
def digest(a: Array) -> str:
    """A short value of a long one."""
    return hashlib.blake2b(a.tobytes(), digest_size=8).hexdigest()


@pydron.functional
def choosy(x: int, bad: int) -> int:
    """Fails for some arguments."""
    time.sleep(0.002)
    if x % bad == 0:
        raise Refused(x, why="not this one")
    if x % (bad + 1) == 0:
        raise KeyError(x)
    return x


@pydron.functional
def talking(x: int) -> int:
    """Writes, logs, and takes a moment."""
    print("call", x)
    logging.getLogger("soak").warning("logged %d", x)
    time.sleep(0.002)
    os.write(1, b"")
    return x + 1


@pydron.functional
def departing(marker: str, x: int) -> int:
    """Ends the first worker that makes it."""
    if in_worker() and not os.path.exists(marker):
        open(marker, "w").close()
        os._exit(x % 5)
    return x


@pydron.functional
def deadly(x: int) -> int:
    """Ends each worker that makes it."""
    if in_worker():
        os._exit(9)
    return x


@pydron.functional
def starting(x: int) -> str:
    """Starts a process and a thread."""
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(x))
    thread.start()
    thread.join()
    return subprocess.run(["echo", str(found[0])], capture_output=True, text=True, check=True).stdout


@pydron.functional
def odd_result(x: int) -> Callable[[], int]:
    """What cannot be pickled by name."""
    return lambda: x


@pydron.functional
def merged(a: list[int], b: list[int]) -> list[int]:
    """Two sorted lists in one."""
    return sorted(a + b)


@pydron.schedule
def short(n: int) -> list[int]:
    """Many calls that are not worth a message each."""
    out = []
    for i in range(n):
        out.append(tiny(i))
    return out


@pydron.schedule
def medium(n: int, milliseconds: float) -> tuple[list[int], int]:
    """Calls whose results decide what is called next."""
    out, odd = [], 0
    for i in range(n):
        a = work(i, milliseconds)
        if a % 2:
            odd += work(a, milliseconds)
        else:
            out.append(a)
    return out, odd


@pydron.schedule
def arrays(n: int, size: int) -> list[str]:
    """Chains through arrays that lie in segments; one array goes to all calls; results are changed in place."""
    common = array(0, size)
    out = []
    for i in range(n):
        made = array(i, size)
        mixed = combined(made, common)
        mixed[0] = i
        out.append(digest(combined(mixed, common)))
    return out


@pydron.schedule
def kept(n: int, size: int) -> list[float]:
    """More values at once than memory may hold."""
    held = [array(i, size) for i in range(n)]
    return [float(each[0] + each[-1]) for each in held]


@pydron.schedule
def inner(n: int) -> int:
    """Called from scheduled functions."""
    total = 0
    for i in range(n):
        total += work(i, 1)
    return total


@pydron.schedule
def nested(n: int) -> list[int]:
    """Scheduled functions in one another."""
    return [inner(i) + inner(2) for i in range(n)]


@pydron.schedule
def sort(items: list[int]) -> list[int]:
    """Recursion."""
    if len(items) < 40:
        return sorted(items)
    middle = len(items) // 2
    return merged(sort(items[:middle]), sort(items[middle:]))


@pydron.schedule
def caught(n: int, bad: int) -> list[Any]:
    """Failures that the program handles."""
    out: list[Any] = []
    for i in range(1, n):
        try:
            out.append(choosy(i, bad))
        except Refused as error:
            out.append((str(error), error.number))
        except LookupError as error:
            out.append(error.args)
    return out


@pydron.schedule
def uncaught(n: int, bad: int) -> int:
    """A failure in the middle, with calls issued beyond it."""
    total = 0
    for i in range(1, n):
        total += choosy(i, bad)
    return total


@pydron.schedule
def output(n: int) -> int:
    """Output of calls and of the program, in one order."""
    total = 0
    for i in range(n):
        total += talking(i)
        print("turn", i)
    return total


@pydron.schedule
def departures(markers: Sequence[str]) -> list[int]:
    """Calls that end their worker once."""
    return [departing(marker, work(number, 1)) for number, marker in enumerate(markers)]


@pydron.schedule
def hopeless(n: int) -> int:
    """A call that no worker survives, among others."""
    others = [work(i, 1) for i in range(n)]
    return deadly(1) + sum(others)


@pydron.schedule
def outside(n: int) -> list[Any]:
    """Calls that start processes; results that do not travel."""
    return [(starting(i), odd_result(i)()) for i in range(n)]


class Watched(logging.Handler):
    """Writes what is logged to the standard output of the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        print("log:", record.getMessage())


logging.getLogger("soak").addHandler(Watched())
logging.getLogger("soak").propagate = False


def seen(function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, ...]:
    """All that can be seen of a call: its result or exception, and its output."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        try:
            result: tuple[Any, ...] = ("returned", function(*args))
        except Exception as error:
            result = ("raised", type(error), error.args, getattr(error, "number", None))
    return (*result, text.getvalue())


@dataclass(frozen=True, slots=True)
class Case:
    """One run of one program: what to call, and about how many functional calls it makes.

    Attributes:
        ends_workers: Whether its calls end their workers: then it wants no attacks beside, for the third death counts.
    """

    function: Any
    args: tuple[Any, ...]
    calls: int
    ends_workers: bool = False

    def difference(self) -> str:
        """Run it both ways; empty if nothing tells them apart, or if a hopeless one ended as it should."""
        found = seen(self.function, self.args)
        if self.function is hopeless:
            return "" if is_lost(found) else f"hopeless{self.args!r} ended otherwise: {found!r}"
        expected = seen(self.function.sequential, self.args)
        if found == expected:
            return ""
        return f"{self.function.__name__}{self.args!r:.200}\n  found    {found!r:.1500}\n  expected {expected!r:.1500}"


def is_lost(outcome: tuple[Any, ...]) -> bool:
    """Whether an outcome is the report of the deadly call."""
    if outcome[:2] != ("raised", TaskLostError):
        return False
    message = str(outcome[2])
    return "deadly" in message and "3 times" in message and "exit status 9" in message


def cases(chance: random.Random, folder: str, scale: float = 1.0) -> list[Case]:
    """One run of each kind, in an order by chance. ``folder`` is for marks that calls leave."""

    def about(n: float) -> int:
        return max(3, int(n * scale * chance.uniform(0.5, 1.5)))

    markers = [os.path.join(folder, f"{chance.getrandbits(60):x}") for _ in range(3)]
    n, a, k, m = about(20_000), about(12), about(12), about(150)
    items = [chance.randrange(10**6) for _ in range(about(600))]
    found = [
        Case(short, (n,), n),
        Case(medium, (m, 1), 2 * m),
        Case(medium, (about(12), 40), 24),
        Case(arrays, (a, 300_000), 4 * a),
        Case(kept, (k, 1_000_000), k),
        Case(nested, (about(6),), 40),
        Case(sort, (items,), len(items) // 20),
        Case(caught, (about(40), chance.randrange(2, 9)), 40),
        Case(uncaught, (about(40), chance.randrange(2, 30)), 20),
        Case(output, (about(40),), 40),
        Case(departures, (markers,), 6, ends_workers=True),
        Case(hopeless, (about(10),), 11, ends_workers=True),
        Case(outside, (about(5),), 10),
    ]
    chance.shuffle(found)
    return found
