"""Every form of a graph holds for graphs of real code: the functions of a part of the standard library."""

from __future__ import annotations

import importlib
import types
from collections.abc import Iterator

import networkx
import pytest

from pydron.explain.report import explain
from pydron.export.globals import with_globals
from pydron.frontend.build import build_graph
from pydron.ir.edges import edges
from pydron.ir.nodes import Graph, Region, subregions, walk
from pydron.ir.verifier import problems

MODULES = "textwrap statistics bisect fractions calendar string json.decoder".split()


def functions_of(name: str) -> list[types.FunctionType]:
    """The functions and methods that a module defines."""
    module = importlib.import_module(name)

    def found(owner: object) -> Iterator[types.FunctionType]:
        for value in vars(owner).values():
            value = getattr(value, "__func__", getattr(value, "fget", value))
            if isinstance(value, types.FunctionType) and value.__module__ == name:
                yield value
            elif isinstance(value, type) and value.__module__ == name and owner is module:
                yield from found(value)

    return list(dict.fromkeys(found(module)))


@pytest.fixture(scope="module", params=MODULES)
def graphs(request: pytest.FixtureRequest) -> list[tuple[types.FunctionType, Graph]]:
    return [(function, build_graph(function)) for function in functions_of(request.param)]


Graphs = list[tuple[types.FunctionType, Graph]]


def test_graphs_keep_the_rules_of_the_ir(graphs: Graphs) -> None:
    broken = {graph.qualname: problems(graph) for _, graph in graphs}
    assert {name: found for name, found in broken.items() if found} == {}


def test_graphs_survive_json(graphs: Graphs) -> None:
    for function, graph in graphs:
        carried = with_globals(graph, function)
        text = carried.to_json()
        assert Graph.from_json(text) == carried and Graph.from_json(text).to_json() == text


def regions(region: Region) -> Iterator[Region]:
    yield region
    for node in region.nodes:
        for _, inner in subregions(node):
            yield from regions(inner)


def test_edges_lead_forward_inside_their_region(graphs: Graphs) -> None:
    for _, graph in graphs:
        for region in regions(graph.body):
            ids = {node.id for node in region.nodes}
            for edge in edges(region):
                assert edge.source in ids and edge.target in ids and edge.source < edge.target


def test_text_dot_and_networkx_show_every_node(graphs: Graphs) -> None:
    for _, graph in graphs:
        number = sum(1 for _ in walk(graph.body))
        exported = graph.to_networkx()
        assert len(exported) == number and networkx.is_directed_acyclic_graph(exported)
        assert str(graph).startswith("graph ") and str(graph) == str(Graph.from_json(graph.to_json()))
        assert graph.to_dot().source.startswith("digraph pydron {")


def test_explanations_name_a_reason_for_every_line_that_is_not_free(graphs: Graphs) -> None:
    for function, _ in graphs:
        report = explain(function)
        str(report), report.to_json(), report._repr_html_()
        for line in report.lines:
            if line.mark in ("late", "sync-point", "native"):
                assert any(finding.code and finding.message and finding.hint for finding in line.findings)
