"""The scheduler's decisions, measured: what a task costs it with ten and with ten thousand workers.

The state machine is run as it is, with simulated workers and simulated time: each call takes between 20 and 200 ms, the
program submits as fast as it may, workers die now and then, messages are delivered twice and late. No process starts
and nothing waits: the time measured is that of the decisions alone.

    python benchmarks/scheduler_scale.py [--tasks N] [--workers N]... [--faults SHARE] [--seed N] [--record FILE]
"""

from __future__ import annotations

import argparse
import heapq
import json
import platform
import random
import resource
import time
from datetime import datetime, timezone
from pathlib import Path

from pydron_runtime.data.outcomes import Outcome
from pydron_runtime.data.payload import Payload
from pydron_runtime.data.tasks import Function, Succeeded, Task
from pydron_runtime.scheduler import instructions as want
from pydron_runtime.scheduler.events import Died, Event, Joined, Released, Reported, Submitted
from pydron_runtime.scheduler.machine import Scheduler

FUNCTIONS = [Function(f"digest-{number}", b"code", f"function{number}") for number in range(8)]
ARGUMENTS = Payload(b"arguments")
RESULT = Payload(b"result")
BATCH = 64
"""Tasks per submission, and results per release."""


class Cluster:
    """Simulated workers, and a program that keeps the scheduler busy.

    Attributes:
        done: How many tasks have come back.
        spent: Seconds that the scheduler has taken.
        decisions: How many instructions it has given.
    """

    def __init__(self, workers: int, tasks: int, faults: float, seed: int) -> None:
        self.scheduler = Scheduler(workers)
        self.chance = random.Random(seed)
        self.faults = faults
        self.tasks = tasks
        self.window = 4 * workers + 4 * BATCH
        self.submitted = self.done = self.decisions = self.deaths = 0
        self.spent = 0.0
        self.now = 0
        self.agenda: list[tuple[int, int, Event]] = []
        self.free_at: dict[str, int] = {}
        self.returned: list[int] = []
        self._numbers = iter(range(1 << 62))

    def run(self) -> None:
        """Until every task has come back."""
        self._submit()
        while self.done < self.tasks:
            self.now, _, event = heapq.heappop(self.agenda)
            if isinstance(event, (Reported, Died)) and event.worker not in self.free_at:
                continue  # it has died meanwhile
            if isinstance(event, Died):
                del self.free_at[event.worker]
                self.deaths += 1
            self._handle(event)
            if isinstance(event, Reported) and self.chance.random() < self.faults:
                self._handle(event)  # delivered twice
            self._submit()

    def _submit(self) -> None:
        while self.submitted < self.tasks and self.submitted - self.done <= self.window - BATCH:
            count = min(BATCH, self.tasks - self.submitted)
            first = self.submitted + 1
            batch = tuple(
                Task(id=number, function=self.chance.choice(FUNCTIONS), arguments=ARGUMENTS)
                for number in range(first, first + count)
            )
            self.submitted += count
            self._handle(Submitted(self.now, batch))

    def _handle(self, event: Event) -> None:
        began = time.process_time()
        instructions = self.scheduler.handle(event)
        self.spent += time.process_time() - began
        self.decisions += len(instructions)
        for instruction in instructions:
            if isinstance(instruction, want.StartWorkers):
                for name in instruction.names:
                    self._at(self.chance.randrange(1, 10_000_000), Joined(self.now, name))
                    self.free_at[name] = self.now
            elif isinstance(instruction, want.Dispatch):
                self._work(instruction)
            elif isinstance(instruction, want.Deliver):
                assert isinstance(instruction.completion, Succeeded), instruction.completion
                self._came_back(instruction.completion.task)

    def _came_back(self, number: int) -> None:
        self.done += 1
        self.returned.append(number)
        if len(self.returned) == BATCH:
            released, self.returned = tuple(self.returned), []
            self._handle(Released(self.now, released))

    def _work(self, dispatch: want.Dispatch) -> None:
        name = dispatch.worker
        if self.chance.random() < self.faults / 10:
            self._at(self.chance.randrange(1, 50_000_000), Died(self.now, name, "killed by signal 9 (SIGKILL)", None))
        for assignment in dispatch.assignments:
            started = max(self.free_at.get(name, 0), self.now)
            finished = started + self.chance.randrange(20_000_000, 200_000_000)
            self.free_at[name] = finished
            late = self.chance.randrange(100_000_000) if self.chance.random() < self.faults else 100_000
            outcome = Outcome(assignment.task.id, "ok", RESULT, started, finished)
            self._at(finished - self.now + late, Reported(finished, name, (outcome,)))

    def _at(self, delay: int, event: Event) -> None:
        heapq.heappush(self.agenda, (self.now + delay, next(self._numbers), event))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure what a task costs the scheduler.")
    parser.add_argument("--tasks", type=int, default=1_000_000, help="tasks per run (default 1,000,000)")
    parser.add_argument("--workers", type=int, action="append", help="workers; may be repeated (10 100 1000 10000)")
    parser.add_argument("--faults", type=float, default=0.01, help="share of messages that go wrong (default 0.01)")
    parser.add_argument("--seed", type=int, default=1, help="of the simulation (default 1)")
    parser.add_argument("--record", type=Path, help="append the figures to this file, as a line of JSON")
    return parser.parse_args()


def main() -> None:
    """Measure, print a table, append to the history."""
    options = arguments()
    sizes = options.workers or [10, 100, 1000, 10_000]
    print(f"{options.tasks:,} tasks; {options.faults:.1%} of the messages late or twice, and deaths of workers")
    print(f"{'workers':>8}{'µs per task':>13}{'decisions/s':>13}{'deaths':>8}{'of the first':>14}")
    found: dict[str, float] = {}
    for size in sizes:
        cluster = Cluster(size, options.tasks, options.faults, options.seed)
        cluster.run()
        cost = cluster.spent / options.tasks * 1e6
        found[str(size)] = round(cost, 2)
        growth = cost / found[str(sizes[0])]
        rate = cluster.decisions / cluster.spent
        print(f"{size:>8,}{cost:>13.2f}{rate:>13,.0f}{cluster.deaths:>8,}{growth:>14.2f}", flush=True)
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
    if options.record:
        line = {
            "benchmark": "scheduler_scale",
            "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "python": platform.python_version(),
            "tasks": options.tasks,
            "microseconds_per_task": found,
        }
        with options.record.open("a", encoding="utf-8") as history:
            history.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
