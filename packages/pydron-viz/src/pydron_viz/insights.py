"""What the page and the report are told beyond the replay: figures, source with costs, what-if, idle workers. Pure."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import asdict
from typing import Any

from pydron.errors import UsageError
from pydron.trace import Journey, TaskRow
from pydron_viz.analysis.comparison import compare
from pydron_viz.analysis.failures import failures
from pydron_viz.analysis.idle import KINDS, idle
from pydron_viz.analysis.lines import sources
from pydron_viz.analysis.load import load
from pydron_viz.analysis.plan import WaitKey
from pydron_viz.analysis.prediction import curve
from pydron_viz.analysis.travel import KINDS as TRAVEL_KINDS
from pydron_viz.analysis.travel import travel
from pydron_viz.analysis.waiting import ranked
from pydron_viz.details import failure_details
from pydron_viz.model import lanes_of
from pydron_viz.opened import MOST_ANALYSED, Snapshot
from pydron_viz.packing import packed
from pydron_viz.wording import file_name

_LONGEST_LINE = 2_000

_NOTICED, _SMALLEST = 20_000, 20_000
"""A stretch of a call's journey is shown from so many nanoseconds on, and from such a part of the run."""


def summary_document(now: Snapshot) -> dict[str, Any]:
    """The run in figures, and where the program stood still, that which cost most first."""
    waits = [{**place.as_document(), "name": file_name(place.file)} for place in ranked(now.trace)]
    return {**now.summary.as_document(), "places": waits}


def source_document(now: Snapshot, wanted: str | None) -> dict[str, Any]:
    """A file of the user's, with what each line cost; for None that with the most calls.

    Raises:
        UsageError: The trace does not hold it.
    """
    found = sources(now.trace, now.tasks)
    chosen = next((one for one in found if wanted is None or one.file == wanted), None)
    if chosen is None:
        raise UsageError("The trace does not hold this file." if wanted else "The trace holds no source.")
    return {
        "file": chosen.file,
        "name": file_name(chosen.file),
        "first": chosen.first,
        "text": [line[:_LONGEST_LINE] for line in chosen.text],
        "lines": [line.as_document() for line in chosen.lines],
        "functions": chosen.functions,
    }


def figures_document(now: Snapshot) -> dict[str, Any]:
    """Work, span, and the critical path, as numbers of tasks.

    Raises:
        UsageError: The run is too long to be analysed while somebody waits.
    """
    _check(now)
    found = now.figures
    return {**found.as_document(), "path": [now.tasks.id[place] for place in found.path]}


def whatif_document(now: Snapshot, faster: Mapping[str, float], without: Set[WaitKey]) -> dict[str, Any]:
    """Predicted times by number of workers.

    Raises:
        UsageError: The run is too long to be analysed while somebody waits.
    """
    _check(now)
    found = curve(now.plan, None, faster, without)
    return {"points": found.points, "most": found.most, "workers": now.plan.workers, "took": now.plan.took}


def idle_document(now: Snapshot) -> bytes:
    """The stretches in which workers had nothing to do, by lane, and why, as :mod:`pydron_viz.packing` describes it.

    Raises:
        UsageError: The run is too long to be analysed while somebody waits.
    """
    _check(now)
    lanes = {lane["worker"]: number for number, lane in enumerate(lanes_of(now.trace, now.tasks))}
    found = idle(now.trace, now.tasks, now.end)
    keys = list(KINDS)
    kinds = [{"key": key, "label": label, "meaning": meaning} for key, (label, meaning) in KINDS.items()]
    columns: dict[str, array[Any]] = {
        "lane": array("i", (lanes[one.worker] for one in found)),
        "begin": array("d", (one.begin for one in found)),
        "end": array("d", (one.end for one in found)),
        "kind": array("i", (keys.index(one.kind) for one in found)),
    }
    return packed({"kinds": kinds}, columns)


def travel_document(now: Snapshot, journeys: Iterable[Journey]) -> bytes:
    """The stretches in which calls were serialised, sent and read, by lane, packed (:mod:`pydron_viz.packing`)."""
    lanes = {lane["worker"]: number for number, lane in enumerate(lanes_of(now.trace, now.tasks))}
    found = [one for one in travel(journeys, max(_NOTICED, now.end // _SMALLEST)) if one.worker in lanes]
    keys = list(TRAVEL_KINDS)
    kinds = [{"key": key, "label": label, "meaning": meaning} for key, (label, meaning) in TRAVEL_KINDS.items()]
    columns: dict[str, array[Any]] = {
        "lane": array("i", (lanes[one.worker] for one in found)),
        "begin": array("d", (one.begin for one in found)),
        "end": array("d", (one.end for one in found)),
        "kind": array("i", (keys.index(one.kind) for one in found)),
        "task": array("d", (one.task for one in found)),
    }
    return packed({"kinds": kinds}, columns)


def errors_document(now: Snapshot, task: Callable[[int], TaskRow | None], file: str | None) -> dict[str, Any]:
    """What went wrong: the run's own error, and the calls that failed, by place and error.

    Args:
        task: Where a task is looked up by number.
        file: Where the trace is: see :func:`~pydron_viz.details.failure_details`.
    """
    groups = []
    for group in failures(now.tasks):
        row = task(group.tasks[0])
        first = None if row is None else failure_details(now.trace, row, now.local_tracebacks, file)
        groups.append({**asdict(group), "path": group.file, "file": file_name(group.file), "first": first})
    return {"run": now.trace.run.error, "state": now.trace.run.state, "groups": groups}


def comparison_document(first: Snapshot, second: Snapshot, names: tuple[str, str]) -> dict[str, Any]:
    """Two runs side by side: figures, functions, waits, and how many calls ran at once over time."""
    found = compare(first.summary, second.summary, (ranked(first.trace), ranked(second.trace)))
    sides = [
        {"name": name, "end": one.end, "load": load(one.tasks, one.end), "state": one.trace.run.state}
        for name, one in zip(names, (first, second))
    ]
    return {**found.as_document(), "sides": sides}


def _check(now: Snapshot) -> None:
    if not now.is_analysed:
        raise UsageError(
            f"This run has more than {MOST_ANALYSED:,} calls, too many to be replayed while you wait."
            " Use 'pydron trace whatif FILE'."
        )
