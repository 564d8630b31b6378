"""The soak: programs of many kinds run for a long time while their workers are killed and frozen at random.

After each program, its result or exception and its output are compared with what plain Python gives. Every now and then
the attacks pause, and what the program has of the system's things is counted: processes, descriptors, threads, shared
memory, temporary files, memory. In the end the pool is closed, and nothing may be left.

    python benchmarks/soak.py [--minutes N] [--seed N] [--pause SECONDS] [--workers N] [--scale X] [--record FILE]

Exits with 1 at the first difference, if anything is left, or if memory grows. A program that hangs for two minutes
prints all its stacks and exits with 1. Others put files into ``/dev/shm``, too: a mount name space of one's own
(``unshare -m``) with a small file system there counts right, and is as small as in a container.
"""

from __future__ import annotations

import argparse
import faulthandler
import gc
import json
import os
import platform
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from statistics import median

from fork_limit import commit
from soak_attacks import Attacks
from soak_census import Census, census

import pydron
from pydron_runtime.executors import local

LIMIT_MB = "48"
"""Megabytes of large values in memory per process: one of the programs keeps more."""

FROZEN = "1.5"
"""Seconds that a worker may be frozen."""

HANG = 120.0
"""Seconds after which a program counts as hanging."""

GROWTH = 1.15
"""Resident memory at the end, as a multiple of what it was in the beginning, that still counts as flat."""


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Run programs of many kinds while their workers are being killed.")
    parser.add_argument("--minutes", type=float, default=30, help="how long (default 30)")
    parser.add_argument("--seed", type=int, default=1, help="what happens by chance (default 1)")
    parser.add_argument("--pause", type=float, default=1.5, help="mean seconds between two attacks (default 1.5)")
    parser.add_argument("--workers", type=int, default=2, help="worker processes (default 2)")
    parser.add_argument("--scale", type=float, default=1.0, help="size of the programs (default 1)")
    parser.add_argument("--record", type=Path, help="append the figures to this file, as a line of JSON")
    return parser.parse_args()


def main() -> int:
    """Soak, and say what became of it."""
    options = arguments()
    os.environ.setdefault("PYDRON_MEMORY_MB", LIMIT_MB)
    os.environ.setdefault("PYDRON_FROZEN_SECONDS", FROZEN)
    with tempfile.TemporaryDirectory(prefix="soak-") as places, tempfile.TemporaryDirectory(prefix="soak-") as marks:
        # What Pydron puts on disk goes where nobody else puts anything, so that it can be counted.
        for variable in ("TMPDIR", "XDG_RUNTIME_DIR"):
            os.environ[variable] = places
        tempfile.tempdir = places
        return soak(options, marks)


@dataclass(slots=True)
class Figures:
    """What has been done, and what was counted in the pauses."""

    began: float
    empty: Census
    rounds: int = 0
    calls: int = 0
    attacks: Counter[str] = field(default_factory=Counter)
    counts: list[Census] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self.began

    def growth(self, of: str) -> float:
        """Memory in the last third of the counts, as a multiple of that in the first third."""
        values = [getattr(count, of) for count in self.counts]
        third = max(1, len(values) // 3)
        return round(float(median(values[-third:]) / max(1.0, median(values[:third]))), 3)


def soak(options: argparse.Namespace, marks: str) -> int:
    """All of it. Returns the exit status."""
    chance = random.Random(options.seed)
    figures = Figures(time.monotonic(), census())
    with pydron.configure(executor="local", workers=options.workers):
        while figures.seconds < options.minutes * 60 or figures.rounds < 3:
            if not one_round(options, chance, figures, marks):
                return 1
            if figures.rounds <= 3 or figures.rounds % 5 == 0:
                count(options.workers, figures)
        faulthandler.cancel_dump_traceback_later()
        local.shared(options.workers).close()
    return report(options, figures)


def one_round(options: argparse.Namespace, chance: random.Random, figures: Figures, marks: str) -> bool:
    """Run each program once, under attack but for the first time. Whether all was well."""
    from soak_programs import cases  # late: it reads the environment

    attacks = Attacks(random.Random(chance.random()), options.pause)
    if figures.rounds:
        attacks.begin()
    for case in cases(chance, marks, options.scale):
        faulthandler.dump_traceback_later(HANG, exit=True)
        attacks.resting = case.ends_workers
        difference = case.difference()
        figures.calls += case.calls
        if difference:
            print(f"round {figures.rounds}, seed {options.seed}: {difference}", flush=True)
            return False
    if figures.rounds:
        attacks.end()
    figures.attacks += attacks.made
    figures.rounds += 1
    return True


def count(workers: int, figures: Figures) -> None:
    """Count when the pool has settled: a worker that was frozen last is noticed only after a while."""
    from soak_programs import medium

    deadline = time.monotonic() + 30
    medium(8 * workers, 1)
    while True:
        gc.collect()
        found = census()
        if (found.zombies == 0 and found.processes <= workers + 1) or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    figures.counts.append(found)
    made = sum(figures.attacks.values())
    print(
        f"{figures.seconds:6.0f} s  round {figures.rounds}, {figures.calls} calls, {made} attacks: {found}", flush=True
    )


def leftovers(figures: Figures, workers: int) -> list[str]:
    """What there was too much of: while it ran, and after the pool was closed."""
    found = [f"{count.processes} processes in a pause" for count in figures.counts if count.processes > workers + 1]
    found += figures.counts[-1].leftovers(figures.counts[0])
    deadline = time.monotonic() + 5
    while True:
        gc.collect()
        after = census()
        left = [each for each in after.leftovers(figures.empty) if not each.startswith(("threads", "descriptors"))]
        if not left or time.monotonic() > deadline:
            return found + [f"after the end: {each}" for each in left]
        time.sleep(0.1)


def report(options: argparse.Namespace, figures: Figures) -> int:
    """Print the figures, append them to the history. Returns the exit status."""
    left = leftovers(figures, options.workers)
    growth = {name: figures.growth(name) for name in ("program", "nursery", "worker")}
    flat = max(growth["program"], growth["nursery"]) <= GROWTH
    print(
        f"{figures.rounds} rounds, {figures.calls} calls, {dict(figures.attacks)} in {figures.seconds / 60:.1f} minutes"
    )
    print(f"nothing lost, {'left: ' + '; '.join(left) if left else 'nothing left'}, memory {growth}")
    print(f"first {figures.counts[0]}")
    print(f"last  {figures.counts[-1]}")
    if options.record:
        line = {
            "benchmark": "soak",
            "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "commit": commit(),
            "python": platform.python_version(),
            "workers": options.workers,
            "minutes": round(figures.seconds / 60, 1),
            "rounds": figures.rounds,
            "calls": figures.calls,
            "attacks": dict(figures.attacks),
            "left": left,
            "growth": growth,
            "first": asdict(figures.counts[0]),
            "last": asdict(figures.counts[-1]),
        }
        with options.record.open("a", encoding="utf-8") as history:
            history.write(json.dumps(line) + "\n")
    return 0 if flat and not left else 1


if __name__ == "__main__":
    sys.exit(main())
