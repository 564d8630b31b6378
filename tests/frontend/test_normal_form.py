"""Graphs of common code are as small as they can be: what people read, and what the machine executes."""

from __future__ import annotations

import ast
import textwrap

import pytest
from twins import program

from pydron.frontend.build import build_graph
from pydron.interpret import rebuild
from pydron.ir.nodes import (
    Call,
    For,
    Graph,
    Host,
    If,
    Input,
    Match,
    Native,
    Node,
    Output,
    Region,
    Store,
    Try,
    While,
    With,
    subregions,
)
from pydron.ir.printer import case_text


def outline(region: Region, indent: str = "") -> list[str]:
    """One line per node: its kind and text."""
    found = []
    for node in region.nodes:
        found += _lines(node, indent)
    return found


def _lines(node: Node, indent: str) -> list[str]:
    kind = type(node).__name__.lower()
    match node:
        case Input():
            return []
        case Output():
            text = node.fragment.text if node.fragment else node.exit
            return [] if node.exit == "next" else [f"{indent}{text}"]
        case If() | While():
            head = f"{indent}{kind} {node.test.text}"
        case Try():
            head = f"{indent}{kind}"
        case With():
            head = f"{indent}{kind} {node.manager.text}"
        case For():
            target = node.target.text.removesuffix(" = _")
            head = f"{indent}{node.comprehension or kind} {target} in {node.iterable.text}"
        case Match():
            head = f"{indent}{kind} {node.subject.text}: {', '.join(map(case_text, node.cases))}"
        case Native():
            head = f"{indent}{kind} {node.reason}"
        case _:
            head = f"{indent}{kind} {node.fragment.text}"
    found = [head]
    for name, inner in subregions(node):
        lines = outline(inner, indent + "    ")
        found += [f"{indent}  {name}:", *lines] if lines else []
    return found


def graph_of(body: str) -> Graph:
    source = "def f(x, xs, out, k):\n" + textwrap.indent(body, "    ")
    return build_graph(program(source)["f"], strict=True)


CASES = {
    "y = g(x)\nreturn y": "call y = g(x)\nreturn y",
    "match g(x):\n    case [a, *_] if a > k: return a\n    case {'k': v} if g(v): pass\n    case _: k = 1\nreturn k": (
        "call _1 = g(x)\nmatch _1: case [a, *_] if a > k, case {'k': v} if _2, case _\n  case 1:\n    return a\n"
        "  guard 2:\n    call _2 = g(v)\n  case 3:\n    const k = 1\nreturn k"
    ),
    "match x:\n    case 1: return k": "host _1 = x\nmatch _1: case 1\n  case 1:\n    return k\nreturn",
    "return (y := xs[k]).strip()": "host y = xs[k]\ncall _1 = y.strip()\nreturn _1",
    "return g(x)": "call _1 = g(x)\nreturn _1",
    "return x * 2 + xs[k]": "return x * 2 + xs[k]",
    "y = x if x > k else -x and k\nreturn y": "host y = x if x > k else -x and k\nreturn y",
    "out.append(g(x))": "host out.append\ncall _1 = g(x)\nstore out.append(_1)\nreturn",
    "own = []\nown.append(g(x))": "host own = []\ncall _1 = g(x)\nstore own.append(_1)\nreturn",
    "return g(x) + g(k)": "call _1 = g(x)\ncall _2 = g(k)\nreturn _1 + _2",
    "out[k] = g(x)": "call _1 = g(x)\nstore out[k] = _1\nreturn",
    "out[k] += g(x)": "host _1 = out[k]\ncall _2 = g(x)\nstore _1 += _2\nstore out[k] = _1\nreturn",
    "k += g(x)\nreturn k": "call _1 = g(x)\nstore k += _1\nreturn k",
    "return g(h(x))": "host _1 = g\ncall _2 = h(x)\ncall _3 = _1(_2)\nreturn _3",
    "if g(x) > k:\n    out = h(x)\nreturn out": (
        "call _1 = g(x)\nif _1 > k\n  then:\n    call out = h(x)\nreturn out"
    ),
    "return [g(v) for v in xs if v > k]": (
        "host _2 = []\nlist _1_v in xs\n  body:\n    if _1_v > k\n      then:\n"
        "        call _3 = g(_1_v)\n        store _2.append(_3)\nreturn _2"
    ),
    "return {v: g(v) for v in xs}": (
        "host _2 = {}\ndict _1_v in xs\n  body:\n    call _3 = g(_1_v)\n    store _2[_1_v] = _3\nreturn _2"
    ),
    "y = g(x) if k else h(x)\nreturn y": (
        "if k\n  then:\n    call y = g(x)\n  else:\n    call y = h(x)\nreturn y"
    ),
    "while (n := g(k)) > x:\n    k = n\nreturn k": (
        "while n > x\n  header:\n    call n = g(k)\n  body:\n    host k = n\nreturn k"
    ),
    "x and g(x)": "if x\n  then:\n    call g(x)\nreturn",
    "return x and g(x)": "host _1 = x\nif _1\n  then:\n    call _1 = g(x)\nreturn _1",
    "assert x > k, 'small'": "if x > k\n  else:\n    call _1 = AssertionError('small')\n    raise _1\nreturn",
    "for v in xs:\n    if g(v):\n        break\n": (
        "for v in xs\n  body:\n    call _1 = g(v)\n    if _1\n      then:\n        break\nreturn"
    ),
    "'''Text.'''\npass\n...\nreturn": "return",
    "return (lambda v: v + x)": "def _1 = lambda v: v + x\nreturn _1",
    "return sum(g(v) for v in xs if v)": (
        "call _1 = sum((g(v) for v in xs if v))\n  elements:\n    host _3 = []\n    generator _2_v in xs\n"
        "      body:\n        if _2_v\n          then:\n            call _4 = g(_2_v)\n"
        "            store _3.append(_4)\nreturn _1"
    ),
    "return next(v for v in xs)": "host _1 = next\ncall _2 = iter((v for v in xs))\n  elements:\n    host _4 = []\n"
    "    generator _3_v in xs\n      body:\n        store _4.append(_3_v)\ncall _5 = _1(_2)\nreturn _5",
}  # fmt: skip


