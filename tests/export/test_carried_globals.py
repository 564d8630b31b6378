"""What global names mean travels with a graph: modules, library objects, literals, and the user's own code."""

from __future__ import annotations

import collections
import functools
import importlib.util
import math
import os.path
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from random import random
from typing import Any

import pytest

from pydron import functional
from pydron.export.globals import with_globals
from pydron.export.origins import installed_name, is_installed, literal_text
from pydron.ir.nodes import Global, Graph, Input, Output, Region
from pydron.location import NOWHERE

LIMIT = 7
TABLE = {"a": [1, 2.5, (None, True)], b"b": {3, 4}}
INFINITE = math.inf
LOG = open


class Point:
    """A class of the user."""

    def __init__(self, x: int) -> None:
        self.x = scale(x)


def scale(x: int) -> int:
    return x * LIMIT


@functional
def process(x: int) -> Any:
    return Point(x), offset(x)


@functools.lru_cache
def offset(x: int) -> int:
    return x + 1


SINGLETON = Point(3)
double = lambda x: 2 * x  # noqa: E731


def even(n: int) -> bool:
    return n == 0 or odd(n - 1)


def odd(n: int) -> bool:
    return n != 0 and even(n - 1)


def carried(function: Callable[..., Any], signature: str = "", free: tuple[str, ...] = ()) -> dict[str, Global]:
    region = Region((Input(0, NOWHERE, (), ()), Output(1, NOWHERE, (), ())))
    import inspect
    import textwrap

    source = textwrap.dedent(inspect.getsource(function))
    graph = Graph("f", "f", __name__, __file__, 1, signature, "function", region, free_names=free, source=source)
    return {entry.name: entry for entry in with_globals(graph, function).globals}


def test_modules_and_library_objects_are_named() -> None:
    def function() -> Any:
        return os.path.join("a"), math.pi, collections.OrderedDict, random(), functional, len

    table = carried(function)
    assert (table["os"].kind, table["os"].module, table["os"].text) == ("module", "os", "os.path")
    assert table["math"] == Global("math", "module", "math")
    assert (table["random"].kind, table["random"].module, table["random"].qualname) == ("attribute", "random", "random")
    assert table["functional"].kind == "attribute" and table["functional"].module.startswith("pydron")
    assert "len" not in table


def test_submodules_that_are_read_are_imported_too() -> None:
    import xml.etree.ElementTree

    def function() -> Any:
        return xml.etree.ElementTree.XML("<a/>")

    table = carried(function, free=("xml",))
    assert table["xml"] == Global("xml", "module", "xml", text="xml.etree xml.etree.ElementTree")


def test_literals_are_written_down() -> None:
    def function() -> Any:
        return LIMIT, TABLE, INFINITE

    table = carried(function)
    assert table["LIMIT"] == Global("LIMIT", "constant", text="7")
    assert table["TABLE"].kind == "constant" and eval(table["TABLE"].text) == TABLE
    assert (table["INFINITE"].module, table["INFINITE"].qualname) == ("math", "inf")


def test_code_of_the_user_travels_with_all_it_needs() -> None:
    def function() -> Any:
        return process(1)

    table = carried(function)
    assert list(table) == ["process", "Point", "functional", "offset", "scale", "functools", "LIMIT"]
    process_entry = table["process"]
    assert (process_entry.kind, process_entry.mark) == ("function", "functional")
    assert process_entry.needs == ("Point", "functional", "offset")
    assert process_entry.text.startswith("@functional\ndef process(")
    assert process_entry.filename == __file__ and process_entry.line > 10
    assert table["Point"].kind == "class" and table["Point"].text.startswith(
        "from __future__ import annotations\nclass"
    )
    assert table["offset"].text.startswith("@functools.lru_cache\n")


def test_functions_that_call_each_other_are_entered_once() -> None:
    def function() -> Any:
        return even(3), double(2)  # type: ignore[no-untyped-call]

    table = carried(function)
    assert list(table) == ["even", "double", "odd"]
    assert table["even"].needs == ("odd",) and table["odd"].needs == ("even",)
    assert table["double"].text.startswith("double = lambda x: 2 * x")


def test_captured_variables_travel_like_globals() -> None:
    factor, thing = 3, object()

    def inner(x: int) -> int:
        return x * factor

    def function() -> Any:
        return inner(2), thing

    table = carried(function, free=("inner", "thing"))
    assert table["inner"].kind == "function" and table["inner"].needs == ("factor",)
    assert table["inner"].text.startswith("if True:\n    def inner(")
    assert table["factor"] == Global("factor", "constant", text="3")
    assert table["thing"].kind == "missing" and "builtins.object" in table["thing"].text


def test_what_cannot_travel_says_why() -> None:
    def function() -> Any:
        return SINGLETON, nowhere  # type: ignore[name-defined]  # noqa: F821

    table = carried(function)
    assert table["SINGLETON"].kind == "missing" and "Point" in table["SINGLETON"].text
    assert table["nowhere"].kind == "missing" and "no value" in table["nowhere"].text


def test_names_in_defaults_are_known_although_their_variable_is_gone() -> None:
    functions = []
    for number in (5, 6):

        def function(x: int, n: int = number, *, k: int = number) -> int:
            return x + n + k

        functions.append(function)
    del number
    table = carried(functions[0], "x, n=number, *, k=number")
    assert table["number"] == Global("number", "constant", text="5")


@pytest.fixture
def module_of() -> Iterator[Callable[[str, str, Path], types.ModuleType]]:
    made = []

    def make(name: str, text: str, directory: Path) -> types.ModuleType:
        path = directory / f"{name}.py"
        path.write_text(text)
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        made.append(name)
        spec.loader.exec_module(module)
        return module

    yield make
    for name in made:
        del sys.modules[name]


def test_one_name_with_two_meanings_gets_two_entries(
    module_of: Callable[[str, str, Path], types.ModuleType], tmp_path: Path
) -> None:
    module_of("carried_low", "SCALE = 2\ndef low(x): return x * SCALE\n", tmp_path)
    high = module_of(
        "carried_high", "from carried_low import low\nSCALE = 3\ndef high(x): return low(x) * SCALE\n", tmp_path
    )
    table = carried(high.high, "x")
    assert table["SCALE"].text == "3"
    assert table["low"].needs == ("SCALE=carried_low:SCALE",)
    assert table["carried_low:SCALE"].text == "2"


@pytest.mark.parametrize("value", [0, -1.5, 2j, "a\n'", b"\x00", (1, (2,)), [], {}, {"a": {1}}, None, True, ..., set()])
def test_a_literal_text_gives_the_value_back(value: Any) -> None:
    text = literal_text(value)
    assert text is not None and eval(text) == value


def test_what_is_no_literal_has_no_literal_text() -> None:
    class Number(int):
        pass

    endless: list[Any] = []
    endless.append(endless)
    for value in (Number(3), [object()], endless, "x" * 100_000, list(range(20_000)), math.nan, 10**5000):
        assert literal_text(value) is None


def test_where_objects_live() -> None:
    assert is_installed("os") and is_installed("pytest") and is_installed("pydron.marks")
    assert not is_installed("__main__") and not is_installed(__name__)
    assert installed_name(sys.stdout.write, "nothing") is None
    assert installed_name(math.sin, "x") == ("math", "sin")
    assert installed_name(dict.fromkeys, "x") is None
