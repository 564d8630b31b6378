"""B6: results in attributes of plain objects and dataclasses."""

from __future__ import annotations

import pytest
from contract import Item, Row, hold

PIPELINE = """
import collections
import dataclasses, types

class Job:
    def __init__(self):
        self.results, self.table, self.total, self.last = [], {}, 0, None
    def collect(self, n):
        for x in range(n):
            self.results.append(f(x))
    def tabulate(self, n):
        for x in range(n):
            self.table[x] = f(x)
    def add(self, n):
        for x in range(n):
            self.total += f(x)
    @schedule
    def remember(self, n):
        for x in range(n):
            self.last = f(x)

@dataclasses.dataclass
class Point:
    x: int
    y: int

@dataclasses.dataclass(frozen=True)
class Frozen:
    x: int
    y: int

class Plain:
    def __init__(self, value):
        self.value = value

Pair = collections.namedtuple("Pair", "x y")
"""

ITEM = Item(
    "B6",
    "Results in attributes of objects",
    (
        Row(
            "`self.results.append(f(x))` in a method", "job = Job()\njob.collect(4)\nreturn vars(job)", before=PIPELINE
        ),
        Row("`self.table[k] = f(x)` in a method", "job = Job()\njob.tabulate(4)\nreturn vars(job)", before=PIPELINE),
        Row("`self.total += f(x)` in a method", "job = Job()\njob.add(4)\nreturn vars(job)", before=PIPELINE),
        Row(
            "`self.last = f(x)` in a scheduled method",
            "job = Job()\njob.remember(4)\nreturn vars(job)",
            before=PIPELINE,
        ),
        Row(
            "`obj.attr = f(x)` on plain objects",
            "jobs = [Job() for x in range(4)]\nfor x, job in enumerate(jobs):\n    job.last = f(x)\nreturn [vars(job) for job in jobs]",
            before=PIPELINE,
        ),
        Row(
            "`obj.attr = f(x)` on dataclasses",
            "points = [Point(x, 0) for x in range(4)]\nfor p in points:\n    p.y = f(p.x)\nreturn points",
            before=PIPELINE,
        ),
        Row(
            "`obj.attr += f(x)` on dataclasses",
            "p = Point(0, 0)\nfor x in range(4):\n    p.y += f(x)\nreturn p",
            before=PIPELINE,
        ),
        Row(
            "`Point(x, f(x))`: a dataclass made of a result",
            "return [Point(x, f(x)) for x in range(4)]",
            before=PIPELINE,
        ),
        Row("`Frozen(x, f(x))`: a frozen dataclass", "return [Frozen(x, f(x)) for x in range(4)]", before=PIPELINE),
        Row("`Plain(f(x))`: an object of a plain class", "return [Plain(f(x)) for x in range(4)]", before=PIPELINE),
        Row("`Plain(f(x)).value + 1`", "return [Plain(f(x)).value + 1 for x in range(4)]", before=PIPELINE),
        Row("`Pair(x, f(x))`: a named tuple", "return [Pair(x, f(x)) for x in range(4)]", before=PIPELINE),
        Row(
            "`obj.attr[k] = f(x)`",
            "job = Job()\nfor x in range(4):\n    job.table[x] = f(x)\nreturn vars(job)",
            before=PIPELINE,
        ),
        Row(
            "`setattr(obj, name, f(x))`",
            "job = Job()\nfor x in range(4):\n    setattr(job, f'a{x}', f(x))\nreturn vars(job)",
            before=PIPELINE,
        ),
    ),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_results_in_attributes_overlap(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
