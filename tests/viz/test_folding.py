"""Folding and layout: a diagram of any run is small enough to read, and loses no task."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydron.trace import FrameRow, TaskRow, Trace, columns_of
from pydron_viz.folding import CHAIN, LIMIT, MOST_EDGES, fold
from pydron_viz.layout import invisible_edges
from pydron_viz.opened import Snapshot
from pydron_viz.pictures import diagram_document, excess


def loop(count: int, first: int = 1, node: int = 1, **more: object) -> tuple[TaskRow, ...]:
    """Calls of one site."""
    return tuple(TaskRow(n, f"f{node}", 1, 1, node, "p.py", node, **more) for n in range(first, first + count))  # type: ignore[arg-type]


def drawn(document: bytes) -> str:
    """The picture in what the page is told of a diagram."""
    length = int.from_bytes(document[:4], "little")
    return str(json.loads(document[4 : 4 + length])["svg"])


def test_a_small_run_is_not_folded() -> None:
    """Up to the limit each call is a node of its own."""
    assert len(fold(Trace(tasks=loop(LIMIT))).groups) == LIMIT


def test_the_largest_call_sites_are_folded_first() -> None:
    """The loop of ten thousand becomes one node; the small one beside it stays as it is."""
    folding = fold(Trace(tasks=(*loop(10_000), *loop(20, 10_001, node=2))))
    assert [len(group.tasks) for group in folding.groups] == [10_000] + [1] * 20
    assert folding.groups[0].key.startswith("g") and folding.groups[1].key == "t10001"


def test_every_call_site_can_be_folded_on_request() -> None:
    """The view of call sites folds also where there is room, but never a site of one call."""
    folding = fold(Trace(tasks=(*loop(3), *loop(1, 4, node=2))), sites=True)
    assert [(len(group.tasks), group.key[0]) for group in folding.groups] == [(3, "g"), (1, "t")]


def test_edges_of_folded_calls_are_added_up() -> None:
    """A folded node keeps what its calls need; a site that feeds itself has no loop."""
    tasks = (
        *loop(400),
        *(TaskRow(1000 + n, "g", 1, 1, 2, "p.py", 2, needs=(n,)) for n in range(1, 401)),
        TaskRow(5000, "h", 1, 1, 3, "p.py", 3, needs=tuple(range(1001, 1401))),
    )
    folding = fold(Trace(tasks=tasks))
    assert len(folding.groups) <= LIMIT
    assert sum(count for _, _, count in folding.edges) == 800


def test_dense_dependencies_are_folded_too() -> None:
    """Few nodes with very many edges are as unreadable as many nodes."""
    tasks = (*loop(100), *(TaskRow(200 + n, "g", 1, 1, 2, "p.py", 2, needs=tuple(range(1, 101))) for n in range(100)))
    folding = fold(Trace(tasks=tasks))
    assert len(folding.edges) <= MOST_EDGES and sum(len(group.tasks) for group in folding.groups) == 200


def test_a_thousand_call_sites_are_folded_by_name_at_last() -> None:
    """Also a program whose call sites alone are too many gets a diagram within the limit."""
    tasks = tuple(TaskRow(n, f"f{n}", 1, 1, n, "p.py", n) for n in range(1, 1001))
    folding = fold(Trace(tasks=tasks))
    assert len(folding.groups) <= LIMIT and sum(len(group.tasks) for group in folding.groups) == 1000
    assert folding.groups[-1].name == "other calls"


def test_iterations_that_are_frames_of_their_own_share_a_cluster() -> None:
    """Sixty-four deferred branches of one loop are one cluster, marked with their number."""
    frames = (FrameRow(1, graph=1), *(FrameRow(n, 1, 1, 9, "region") for n in range(2, 66)))
    tasks = tuple(TaskRow(n, "f", n, 1, 4, "p.py", 7) for n in range(2, 66))
    folding = fold(Trace(frames=frames, tasks=tasks))
    (path,) = {group.path for group in folding.groups}
    assert path == ((1, None, "function"), (1, 9, "region")) and folding.frames[path] == 64


def test_recursion_does_not_nest_without_end() -> None:
    """A function that calls itself a thousand deep is one cluster; a circle of parents ends too."""
    frames = (FrameRow(1, graph=1), *(FrameRow(n, n - 1, 1, 5) for n in range(2, 1001)))
    tasks = tuple(TaskRow(n, "f", n, 1, 4) for n in range(1, 101))
    assert max(len(group.path) for group in fold(Trace(frames=frames, tasks=tasks)).groups) == 2
    circle = (FrameRow(1, parent=2), FrameRow(2, parent=1))
    assert len(fold(Trace(frames=circle, tasks=(TaskRow(1, frame=1),))).groups) == 1


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 40)), max_size=60), st.integers(1, 20))
def test_no_task_is_lost_or_drawn_twice(calls: list[tuple[int, int, int]], limit: int) -> None:
    """Whatever is folded, each call belongs to exactly one node and edges join nodes that exist."""
    tasks = tuple(
        TaskRow(n, f"f{site}", frame, 1, site, needs=(need,) if need < n else ())
        for n, (site, frame, need) in enumerate(calls)
    )
    folding = fold(Trace(tasks=tasks, frames=(FrameRow(1), FrameRow(2, 1))), limit)
    assert sorted(task for group in folding.groups for task in group.tasks) == [task.id for task in tasks]
    assert len(folding.groups) <= max(limit, 2)
    keys = {group.key for group in folding.groups}
    assert len(keys) == len(folding.groups)
    assert all(source in keys and target in keys for source, target, _ in folding.edges)


@given(st.integers(1, 80), st.lists(st.tuples(st.integers(0, 79), st.integers(0, 79)), max_size=120))
def test_layout_hints_never_close_a_circle(count: int, pairs: list[tuple[int, int]]) -> None:
    """With the invisible edges added, a diagram without circles still has none."""
    keys = [f"k{n}" for n in range(count)]
    edges = [(f"k{a}", f"k{b}") for a, b in pairs if a < b < count]
    joined = [*edges, *invisible_edges(keys, edges)]
    incoming = {key: sum(1 for _, target in joined if target == key) for key in keys}
    free = [key for key in keys if not incoming[key]]
    seen = 0
    while free:
        key = free.pop()
        seen += 1
        for source, target in joined:
            if source == key:
                incoming[target] -= 1
                if not incoming[target]:
                    free.append(target)
    assert seen == count


def test_independent_calls_become_a_block() -> None:
    """Sixty-four calls without dependencies are put in rows, not on one endless line."""
    keys = [f"k{n}" for n in range(64)]
    added = invisible_edges(keys, [])
    tops = set(keys) - {target for _, target in added}
    assert 4 <= len(tops) <= 16
    assert invisible_edges(keys[:5], []) == []


def test_a_folded_node_is_taken_apart() -> None:
    """Into ranges of calls where there are many, these into calls; everything else stays folded."""
    trace = Trace(tasks=(*loop(1_000), *loop(1_000, 1_001, node=2)))
    whole = fold(trace)
    assert [len(group.tasks) for group in whole.groups] == [1_000, 1_000]
    ranges = fold(trace, opened={(0, 1, 1_000)})
    assert [len(group.tasks) for group in ranges.groups] == [50] * 20 + [1_000]
    assert all(group.is_part for group in ranges.groups[:-1]) and not ranges.groups[-1].is_part
    calls = fold(trace, opened={(0, 1, 1_000), (0, 51, 100)})
    assert [len(group.tasks) for group in calls.groups] == [50] + [1] * 50 + [50] * 18 + [1_000]
    assert fold(trace, opened={(0, 2, 3), (9, 1, 1_000)}).groups == whole.groups


@pytest.mark.parametrize("length, folded", [(CHAIN, False), (CHAIN + 1, True), (250, True)])
def test_long_chains_are_folded_though_there_is_room(length: int, folded: bool) -> None:
    """A running total is a thread of hundreds of nodes, beside which nothing else could be read; a click unfolds it."""
    chain = [TaskRow(n, "add", graph=1, node=1, line=1, needs=(n - 1,) if n > 1 else ()) for n in range(1, length + 1)]
    other = TaskRow(length + 1, "other", graph=1, node=2, line=2, needs=(length,))
    groups = fold(Trace(tasks=(*chain, other))).groups
    assert [len(group.tasks) for group in groups] == ([length, 1] if folded else [1] * (length + 1))
    opened = fold(Trace(tasks=(*chain, other)), opened={(0, 1, length)}).groups
    assert len(opened) > 2


def test_a_tree_is_no_chain() -> None:
    """Results that are combined pair by pair are few levels deep, however many they are."""
    tree = [TaskRow(n, "add", graph=1, node=1, line=1, needs=tuple(c for c in (n // 2,) if c)) for n in range(1, 128)]
    assert len(fold(Trace(tasks=tuple(tree))).groups) == 127


def test_call_sites_of_one_size_are_folded_together() -> None:
    """The steps of one loop stay alike: not one of them folded and the next one not."""
    folding = fold(Trace(tasks=(*loop(20), *loop(20, 21, node=2), *loop(5, 41, node=3))), crowd=30)
    assert [len(group.tasks) for group in folding.groups] == [20, 20] + [1] * 5


def test_what_does_not_fit_onto_a_screen_is_folded_further() -> None:
    """Every name of the first picture can be read; the view of every call draws them all."""
    tasks = [TaskRow(n, "f", 1, 1, 1, "p.py", 1, needs=() if n < 13 else (1 + n % 12,)) for n in range(1, 145)]
    tasks += [TaskRow(n, "g", 1, 1, 2, "p.py", 2, needs=(n - 100, n - 101)) for n in range(145, 245)]
    trace = Trace(tasks=tuple(tasks))
    now = Snapshot("1", trace, columns_of(trace.tasks))
    shown, every = (drawn(diagram_document(now, view)) for view in ("run", "calls"))
    assert every.count('class="node"') == 244
    assert 1 < shown.count('class="node"') < 244
    assert excess(every.encode()) > 1 >= excess(shown.encode())
