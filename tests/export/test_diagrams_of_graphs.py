"""DOT and networkx: everything in the graph is in the export, and no text of the user can break it."""

from __future__ import annotations

import dataclasses
import re
from types import FunctionType
from typing import Any, cast

import networkx
import pytest

from pydron.export.dot_text import label, plain, tooltip
from pydron.export.notebook import find_renderer, to_html
from pydron.export.to_dot import to_dot
from pydron.frontend.build import build_graph
from pydron.ir.fragment import Fragment
from pydron.ir.nodes import Global, Graph, Native, walk


def sample(xs: Any, out: Any) -> Any:
    total = 0
    for x in xs:
        y = f(x)  # type: ignore[name-defined]  # noqa: F821
        if y:
            total = total + y
        out.append(y)
    import operator  # noqa: F401

    try:
        g(total)  # type: ignore[name-defined]  # noqa: F821
    except ValueError:
        pass
    while total:
        total -= h(total)  # type: ignore[name-defined]  # noqa: F821
    return total


@pytest.fixture(scope="module")
def graph() -> Graph:
    table = (Global("f", "function", mark="functional"), Global("h", "function", mark="scheduled"))
    return dataclasses.replace(build_graph(cast(FunctionType, sample)), globals=table)


def test_networkx_has_every_node_with_its_place(graph: Graph) -> None:
    exported = graph.to_networkx()
    nodes = {node.id: node for node in walk(graph.body)}
    assert list(exported) == list(nodes)
    for number, data in exported.nodes(data=True):
        assert data["line"] == nodes[number].span.line and isinstance(data["text"], str)
    kinds = {data["kind"] for _, data in exported.nodes(data=True)}
    assert kinds >= {"input", "output", "for", "if", "while", "try", "call", "store", "native", "host"}
    natives = [data["reason"] for _, data in exported.nodes(data=True) if data["kind"] == "native"]
    assert natives == ["PD208"]
    regions = {data["region"] for _, data in exported.nodes(data=True)}
    assert () in regions and any(len(path) == 2 for path in regions)


def early_look_up(xs: Any) -> Any:
    return f(g(xs), xs.h(xs))  # type: ignore[name-defined]  # noqa: F821


def test_a_function_that_was_looked_up_early_is_shown_by_its_name() -> None:
    """Python looks a function up before it computes the arguments; nobody has to know the temporary that holds it."""
    source = to_dot(build_graph(cast(FunctionType, early_look_up))).source
    captions = re.findall(r'label="((?:return |_\d+ = )[\w.]+\(.*?\))', source)
    assert [re.sub(r"_\d+", "_", caption) for caption in captions] == ["_ = g(xs)", "_ = xs.h(xs)", "_ = f(_, _)"]


def test_networkx_edges_are_values_and_states_without_cycles(graph: Graph) -> None:
    exported = graph.to_networkx()
    edges = list(exported.edges(keys=True, data=True))
    assert {data["kind"] for *_, data in edges} == {"value", "state"}
    assert all(key == f"{data['kind']}:{data['name']}" for _, _, key, data in edges)
    assert networkx.is_directed_acyclic_graph(exported)
    loop = next(number for number, data in exported.nodes(data=True) if data["kind"] == "for")
    assert any(data["name"] == "x" for _, _, data in exported.out_edges(loop, data=True))


def test_dot_has_stable_names_for_nodes_and_clusters(graph: Graph) -> None:
    source = graph.to_dot().source
    assert source == graph.to_dot().source
    loop = next(node for node in walk(graph.body) if type(node).__name__ == "For")
    assert f"subgraph cluster_n{loop.id} " in source and f"subgraph cluster_n{loop.id}_body " in source
    drawn = {int(number) for number in re.findall(r"^\s*n(\d+) \[", source, re.M)}
    shown = {node.id for node in walk(graph.body) if type(node).__name__ not in ("Input", "Output")}
    assert shown <= drawn
    for number in drawn:
        assert f"id=n{number} " in source
    assert f'tooltip="line {loop.span.line}: for' in source


def test_dot_tells_kinds_by_shape_and_words(graph: Graph) -> None:
    lines = graph.to_dot().source.splitlines()
    native = next(line for line in lines if "kind-native" in line)
    assert "shape=octagon" in native and "sync-point PD208" in native
    functional = next(line for line in lines if "f(x)" in line and "kind-call" in line)
    assert "functional" in functional and "penwidth" in functional
    assert any("style=dashed" in line and "edge-state" in line for line in lines)
    assert any("label=x " in line and "edge-value" in line for line in lines)


def test_notes_and_effects_are_shown(graph: Graph) -> None:
    call = next(node for node in walk(graph.body) if getattr(node, "callee", "") == "h")
    source = to_dot(graph, {call.id: "world"}, {call.id: "x64 done"}).source
    line = next(line for line in source.splitlines() if line.strip().startswith(f"n{call.id} ["))
    assert "sync-point PD101" in line and "x64 done" in line


HOSTILE = [
    'say("hi") \\" ] ; } digraph',
    "<b>bold</b>",
    "<<table>>",
    "&lt;&amp;&#0;",
    "\\N \\G \\l \\n \\",
    "a\nb\r\n\tc",
    "nul \x00 bell \x07 esc \x1b[2J",
    "\ud800 \u202e \U0001f600 é",
    "x" * 10_000,
    "\n".join("line" for _ in range(1000)),
    "",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_labels_are_short_and_tame(text: str) -> None:
    for made in (label(text), plain(text), tooltip(text), label(text, text)):
        assert len(made) < 1500
        assert not any(ord(mark) < 32 for mark in made)
        made.encode("utf-8")


def hostile_graph(graph: Graph, text: str) -> Graph:
    nodes = tuple(
        dataclasses.replace(node, fragment=Fragment(text), detail=text) if isinstance(node, Native) else node
        for node in graph.body.nodes
    )
    body = dataclasses.replace(graph.body, nodes=nodes)
    return dataclasses.replace(graph, body=body, qualname=text, signature=text)


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_graphviz_draws_hostile_text_as_text(graph: Graph, text: str) -> None:
    draw = find_renderer()
    if draw is None:
        pytest.skip("no package that draws is installed")
    native = next(node for node in walk(graph.body) if isinstance(node, Native))
    picture = draw(hostile_graph(graph, text).to_dot().source, "svg").decode()
    import xml.etree.ElementTree as ElementTree

    root = ElementTree.fromstring(picture[picture.index("<svg") :])
    found = root.findall(f".//*[@id='n{native.id}']")
    assert len(found) == 1
    shown = "".join(part.text or "" for part in found[0].iter("{http://www.w3.org/2000/svg}text"))
    assert "sync-point PD208" in shown.replace("\xa0", " ")
    if text in ("<b>bold</b>", "&lt;&amp;&#0;", "<<table>>"):
        assert text in shown


def test_a_notebook_gets_something_to_show(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    import pydron.export.notebook as notebook

    monkeypatch.setattr(notebook, "find_renderer", lambda: None)
    assert to_html(graph).startswith("<pre>graph sample(")
    monkeypatch.setattr(notebook, "find_renderer", lambda: lambda source, format: b"<?xml?><svg>drawn</svg>")
    assert graph._repr_html_() == "<svg>drawn</svg>"
