"""Ten thousand workers: what a decision costs does not depend on how many there are, and the rules hold on the way."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest

from pydron_runtime.scheduler.invariants import check

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def simulation() -> ModuleType:
    """The benchmark's simulated cluster."""
    spec = importlib.util.spec_from_file_location("scheduler_scale", BENCHMARKS / "scheduler_scale.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def calls_per_task(simulation: ModuleType, workers: int, tasks: int) -> float:
    """How many Python functions the scheduler calls per task, once its workers are there."""
    cluster = simulation.Cluster(workers, tasks, 0.01, seed=3)
    handle = cluster.scheduler.handle
    count = 0

    def profile(frame: FrameType, event: str, _: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    def counting(event: Any) -> Any:
        if cluster.done < workers:  # workers are being started
            return handle(event)
        sys.setprofile(profile)
        try:
            return handle(event)
        finally:
            sys.setprofile(None)

    cluster.scheduler.handle = counting
    cluster.run()
    return count / (tasks - workers)


def test_what_a_task_costs_does_not_grow_with_the_number_of_workers(simulation: ModuleType) -> None:
    few, many = calls_per_task(simulation, 10, 4_000), calls_per_task(simulation, 2_000, 10_000)
    assert many < 1.3 * few, f"{few:.0f} calls per task with 10 workers, {many:.0f} with 2,000"


@pytest.mark.parametrize("seed", range(3))
def test_the_rules_hold_with_many_workers_and_faults(simulation: ModuleType, seed: int) -> None:
    cluster = simulation.Cluster(300, 3_000, 0.05, seed)
    handle = cluster.scheduler.handle
    events = 0

    def checking(event: Any) -> Any:
        nonlocal events
        events += 1
        instructions = handle(event)
        if events % 50 == 0:
            check(cluster.scheduler.state)
        return instructions

    cluster.scheduler.handle = checking
    cluster.run()
    check(cluster.scheduler.state)
    assert cluster.done == 3_000 and cluster.deaths > 0
