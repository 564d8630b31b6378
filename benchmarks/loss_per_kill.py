"""What the death of a worker costs: 32 calls of 100 ms on two workers, with and without one kill in the middle.

The two are measured in turn, so that their ratio means something on a machine that others use too. Calls wait instead
of computing: then the time that is lost is Pydron's own, and that of the call which has to be made again.

    python benchmarks/loss_per_kill.py [--rounds N] [--calls N] [--milliseconds N] [--record FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import signal
import threading
import time
from datetime import datetime, timezone
from pathlib import Path
from statistics import median

from fork_limit import commit, timed
from soak_census import workers

import pydron

WORKERS = 2


@pydron.functional
def wait(number: int, milliseconds: float) -> int:
    """Waits for so long."""
    time.sleep(milliseconds / 1000)
    return number * number


@pydron.schedule
def waits(count: int, milliseconds: float) -> list[int]:
    """Independent calls."""
    found = []
    for number in range(count):
        found.append(wait(number, milliseconds))
    return found


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure what the death of a worker costs.")
    parser.add_argument("--rounds", type=int, default=7, help="pairs of runs; the median counts (default 7)")
    parser.add_argument("--calls", type=int, default=32, help="calls per run (default 32)")
    parser.add_argument("--milliseconds", type=float, default=100, help="of each call (default 100)")
    parser.add_argument("--record", type=Path, help="append the figures to this file, as a line of JSON")
    return parser.parse_args()


def with_a_kill(options: argparse.Namespace, chance: random.Random) -> float:
    """Seconds of a run in which one worker is killed at some moment of its first half.

    Raises:
        SystemExit: The result is wrong.
    """
    whole = options.calls * options.milliseconds / 1000 / WORKERS
    victim = chance.choice(workers(os.getpid()))
    killer = threading.Timer(whole * chance.uniform(0.05, 0.5), os.kill, (victim, signal.SIGKILL))
    killer.start()
    result, seconds = timed(lambda: waits(options.calls, options.milliseconds))
    killer.join()
    if result != [number * number for number in range(options.calls)]:
        raise SystemExit("the result of the run with a kill is wrong")
    return seconds


def main() -> None:
    """Measure, print, append to the history."""
    options = arguments()
    chance = random.Random(1)
    plain, killed = [], []
    with pydron.configure(executor="local", workers=WORKERS):
        waits(2 * WORKERS, options.milliseconds)
        for _ in range(options.rounds):
            plain.append(timed(lambda: waits(options.calls, options.milliseconds))[1])
            killed.append(with_a_kill(options, chance))
    lost = [with_kill - without for without, with_kill in zip(plain, killed)]
    figures = {
        "of_plain": round(median(with_kill / without for without, with_kill in zip(plain, killed)), 3),
        "lost_seconds": round(median(lost), 3),
        "most_lost_seconds": round(max(lost), 3),
    }
    print(f"{options.calls} calls of {options.milliseconds:g} ms, {WORKERS} workers: {median(plain):.2f} s")
    print(f"with one kill: {figures['of_plain']:.2f} times that; lost {median(lost):.3f} s, at most {max(lost):.3f} s")
    if options.record:
        line = {
            "benchmark": "loss_per_kill",
            "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "commit": commit(),
            "python": platform.python_version(),
            "workers": WORKERS,
            **figures,
        }
        with options.record.open("a", encoding="utf-8") as history:
            history.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
