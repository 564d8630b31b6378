"""A graph that travelled as JSON runs in a fresh process without the source file, with the same result."""

from __future__ import annotations

import importlib.util
import inspect
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pydron.errors import CarriedNameError, GraphError
from pydron.export.globals import with_globals
from pydron.frontend.build import build_graph
from pydron.ir.nodes import Global, Graph

PROGRAM = """\
import collections
import math
import xml.etree.ElementTree
from dataclasses import dataclass
from functools import lru_cache

import pydron
from pydron import schedule

FACTOR = 3
TABLE = {"a": [1, 2], "b": (None, True)}
SECRET = object()


@dataclass
class Point:
    x: float
    y: float = FACTOR

    def norm(self):
        return root(self.x ** 2 + self.y ** 2)


class Shifted(Point):
    def norm(self):
        return super().norm() + 1


@lru_cache
def root(x):
    return math.sqrt(x)


@pydron.functional
def process(x):
    return Shifted(x).norm() * FACTOR


def even(n):
    return n == 0 or odd(n - 1)


def odd(n):
    return n != 0 and even(n - 1)


@schedule
def pipeline(inputs, scale=FACTOR, *, extra: "int" = TABLE["a"][0]):
    out = []
    for x in inputs:
        if even(x):
            continue
        out.append(round(process(x) * scale, 6))
    counts = collections.Counter(out)
    tag = xml.etree.ElementTree.XML("<a/>").tag
    return out, sorted(counts.values()), tag, TABLE, [p * extra for p in out]


def fails(x):
    y = x + 1
    return helper_that_fails(y)


def helper_that_fails(y):
    z = y * 2
    raise KeyError(z)


def uses_secret(x):
    if x:
        return SECRET
    return "unused"


def make(k):
    def add(x):
        return x + k

    def twice(x):
        return add(x) + add(x)

    return twice


def factorial(n):
    return 1 if n < 2 else n * factorial(n - 1)


def count():
    global TOTAL
    TOTAL = TOTAL + 1
    return TOTAL


def generate(n):
    for i in range(n):
        yield i * FACTOR


TOTAL = 10
"""

RUN = """
import sys
from pydron.ir.nodes import Graph
text = sys.stdin.read()
graph = Graph.from_json(text)
assert graph.to_json() == text
print(eval(sys.argv[1], {"f": graph, "bound": graph.bind()}))
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    path = tmp_path_factory.mktemp("program") / "carried_program.py"
    path.write_text(PROGRAM)
    spec = importlib.util.spec_from_file_location("carried_program", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["carried_program"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["carried_program"]


def graph_of(function: Callable[..., Any]) -> Graph:
    plain = inspect.unwrap(function)
    return with_globals(build_graph(plain), plain)


def elsewhere(graph: Graph, expression: str) -> str:
    """What a fresh process prints for an expression over ``f``, the loaded graph. It has no file of the user's."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", RUN, expression], input=graph.to_json(), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_pipeline_runs_in_another_process_with_the_same_result(program: Any) -> None:
    expected = program.pipeline.sequential([1, 2, 3, 3], scale=2)
    assert elsewhere(program.pipeline.graph, "f([1, 2, 3, 3], scale=2)") == str(expected)


def test_defaults_are_carried(program: Any) -> None:
    graph = graph_of(program.pipeline)
    assert elsewhere(graph, "f([5])") == str(program.pipeline.sequential([5]))


def test_closures_recursion_and_generators_are_carried(program: Any) -> None:
    assert graph_of(program.make(5)).bind()(2) == 14
    assert graph_of(program.factorial).bind()(10) == 3628800
    assert list(graph_of(program.generate).bind()(3)) == [0, 3, 6]


def test_each_binding_has_globals_of_its_own(program: Any) -> None:
    bound = graph_of(program.count).bind()
    assert [bound(), bound(), graph_of(program.count).bind()(), program.TOTAL] == [11, 12, 11, 10]


def test_given_names_win_and_are_not_written_to(program: Any) -> None:
    given = {"TOTAL": 1}
    bound = graph_of(program.count).bind(given)
    assert (bound(), bound(), given) == (2, 3, {"TOTAL": 1})


def test_a_name_that_did_not_travel_is_an_error_only_where_it_is_used(program: Any) -> None:
    bound = Graph.from_json(graph_of(program.uses_secret).to_json()).bind()
    assert bound(False) == "unused"
    with pytest.raises(CarriedNameError, match="'uses_secret' uses the global name 'SECRET'.*graph.bind") as caught:
        bound(True)
    assert isinstance(caught.value, NameError)
    secret = object()
    assert graph_of(program.uses_secret).bind({"SECRET": secret})(True) is secret


def test_tracebacks_name_the_users_file_and_lines(program: Any) -> None:
    graph = Graph.from_json(graph_of(program.fails).to_json())
    with pytest.raises(KeyError) as caught:
        graph(3)
    places = [(entry.filename, entry.lineno, entry.name) for entry in traceback.extract_tb(caught.value.__traceback__)]
    lines = PROGRAM.splitlines()
    fails, helper = lines.index("    return helper_that_fails(y)") + 1, lines.index("    raise KeyError(z)") + 1
    assert places[-2:] == [(program.__file__, fails, "fails"), (program.__file__, helper, "helper_that_fails")]


def test_a_module_that_is_not_there_is_named(program: Any) -> None:
    graph = graph_of(program.factorial)
    table = (Global("factorial", "module", "no_such_module_anywhere"),)
    import dataclasses

    bound = dataclasses.replace(graph, globals=table).bind()
    assert bound(1) == 1
    with pytest.raises(CarriedNameError, match="'factorial' .*no_such_module_anywhere.*Install what is missing"):
        bound(2)


def test_a_captured_variable_that_did_not_travel_has_to_be_given(program: Any) -> None:
    import dataclasses

    graph = dataclasses.replace(graph_of(program.make(5)), globals=())
    with pytest.raises(CarriedNameError, match=r"'add' of an enclosing function.*graph\.bind"):
        graph.bind()
    assert graph.bind({"add": lambda x: x})(4) == 8


def test_a_graph_that_breaks_the_rules_does_not_run(program: Any) -> None:
    import dataclasses

    graph = dataclasses.replace(graph_of(program.factorial), temporaries=("n",))
    with pytest.raises(GraphError, match="'n' has the name of a variable"):
        graph.bind()


def test_builtins_and_marks_are_there(program: Any) -> None:
    graph = graph_of(program.pipeline)
    assert {entry.name: entry.mark for entry in graph.globals if entry.mark} == {"process": "functional"}
    assert elsewhere(graph, "[bound.__name__, bound.__module__, bound.__qualname__]") == (
        "['pipeline', 'carried_program', 'pipeline']"
    )
