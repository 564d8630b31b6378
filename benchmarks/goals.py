"""What the local runtime is meant to reach, measured: one line per goal, with the figure, the goal, and the peers.

Each line is measured in rounds; in each round, in turn: plain Python, two plain forked processes (the *fork limit*),
and the scheduled function on two workers. Machines are shared and their speed changes by the minute, so ratios are of
one round, and the median over the rounds counts. Goals in seconds are of a particular machine; the lines give the
ratio to plain Python, or to `multiprocessing.Pool` in the same round, beside them.

    python benchmarks/goals.py [--rounds N] [--only WORD]... [--no-peers] [--record FILE]

Beside each figure stand the peers' in the same unit: `concurrent.futures`, `multiprocessing.Pool`, and joblib,
`dask.distributed` and Ray where they are installed. ``--no-peers`` leaves out the latter three. What they are given is
written by hand for them (`by_hand.py`), since they have no spelling for calls within calls or branches by results.
"""

from __future__ import annotations

import argparse
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from statistics import median
from typing import Any

import by_hand
import data
import fork_limit
import growth
import latency
import overhead
import short_calls
from forked_pair import ForkedPair
from peers import Peer, start

import pydron

LIST = 0.4
"""Factor for the lists that are sorted: a tenth of the time of the whole run."""


@dataclass(frozen=True)
class Line:
    """One goal, and what was found.

    Attributes:
        name: What was measured.
        figure: What was found.
        unit: Of what it is a multiple, or the unit.
        goal: What it should be.
        most: Whether the goal is an upper bound.
        also: Further figures by name.
    """

    name: str
    figure: float
    unit: str
    goal: float
    most: bool = False
    also: dict[str, float] | None = None

    @property
    def is_met(self) -> bool:
        """Whether the goal is reached."""
        return self.figure <= self.goal if self.most else self.figure >= self.goal

    def __str__(self) -> str:
        bound = ("at most" if self.most else "at least") + f" {self.goal:g}"
        also = ", ".join(f"{name} {value:g}" for name, value in (self.also or {}).items())
        return (
            f"{self.name:<34}{self.figure:>11.3g} {self.unit:<20}{bound:<18}{'yes' if self.is_met else 'no':<4}{also}"
        )


@dataclass(frozen=True)
class Bench:
    """What the lines are measured with."""

    pair: ForkedPair
    rounds: int
    peers: list[Peer]

    def seconds(self, name: str, given: tuple[Any, ...]) -> dict[str, float]:
        """What a case written by hand takes each peer."""
        return {peer.name: by_hand.seconds(name, peer, given, self.rounds) for peer in self.peers}


def few_calls(bench: Bench) -> Iterator[Line]:
    """Calls of 20 to 50 ms."""
    turns = fork_limit.turns_for(0.05)
    inputs = [(number, turns) for number in range(64)]
    found = fork_limit.measure("append", inputs, bench.pair, bench.rounds)
    peers = short_calls.measure(short_calls.CASES[-1], 1, bench.pair, bench.peers)
    also = {peer.name: round(peers[peer.name] / peers["two forks"], 2) for peer in bench.peers}
    yield Line("64 calls of 50 ms", found["of_fork_limit"], "of the fork limit", 0.97, also=also)
    found = fork_limit.measure("parity", inputs, bench.pair, bench.rounds)
    _, forked, _ = fork_limit.one_round("parity", inputs, bench.pair)
    also = {name: round(forked / taken, 2) for name, taken in bench.seconds("parity", (inputs,)).items()}
    yield Line("branches by a result's parity", found["of_fork_limit"], "of the fork limit", 0.97, also=also)


def short(bench: Bench) -> Iterator[Line]:
    """Calls of up to 10 µs."""
    for case in short_calls.GOALS:
        found = short_calls.measure(case, bench.rounds, bench.pair, bench.peers)
        others = {peer.name: found[peer.name] for peer in bench.peers}
        if case.turns >= 100:
            share = found["pydron"] / found["two forks"]
            others = {name: round(value / found["two forks"], 2) for name, value in others.items()}
            yield Line(f"{case.calls:,} calls of {case.name}", round(share, 3), "of the fork limit", 1.0, also=others)
        elif case.turns:
            yield Line(f"{case.calls:,} calls of {case.name}", found["pydron"], "of plain speed", 0.95, also=others)
        else:
            _, plain = fork_limit.timed(lambda case=case: case.loop(list(range(case.calls))))  # type: ignore[misc]
            others = {name: round(value * case.calls / plain, -3) for name, value in others.items()}
            yield Line("calls that do nothing", latency.calls_per_second(case), "per second", 1e6, also=others)
    traced = growth.cost_of_trace(bench.rounds)
    yield Line("calls of 10 µs with a trace", round(traced, 3), "times without", 1.03, most=True)


