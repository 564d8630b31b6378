"""Small scheduled programs that the conformance suite runs on an executor and without it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pydron
from pydron_runtime.conformance import calls


@pydron.functional
def double(number: int) -> int:
    """Twice the number."""
    return 2 * number


@pydron.functional
def block(size: int) -> bytes:
    """So many bytes."""
    return bytes(size)


@pydron.functional
def checksum(data: bytes) -> int:
    """Some number that depends on all the bytes."""
    return sum(data) + len(data)


@pydron.functional
def refuse(number: int) -> int:
    """Fails for multiples of three."""
    if number % 3 == 0:
        raise LookupError(f"no {number}")
    return number


@pydron.functional
def meet(own: str, other: str) -> str:
    """Returns when the call with the names the other way round has begun."""
    return calls.meet(own, other)


@pydron.functional
def speak(number: int) -> int:
    """Says something; later calls end earlier."""
    time.sleep(0.002 * max(0, 5 - number))
    print("call", number)
    return number


@pydron.schedule
def conversation(count: int) -> int:
    """Calls that print, and a program that prints between them."""
    total = 0
    for number in range(count):
        total += speak(number)
        print("program", number)
    return total


@pydron.schedule
def branches(count: int) -> list[Any]:
    """Chains of calls, with a branch that depends on a result."""
    found: list[Any] = []
    for number in range(count):
        once = double(number)
        if once % 4 == 0:
            found.append((number, double(once)))
        else:
            found.append({"once": once, "more": [double(once), double(once + 1)]})
    return found


@pydron.schedule
def large_values(count: int, size: int) -> tuple[int, bytes]:
    """Large results: some are only given to other calls, one comes to the program."""
    total = 0
    for number in range(count):
        total += checksum(block(size + number))
    return total, block(size)


@pydron.schedule
def effects(count: int, say: Callable[[Any], None]) -> int:
    """Side effects between the calls."""
    total = 0
    for number in range(count):
        value = double(number)
        say(("before", number))
        total += value
        say(("after", number, value))
    return total


@pydron.schedule
def failing(count: int, say: Callable[[Any], None]) -> int:
    """The third call fails, and so do later ones; what comes after it must not be seen."""
    say("begins")
    values = []
    for number in range(count):
        values.append(refuse(number + 1))
    later = double(values[-1])
    say(later)
    return later


@pydron.schedule
def handled(count: int) -> list[Any]:
    """Failures that are caught."""
    found: list[Any] = []
    for number in range(count):
        try:
            found.append(refuse(number))
        except LookupError as error:
            found.append(str(error))
    return found


@pydron.schedule
def meeting(here: str) -> list[str]:
    """Two calls that can only end if they are under way at the same time."""
    one = meet(here + ".one", here + ".two")
    two = meet(here + ".two", here + ".one")
    return [one, two]


@pydron.functional
def branches_inside(count: int) -> int:
    """A functional function that calls a scheduled one."""
    return len(branches(count))


@pydron.schedule
def nested(count: int) -> list[int]:
    """Scheduled functions within calls."""
    return [branches_inside(number) for number in range(count)]
