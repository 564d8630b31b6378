"""Where the time of a case goes: what two processors could have done while it ran, and what they did.

    python benchmarks/breakdown.py [--case NAME]... [--rounds N]

Use a machine that does nothing else. One line per case, of shares of both processors' time from the first call to the
last result:

* *needed*: what the sequential program takes. Without any loss this is all, and the speed-up is 2.
* *slower*: by how much longer the same calls took in workers: shared caches and memory, other jobs on the machine. What
  two plain forked processes lose in their time stands behind it.
* *workers*: processor time of the workers outside the calls: arguments, results, messages.
* *program*: processor time of the program's process; in brackets that of its main thread.
* *idle*: the rest: nothing to do, or the processor was taken away.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import data
import fork_limit
from forked_pair import ForkedPair
from goals import LIST

import pydron
from pydron.trace.reader import read_trace

CASES = ("append", "parity", "nested_sort", "scheduled_sort", "nested_fib", "tree", "readers", "results", "chains")


@dataclass(frozen=True)
class Shares:
    """Shares of the time of both processors; 1 is all of it."""

    needed: float
    slower: float
    forks: float
    workers: float
    program: float
    main: float
    idle: float


def case_of(name: str) -> tuple[Any, tuple[Any, ...]]:
    """The scheduled function, and its arguments."""
    if name in data.CASES:
        return data.CASES[name], data.inputs_of(name, LIST if "sort" in name else 1.0)
    turns = fork_limit.turns_for(0.05)
    return fork_limit.CASES[name], ([(number, turns) for number in range(64)],)


def processor_seconds(pid: int) -> float:
    """Processor time of a process so far, all its threads."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text(encoding="ascii").split()[0]) for task in tasks) / 1e9


def children() -> Iterator[int]:
    """All processes below this one."""
    waiting = [os.getpid()]
    while waiting:
        for listing in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            found = [int(word) for word in listing.read_text(encoding="ascii").split()]
            waiting += found
            yield from found


def one_round(name: str, pair: ForkedPair) -> Shares:
    """Run a case plain, on two forks, and scheduled with a trace."""
    scheduled, given = case_of(name)
    if name in data.CASES:
        plain, forked, _ = data.one_round(name, LIST if "sort" in name else 1.0, pair)
    else:
        plain, forked, _ = fork_limit.one_round(name, given[0], pair)
    with tempfile.TemporaryDirectory() as place:
        trace = Path(place, "case.pydron")
        with pydron.configure(trace=trace):
            scheduled(*given)  # costs are known
            workers = list(children())
            before = sum(map(processor_seconds, workers))
            began, own, main = time.perf_counter(), time.process_time(), time.thread_time()
            scheduled(*given)
            took = time.perf_counter() - began
            own, main = time.process_time() - own, time.thread_time() - main
            used = sum(map(processor_seconds, workers)) - before
        in_calls = calls_of_last_run(trace)
    both = 2 * took
    slower = in_calls - plain
    return Shares(
        needed=plain / both,
        slower=slower / both,
        forks=1 - min(1.0, plain / (2 * forked)),
        workers=max(0.0, used - in_calls) / both,
        program=own / both,
        main=main / both,
        idle=1 - (max(used, in_calls) + own) / both,
    )


def calls_of_last_run(trace: Path) -> float:
    """Seconds that workers spent in the calls of the program's last scheduled call."""
    found = read_trace(trace)
    last = max(frame.started or 0 for frame in found.frames if frame.parent is None)
    return sum((task.finished or 0) - (task.started or 0) for task in found.tasks if (task.started or 0) >= last) / 1e9


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Say where the time of a case goes.")
    parser.add_argument("--case", choices=CASES, action="append", help="only this case; may be repeated")
    parser.add_argument("--rounds", type=int, default=3, help="rounds per case; the median counts (default 3)")
    options = parser.parse_args()
    data.SIZES["turns"] = fork_limit.turns_for(0.005)
    forked: dict[str, Any] = {name: case.sequential for name, case in fork_limit.CASES.items()}
    forked.update({name: data.whole(name, LIST if "sort" in name else 1.0) for name in data.CASES})
    pair = ForkedPair(forked)
    print(f"{'case':<16}{'needed':>9}{'slower':>9}{'(forks)':>9}{'workers':>9}{'program':>9}{'(main)':>9}{'idle':>9}")
    with pydron.configure(executor="local", workers=2):
        for name in options.case or CASES:
            rounds = [astuple(one_round(name, pair)) for _ in range(options.rounds)]
            print(f"{name:<16}" + "".join(f"{median(each):>9.1%}" for each in zip(*rounds, strict=True)), flush=True)
    pair.close()


if __name__ == "__main__":
    main()
