"""What if: how long a run would take on other numbers of workers, with faster functions, without waits. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import asdict, dataclass
from typing import Any

from pydron_viz.analysis.plan import Plan, WaitKey
from pydron_viz.analysis.simulation import PROGRAM, Predicted, simulate

MOST_WORKERS = 1_000
"""Largest number of workers that is asked for."""

_ALL = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1_000)
_FEW = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_000)
_MANY_TASKS = 20_000


@dataclass(frozen=True, slots=True)
class Curve:
    """Predicted times by number of workers.

    Attributes:
        points: (workers, nanoseconds), by number of workers.
        most: More workers than this are never busy at once.
    """

    points: tuple[tuple[int, int], ...]
    most: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run is made of. Times in nanoseconds.

    Attributes:
        work: All calls together, also those that the program ran itself.
        span: What the run would take with as many workers as it has calls.
        parallelism: Work divided by span: more workers than that cannot all be busy on average.
        path: Places of the calls of the critical path, first to last: each could begin only when the one before it
            had ended, and no number of workers changes that.
        path_work: Those calls together; the rest of the span is the program's own.
        replayed: What the same run takes when it is replayed; how far it is from ``took`` tells how good the model is.
        took: What the run took.
        workers: How many workers it had.
    """

    work: int
    span: int
    parallelism: float
    path: tuple[int, ...]
    path_work: int
    replayed: int
    took: int
    workers: int

    def as_document(self) -> dict[str, Any]:
        """Plain values, for JSON, without the path."""
        return {key: value for key, value in asdict(self).items() if key != "path"}


def figures(plan: Plan) -> Figures:
    """Work, span and critical path of a run."""
    unlimited = simulate(plan, None)
    path = critical_path(plan, unlimited)
    work = plan.work
    return Figures(
        work=work,
        span=unlimited.took,
        parallelism=round(work / unlimited.took, 2) if unlimited.took else 0.0,
        path=path,
        path_work=sum(plan.duration[place] for place in path),
        replayed=simulate(plan, plan.workers).took,
        took=plan.took,
        workers=plan.workers,
    )


def critical_path(plan: Plan, unlimited: Predicted) -> tuple[int, ...]:
    """The chain of calls that ends last when there is a worker for each call."""
    found: list[int] = []
    place = unlimited.last
    while place != PROGRAM and len(found) <= len(plan.tasks):
        if plan.duration[place] >= 0:
            found.append(place)
        place = unlimited.cause[place]
    return tuple(reversed(found))


def curve(
    plan: Plan,
    workers: Iterable[int] | None = None,
    faster: Mapping[str, float] | None = None,
    without: Set[WaitKey] = frozenset(),
) -> Curve:
    """Predicted times.

    Args:
        workers: Numbers of workers; None for some from 1 to :data:`MOST_WORKERS`, and that of the run itself.
        faster: Function name to the factor by which its calls become faster.
        without: Waits at which the program does not stand still.
    """
    if workers is None:
        workers = {*(_FEW if len(plan.tasks) > _MANY_TASKS else _ALL), plan.workers}
    unlimited = simulate(plan, None, faster, without)
    points = []
    for number in sorted(workers):
        # With a worker for each call that is ever ready, more of them change nothing.
        enough = number >= unlimited.most
        took = unlimited.took if enough else simulate(plan, number, faster, without).took
        points.append((number, took))
    return Curve(tuple(points), unlimited.most)
