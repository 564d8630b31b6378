"""The main job, measured: the classic program in four spellings, as a share of what plain processes reach.

For each spelling and round, in turn: the sequential function, two plain forked processes on half of the inputs each,
and the scheduled function on two workers. Machines are shared and their speed changes by the minute, so that only
ratios within a round mean something. The median over the rounds is printed.

    python benchmarks/fork_limit.py [--rounds N] [--inputs N] [--milliseconds N] [--case NAME] [--record FILE]
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from statistics import median
from typing import Any

from forked_pair import ForkedPair

import pydron

WORKERS = 2


@pydron.functional
def process(item: tuple[int, int]) -> int:
    """Some work: as many turns of a loop as the item says."""
    number, turns = item
    total = number
    for turn in range(turns):
        total = (total * 31 + turn) % 1_000_003
    return total


@pydron.functional
def heads(item: tuple[int, int], value: int) -> int:
    """One of two ways to go on with a value."""
    return process(item) + value


@pydron.functional
def tails(item: tuple[int, int], value: int) -> int:
    """The other way."""
    return process(item) - value


@pydron.schedule
def concat(inputs: Sequence[Any]) -> list[int]:
    """The classic spelling."""
    outputs: list[int] = []
    for input in inputs:
        output = process(input)
        outputs = outputs + [output]
    return outputs


@pydron.schedule
def append(inputs: Sequence[Any]) -> list[int]:
    """With a list that grows in place."""
    outputs = []
    for input in inputs:
        outputs.append(process(input))
    return outputs


@pydron.schedule
def comprehension(inputs: Sequence[Any]) -> list[int]:
    """As one expression."""
    return [process(input) for input in inputs]


@pydron.schedule
def branch(inputs: Sequence[Any]) -> list[int]:
    """Each item goes on by its own result; two calls of half the work."""
    outputs = []
    for input in inputs:
        half = (input[0], input[1] // 2)
        value = process(half)
        if value > 500_000:
            outputs.append(heads(half, value))
        else:
            outputs.append(tails(half, value))
    return outputs


@pydron.functional
def start(item: tuple[int, int]) -> int:
    """Two fifths of the work; a number that is as odd as the item's."""
    number, turns = item
    return 2 * process((number, turns * 2 // 5)) + number % 2


@pydron.functional
def shorter(turns: int, value: int) -> int:
    """Two fifths more."""
    return process((value, turns * 2 // 5))


@pydron.functional
def longer(turns: int, value: int) -> int:
    """Four fifths more."""
    return process((value, turns * 4 // 5))


@pydron.schedule
def parity(inputs: Sequence[Any]) -> list[int]:
    """Each item goes on by its own result, one way twice as long as the other."""
    outputs = []
    for input in inputs:
        value = start(input)
        if value % 2:
            outputs.append(longer(input[1], value))
        else:
            outputs.append(shorter(input[1], value))
    return outputs


CASES: dict[str, Any] = {case.__name__: case for case in (concat, append, comprehension, branch, parity)}


def turns_for(seconds: float) -> int:
    """How many turns of the loop take about this long here and now."""
    turns = 100_000
    fastest = min(timed(lambda: process((1, turns)))[1] for _ in range(5))
    return max(1, int(turns * seconds / fastest))


def timed(action: Callable[[], Any]) -> tuple[Any, float]:
    """An action's result, and its seconds."""
    began = time.perf_counter()
    result = action()
    return result, time.perf_counter() - began


def one_round(name: str, inputs: list[Any], pair: ForkedPair) -> tuple[float, float, float]:
    """Seconds of one case: sequential, forked pair, scheduled.

    Raises:
        SystemExit: The results differ.
    """
    case = CASES[name]
    expected, sequential = timed(lambda: case.sequential(inputs))
    halves, forked = timed(lambda: pair.run(name, inputs))
    result, scheduled = timed(lambda: case(inputs))
    if not (result == expected == halves):
        raise SystemExit(f"{name}: the results differ")
    return sequential, forked, scheduled


def measure(name: str, inputs: list[Any], pair: ForkedPair, rounds: int) -> dict[str, float]:
    """The ratios of one case: medians over the rounds."""
    times = [one_round(name, inputs, pair) for _ in range(rounds)]
    return {
        "speed_up": round(median(sequential / scheduled for sequential, _, scheduled in times), 3),
        "fork_speed_up": round(median(sequential / forked for sequential, forked, _ in times), 3),
        "of_fork_limit": round(median(forked / scheduled for _, forked, scheduled in times), 3),
    }


def commit() -> str:
    """The commit that is measured, or "unknown"."""
    here = Path(__file__).parent
    found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=here, capture_output=True, text=True)
    return found.stdout.strip() or "unknown"


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure the main job against plain forked processes.")
    parser.add_argument("--rounds", type=int, default=3, help="rounds per case; the median counts (default 3)")
    parser.add_argument("--inputs", type=int, default=64, help="items per run (default 64)")
    parser.add_argument("--milliseconds", type=float, default=50, help="work per item (default 50)")
    parser.add_argument("--case", choices=sorted(CASES), action="append", help="only this case; may be repeated")
    parser.add_argument("--record", type=Path, help="append the ratios to this file, as a line of JSON")
    return parser.parse_args()


def add_to_history(record: Path, entry: dict[str, Any]) -> None:
    """Add an entry to a history of measurements."""
    with record.open("a", encoding="utf-8") as history:
        history.write(json.dumps(entry) + "\n")
    print(f"appended to {record}")


def main() -> None:
    """Measure, print a table, append to the history."""
    options = arguments()
    pair = ForkedPair({name: case.sequential for name, case in CASES.items()})
    turns = turns_for(options.milliseconds / 1000)
    inputs = [(number, turns) for number in range(options.inputs)]
    print(f"{options.inputs} items of about {options.milliseconds:g} ms, {WORKERS} workers, {options.rounds} rounds")
    print(f"{'case':<16}{'speed-up':>10}{'two forks':>11}{'share':>8}")
    ratios = {}
    with pydron.configure(executor="local", workers=WORKERS):
        _, first = timed(lambda: comprehension([(0, 1), (1, 1)]))
        for name in options.case or CASES:
            found = ratios[name] = measure(name, inputs, pair, options.rounds)
            print(f"{name:<16}{found['speed_up']:>10.2f}{found['fork_speed_up']:>11.2f}{found['of_fork_limit']:>8.3f}")
    print(f"first scheduled call, workers started: {first:.2f} s")
    pair.close()
    if options.record:
        line = {
            "benchmark": "fork_limit",
            "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "commit": commit(),
            "python": platform.python_version(),
            "workers": WORKERS,
            "inputs": options.inputs,
            "milliseconds": options.milliseconds,
            "cases": ratios,
        }
        add_to_history(options.record, line)


if __name__ == "__main__":
    main()
