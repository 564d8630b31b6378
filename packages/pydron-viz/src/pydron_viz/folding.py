"""Folding: which tasks share one drawn node, so that a diagram of any run stays readable. Pure.

Tasks of one call site, in frames that were reached in the same way, may be drawn as one node (``process ×64``). The
largest such groups are folded first, until the diagram is small enough.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import chain, repeat
from operator import sub

from pydron.trace import FrameRow, TaskColumns, Trace, columns_of
from pydron_viz.analysis.lineage import Lineage
from pydron_viz.places import Step

LIMIT = 300
"""Most nodes drawn."""

_EDGES_PER_NODE = 4

MOST_EDGES = _EDGES_PER_NODE * LIMIT
"""Most edges drawn: with more, a diagram is a black area, and layout takes seconds."""

CHAIN = 20
"""Calls of one site of which each needs the one before: with more of them than that, a site is folded."""

_MOST_FOLLOWED = 50_000
"""Most calls of a run in which chains are looked for. Beyond, sites are folded for their number."""

_DEEPEST = 6

_REST = 2**30
"""Stands for all tasks that no other group holds."""


_FIRST_PART = 2**29
"""Numbers from here on stand for parts of groups."""

_SINGLE, _PARTS = 60, 20
"""A group that is opened is drawn as single calls up to so many, and beyond that as so many ranges of calls."""

Range = tuple[int, int, int]
"""A folded node: number of the call site (in ``TaskColumns.sites``), its first and its last task."""


@dataclass(frozen=True, slots=True)
class Group:
    """One drawn node.

    Attributes:
        key: ``t12`` for the single task 12, ``g3`` for a folded group.
        tasks: Numbers of its tasks, ascending.
        path: The frames around it, outermost first, each as the way in which it was reached.
        is_part: It holds a range of the calls of its site only.
    """

    key: str
    name: str
    file: str
    line: int
    tasks: tuple[int, ...]
    path: tuple[Step, ...]
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class Folding:
    """A diagram's nodes and edges.

    Attributes:
        groups: In program order of their first tasks.
        edges: (from, to, how many dependencies) between keys; a group that feeds itself is left out.
        implied: Those of the edges that go by way of the program only.
        frames: How many frames each way of being reached stands for.
    """

    groups: tuple[Group, ...]
    edges: tuple[tuple[str, str, int], ...]
    frames: dict[tuple[Step, ...], int]
    implied: frozenset[tuple[str, str]] = frozenset()

    @property
    def is_folded_throughout(self) -> bool:
        """Whether there is no call site left of which two calls stand by themselves."""
        single = Counter((group.path, group.name, group.file, group.line) for group in self.groups)
        return max(single.values(), default=0) < 2


def fold(
    trace: Trace,
    limit: int = LIMIT,
    sites: bool = False,
    crowd: int | None = None,
    tasks: TaskColumns | None = None,
    ties: Lineage | None = None,
    opened: Set[Range] = frozenset(),
) -> Folding:
    """The nodes and edges that show a run.

    Args:
        limit: Most nodes.
        sites: Fold every call site, also where there is room.
        crowd: Most nodes among which calls of one site stand by themselves; None for as many as the limit.
        tasks: The tasks, if they have been read as columns.
        ties: Their dependencies, with those that go by way of the program; None for the recorded ones only.
        opened: Folded nodes to take apart: into calls, or into ranges of calls where these would be too many.
    """
    tasks = columns_of(trace.tasks) if tasks is None else tasks
    paths = _paths(trace.frames)
    places = _Places(tasks, paths)
    if sites:
        folded = {number for number, size in places.sizes.items() if size > 1}
    else:
        folded = _crowded(tasks, ties, places, limit if crowd is None else min(crowd, limit))
    # A group is meant by the number of its place, a single task by -1 - its place in the columns.
    chosen = places.of
    if len(folded) < len(places.sizes):
        chosen = [number if number in folded else -1 - task for task, number in enumerate(places.of)]
    elif opened:
        chosen = list(places.of)
    parts = _take_apart(tasks, places.of, folded, opened, chosen)
    if len(set(chosen)) > limit + parts:
        chosen = _by_name(tasks, limit)
    return _folding(tasks, ties, chosen, paths)


def _crowded(tasks: TaskColumns, ties: Lineage | None, places: _Places, crowd: int) -> set[int]:
    """The groups to fold, the largest first, until no more nodes than that are left. Groups of one size are folded
    together: mostly they are the calls of one loop."""
    folded = set(_chains(tasks, ties, places))
    last = 0
    drawn = len(tasks) - sum(places.sizes[number] - 1 for number in folded)
    edges = _EDGES_PER_NODE * crowd
    for number, size in places.sizes.most_common():
        if number in folded:
            continue
        fits = size != last and drawn <= crowd and _edges_between(tasks, ties, places.of, folded, edges) <= edges
        if size < 2 or fits:
            break
        folded.add(number)
        drawn -= size - 1
        last = size
    return folded


def _chains(tasks: TaskColumns, ties: Lineage | None, places: _Places) -> list[int]:
    """Groups whose calls need one another, one after the other: drawn apart they are a thread as long as the run,
    beside which nothing can be read."""
    if len(tasks) > _MOST_FOLLOWED:
        return []
    depth = [0] * len(tasks)
    longest: dict[int, int] = {}
    for need, task in _pairs(tasks, ties, range(len(tasks))):
        number = places.of[task]
        if places.of[need] == number:
            depth[task] = max(depth[task], depth[need] + 1)
            longest[number] = max(longest.get(number, 0), depth[task])
    return [number for number, length in longest.items() if length >= CHAIN]


def _take_apart(
    tasks: TaskColumns, places: Sequence[int], folded: set[int], opened: Set[Range], chosen: list[int]
) -> int:
    """Replace in ``chosen`` the groups that are opened by what is in them. Returns how many nodes that adds at most."""
    if not opened:
        return 0
    sites = {range_[0] for range_ in opened}
    members: dict[int, list[int]] = defaultdict(list)
    for task, place in enumerate(places):
        if place in folded and tasks.site[task] in sites:
            members[place].append(task)
    added = 0
    number = _FIRST_PART

    def is_opened(those: list[int]) -> bool:
        return (tasks.site[those[0]], tasks.id[those[0]], tasks.id[those[-1]]) in opened

    waiting = [those for those in members.values() if is_opened(those)]
    while waiting:
        those = waiting.pop()
        if not is_opened(those):
            number += 1
            for task in those:
                chosen[task] = number
        elif len(those) <= _SINGLE:
            for task in those:
                chosen[task] = -1 - task
            added += len(those)
        else:
            size = -(-len(those) // _PARTS)
            parts = [those[begin : begin + size] for begin in range(0, len(those), size)]
            waiting += parts
            added += len(parts)
    return added


class _Places:
    """Which tasks stand at the same place: at one call site, in frames that were reached in the same way."""

    def __init__(self, tasks: TaskColumns, paths: dict[int | None, tuple[Step, ...]]) -> None:
        ways = _Ways(paths)
        self.of: list[int] = list(map(ways.__getitem__, zip(tasks.site, tasks.frame)))
        self.sizes = Counter(self.of)


class _Ways(dict[tuple[int, int], int]):
    """The number of the place of each (site, frame). A dictionary: looking up is all that happens for nearly every
    task of a long run, and nothing is faster."""

    def __init__(self, paths: dict[int | None, tuple[Step, ...]]) -> None:
        super().__init__()
        self._paths = paths
        self._known: dict[tuple[int, tuple[Step, ...]], int] = {}

    def __missing__(self, way: tuple[int, int]) -> int:
        site, frame = way
        number = self._known.setdefault((site, self._paths.get(frame, ())), len(self._known))
        self[way] = number
        return number


def _paths(frames: Iterable[FrameRow]) -> dict[int | None, tuple[Step, ...]]:
    """Per frame the steps that lead to it. Recursion repeats a step; it is written once."""
    known = {frame.id: frame for frame in frames}
    paths: dict[int | None, tuple[Step, ...]] = {}
    for frame in known.values():
        pending: list[FrameRow] = []
        current: FrameRow | None = frame
        while current is not None and current.id not in paths:
            pending.append(current)
            paths[current.id] = ()  # a damaged trace may hold a circle; it ends here
            current = known.get(current.parent) if current.parent is not None else None
        for waiting in reversed(pending):
            above = paths.get(waiting.parent, ()) if waiting.parent is not None else ()
            step: Step = (waiting.graph, waiting.node, waiting.kind)
            paths[waiting.id] = above if step in above or len(above) >= _DEEPEST else (*above, step)
    return paths


def _pairs(tasks: TaskColumns, ties: Lineage | None, of: Sequence[int]) -> Iterable[tuple[int, int]]:
    """(needed task, task), as what ``of`` says of their places."""
    first, needs = (tasks.first_need, tasks.needs) if ties is None else (ties.first_need, ties.needs)
    counts = map(sub, first[1:], first)
    return zip(map(of.__getitem__, needs), chain.from_iterable(map(repeat, of, counts)))


def _edges_between(tasks: TaskColumns, ties: Lineage | None, place: Sequence[int], folded: set[int], most: int) -> int:
    """How many edges would be drawn, counted no further than ``most``."""
    pairs = set()
    for need, task in _pairs(tasks, ties, range(len(tasks))):
        source, target = place[need], place[task]
        pairs.add((source if source in folded else -1 - need, target if target in folded else -1 - task))
        if len(pairs) > most:
            break
    return len(pairs)


def _by_name(tasks: TaskColumns, limit: int) -> list[int]:
    """The last resort for programs with very many call sites: one node per function, then one for all the rest."""
    names = [site.name for site in tasks.sites]
    sizes = Counter(names[site] for site in tasks.site)
    kept = {name: number for number, (name, _) in enumerate(sizes.most_common(max(1, limit - 1)))}
    return [kept.get(names[site], _REST) for site in tasks.site]


def _folding(
    tasks: TaskColumns, ties: Lineage | None, chosen: Sequence[int], paths: dict[int | None, tuple[Step, ...]]
) -> Folding:
    members: dict[int, list[int]] = defaultdict(list)
    for place, choice in enumerate(chosen):
        members[choice].append(place)
    keys: dict[int, str] = {}
    groups = []
    for number, (choice, those) in enumerate(members.items(), 1):
        ids = tuple(map(tasks.id.__getitem__, those))
        keys[choice] = f"t{ids[0]}" if len(those) == 1 else f"g{number}"
        sites = [tasks.sites[site] for site in set(map(tasks.site.__getitem__, those))]
        first = tasks.sites[tasks.site[those[0]]]
        mixed = len({(site.file, site.line) for site in sites}) > 1
        name = "other calls" if choice == _REST else first.name
        path = _shared([paths.get(frame, ()) for frame in set(map(tasks.frame.__getitem__, those))])
        groups.append(Group(keys[choice], name, "" if mixed else first.file, 0 if mixed else first.line, ids, path,
                            _FIRST_PART <= choice < _REST and len(ids) > 1))  # fmt: skip
    counts = Counter(_pairs(tasks, ties, chosen))
    direct = counts if ties is None else set(_pairs(tasks, None, chosen))
    drawn = sorted((keys[a], keys[b], count) for (a, b), count in counts.items() if a != b)
    implied = frozenset((keys[pair[0]], keys[pair[1]]) for pair in counts if pair not in direct)
    return Folding(tuple(groups), tuple(drawn[:MOST_EDGES]), dict(Counter(paths.values())), implied)


def _shared(paths: list[tuple[Step, ...]]) -> tuple[Step, ...]:
    """The steps that all paths begin with."""
    shortest = min(paths, key=len)
    for length in range(len(shortest), 0, -1):
        if all(path[:length] == shortest[:length] for path in paths):
            return shortest[:length]
    return ()
