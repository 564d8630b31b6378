"""Folding: which tasks share one drawn node, so that a diagram of any run stays readable. Pure.

Tasks of one call site, in frames that were reached in the same way, may be drawn as one node (``process ×64``). The
largest such groups are folded first, until the diagram is small enough.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydron.trace import FrameRow, TaskRow, Trace

LIMIT = 300
"""Most nodes drawn."""

MOST_EDGES = 1_200
"""Most edges drawn: with more, a diagram is a black area, and layout takes seconds."""

_DEEPEST = 6

Step = tuple[int | None, int | None, str]
"""One frame on the way from the program to a task: graph, node of the parent's graph, kind."""


@dataclass(frozen=True, slots=True)
class Group:
    """One drawn node.

    Attributes:
        key: ``t12`` for the single task 12, ``g3`` for a folded group.
        tasks: Numbers of its tasks, ascending.
        path: The frames around it, outermost first, each as the way in which it was reached.
    """

    key: str
    name: str
    file: str
    line: int
    tasks: tuple[int, ...]
    path: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Folding:
    """A diagram's nodes and edges.

    Attributes:
        groups: In program order of their first tasks.
        edges: (from, to, how many dependencies) between keys; a group that feeds itself is left out.
        frames: How many frames each way of being reached stands for.
    """

    groups: tuple[Group, ...]
    edges: tuple[tuple[str, str, int], ...]
    frames: dict[tuple[Step, ...], int]


def fold(trace: Trace, limit: int = LIMIT, sites: bool = False) -> Folding:
    """The nodes and edges that show a run.

    Args:
        limit: Most nodes.
        sites: Fold every call site, also where there is room.
    """
    paths = _paths(trace.frames)
    frames = Counter(paths.values())
    site = {
        task.id: (paths.get(task.frame, ()), task.graph, task.node, task.name, task.file, task.line)
        for task in trace.tasks
    }
    folded: set[object] = set()
    sizes = Counter(site.values())
    largest = [key for key, size in sizes.most_common() if size > 1]
    if sites:
        folded.update(largest)
    else:
        drawn = len(trace.tasks)
        for key in largest:
            if drawn <= limit and _edges_between(trace.tasks, site, folded) <= MOST_EDGES:
                break
            folded.add(key)
            drawn -= sizes[key] - 1
    chosen: dict[int, object] = {task.id: site[task.id] if site[task.id] in folded else task.id for task in trace.tasks}
    if len(set(chosen.values())) > limit:
        chosen = _by_name(trace.tasks, limit)
    return _folding(trace.tasks, chosen, paths, dict(frames))


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


def _edges_between(tasks: Iterable[TaskRow], site: Mapping[int, object], folded: set[object]) -> int:
    pairs = set()
    for task in tasks:
        to = site[task.id] if site[task.id] in folded else task.id
        for need in task.needs:
            pairs.add((site[need] if site.get(need) in folded else need, to))
    return len(pairs)


def _by_name(tasks: Iterable[TaskRow], limit: int) -> dict[int, object]:
    """The last resort for programs with very many call sites: one node per function, then one for all the rest."""
    sizes = Counter(task.name for task in tasks)
    kept = {name for name, _ in sizes.most_common(max(1, limit - 1))}
    return {task.id: task.name if task.name in kept else ("rest",) for task in tasks}


def _folding(
    tasks: Iterable[TaskRow],
    chosen: dict[int, object],
    paths: dict[int | None, tuple[Step, ...]],
    frames: dict[tuple[Step, ...], int],
) -> Folding:
    members: dict[object, list[TaskRow]] = defaultdict(list)
    for task in tasks:
        members[chosen[task.id]].append(task)
    keys: dict[object, str] = {}
    groups = []
    for number, (choice, those) in enumerate(members.items(), 1):
        first = those[0]
        keys[choice] = f"t{first.id}" if len(those) == 1 else f"g{number}"
        mixed = len({(task.file, task.line) for task in those}) > 1
        name = "other calls" if choice == ("rest",) else first.name
        path = _shared([paths.get(task.frame, ()) for task in those])
        ids = tuple(task.id for task in those)
        groups.append(Group(keys[choice], name, "" if mixed else first.file, 0 if mixed else first.line, ids, path))
    counts: Counter[tuple[str, str]] = Counter()
    for task in tasks:
        for need in task.needs:
            if need in chosen and chosen[need] != chosen[task.id]:
                counts[keys[chosen[need]], keys[chosen[task.id]]] += 1
    edges = tuple((source, target, count) for (source, target), count in sorted(counts.items())[:MOST_EDGES])
    return Folding(tuple(groups), edges, frames)


def _shared(paths: list[tuple[Step, ...]]) -> tuple[Step, ...]:
    """The steps that all paths begin with."""
    shortest = min(paths, key=len)
    for length in range(len(shortest), 0, -1):
        if all(path[:length] == shortest[:length] for path in paths):
            return shortest[:length]
    return ()
