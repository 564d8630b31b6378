"""JSON documents of graphs: exact both ways, canonical, and never misread."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from typing import Any

import pytest

from pydron.errors import GraphFormatError
from pydron.ir.fragment import Fragment
from pydron.ir.nodes import Call, For, Global, Graph, Host, Input, Native, Output, Region, Store
from pydron.location import NOWHERE, Span

SPAN = Span(2, 4, 2, 12)


def fragment(text: str) -> Fragment:
    return Fragment.of(ast.parse(text).body)


def hand_made() -> Graph:
    """``for x in xs: out.append(f(x))`` with a native statement after it, written by hand."""
    body = Region(
        (
            Input(3, SPAN, (), ("out", "x")),
            Call(4, SPAN, ("x",), ("_1",), fragment("_1 = f(x)"), "f"),
            Store(5, SPAN, ("out", "_1"), (), fragment("out.append(_1)"), "method", "out", "append"),
            Output(6, SPAN, ("x",), ()),
        )
    )
    orelse = Region((Input(7, NOWHERE, (), ()), Output(8, NOWHERE, (), ())))
    native = Native(9, SPAN, ("out",), (), fragment("try:\n    g(out)\nfinally:\n    pass"), "PD201", "", ("return",))
    nodes = (
        Input(0, SPAN, (), ("xs",)),
        Host(1, SPAN, (), ("out",), fragment("out = []"), "local"),
        For(2, SPAN, ("xs", "out"), ("x",), fragment("x = _"), fragment("xs"), body, orelse),
        native,
        Output(10, SPAN, ("out",), (), "return", fragment("return out")),
    )
    table = (Global("f", "function", text="def f(x):\n    return '\\ud800' + \"é\\n\"", mark="functional"),)
    return Graph(
        "work", "Ünit.work", "m", "/home/ü/\udcff.py", 1, "xs", "function", Region(nodes), ("xs", "out", "x"), (), (),
        ("_1",), "def work(xs): ...", table,
    )  # fmt: skip


def test_a_graph_survives_the_journey_exactly() -> None:
    graph = hand_made()
    assert Graph.from_json(graph.to_json()) == graph


def test_the_document_is_canonical_ascii_and_versioned() -> None:
    text = hand_made().to_json()
    assert text.isascii()
    assert text == hand_made().to_json() == Graph.from_json(text).to_json()
    assert text.startswith('{"schema":"pydron-graph","version":1,"graph":{"name":"work",')


def test_nodes_say_their_kind_first() -> None:
    nodes = json.loads(hand_made().to_json())["graph"]["body"]["nodes"]
    assert [next(iter(node.items())) for node in nodes] == [
        ("node", "Input"), ("node", "Host"), ("node", "For"), ("node", "Native"), ("node", "Output"),
    ]  # fmt: skip


@pytest.mark.parametrize("cut", [0, 1, 10, 60, 300, -1])
def test_a_document_that_was_cut_off_is_refused(cut: int) -> None:
    with pytest.raises(GraphFormatError, match="cut off"):
        Graph.from_json(hand_made().to_json()[:cut])


def change(path: str, value: Any) -> str:
    """The document with one thing replaced, or removed where the value is ``...``."""
    document = json.loads(hand_made().to_json())
    *parts, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place = document
    for part in parts:
        place = place[part]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return json.dumps(document)


BROKEN = [
    ("schema", "something else", "$", "not a graph"),
    ("schema", ..., "$", "not a graph"),
    ("version", 2, "$.version", "schema version 2; this Pydron reads version 1"),
    ("version", "1", "$.version", "schema version '1'"),
    ("version", True, "$.version", "schema version True"),
    ("version", ..., "$.version", "schema version None"),
    ("extra", 1, "$", "'extra' is not known"),
    ("graph", [], "$.graph", "Expected an object, found an array of 0"),
    ("graph", ..., "$", "'graph' is missing"),
    ("graph.name", 3, "$.graph.name", "Expected a text, found 3"),
    ("graph.first_line", "1", "$.graph.first_line", 'Expected a whole number, found "1"'),
    ("graph.first_line", 1.0, "$.graph.first_line", "Expected a whole number, found 1.0"),
    ("graph.first_line", True, "$.graph.first_line", "Expected a whole number, found true"),
    ("graph.kind", "macro", "$.graph.kind", "one of 'function', 'generator'"),
    ("graph.kind", [], "$.graph.kind", "an array of 0"),
    ("graph.local_names", "xs", "$.graph.local_names", "Expected an array"),
    ("graph.local_names.0", None, "$.graph.local_names[0]", "found null"),
    ("graph.globals.0.mark", ..., "$.graph.globals[0]", "'mark' is missing"),
    ("graph.body.nodes", [], "$.graph.body.nodes", "begin with an Input"),
    ("graph.body.nodes.0", ..., "$.graph.body.nodes", "begin with an Input"),
    ("graph.body.nodes.1.node", "Teleport", "$.graph.body.nodes[1]", "found 'Teleport'"),
    ("graph.body.nodes.1.node", ..., "$.graph.body.nodes[1]", "found an object"),
    ("graph.body.nodes.1.node", ["Host"], "$.graph.body.nodes[1]", "known kind"),
    ("graph.body.nodes.1", "Host", "$.graph.body.nodes[1]", 'found "Host"'),
    ("graph.body.nodes.1.span", [1, 2, 3], "$.graph.body.nodes[1].span", "an array of 4, found an array of 3"),
    ("graph.body.nodes.1.effect", "magic", "$.graph.body.nodes[1].effect", "one of 'pure'"),
    ("graph.body.nodes.1.fragment.text", None, "$.graph.body.nodes[1].fragment.text", "found null"),
    ("graph.body.nodes.2.body.nodes.1.color", "red", "$.graph.body.nodes[2].body.nodes[1]", "'color' is not known"),
]


@pytest.mark.parametrize(("place", "value", "path", "message"), BROKEN)
def test_what_is_wrong_is_named_with_its_place(place: str, value: Any, path: str, message: str) -> None:
    with pytest.raises(GraphFormatError) as caught:
        Graph.from_json(change(place, value))
    assert caught.value.path == path
    assert message in str(caught.value) and path in str(caught.value)


@pytest.mark.parametrize(
    "text", ["null", "[]", "1", '"graph"', "{}", "nan", "[" * 100_000, '{"a":' * 100_000, "9" * 9_999]
)
def test_other_json_is_refused(text: str) -> None:
    with pytest.raises(GraphFormatError):
        Graph.from_json(text)


def test_a_field_given_twice_is_refused() -> None:
    text = hand_made().to_json().replace('"name":"work"', '"name":"work","name":"play"')
    with pytest.raises(GraphFormatError, match="'name' appears twice"):
        Graph.from_json(text)


def test_every_prefix_of_a_document_is_refused_as_a_format_error() -> None:
    text = hand_made().to_json()
    for cut in range(0, len(text), 97):
        with pytest.raises(GraphFormatError):
            Graph.from_json(text[:cut])


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a document."""
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


@pytest.mark.parametrize("value", [None, True, -1, 1.5, "x", [], {}, [[]], {"node": "Input"}], ids=repr)
def test_whatever_stands_anywhere_is_read_exactly_or_refused(value: Any) -> None:
    text = hand_made().to_json()
    for path in list(places(json.loads(text)))[1:]:
        document = json.loads(text)
        place = document
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = value
        changed = json.dumps(document, separators=(",", ":"))
        try:
            graph = Graph.from_json(changed)
        except GraphFormatError:
            continue
        assert graph.to_json() == changed
