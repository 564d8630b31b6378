"""A program whose functional calls write, log and warn in every way. Run with and without Pydron, it says the same."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
import warnings

import pydron

logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(levelname)s %(name)s %(processName)s %(message)s")
log = logging.getLogger("my.app")
log.setLevel(logging.DEBUG)
warnings.simplefilter("default")


@pydron.functional
def speak(number: int) -> int:
    time.sleep(0.002 * (7 - number % 7))  # later calls end earlier
    print("call", number, flush=True)
    print("error", number, file=sys.stderr)
    sys.stdout.write("a piece, ")
    log.debug("debug %d", number)
    logging.getLogger("other").debug("too low a level")
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception("failed %s", number)
    warnings.warn(f"careful {number % 2}")
    warnings.warn("deprecated", DeprecationWarning)
    warnings.warn("the call", DeprecationWarning, stacklevel=2)
    sys.stdout.flush()
    if number % 3 == 0:
        subprocess.run(["sh", "-c", f"echo child {number}"])
    os.write(2, b"raw %d\n" % number)
    sys.stdout.buffer.write(b"bytes\n")
    print("é", sys.stdout.isatty(), flush=True)
    if number == 9:
        print("before it fails")
        raise ValueError(number)
    return number


@pydron.functional
def untransportable(number: int) -> object:
    print("makes a lambda", number)
    return lambda: number


@pydron.functional
def short(number: int) -> int:
    print("short", number)
    return number


@pydron.functional
def seldom(number: int) -> int:
    total = 0
    for step in range(150):
        total += step * number
    if number % 1000 == 0:
        print("seldom", number)
    if number == 7500:
        warnings.warn("once")
    return total


@pydron.schedule
def many(count: int) -> int:
    results = []
    for number in range(count):
        results.append(seldom(number))
    return sum(results)


@pydron.schedule
def main(count: int) -> int:
    total = 0
    for number in range(count):
        total += speak(number)
        untransportable(number)
        print("program", number, total)
        short(number)
    return total


if __name__ == "__main__":
    run = main.sequential if sys.argv[1] == "plain" else main  # type: ignore[attr-defined]
    print(run(8))
    print((many.sequential if sys.argv[1] == "plain" else many)(20_000))  # type: ignore[attr-defined]
    try:
        run(12)
    except ValueError as error:
        print("ValueError", error)
