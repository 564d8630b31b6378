"""The verifier accepts what the IR documents, and names what breaks a rule, under the node that breaks it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from pydron.errors import GraphError
from pydron.ir.nodes import Const, Graph, Host
from pydron.ir.verifier import problems, verify


def test_a_good_graph_is_accepted(loop_graph: Graph) -> None:
    assert problems(loop_graph) == []
    verify(loop_graph)


FORMS = [
    (("Host", "b = f(a)", "a", "b"), {}, "holds a call that does not stand alone"),
    (("Host", "b = [f(x) for x in a]", "a", "b"), {}, "holds a call"),
    (("Host", "b = lambda x=f(a): x", "a", "b"), {}, "holds a call"),
    (("Host", "if a:\n    b = 1", "a", "b"), {}, "form of a Host"),
    (("Host", "a.x = 1", "a"), {}, "form of a Host"),
    (("Host", "b = 1\na = 2", "", "a b"), {}, "form of a Host"),
    (("Host", "b = a", "", "b"), {}, "does not list that it reads 'a'"),
    (("Host", "b = a", "a b", "b"), {}, "lists that it reads 'b', which its text does not"),
    (("Host", "b = a", "a"), {}, "does not list that it binds 'b'"),
    (("Host", "b = 1", "", "b zz"), {}, "'zz' is no variable"),
    (("Host", "b = 1", "", "b b"), {}, "twice"),
    (("Host", "b = _1", "_1", "b"), {}, "temporary '_1', which is not bound"),
    (("Host", "b = [a for y in a]", "a", "b"), {"effect": "local"}, None),
    (("Call", "f(g(a))", "a"), {"callee": "f"}, "holds a call"),
    (("Call", "b = a", "a", "b"), {"callee": "a"}, "form of a Call"),
    (("Call", "b = f(a)", "a", "b"), {"callee": "g"}, "form of a Call"),
    (("Call", "b = a.m(*a, **{'x': lambda: f()})", "a", "b"), {"callee": "a.m"}, None),
    (("Store", "a.x = 1", "a"), {"kind": "subscript", "root": "a"}, "form of a Store"),
    (("Store", "a[0] += f(a)", "a"), {"kind": "augmented", "root": "a"}, "holds a call"),
    (("Store", "a += 1", "a", "a"), {"kind": "augmented", "root": "a"}, None),
    (("Store", "a.append(1)", "a"), {"kind": "method", "root": "a", "method": "pop"}, "form of a Store"),
    (("Store", "del a[0]", "a"), {"kind": "delete", "root": "a"}, None),
    (("Native", "with a:\n    b = f(a)", "a", "b"), {"reason": "PD202"}, None),
    (("Native", "with a:\n    b = f(a)", "a"), {"reason": "PD202"}, "does not list that it binds 'b'"),
    (("Native", "with a:\n    pass", "a"), {"reason": "with"}, "form of a Native"),
    (("Native", "break"), {"reason": "PD215", "exits": ("break",)}, "'break' outside of a loop"),
    (("Def", "b = lambda: a", "a", "b"), {"kind": "lambda", "captures": ("a",)}, None),
    (("Def", "def b(): return a", "a", "b"), {"kind": "lambda", "captures": ("a",)}, "form of a Def"),
    (("Input",), {}, "stands inside of a region"),
    (("Output",), {"exit": "break"}, "stands inside of a region"),
]


@pytest.mark.parametrize(("node", "rest", "message"), FORMS)
def test_each_kind_has_its_form(sketch: Any, node: tuple[str, ...], rest: dict[str, Any], message: str | None) -> None:
    parts = (sketch.node("Input", "", "", "a"), sketch.node(*node, **rest), sketch.node("Host", "pass"))
    graph = sketch.graph(*parts, sketch.node("Output"), locals="a b", temporaries="_1")
    messages = [text for id, text in problems(graph) if id == 1]
    assert message in "\n".join(messages) if message is not None else problems(graph) == []


def test_ids_grow_in_program_order(sketch: Any) -> None:
    a, b = sketch.node("Input"), sketch.node("Output")
    assert problems(sketch.graph(a, dataclasses.replace(b, id=0))) == [
        (0, "its id does not follow that of the node before it (0)")
    ]


def test_a_region_ends_with_its_output(sketch: Any) -> None:
    found = problems(sketch.graph(sketch.node("Host", "pass")))
    assert {message for _, message in found} == {
        "a region must begin with an Input", "a region must end with an Output",
    }  # fmt: skip


def test_positions_match_the_text(sketch: Any, loop_graph: Graph) -> None:
    host = loop_graph.body.nodes[1]
    assert isinstance(host, (Const, Host)) and host.fragment.positions
    fragment = dataclasses.replace(host.fragment, positions=host.fragment.positions[:-1])
    nodes = (loop_graph.body.nodes[0], dataclasses.replace(host, fragment=fragment), *loop_graph.body.nodes[2:])
    body = dataclasses.replace(loop_graph.body, nodes=nodes)
    found = problems(dataclasses.replace(loop_graph, body=body))
    assert found == [(1, "has 2 positions for 3 expressions, statements and patterns")]


def test_temporaries_and_variables_do_not_collide(sketch: Any) -> None:
    graph = sketch.graph(
        sketch.node("Input"), sketch.node("Output"), locals="a", temporaries="a _1 _1", cell_names=("c",),
        free_names=("a",),
    )  # fmt: skip
    assert {message for _, message in problems(graph)} == {
        "the temporary 'a' has the name of a variable",
        "a temporary is listed twice",
        "the captured variable 'c' is not local",
        "'a' is both local and of an enclosing function",
    }


def test_the_message_shows_the_node_in_its_region(sketch: Any) -> None:
    node = sketch.node
    graph = sketch.graph(
        node("Input", "", "", "xs"),
        sketch.loop(
            "x", "xs", "xs", "x", lambda: [node("Input", "", "", "x"), node("Host", "y = x", "x"), node("Output")]
        ),
        node("Output"),
        locals="xs x y",
    )
    with pytest.raises(GraphError) as caught:
        verify(graph)
    assert caught.value.problems == ((3, "does not list that it binds 'y'"),)
    assert str(caught.value) == (
        "The graph of 'work' breaks 1 rule(s) of the IR:\n"
        "2  input   x\n"
        f"{'3  host    y = x':<56} # line 4, pure\n"
        "   ^^^ does not list that it binds 'y'\n"
        "4  output  next"
    )
