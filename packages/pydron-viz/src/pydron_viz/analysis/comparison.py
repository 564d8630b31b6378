"""Two runs side by side: what became faster, what slower. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from pydron_viz.analysis.waiting import Place
from pydron_viz.summary import FunctionFigures, Summary


@dataclass(frozen=True, slots=True)
class Pair:
    """The same thing in the first run and in the second; None where it is missing."""

    name: str
    first: int | None
    second: int | None

    @property
    def ratio(self) -> float | None:
        """Second divided by first; None where that says nothing."""
        return round(self.second / self.first, 4) if self.first and self.second is not None else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs. Times in nanoseconds.

    Attributes:
        whole: Duration, work, number of calls, most at once, workers.
        functions: Per function (calls, mean time of a call, total time).
        waits: Per line and reason, how long the program stood still in all.
    """

    whole: tuple[Pair, ...]
    functions: tuple[tuple[Pair, Pair, Pair], ...]
    waits: tuple[Pair, ...]

    def as_document(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "format": "pydron-comparison",
            "version": 1,
            "whole": [_plain(pair) for pair in self.whole],
            "functions": [
                {"name": calls.name, "calls": _plain(calls), "mean": _plain(mean), "total": _plain(total)}
                for calls, mean, total in self.functions
            ],
            "waits": [_plain(pair) for pair in self.waits],
        }


def compare(first: Summary, second: Summary, waits: tuple[tuple[Place, ...], tuple[Place, ...]]) -> Comparison:
    """Compare two runs, usually of the same program: things are matched by name, waits by line and reason."""
    whole = tuple(
        Pair(name, getattr(first, key), getattr(second, key))
        for name, key in (("duration", "duration"), ("work", "work"), ("calls", "tasks"), ("at once", "overlapping"))
    )
    workers = Pair("workers", len(first.workers), len(second.workers))
    return Comparison((*whole, workers), tuple(_functions(first, second)), tuple(_waits(*waits)))


def _plain(pair: Pair) -> dict[str, Any]:
    return {**asdict(pair), "ratio": pair.ratio}


def _functions(first: Summary, second: Summary) -> list[tuple[Pair, Pair, Pair]]:
    sides = [_by_name(run) for run in (first, second)]
    keys = dict.fromkeys([*sides[0], *sides[1]])

    def pair(key: str, what: str) -> Pair:
        found: list[FunctionFigures | None] = [side.get(key) for side in sides]
        return Pair(key, *(None if one is None else getattr(one, what) for one in found))

    rows = [(pair(key, "count"), pair(key, "mean"), pair(key, "total")) for key in keys]
    return sorted(rows, key=lambda row: -max(row[2].first or 0, row[2].second or 0))


def _by_name(run: Summary) -> dict[str, FunctionFigures]:
    """The functions of a run; those of the same name are told apart by their files."""
    names = Counter(one.name for one in run.functions)
    return {one.name if names[one.name] == 1 else f"{one.name} ({_file(one.file)})": one for one in run.functions}


def _waits(first: tuple[Place, ...], second: tuple[Place, ...]) -> list[Pair]:
    sides = [{_name(one): one.total for one in places} for places in (first, second)]
    pairs = [Pair(key, sides[0].get(key), sides[1].get(key)) for key in dict.fromkeys([*sides[0], *sides[1]])]
    return sorted(pairs, key=lambda pair: -max(pair.first or 0, pair.second or 0))


def _name(place: Place) -> str:
    return f"{_file(place.file)}:{place.line} {place.code}{' (put off)' if place.beside else ''}"


def _file(path: str) -> str:
    # The same program may lie elsewhere in the other run.
    return path.replace("\\", "/").rsplit("/", 1)[-1]
