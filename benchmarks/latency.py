"""How long one call takes, and how long a program takes to begin: against `multiprocessing` in the same round.

python benchmarks/latency.py [--rounds N]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import fork_limit
import short_calls
from peers import WORKERS, Peer, start

import pydron

WORK = 300_000
"""Nanoseconds that the call computes: long enough that it is handed out."""


@pydron.functional
def work(number: int) -> int:
    """Computes for a while, and says for how long: what is left of the time from call to result is the way."""
    began = time.perf_counter_ns()
    while time.perf_counter_ns() - began < WORK:
        number += 1
    return time.perf_counter_ns() - began


@pydron.schedule
def one(number: int) -> int:
    """One call."""
    return work(number)


def round_trips(rounds: int, peers: Sequence[Peer]) -> dict[str, float]:
    """Microseconds from a call to its result, what the call itself takes not counted: medians, systems in turn."""
    systems: dict[str, Callable[[int], int]] = {"pydron": one, **{peer.name: _one_of(peer) for peer in peers}}
    found: dict[str, list[float]] = {name: [] for name in systems}
    with pydron.configure(executor="local", workers=WORKERS):
        for number in range(10 + rounds):
            for name, call in systems.items():
                began = time.perf_counter_ns()
                took = call(number)
                found[name].append((time.perf_counter_ns() - began - took) / 1000)
    return {name: median(times[10:]) for name, times in found.items()}


def _one_of(peer: Peer) -> Callable[[int], int]:
    return lambda number: peer.one(work, number)


def calls_per_second(case: short_calls.Case) -> float:
    """Calls of a scheduled loop per second; the best of three."""
    inputs = list(range(case.calls))
    return round(case.calls / min(fork_limit.timed(lambda: case.scheduled(inputs))[1] for _ in range(3)))


_PYDRON = """
import os, sys, time
import pydron

@pydron.functional
def f(x):
    return sum(range(x))

@pydron.schedule
def main():
    return [f(x) for x in (10, 20)]

main()
print(time.time(), flush=True)
"""

_FORK = """
import multiprocessing, time

def f(x):
    return sum(range(x))

with multiprocessing.get_context("fork").Pool(2) as pool:
    pool.map(f, (10, 20), 1)
    print(time.time(), flush=True)
"""

_NOTHING = """
import os
import pydron

@pydron.schedule
def main():
    return sum(x * x for x in range(100_000))

main()
with open(f"/proc/self/task/{os.getpid()}/children") as stream:
    print(len(stream.read().split()))
"""


def _run(source: str) -> tuple[float, float, float]:
    """What a script prints, when it was started, and when it had ended."""
    with tempfile.TemporaryDirectory() as place:
        script = Path(place, "script.py")
        script.write_text(source)
        began = time.time()
        printed = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True, timeout=60)
        return float(printed.stdout), began, time.time()


def starts(rounds: int) -> dict[str, float]:
    """Seconds from the start of an interpreter to a first result, and to its end; the best of some rounds."""
    first: dict[str, list[float]] = {"result": [], "fork": []}
    last: dict[str, list[float]] = {"end": [], "fork end": []}
    for _ in range(rounds):
        for result, end, source in (("result", "end", _PYDRON), ("fork", "fork end", _FORK)):
            printed, began, ended = _run(source)
            first[result].append(printed - began)
            last[end].append(ended - began)
    found = {name: round(min(times), 3) for name, times in {**first, **last}.items()}
    return {**found, "processes": _run(_NOTHING)[0]}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure the way of one call, and the start of a program.")
    parser.add_argument("--rounds", type=int, default=5, help="starts; a hundred times as many calls (default 5)")
    rounds = parser.parse_args().rounds
    peers = start(installed=False)
    for name, microseconds in round_trips(rounds * 100, peers).items():
        print(f"one call, there and back: {microseconds:.0f} µs  {name}")
    for peer in peers:
        peer.close()
    for name, figure in starts(rounds).items():
        print(f"start: {figure:g}  {name}")


if __name__ == "__main__":
    main()
