"""What the page and the report are told beyond the replay: figures, source with costs, what-if, idle workers. Pure."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Set
from typing import Any

from pydron.errors import UsageError
from pydron_viz.analysis.idle import KINDS, idle
from pydron_viz.analysis.lines import sources
from pydron_viz.analysis.plan import WaitKey
from pydron_viz.analysis.prediction import curve
from pydron_viz.analysis.waiting import ranked
from pydron_viz.model import lanes_of
from pydron_viz.opened import MOST_ANALYSED, Snapshot
from pydron_viz.packing import packed
from pydron_viz.wording import file_name

_LONGEST_LINE = 2_000


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


def _check(now: Snapshot) -> None:
    if not now.is_analysed:
        raise UsageError(
            f"This run has more than {MOST_ANALYSED:,} calls, too many to be replayed while you wait."
            " Use 'pydron trace whatif FILE'."
        )
