"""A loop that goes on as it was written computes the statements that the user wrote: nothing is taken apart in it."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable
from typing import Any

import pytest
from twins import program

from pydron.compile import compile_graph
from pydron.emit import tiers
from pydron.emit.fusing import fused
from pydron.frontend.build import build_graph

WHOLE = [
    "out.append(f(x))",
    "d[x % 10].append(f(x))",
    "d.setdefault(x % 10, []).append(f(x))",
    "d[k] = g(f(x), x, k=f(k))",
    "sink.write(str(f(x)))",
    "total = total + f(x) * g(x)",
    "total += f(x)",
    "self.results.append(f(x))",
    "try:\n    out.append(f(x))\nexcept ValueError:\n    out.append(None)",
    "if f(x) % 2:\n    out.append(g(x))",
    "out.append(f'{f(x)}-{x}')",
    "for y in f(x):\n    out.append(g(y))",
    "a, b = (f(x), g(x))",
    "out.append\nout.append(f(x))",
]


def text_of(statements: list[ast.stmt]) -> str:
    return ast.unparse(ast.Module(statements, []))


def as_written(body: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The body of a loop in its form as written."""
    found: list[str] = []

    def watched(statements: list[ast.stmt], temporaries: Any, fuse: Callable[..., Any] = fused) -> list[ast.stmt]:
        made: list[ast.stmt] = fuse(statements, temporaries)
        found.append(text_of(made))
        return made

    monkeypatch.setattr(tiers, "fused", watched)
    text = f"def main(self, xs, out, d, a, i, k, total, sink):\n    for x in xs:\n{textwrap.indent(body, '        ')}\n"
    assert compile_graph(build_graph(program(text)["main"])) is not None
    return found[0]


@pytest.mark.parametrize("body", WHOLE)
def test_what_was_taken_apart_is_put_together_again(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert as_written(body, monkeypatch) == ast.unparse(ast.parse(body))


@pytest.mark.parametrize("body", ["out.append(f(x) or g(x))", "a[f(i)] += g(x)", "a[i] += f(x)"])
def test_what_is_computed_in_parts_stays_in_parts(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "_1 = " in as_written(body, monkeypatch)


def statements(text: str) -> list[ast.stmt]:
    """Each name ``_1`` is where the statement that binds it has its value."""
    body = ast.parse(text).body
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.expr):
                node.lineno, node.col_offset, node.end_lineno, node.end_col_offset = 1, 0, 1, 1
    return body


@pytest.mark.parametrize(
    "text",
    [
        "_1 = f(x)\ny = 3\nout.append(_1)",
        "_1 = f(x)\nout.append(_1)\nprint(_1)",
        "_1 = f(x)\n_1 += 1",
        "_1 = f(x)\nout.append(lambda: _1)",
        "_1 = f(x)\nwhile _1:\n    pass",
        "x.append\n_1 = f(x)\ny.append(_1)",
    ],
)
def test_nothing_moves_past_anything_else(text: str) -> None:
    kept = text_of(fused(statements(text), {"_1"}))
    assert kept in (ast.unparse(ast.parse(text)), "x.append\ny.append(f(x))")


def test_an_expression_goes_only_to_the_place_that_it_was_taken_from() -> None:
    body = ast.parse("_1 = f(x)\nout.append(_1)").body
    assert text_of(fused(body, {"_1"})) == "_1 = f(x)\nout.append(_1)"
