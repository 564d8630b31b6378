"""What each call of a run depends on, directly or by way of the program. Pure.

To the dependencies that a trace records come those that its graphs imply: of a call whose argument the program has made
out of other calls' results, or whose branch they have decided. Which calls these were follows from the order of the
program: those at the feeding call sites since the call site was reached before, as far as they had ended in time.
Of a chain only the last call is named.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pydron.trace import FrameRow, TaskColumns, Trace
from pydron_viz.analysis.dataflow import feeders
from pydron_viz.places import graph_of

_AT_ONCE = 1_000_000
"""Nanoseconds within which a call is ready that waits for nothing."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """Needs of every task, as places: ``needs[first_need[place] : first_need[place + 1]]``; and their users likewise.

    Attributes:
        decided: 1 where the call was reached only because other calls' results had decided so.
    """

    first_need: array[int]
    needs: array[int]
    first_user: array[int]
    users: array[int]
    decided: bytearray

    def needs_of(self, place: int) -> Sequence[int]:
        """What a task needs, as places."""
        return self.needs[self.first_need[place] : self.first_need[place + 1]]

    def users_of(self, place: int) -> Sequence[int]:
        """What needs a task, as places."""
        return self.users[self.first_user[place] : self.first_user[place + 1]]


def lineage(trace: Trace, tasks: TaskColumns) -> Lineage:
    """The dependencies of a run, recorded and implied."""
    implied, decided = _Implied(trace, tasks).found()
    first, needs = array("i", [0]), array("i")
    for place in range(len(tasks)):
        recorded = tasks.needs_of(place)
        more = implied.get(place)
        needs.extend(recorded if more is None else sorted({*recorded, *more}))
        first.append(len(needs))
    return Lineage(first, needs, *_reversed(first, needs), decided)


def _reversed(first: array[int], flat: array[int]) -> tuple[array[int], array[int]]:
    count = len(first) - 1
    starts = array("i", bytes(4 * (count + 1)))
    for need in flat:
        starts[need + 1] += 1
    for place in range(count):
        starts[place + 1] += starts[place]
    filled, users = array("i", starts), array("i", bytes(4 * len(flat)))
    for place in range(count):
        for need in flat[first[place] : first[place + 1]]:
            users[filled[need]] = place
            filled[need] += 1
    return starts, users


class _Implied:
    def __init__(self, trace: Trace, tasks: TaskColumns) -> None:
        self.tasks = tasks
        self.frames: dict[int, FrameRow] = {frame.id: frame for frame in trace.frames}
        self.sites: dict[tuple[int, int], list[int]] = defaultdict(list)
        for number, site in enumerate(tasks.sites):
            if site.graph is not None and site.node is not None:
                self.sites[site.graph, site.node].append(number)
        called: dict[int, set[int]] = defaultdict(set)
        for number, node in self.sites:
            called[number].add(node)
        self.feeding: dict[tuple[int, int], frozenset[int]] = {}
        self.sizes = Counter(tasks.site)
        self.chains: dict[frozenset[int], frozenset[int]] = {}
        for row in trace.graphs:
            graph = graph_of(row) if row.id in called else None
            if graph is not None:
                for node, those in feeders(graph, called[row.id]).items():
                    self.feeding[row.id, node] = frozenset(n for one in those for n in self.sites[row.id, one])

    def found(self) -> tuple[dict[int, list[int]], bytearray]:
        """Implied needs by place, and which calls were decided about by results."""
        tasks = self.tasks
        implied: dict[int, list[int]] = {}
        decided = bytearray(len(tasks))
        by_site: list[list[int]] = [[] for _ in tasks.sites]
        taken: dict[tuple[int, int], int] = {}  # (site, feeding site) -> how many of the latter have been considered
        for place, site_number in enumerate(tasks.site):
            site = tasks.sites[site_number]
            arguments = self._feeding(site.graph, site.node)
            control = self._control(tasks.frame[place])
            decided[place] = bool(control)
            direct = {tasks.site[need] for need in tasks.needs_of(place)}
            missing = self._last_of_chains(arguments | control | direct) - direct
            found: list[int] = []
            for feeding in missing:
                earlier = by_site[feeding]
                if self._is_paired(place, site_number, feeding):
                    candidates = earlier[len(by_site[site_number]) :][:1]
                else:
                    first = taken.get((site_number, feeding), 0)
                    candidates = earlier[first:] or earlier[-1:]
                found += self._in_time(place, candidates)
                taken[site_number, feeding] = len(earlier)
            if found:
                implied[place] = found
            by_site[site_number].append(place)
        return implied, decided

    def _feeding(self, graph: int | None, node: int | None) -> frozenset[int]:
        if graph is None or node is None:
            return frozenset()
        return self.feeding.get((graph, node), frozenset())

    def _control(self, number: int) -> frozenset[int]:
        """The call sites whose results have decided that a frame runs."""
        frame = self.frames.get(number)
        if frame is None or frame.kind != "region":
            return frozenset()
        return self._feeding(frame.graph, frame.node)

    def _is_paired(self, place: int, site: int, feeding: int) -> bool:
        """Whether a call most likely takes one of the results, the one of its own number: it waited for none, because
        all of them were there, and there are as many calls as results, of another site."""
        same = site != feeding and self.sizes[site] == self.sizes[feeding]
        return same and 0 <= self.tasks.ready[place] <= self.tasks.issued[place] + _AT_ONCE

    def _last_of_chains(self, sites: frozenset[int]) -> frozenset[int]:
        """Without the call sites whose results go through another one of them."""
        known = self.chains.get(sites)
        if known is None:
            feeding = {one: self._feeding(*self.tasks.sites[one][:2]) for one in sites}
            known = self.chains[sites] = frozenset(
                one
                for one in sites
                if not any(one in feeding[other] and other not in feeding[one] for other in sites if other != one)
            )
        return known

    def _in_time(self, place: int, candidates: list[int]) -> list[int]:
        """Those that had ended when the call's arguments were there."""
        ready = self.tasks.ready[place]
        if ready < 0:
            ready = self.tasks.started[place]
        finished = self.tasks.finished
        return [one for one in candidates if 0 <= finished[one] <= ready]
