"""Value edges follow the last binding; state edges keep exactly the orders that matter."""

from __future__ import annotations

from typing import Any

from pydron.ir.edges import Edge, edges, state_edges, value_edges
from pydron.ir.nodes import Effect, For, Graph


def pairs(found: tuple[Edge, ...]) -> list[tuple[int, int, str]]:
    return [(edge.source, edge.target, edge.name) for edge in found]


def test_a_value_comes_from_the_last_binding_before_the_read(sketch: Any) -> None:
    node = sketch.node
    graph = sketch.graph(
        node("Input", "", "", "a"),
        node("Host", "b = a + a", "a", "b"),
        node("Host", "a = b", "b", "a"),
        node("Host", "c = a + b", "a b", "c"),
        node("Output", "return c", "c", exit="return"),
    )
    assert pairs(value_edges(graph.body)) == [(0, 1, "a"), (1, 2, "b"), (2, 3, "a"), (1, 3, "b"), (3, 4, "c")]


def test_a_name_that_is_not_bound_in_the_region_has_no_edge(sketch: Any) -> None:
    graph = sketch.graph(sketch.node("Input"), sketch.node("Output", "return a", "a", exit="return"))
    assert value_edges(graph.body) == ()


def test_sync_points_form_one_chain_from_input_to_output(sketch: Any) -> None:
    node = sketch.node
    graph = sketch.graph(
        node("Input"),
        node("Call", "f()", callee="f"),
        node("Host", "a = 1", "", "a"),
        node("Native", "import b", "", "b", reason="PD208"),
        node("Call", "g()", callee="g"),
        node("Output", "raise a", "a", exit="raise"),
    )
    assert pairs(state_edges(graph.body)) == [(0, 1, ""), (1, 3, ""), (3, 4, ""), (4, 5, "")]


def test_calls_known_to_be_pure_are_in_no_chain(sketch: Any) -> None:
    node = sketch.node
    graph = sketch.graph(
        node("Input"), node("Call", "f()", callee="f"), node("Call", "g()", callee="g"), node("Output")
    )
    assert pairs(state_edges(graph.body, {1: "pure"})) == [(0, 2, ""), (2, 3, "")]


def test_stores_are_ordered_per_variable_and_with_the_readers_of_it(sketch: Any) -> None:
    node = sketch.node
    graph = sketch.graph(
        node("Input", "", "", "a b"),
        node("Store", "a.x = 1", "a", kind="attribute", root="a"),
        node("Store", "b.x = 1", "b", kind="attribute", root="b"),
        node("Host", "c = a.x", "a", "c"),
        node("Store", "a.x = 2", "a", kind="attribute", root="a"),
        node("Call", "f()", callee="f"),
        node("Store", "b.x = 3", "b", kind="attribute", root="b"),
        node("Output"),
    )
    assert pairs(state_edges(graph.body)) == [
        (0, 1, "a"), (0, 2, "b"), (1, 3, "a"), (1, 4, "a"), (3, 4, "a"), (2, 5, ""), (4, 5, ""), (5, 6, "b"),
        (6, 7, ""),
    ]  # fmt: skip


def test_a_rebound_variable_means_another_object(sketch: Any) -> None:
    node = sketch.node
    graph = sketch.graph(
        node("Input", "", "", "a"),
        node("Store", "a.x = 1", "a", kind="attribute", root="a"),
        node("Host", "a = []", "", "a", effect="local"),
        node("Host", "b = a", "a", "b"),
        node("Output"),
    )
    assert (1, 3, "a") not in pairs(state_edges(graph.body))


def test_a_store_through_a_global_name_is_a_sync_point(sketch: Any) -> None:
    node = sketch.node
    graph = sketch.graph(
        node("Input"),
        node("Store", "CACHE[1] = 2", kind="subscript", root=""),
        node("Call", "f()", callee="f"),
        node("Output"),
    )
    assert pairs(state_edges(graph.body)) == [(0, 1, ""), (1, 2, ""), (2, 3, "")]


def test_output_keeps_its_order_beside_pure_calls(sketch: Any) -> None:
    node = sketch.node
    graph = sketch.graph(
        node("Input"),
        node("Call", "print(1)", callee="print"),
        node("Call", "f()", callee="f"),
        node("Call", "print(2)", callee="print"),
        node("Call", "g()", callee="g"),
        node("Output"),
    )
    known: dict[int, Effect] = {1: "output", 2: "pure", 3: "output"}
    assert pairs(state_edges(graph.body, known)) == [(0, 1, ""), (1, 3, ""), (3, 4, ""), (4, 5, "")]


def test_a_control_node_has_the_effects_of_what_is_in_it(loop_graph: Graph) -> None:
    assert pairs(state_edges(loop_graph.body)) == [(0, 2, ""), (2, 9, ""), (9, 10, "")]
    assert pairs(state_edges(loop_graph.body, {4: "pure"})) == [(0, 2, "out"), (2, 9, ""), (9, 10, "")]
    loop = loop_graph.body.nodes[2]
    assert isinstance(loop, For)
    assert pairs(edges(loop.body, {4: "pure"})) == [
        (3, 4, "x"), (3, 5, "out"), (4, 5, "_1"), (3, 6, "out"), (3, 5, "out"), (5, 6, ""),
    ]  # fmt: skip
