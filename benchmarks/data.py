"""Data and recursion, measured: large arrays in and out of calls, values that stay on workers, nested calls.

For each case and round, in turn: the sequential function; two plain forked processes that each do the whole job, which
is the throughput that two workers could reach; and the scheduled function on two workers. Machines are shared and their
speed changes by the minute, so that only ratios within a round mean something. The median over the rounds is printed.

    python benchmarks/data.py [--rounds N] [--scale X] [--case NAME] [--record FILE]
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from fork_limit import commit, timed, turns_for
from forked_pair import ForkedPair

import pydron

WORKERS = 2
SIZES = {"array": 10_000_000, "result": 5_000_000, "list": 1_000_000, "fib": 32, "leaves": 512, "turns": 60_000}


@pydron.functional
def read(array: Any, number: int) -> float:
    """Looks at every element of a large array."""
    return float(array.sum()) + number


@pydron.functional
def make(number: int, size: int) -> Any:
    """A large array."""
    return np.full(size, float(number))


@pydron.functional
def double(array: Any) -> Any:
    """Another one, from the first."""
    return array * 2


@pydron.functional
def increase(array: Any) -> Any:
    """And another one."""
    return array + 1


@pydron.functional
def total(array: Any) -> float:
    """A number that stands for it."""
    return float(array.sum())


@pydron.schedule
def readers(array: Any) -> list[float]:
    """16 calls that each read the same array, given as a plain argument."""
    return [read(array, number) for number in range(16)]


@pydron.schedule
def results(size: int) -> list[Any]:
    """16 calls that each return a large array, which is changed afterwards."""
    made = [make(number, size) for number in range(16)]
    for array in made:
        array += 1
    return made


@pydron.schedule
def chains(size: int) -> list[float]:
    """4 chains of calls on large arrays that nobody else looks at."""
    totals = []
    for number in range(4):
        first = make(number, size)
        second = double(first)
        third = increase(second)
        totals.append(total(third))
    return totals


@pydron.functional
def merge(left: list[int], right: list[int]) -> list[int]:
    """Two sorted lists as one."""
    merged = []
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i] <= right[j]:
            merged.append(left[i])
            i += 1
        else:
            merged.append(right[j])
            j += 1
    return merged + left[i:] + right[j:]


@pydron.functional
def merge_sort(values: list[int]) -> list[int]:
    """Nested functional calls."""
    if len(values) < 2:
        return values
    middle = len(values) // 2
    return merge(merge_sort(values[:middle]), merge_sort(values[middle:]))


@pydron.schedule
def nested_sort(values: list[int]) -> list[int]:
    """The outermost call of a recursive functional function."""
    return merge_sort(values)


@pydron.functional
def sort_piece(values: list[int]) -> list[int]:
    """A piece that is small enough."""
    return merge_sort(values)


@pydron.schedule
def scheduled_sort(values: list[int], pieces: int = 16) -> list[int]:
    """A recursive scheduled function, down to pieces."""
    if pieces == 1:
        return sort_piece(values)
    middle = len(values) // 2
    return merge(scheduled_sort(values[:middle], pieces // 2), scheduled_sort(values[middle:], pieces // 2))


@pydron.functional
def fib(n: int) -> int:
    """The classic recursion."""
    return n if n < 2 else fib(n - 1) + fib(n - 2)


@pydron.schedule
def nested_fib(n: int) -> int:
    """The outermost call of it."""
    return fib(n)


@pydron.functional
def leaf(number: int, turns: int) -> int:
    """Some milliseconds of work."""
    value = number
    for turn in range(turns):
        value = (value * 31 + turn) % 1_000_003
    return value


@pydron.functional
def add(left: int, right: int) -> int:
    """Next to nothing."""
    return left + right


@pydron.schedule
def tree(leaves: int, turns: int) -> int:
    """A tree sum in which every addition is a call."""
    level = [leaf(number, turns) for number in range(leaves)]
    while len(level) > 1:
        level = [add(level[place], level[place + 1]) for place in range(0, len(level), 2)]
    return level[0]


CASES: dict[str, Any] = {
    case.__name__: case
    for case in (readers, results, chains, nested_sort, scheduled_sort, nested_fib, tree)
}  # fmt: skip


def inputs_of(name: str, scale: float) -> tuple[Any, ...]:
    """The arguments of a case."""
    if name == "readers":
        return (np.ones(int(SIZES["array"] * scale)),)
    if name in ("results", "chains"):
        return (int(SIZES["result"] * scale),)
    if name in ("nested_sort", "scheduled_sort"):
        return ([(number * 7919) % 1_000_003 for number in range(int(SIZES["list"] * scale))],)
    if name == "nested_fib":
        return (max(5, SIZES["fib"] - (0 if scale >= 1 else 12)),)
    return (SIZES["leaves"] if scale >= 0.5 else 32, int(SIZES["turns"] * min(scale, 1)))


def whole(name: str, scale: float) -> Callable[[Any], list[Any]]:
    """The whole job, for one of two forked processes. Large results stay there."""

    def run(_: Any) -> list[Any]:
        with pydron.configure(executor="inline"):
            CASES[name](*inputs_of(name, scale))
        return [name]

    return run


def one_round(name: str, scale: float, pair: ForkedPair) -> tuple[float, float, float]:
    """Seconds of one case: sequential, half of what two forks take for two whole jobs, scheduled.

    Raises:
        SystemExit: The results differ.
    """
    given = inputs_of(name, scale)
    with pydron.configure(executor="inline"):
        expected, sequential = timed(lambda: CASES[name](*given))
    _, made = timed(lambda: inputs_of(name, scale))
    _, both = timed(lambda: pair.run(name, [0, 1]))
    found, scheduled = timed(lambda: CASES[name](*given))
    if name == "results":
        expected, found = [each.sum() for each in expected], [each.sum() for each in found]
    if found != expected:
        raise SystemExit(f"{name}: the results differ")
    return sequential, max(1e-9, both - made) / 2, scheduled


def measure(name: str, scale: float, pair: ForkedPair, rounds: int) -> dict[str, float]:
    """The ratios of one case: medians over the rounds."""
    times = [one_round(name, scale, pair) for _ in range(rounds)]
    return {
        "speed_up": round(median(sequential / scheduled for sequential, _, scheduled in times), 3),
        "fork_speed_up": round(median(sequential / forked for sequential, forked, _ in times), 3),
        "of_fork_limit": round(median(forked / scheduled for _, forked, scheduled in times), 3),
    }


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure data and recursion against plain Python and forks.")
    parser.add_argument("--rounds", type=int, default=3, help="rounds per case; the median counts (default 3)")
    parser.add_argument("--scale", type=float, default=1.0, help="factor for all sizes (default 1)")
    parser.add_argument("--case", choices=sorted(CASES), action="append", help="only this case; may be repeated")
    parser.add_argument("--record", type=Path, help="append the ratios to this file, as a line of JSON")
    return parser.parse_args()


def main() -> None:
    """Measure, print a table, append to the history."""
    options = arguments()
    SIZES["turns"] = turns_for(0.005)
    pair = ForkedPair({name: whole(name, options.scale) for name in CASES})
    print(f"{WORKERS} workers, {options.rounds} rounds, scale {options.scale:g}")
    print(f"{'case':<16}{'speed-up':>10}{'two forks':>11}{'share':>8}")
    ratios = {}
    with pydron.configure(executor="local", workers=WORKERS):
        chains(10)
        for name in options.case or CASES:
            found = ratios[name] = measure(name, options.scale, pair, options.rounds)
            print(f"{name:<16}{found['speed_up']:>10.2f}{found['fork_speed_up']:>11.2f}{found['of_fork_limit']:>8.3f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"largest memory of the program: {peak:.0f} MB")
    pair.close()
    if options.record:
        line = {
            "benchmark": "data",
            "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "commit": commit(),
            "python": platform.python_version(),
            "workers": WORKERS,
            "scale": options.scale,
            "cases": ratios,
        }
        with options.record.open("a", encoding="utf-8") as history:
            history.write(json.dumps(line) + "\n")
        print(f"appended to {options.record}")


if __name__ == "__main__":
    main()