def one_call(bench: Bench) -> Iterator[Line]:
    """A call alone, and the start of a program."""
    found = latency.round_trips(bench.rounds * 100, bench.peers)
    others = {name: round(value, 1) for name, value in found.items() if name != "pydron"}
    yield Line("one call, there and back", round(found["pydron"], 1), "µs", 110, most=True, also=others)
    starts = latency.starts(max(5, bench.rounds))
    yield Line("start to the first result", starts["result"], "s", 0.20, most=True, also={"forked": starts["fork"]})
    yield Line("start to the end", starts["end"], "s", 0.25, most=True, also={"forked": starts["fork end"]})
    yield Line("processes where nothing is gained", starts["processes"], "", 0, most=True)


def values(bench: Bench) -> Iterator[Line]:
    """Large arrays, and calls within calls."""
    for name, title, unit, goal in VALUES:
        scale = LIST if "sort" in name else 1.0
        rounds = [data.one_round(name, scale, bench.pair) for _ in range(bench.rounds)]
        peers = bench.seconds(name, data.inputs_of(name, scale))
        plain = median(sequential / scheduled for sequential, _, scheduled in rounds)
        if unit == "s":
            taken = min(scheduled for _, _, scheduled in rounds)
            also = {"of plain": round(plain, 2), **{name: round(peers[name], 3) for name in peers}}
            yield Line(title, round(taken, 3), unit, goal, most=True, also=also)
            continue
        place = 1 if unit == "of the fork limit" else 0
        whole = median(each[place] for each in rounds)
        share = median(each[place] / each[2] for each in rounds)
        also = {"of plain": round(plain, 2)} if place else {}
        also.update({name: round(whole / peers[name], 2) for name in peers})
        yield Line(title, round(share, 3), unit, goal, also=also)


VALUES = (
    ("nested_sort", "merge sort, functional calls", "of the fork limit", 0.95),
    ("scheduled_sort", "merge sort, scheduled calls", "of the fork limit", 0.95),
    ("nested_fib", "fib, functional calls", "of the fork limit", 0.95),
    ("tree", "tree sum of 512 leaves of 5 ms", "of the fork limit", 1.0),
    ("readers", "16 calls read one array of 80 MB", "s", 0.17),
    ("results", "16 calls return 40 MB", "s", 0.40),
    ("chains", "4 chains of calls on 40 MB", "of plain speed", 1.0),
)
"""The case in `data.py`, what it is called, the unit of the figure, the goal."""


def nothing(bench: Bench) -> Iterator[Line]:
    """Where there is nothing to gain."""
    worst = min(overhead.ratio(plain, argument, calls) for plain, argument, calls in overhead.LONG_CALLS)
    yield Line("no functional call in reach", round(worst, 3), "of plain speed", 0.95)


PARTS: dict[str, Callable[[Bench], Iterator[Line]]] = {
    part.__name__: part for part in (few_calls, short, one_call, values, nothing)
}


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure what the local runtime is meant to reach.")
    parser.add_argument("--rounds", type=int, default=3, help="rounds per line; the median counts (default 3)")
    parser.add_argument("--only", choices=sorted(PARTS), action="append", help="only these lines; may be repeated")
    parser.add_argument("--no-peers", action="store_true", help="without joblib, dask and Ray")
    parser.add_argument("--record", type=Path, help="append the figures to this file, as a line of JSON")
    return parser.parse_args()


def main() -> None:
    """Measure, print a line for each goal, append to the history."""
    options = arguments()
    scales = {name: LIST if "sort" in name else 1.0 for name in data.CASES}
    forked: dict[str, Any] = {name: case.sequential for name, case in fork_limit.CASES.items()}
    forked.update({case.name: case.loop for case in (*short_calls.CASES, *short_calls.GOALS)})
    forked.update({name: data.whole(name, scale) for name, scale in scales.items()})
    data.SIZES["turns"] = fork_limit.turns_for(0.005)
    pair = ForkedPair(forked)
    bench = Bench(pair, options.rounds, start(installed=not options.no_peers))
    print(f"{'what':<34}{'found':>11} {'':<20}{'goal':<18}{'met':<4}also")
    lines = []
    with pydron.configure(executor="local", workers=fork_limit.WORKERS):
        data.chains(10)  # the workers are there
        for name, part in PARTS.items():
            if not options.only or name in options.only:
                for line in part(bench):
                    print(line, flush=True)
                    lines.append(line)
    for peer in bench.peers:
        peer.close()
    pair.close()
    print(f"{sum(line.is_met for line in lines)} of {len(lines)} goals are met here and now")
    if options.record:
        found = {line.name: {"figure": line.figure, "met": line.is_met, **(line.also or {})} for line in lines}
        entry = {
            "benchmark": "goals",
            "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "commit": fork_limit.commit(),
            "python": platform.python_version(),
            "workers": fork_limit.WORKERS,
            "rounds": options.rounds,
            "lines": found,
        }
        fork_limit.add_to_history(options.record, entry)


if __name__ == "__main__":
    main()
