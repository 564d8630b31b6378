"""A way to write graphs by hand: one line per node, so that a test shows the graph it is about."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from pydron.ir import nodes
from pydron.ir.fragment import Fragment
from pydron.location import Span


def fragment(text: str) -> Fragment:
    return Fragment.of(ast.parse(text).body)


class Sketch:
    """Makes nodes with growing ids and the line equal to the id; names are given as words."""

    def __init__(self) -> None:
        self.next_id = 0

    def node(self, made_as: str, text: str = "", reads: str = "", binds: str = "", /, **rest: Any) -> Any:
        made, number = getattr(nodes, made_as), self.next_id
        self.next_id += 1
        fields = {field.name for field in dataclasses.fields(made)}
        if "fragment" in fields and text:
            rest["fragment"] = fragment(text)
        return made(number, Span(number + 1, 0, number + 1, 9), tuple(reads.split()), tuple(binds.split()), **rest)

    def loop(self, target: str, iterable: str, reads: str, binds: str, body: Callable[[], list[Any]]) -> Any:
        """A For node; ``body`` makes the nodes of its body when it is their turn to be numbered."""
        number, self.next_id = self.next_id, self.next_id + 1
        inner = nodes.Region(tuple(body()))
        orelse = nodes.Region((self.node("Input"), self.node("Output")))
        return nodes.For(
            number, Span(number + 1, 0, number + 1, 9), tuple(reads.split()), tuple(binds.split()),
            fragment(f"{target} = _"), fragment(iterable), inner, orelse,
        )  # fmt: skip

    def choice(self, test: str, reads: str, binds: str, then: Callable[[], list[Any]]) -> Any:
        """An If node without an else branch."""
        number, self.next_id = self.next_id, self.next_id + 1
        inner = nodes.Region(tuple(then()))
        orelse = nodes.Region((self.node("Input"), self.node("Output")))
        return nodes.If(
            number, Span(number + 1, 0, number + 1, 9), tuple(reads.split()), tuple(binds.split()),
            fragment(test), inner, orelse,
        )  # fmt: skip

    @staticmethod
    def graph(*parts: Any, locals: str = "", temporaries: str = "", **rest: Any) -> nodes.Graph:
        return nodes.Graph(
            "work", "work", "m", "m.py", 1, "", "function", nodes.Region(tuple(parts)), tuple(locals.split()),
            temporaries=tuple(temporaries.split()), **rest,
        )  # fmt: skip


@pytest.fixture
def sketch() -> Sketch:
    return Sketch()


@pytest.fixture
def loop_graph(sketch: Sketch) -> nodes.Graph:
    """``out = []; for x in xs: out.append(f(x)); return out``"""
    node = sketch.node
    return sketch.graph(
        node("Input", "", "", "xs"),
        node("Host", "out = []", "", "out", effect="local"),
        sketch.loop(
            "x", "xs", "xs out", "x",
            lambda: [
                node("Input", "", "", "out x"),
                node("Call", "_1 = f(x)", "x", "_1", callee="f"),
                node("Store", "out.append(_1)", "out _1", kind="method", root="out", method="append"),
                node("Output", "", "out"),
            ],
        ),
        node("Native", "try:\n    g(out)\nfinally:\n    done()", "out", reason="PD201", detail="the try at line 9"),
        node("Output", "return out", "out", exit="return"),
        locals="xs out x",
        temporaries="_1",
    )  # fmt: skip
