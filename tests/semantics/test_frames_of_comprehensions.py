"""Up to Python 3.11 a comprehension has a frame of its own: tracebacks show it, also where it was taken apart."""

from __future__ import annotations

import sys
import traceback
from typing import Any

import pytest
from scheduled import Program, executing

import pydron
from pydron.comprehensions import Comprehension, around
from pydron.location import Span
from pydron.places import Place
from pydron_runtime.testing.scripted import ScriptedExecutor, newest_first, oldest_first

HEAD = """
@functional
def f(x):
    return x + 1

@functional
def failing(x):
    return 1 // x

def bad(x):
    return 1 // x

def helper(xs):
    return [failing(x) for x in xs]

def generator(n):
    yield n
    yield n // 0

class Thing:
    def run(self, xs):
        return {failing(x) for x in xs}

def shown(error):
    import traceback
    return [(frame.name, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
"""

OF_CALLS = {
    "a list": "return [failing(x) for x in xs]",
    "a list of several lines": "return [\n    failing(x)\n    for x in xs\n]",
    "a set": "ys = {failing(x) for x in xs}\nreturn len(ys)",
    "a dict": "return {x:\n    failing(x) for x in xs}",
    "one in another": "return [[failing(y) for y in xs]\n    for x in xs]",
    "two clauses": "return [y for x in xs for y in [failing(x)]]",
    "a generator expression in one": "return [sum(failing(y) for y in [x]) for x in xs]",
    "one in a generator expression": "return sum(len([failing(y) for y in [x]]) for x in xs)",
    "one in a helper": "return helper(xs)",
    "one in a method": "return Thing().run(xs)",
    "one in a loop": "out = []\nfor y in xs:\n    if f(y) > 1:\n        out.append([failing(x) for x in xs])\nreturn out",
    "what it goes through": "return [f(x) for x in [failing(0)]]",
    "in a with block": "import contextlib\nwith contextlib.nullcontext():\n    return [failing(x) for x in xs]",
    "seen by a handler": "try:\n    return [\n        failing(x) for x in xs]\nexcept ZeroDivisionError as error:\n    return shown(error)",
}
"""Failures of functional calls."""

OF_THE_PROGRAM = {
    "an operator": "return [f(x) // x for x in xs]",
    "a plain function": "return [bad(f(x) - 1) for x in xs]",
    "a condition": "return [f(x) for x in xs if 1 // x]",
    "an attribute": "return [x.y for x in [f(0)]]",
    "unpacking": "return [a for a, b in [[f(x)] for x in xs]]",
    "what is gone through": "return [f(x) for x in\n    generator(1)]",
    "an iterable": "return [f(x) for x in bad(0)]",
    "beside one": "return [f(x) for x in xs] + bad(0)",
    "a lambda in one": "return [(lambda y: bad(y))(f(x) - 1) for x in xs]",
}
"""Failures of the program's own code: which comprehension it stands in, only columns tell."""


def _itself(function: Any) -> Any:
    return function


def frames(body: str, schedule: Any, functional: Any) -> Any:
    """The user's frames of the failure of a program, or what it returns."""
    indented = "\n".join("    " + line for line in body.split("\n"))
    program = Program(f"{HEAD}\n@schedule\ndef main(xs):\n{indented}\n")
    names = program.namespace(schedule, functional)
    try:
        return names["main"]([2, 1, 0])
    except Exception as error:
        entries = traceback.extract_tb(error.__traceback__)
        return [(entry.name, entry.lineno) for entry in entries if entry.filename == program.filename]


@pytest.mark.parametrize(
    "body",
    [
        *(pytest.param(body, id=name) for name, body in OF_CALLS.items()),
        *(
            pytest.param(body, id=name, marks=pytest.mark.skipif(sys.version_info < (3, 11), reason="no columns"))
            for name, body in OF_THE_PROGRAM.items()
        ),
    ],
)
@pytest.mark.parametrize("order", [oldest_first, newest_first], ids=["oldest first", "newest first"])
def test_the_frames_are_those_of_plain_python(body: str, order: Any) -> None:
    expected = frames(body, _itself, _itself)
    assert expected
    with executing(ScriptedExecutor(order)):
        assert frames(body, pydron.schedule, pydron.functional) == expected


LIST = Comprehension("<listcomp>", Span(2, 4, 5, 5), Span(4, 13, 4, 15))


def test_a_place_is_in_a_comprehension_but_not_where_its_first_iterable_is_computed() -> None:
    def inside(place: Place, loops: bool = False) -> bool:
        return around((LIST,), place, None, loops) == [LIST]

    assert inside(Place(3, 3, 8, 12))
    assert not inside(Place(2, 5, 4, 5)), "the comprehension itself"
    assert not inside(Place(4, 4, 13, 15))
    assert inside(Place(4, 4, 13, 15), loops=True)
    assert not inside(Place(6, 6, 0, 1))
    assert not inside(Place(3)), "columns are not known"


def test_comprehensions_around_the_place_above_do_not_count_again() -> None:
    place, above = Place(3, 3, 8, 12), Place(3, 3, 6, 14)
    assert around((LIST,), place, above, False) == []
