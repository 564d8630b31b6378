"""A function's own source is found wherever it is written, and never taken for that of another."""

from __future__ import annotations

import functools
import linecache
import sys
import textwrap
import types
from pathlib import Path
from typing import Any

import pytest
from twins import function_of, program, same

from pydron.frontend.build import build_graph
from pydron.ir.nodes import Call, Graph, Native, walk
from pydron.location import Span


def reasons(graph: Graph) -> list[str]:
    return [node.reason for node in walk(graph.body) if isinstance(node, Native)]


def test_positions_are_those_of_the_file() -> None:
    source = """\
class Outer:
    class Inner:
        @staticmethod
        def method(x):
            # A comment.
            y = str(x)
            return y
"""
    graph = build_graph(function_of(program(source)["Outer"].Inner.method))
    call, output = graph.body.nodes[1], graph.body.nodes[2]
    assert call.span == Span(6, 16, 6, 22)
    assert output.span == Span(7, 12, 7, 20)
    assert (graph.first_line, graph.qualname, graph.signature) == (3, "Outer.Inner.method", "x")
    assert graph.source == textwrap.dedent("\n".join(source.splitlines()[2:])) + "\n"


def test_each_of_several_lambdas_in_one_line_is_found() -> None:
    names = program("fs = [lambda x: x + 1, lambda x: x - 1, lambda x: (lambda: x * 2)(), lambda x: x + 1]\n")
    assert [build_graph(f).source for f in names["fs"]] == [
        "lambda x: x + 1",
        "lambda x: x - 1",
        "lambda x: (lambda: x * 2)()",
        "lambda x: x + 1",
    ]


def test_lambdas_in_lambdas_in_one_line_are_found() -> None:
    names = program("outer = lambda a: [lambda: a + 1, lambda b=(lambda: 0): a + 2]\nfs = outer(1)\n")
    assert [build_graph(f).source for f in names["fs"]] == ["lambda: a + 1", "lambda b=(lambda: 0): a + 2"]
    assert build_graph(names["fs"][1].__defaults__[0]).source == "lambda: 0"
    alike = program("f = lambda x=(lambda x: x): x\n")["f"]
    assert build_graph(alike.__defaults__[0]).source == "lambda x: x"
    if sys.version_info >= (3, 11):
        # Before, nothing tells code of one line apart that is the same.
        assert build_graph(alike).source == "lambda x=(lambda x: x): x"


def test_decorated_functions_begin_with_their_decorators() -> None:
    names = program("def keep(f): return f\n@keep\n@keep\ndef f():\n    return str(1)\n")
    graph = build_graph(names["f"])
    assert graph.first_line == 2
    assert graph.source.startswith("@keep\n@keep\ndef f")
    assert same("def keep(f): return f\n@keep\n@keep\ndef f():\n    return str.none\n").lines == (("f", 5),)


def test_functions_without_source_are_taken_whole() -> None:
    names: dict[str, Any] = {}
    exec("def f(a, /, b=1, *rest, c, **more): return a\ndef g(): yield\nh = lambda *, k: k", names)
    graphs = [build_graph(names[name]) for name in "fgh"]
    assert [reasons(graph) for graph in graphs] == [["PD212"]] * 3
    assert [graph.kind for graph in graphs] == ["opaque", "generator", "opaque"]
    assert [graph.signature for graph in graphs] == ["a, /, b, *rest, c, **more", "", "*, k"]
    assert [graph.source for graph in graphs] == ["", "", ""]


def test_a_file_that_was_edited_is_no_source(tmp_path: Path) -> None:
    path = tmp_path / "edited.py"
    before = "def f(x):\n    return x + 1\n"
    path.write_text(before)
    names: dict[str, Any] = {}
    exec(compile(before, str(path), "exec"), names)
    path.write_text("def f(x):\n    return x - 1\n")
    linecache.checkcache(str(path))
    assert reasons(build_graph(names["f"])) == ["PD212"]
    path.write_text(before + "\n\n# More.\n")
    assert reasons(build_graph(names["f"])) == []


CONSTANTS = ["1", "1.0", "True", "-0.0", "0.0", "'1'", "b'1'", "(0, 2)", "(0.0, 2)", "[1]", "1e999 - 1e999"]


@pytest.mark.parametrize("text", CONSTANTS)
def test_a_constant_that_was_edited_shows(text: str, tmp_path: Path) -> None:
    path = tmp_path / "constants.py"
    names: dict[str, Any] = {}
    exec(compile(f"def f():\n    return {text}\n", str(path), "exec"), names)
    for other in CONSTANTS:
        path.write_text(f"def f():\n    return {other}\n")
        linecache.cache.pop(str(path), None)
        assert reasons(build_graph(names["f"])) == ([] if other == text else ["PD212"])


def test_methods_of_imported_modules_are_compiled_as_in_their_module() -> None:
    """How CPython compiles ``math.floor()`` depends on an import elsewhere in the module."""
    imports = "import math\ntry:\n    import math as maths\nfinally:\n    pass\n"
    names = program(imports + "def f(x):\n    return math.floor(x), maths.ceil(x)\n")
    assert reasons(build_graph(names["f"])) == []


WHOLE = {
    "def f():\n    yield 1\n": ("PD204", "generator"),
    "f = lambda: (yield)\n": ("PD204", "generator"),
    "async def f():\n    await g()\n": ("PD205", "coroutine"),
    "async def f():\n    yield 1\n": ("PD205", "async_generator"),
    "def f(x):\n    return locals()\n": ("PD213", "function"),
    "def f(x):\n    return eval('x')\n": ("PD213", "function"),
    "def f(x):\n    exec(*x)\n": ("PD213", "function"),
    "class A:\n    def f(self):\n        return lambda: super().f()\nf = A.f\n": ("PD213", "function"),
    "class A:\n    def f(self):\n        self = super().f()\nf = A.f\n": ("PD213", "function"),
    "class A:\n    def f(self):\n        return lambda: __class__\nf = A.f\n": ("PD213", "function"),
}


@pytest.mark.parametrize("source", WHOLE)
def test_functions_taken_whole(source: str) -> None:
    graph = build_graph(program(source)["f"])
    reason, kind = WHOLE[source]
    assert (reasons(graph), graph.kind) == ([reason], kind)
    assert len(graph.body.nodes) == 3


def test_super_is_spelt_out_where_it_stands_in_the_method_itself() -> None:
    graph = build_graph(program("class A:\n    def f(this, x):\n        return super().f(x)\nf = A.f\n")["f"])
    assert reasons(graph) == []
    calls = [node for node in graph.body.nodes if isinstance(node, Call)]
    assert [call.fragment.text.partition(" = ")[2] for call in calls][0] == "super(__class__, this)"


@pytest.mark.parametrize("call", ["vars(x)", "dir(x)", "eval('1', {})", "exec('', {}, {})", "x.locals()"])
def test_calls_that_do_not_look_at_variables_are_taken_apart(call: str) -> None:
    assert reasons(build_graph(program(f"def f(x):\n    return {call}\n")["f"])) == []


def test_wrapped_functions_and_copies_keep_their_source() -> None:
    names = program("def g(x):\n    return str(x)\n")
    copy = types.FunctionType(names["g"].__code__, names, "renamed")
    functools.update_wrapper(copy, names["g"])
    assert build_graph(copy) == build_graph(names["g"])