@pytest.mark.parametrize("body", CASES)
def test_graphs_of_common_code(body: str) -> None:
    assert outline(graph_of(body).body) == CASES[body].splitlines()


def test_calls_show_the_callee_as_the_user_wrote_it() -> None:
    calls = [node for node in graph_of("x.a.b(g(k))\nxs[0](x)").body.nodes if isinstance(node, Call)]
    assert [node.callee for node in calls] == ["g", "x.a.b", "xs[0]"]


def test_stores_know_their_root() -> None:
    stores = [node for node in graph_of("x.a[k].b = 1\nshared.a = 1\nxs.pop(k).c = 1\n(x or k).d = 1").body.nodes]
    assert [(node.root, node.kind) for node in stores if isinstance(node, Store)] == [
        ("x", "attribute"),
        ("", "attribute"),
        ("xs", "method"),
        ("_1", "attribute"),
        ("", "attribute"),
    ]


def test_control_nodes_bind_what_is_read_later_and_read_what_their_regions_receive() -> None:
    graph = graph_of("best = None\nfor v in xs:\n    w = g(v)\n    if w > k:\n        best = w\nreturn best")
    loop = next(node for node in graph.body.nodes if isinstance(node, For))
    choice = next(node for node in loop.body.nodes if isinstance(node, If))
    assert (loop.reads, loop.binds) == (("xs", "k", "best"), ("v", "best"))
    assert (choice.reads, choice.binds) == (("w", "k", "best"), ("best",))
    assert loop.body.output.reads == ("best",)
    assert set(loop.body.input.binds) == {"v", "k", "best"}
    assert choice.orelse.input.binds == ("best",)


def test_temporaries_never_have_the_name_of_a_variable() -> None:
    graph = graph_of("_1 = g(x)\n__2 = g(_1) + g(g(_1))\nreturn ___3x, __2")
    assert not set(graph.temporaries) & {"_1", "__2", "___3x"}
    assert all(name.startswith("__") for name in graph.temporaries)


def test_rebuilt_functions_are_python() -> None:
    graph = graph_of("for v in xs:\n    out.append(g(v))\nreturn out")
    assert ast.unparse(rebuild(graph)) == (
        "def f(x, xs, out, k):\n    for v in xs:\n        out.append\n"
        "        _1 = g(v)\n        out.append(_1)\n        _1 = None\n    return out"
    )


def test_hosts_are_not_split() -> None:
    graph = graph_of("y = (x.a + k * xs[0]) ** 2\nz, *w = y, x, k\ndel w\nreturn y, z")
    assert sum(isinstance(node, Host) for node in graph.body.nodes) == 3
