"""The standard library, code that nobody here wrote, goes through the front end and back, and still works."""

from __future__ import annotations

import doctest
import functools
import importlib
import inspect
import sys
import types
from collections.abc import Iterator
from typing import Any

import pytest

from pydron.frontend.build import build_graph
from pydron.interpret.function import compiled
from pydron.ir.nodes import Native, walk
from pydron.ir.verifier import problems

BUILT = """
    argparse ast calendar collections configparser contextlib copy csv dataclasses difflib enum fractions functools
    heapq inspect json.decoder json.encoder pickle pprint random shlex shutil statistics string textwrap
    traceback types typing unittest.mock urllib.parse zipfile
""".split()

RUN = "textwrap statistics fractions calendar difflib json.decoder json.encoder heapq string shlex".split()


def functions_of(module: types.ModuleType) -> Iterator[types.FunctionType]:
    """Every function and method that a module defines, once."""
    seen: set[int] = set()

    def visit(value: Any) -> Iterator[types.FunctionType]:
        value = getattr(value, "__func__", value)
        parts = [value.fget, value.fset, value.fdel] if isinstance(value, property) else [value]
        for part in parts:
            if isinstance(part, functools.cached_property):
                part = part.func
            if id(part) in seen or getattr(part, "__module__", None) != module.__name__:
                continue
            seen.add(id(part))
            if isinstance(part, types.FunctionType):
                yield part
            elif inspect.isclass(part):
                for inner in list(vars(part).values()):
                    yield from visit(inner)

    for value in list(vars(module).values()):
        yield from visit(value)


@pytest.mark.slow
@pytest.mark.parametrize("name", BUILT)
def test_every_function_gets_a_valid_graph_that_compiles(name: str) -> None:
    """None fails in the front end; variables are those that CPython finds; nothing is of an unknown kind."""
    count = 0
    for function in functions_of(importlib.import_module(name)):
        graph = build_graph(function, strict=True)
        code = function.__code__
        if not graph.source:
            continue
        count += 1
        assert problems(graph) == [], function.__qualname__
        assert "PD215" not in [node.reason for node in walk(graph.body) if isinstance(node, Native)]
        known = {*code.co_varnames, *code.co_cellvars}
        if sys.version_info < (3, 12):
            assert set(graph.local_names) == known
        else:
            # Variables of comprehensions are among them since comprehensions have no functions of their own.
            assert set(graph.local_names) <= known
        rebuilt = compiled(graph)
        assert set(rebuilt.co_freevars) <= set(code.co_freevars)
        assert rebuilt.co_varnames[: rebuilt.co_argcount] == code.co_varnames[: code.co_argcount]
        assert rebuilt.co_firstlineno == code.co_firstlineno
        assert rebuilt.co_name == code.co_name
    assert count > 0


@pytest.fixture(params=RUN)
def rebuilt_module(request: pytest.FixtureRequest) -> Iterator[types.ModuleType]:
    """A module whose functions have been exchanged for what their graphs say, for the time of a test."""
    module = importlib.import_module(request.param)
    kept: list[tuple[types.FunctionType, types.CodeType]] = []
    try:
        for function in functions_of(module):
            graph = build_graph(function, strict=True)
            rebuilt = compiled(graph) if graph.source else function.__code__
            if rebuilt.co_freevars == function.__code__.co_freevars:
                kept.append((function, function.__code__))
                function.__code__ = rebuilt
        yield module
    finally:
        for function, code in kept:
            function.__code__ = code


CHECKS = {
    "textwrap": "module.fill('The quick brown fox ' * 9, 33, initial_indent='* ', drop_whitespace=False), "
    "module.dedent('  a\\n    b\\n'), module.shorten('a lot of words here', 12)",
    "statistics": "module.quantiles([1, 5, 2, 8], n=5), module.linear_regression([1, 2, 4], [3, 5, 8]), "
    "module.multimode('aabbc'), module.stdev([1.5, 2.5, 4])",
    "fractions": "module.Fraction('3.1415926535').limit_denominator(1000), module.Fraction(3, 4) ** -2, "
    "divmod(module.Fraction(7, 2), 2), hash(module.Fraction(1, 3))",
    "calendar": "module.TextCalendar(6).formatyear(2024, m=4), module.HTMLCalendar().formatmonth(2023, 2)",
    "difflib": "list(module.unified_diff('a b c d e'.split(), 'a c x e f'.split(), 'p', 'q', lineterm='')), "
    "list(module.ndiff(['one\\n', 'two\\n'], ['ore\\n', 'tree\\n'])), module.get_close_matches('appel', ['ape'])",
    "json.decoder": 'module.JSONDecoder().raw_decode(\'{"a": [1, 2.5, null, "\\\\u00e9"]}\'), '
    "module.py_scanstring('x\\\\n\\\\u00e9\" rest', 0)",
    "json.encoder": "list(module.JSONEncoder(indent=2, sort_keys=True).iterencode({'b': [1, (2, {})], 'a': None})), "
    "module.py_encode_basestring_ascii('\\u00e9\\n')",
    "heapq": "list(module.merge([1, 4], [2, 3], key=lambda x: -x)), module.nsmallest(2, [3, 1, 2], key=str)",
    "string": "module.Template('$a ${b} $$ $').safe_substitute(a=1), module.capwords(' a  bc '), "
    "module.Formatter().format('{0.real:>{w}} {x!r}', 5, w=4, x=[1])",
    "shlex": "module.split('a \"b c\" d\\\\ e # f', comments=True), module.quote(\"it's\"), module.join(['a b', 'c'])",
}


@pytest.mark.slow
def test_modules_work_with_the_functions_that_their_graphs_say(rebuilt_module: types.ModuleType) -> None:
    check = f"repr(({CHECKS[rebuilt_module.__name__]}))"
    found = eval(check, {"module": rebuilt_module})
    root = rebuilt_module.__name__.partition(".")[0]
    ran = doctest.testmod(rebuilt_module, extraglobs={root: importlib.import_module(root)})
    assert ran.failed == 0
    assert found == EXPECTED[rebuilt_module.__name__]


EXPECTED = {name: eval(f"repr(({check}))", {"module": importlib.import_module(name)}) for name, check in CHECKS.items()}
"""Computed when this file is imported, by the modules as they are."""
