"""Whether the cost of a call stays the same from a thousand calls to a million, and what recording a trace costs.

    python benchmarks/growth.py [--most N]

Each number of calls is made in a process of its own, by a loop that adds up the results of calls of about 10 µs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import fork_limit
import short_calls

import pydron

NUMBERS = (1_000, 10_000, 100_000, 1_000_000)

_LOOP = """
import json, resource, sys, time
import pydron

@pydron.functional
def call(x):
    total = x
    for turn in range(300):
        total += turn
    return total

@pydron.schedule
def loop(n):
    total = 0
    for x in range(n):
        total += call(x)
    return total

with pydron.configure(executor="local", workers=2):
    loop(1_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, spent = time.perf_counter(), time.process_time()
    loop(int(sys.argv[1]))
    seconds, spent = time.perf_counter() - began, time.process_time() - spent
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps([seconds, spent, grown]))
"""


@dataclass(frozen=True)
class Growth:
    """What a number of calls took.

    Attributes:
        calls: How many.
        microseconds: From the first call to the last result, per call.
        own: Processor time of the program, in microseconds per call.
        megabytes: By which the program's memory grew.
    """

    calls: int
    microseconds: float
    own: float
    megabytes: float


def measured(calls: int) -> Growth:
    """So many calls, in a new process."""
    with tempfile.TemporaryDirectory() as place:
        script = Path(place, "loop.py")
        script.write_text(_LOOP, encoding="utf-8")
        words = [sys.executable, str(script), str(calls)]
        printed = subprocess.run(words, capture_output=True, text=True, check=True, timeout=600).stdout
    seconds, spent, kilobytes = json.loads(printed)
    return Growth(calls, seconds / calls * 1e6, spent / calls * 1e6, kilobytes / 1024)


def cost_of_trace(rounds: int) -> float:
    """Seconds of 200,000 calls of 10 µs with a trace being recorded, by those without: median of rounds in turn."""
    case = short_calls.GOALS[0]
    inputs = list(range(case.calls))
    ratios = []
    with tempfile.TemporaryDirectory() as place, pydron.configure(executor="local", workers=2):
        case.scheduled(inputs)
        for number in range(rounds):
            _, without = fork_limit.timed(lambda: case.scheduled(inputs))
            with pydron.configure(trace=Path(place, f"{number}.pydron")):
                case.scheduled(inputs[:10_000])  # workers of its own
                _, traced = fork_limit.timed(lambda: case.scheduled(inputs))
            ratios.append(traced / without)
    return median(ratios)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure how costs grow with the number of calls.")
    parser.add_argument("--most", type=int, default=NUMBERS[-1], help="calls at most (default 1,000,000)")
    most = parser.parse_args().most
    print(f"{'calls':>10}{'µs per call':>14}{'of the program':>16}{'memory grown':>14}")
    for calls in NUMBERS:
        if calls <= most:
            found = measured(calls)
            print(f"{calls:>10,}{found.microseconds:>14.2f}{found.own:>16.2f}{found.megabytes:>11.1f} MB", flush=True)
    print(f"with a trace: {cost_of_trace(5):.3f} times the time")


if __name__ == "__main__":
    main()
