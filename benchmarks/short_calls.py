"""Functional calls of all lengths, measured against what people would take instead.

Each case is a plain loop under `@pydron.schedule`. In each round, in turn: the plain loop, two forked processes on half
of the inputs each, the scheduled loop on two workers, and the peers that are installed: `concurrent.futures`,
`multiprocessing.Pool`, `joblib`, `dask.distributed`, Ray. A figure is the plain loop's time divided by the system's,
the median over the rounds; times of different rounds are never compared.

How the peers are used says `peers.py`.

    python benchmarks/short_calls.py [--rounds N] [--case NAME]... [--no-peers] [--record FILE]
"""

from __future__ import annotations

import argparse
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from statistics import median

from fork_limit import add_to_history, timed
from forked_pair import ForkedPair
from peers import WORKERS, Peer, start

import pydron

Inputs = list[int]


@dataclass(frozen=True)
class Case:
    """A number of calls of about the same length.

    Attributes:
        name: Of the case.
        calls: How many.
        turns: Of the loop in each call.
        call: The functional function. Each case has its own, so that what is learnt of one is not believed of another.
        loop: The program: a plain loop.
        scheduled: The same under ``@pydron.schedule``.
    """

    name: str
    calls: int
    turns: int
    call: Callable[[int], int]
    loop: Callable[[Inputs], list[int]]
    scheduled: Callable[[Inputs], list[int]]


_names: list[str] = []


def case_of(name: str, calls: int, turns: int) -> Case:
    """A case whose calls take so many turns of a loop; 10 turns take about 0.3 µs."""

    @pydron.functional
    def call(x: int) -> int:
        total = x
        for turn in range(turns):
            total += turn
        return total

    def loop(inputs: Inputs) -> list[int]:
        results = []
        for item in inputs:
            results.append(call(item))
        return results

    call.__name__ = call.__qualname__ = f"call_{len(_names)}"
    _names.append(name)
    globals()[call.__name__] = call  # peers find it by its name
    return Case(name, calls, turns, call, loop, pydron.schedule(loop))


CASES = [
    case_of("no-op", 500_000, 0),
    case_of("1 µs", 400_000, 25),
    case_of("10 µs", 200_000, 300),
    case_of("100 µs", 20_000, 3_000),
    case_of("1 ms", 2_000, 30_000),
    case_of("10 ms", 200, 300_000),
    case_of("50 ms", 64, 1_500_000),
]

GOALS = [
    case_of("10 µs", 200_000, 300),
    case_of("0.2 µs", 1_000_000, 3),
    case_of("nothing", 1_000_000, 0),
]
"""What there are goals for."""


def measure(case: Case, rounds: int, pair: ForkedPair, peers: Sequence[Peer]) -> dict[str, float]:
    """Each system's speed as a multiple of the plain loop's: medians over the rounds.

    Raises:
        SystemExit: The results differ.
    """
    inputs = list(range(case.calls))
    speeds: dict[str, list[float]] = {}
    for _ in range(rounds):
        expected, plain = timed(lambda: case.loop(inputs))
        runs: list[tuple[str, Callable[[Inputs], list[int]], int | None]] = [
            ("two forks", lambda given: pair.run(case.name, given), None),
            ("pydron", case.scheduled, None),
            *((peer.name, _calls_of(peer, case), peer.most_calls) for peer in peers),
        ]
        for name, run, most in runs:
            given = inputs[:most]
            result, seconds = timed(lambda run=run, given=given: run(given))  # type: ignore[misc]
            if result != expected[: len(given)]:
                raise SystemExit(f"{case.name}: {name} gives another result")
            speeds.setdefault(name, []).append(plain * len(given) / len(inputs) / seconds)
    return {name: round(median(found), 3) for name, found in speeds.items()}


def _calls_of(peer: Peer, case: Case) -> Callable[[Inputs], list[int]]:
    return lambda given: peer.calls(case.call, [(item,) for item in given])


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure calls of all lengths against plain Python and peers.")
    parser.add_argument("--rounds", type=int, default=3, help="rounds per case; the median counts (default 3)")
    parser.add_argument("--case", action="append", choices=[case.name for case in CASES], help="only this case")
    parser.add_argument("--no-peers", action="store_true", help="plain Python, forks and Pydron only")
    parser.add_argument("--record", type=Path, help="append the ratios to this file, as a line of JSON")
    return parser.parse_args()


def main() -> None:
    """Measure, print a table, append to the history."""
    options = arguments()
    pair = ForkedPair({case.name: case.loop for case in CASES})  # type: ignore[misc]
    peers = [] if options.no_peers else start(installed=True)
    names = ["two forks", "pydron", *(peer.name for peer in peers)]
    print("speed, as a multiple of the plain loop's")
    print(f"{'calls of':<10}{'number':>9}" + "".join(f"{name:>11}" for name in names) + f"{'share':>9}")
    ratios = {}
    with pydron.configure(executor="local", workers=WORKERS):
        CASES[-1].scheduled([1, 2, 3, 4])  # the workers are there
        for case in CASES:
            if options.case and case.name not in options.case:
                continue
            found = ratios[case.name] = measure(case, options.rounds, pair, peers)
            share = found["pydron"] / found["two forks"]
            row = "".join(f"{found[name]:>11.3f}" for name in names)
            print(f"{case.name:<10}{case.calls:>9,}{row}{share:>9.3f}", flush=True)
    for peer in peers:
        peer.close()
    pair.close()
    if options.record:
        line = {
            "benchmark": "short_calls",
            "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "python": platform.python_version(),
            "workers": WORKERS,
            "cases": ratios,
        }
        add_to_history(options.record, line)


if __name__ == "__main__":
    main()
