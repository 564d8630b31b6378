"""What ``explain`` foretells from the classes of objects, from nested functions and from helpers is what happens."""

from __future__ import annotations

import pytest
from explained import run_and_explain, untrue
from scheduled import PRELUDE

HEAD = (
    PRELUDE
    + """
import collections, contextlib, dataclasses, itertools, os, typing
SEEN = []
COUNT = 0

def unknown(x):
    for _ in range(1):
        SEEN.append(x)
    return x

class Vector:
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)
    def __lt__(self, other):
        return self.x < other.x
    def __eq__(self, other):
        return self.x == other.x
    def __bool__(self):
        return True
    def __getitem__(self, index):
        return (self.x, self.y)[index]
    def __len__(self):
        return 2
    @property
    def length(self):
        return self.x * self.x + self.y * self.y
    def scaled(self, k):
        for _ in range(1):
            SEEN.append(k)
        return Vector(self.x * k, self.y * k)
    def __call__(self, k):
        return self.x * k

class Grid:
    def __init__(self, n):
        self.cells = {}
        self._shown = 0
    def __setitem__(self, place, value):
        self.cells[place] = value
    @property
    def shown(self):
        return self._shown
    @shown.setter
    def shown(self, value):
        self._shown = value
    def fill(self, xs):
        for x in xs:
            y = f(x)
            self.shown += 1
            self.cells[x] = y

class Bag(list):
    def push(self, x):
        self.append(x)

class Cell:
    __slots__ = ("value",)
    def __init__(self, value):
        self.value = value

class Place(typing.NamedTuple):
    x: int
    y: int
    def far(self):
        return self.x + self.y

@functional
def vector(x):
    return Vector(x, x + 1)

@functional
def tabled(x):
    return {"x": x}

@functional
def annotated(x) -> Vector:
    made = vars().get("none", Vector)
    return made(x, x)

def changes(xs, out):
    for x in xs:
        out.append(x)

def counted(x):
    global COUNT
    COUNT += 1
    return f(x)
"""
)

PROGRAMS = {
    "operators of results": """
    total = Vector(0, 0)
    for x in range(3):
        v = vector(x)
        total = total + v
    return total.x""",
    "results in lists": """
    vs = [vector(x) for x in range(3)]
    a = f(1)
    if vs[0] < vs[1]:
        a = f(2)
    b = f(3)
    return a, b, vs[1] == vs[2]""",
    "truth, length and parts": """
    out = []
    for x in range(3):
        v = annotated(x)
        if v:
            out.append(f(x))
        out.append(v[0])
        out.append(len(v))
        if not v:
            out.append(0)
    return out""",
    "properties, methods, calls": """
    out = []
    for i, v in enumerate([vector(x) for x in range(3)]):
        out.append(f(i))
        out.append(v.length)
        out.append(f(i))
        out.append(v.scaled(2).x)
        out.append(f(i))
        out.append(v(3))
    return out""",
    "known functions of objects": """
    a = f(1)
    low = min(vector(2), vector(1))
    b = f(2)
    order = sorted([vector(x) for x in range(3)])
    return a, b, low.x, [v.y for v in order]""",
    "items and attributes that a class sets itself": """
    grid = Grid(3)
    for x in range(3):
        grid[x] = f(x)
        grid.shown = g(x)
    return grid.cells, grid.shown""",
    "a method of a class with a property": """
    grid = Grid(3)
    grid.fill(range(3))
    return grid.cells""",
    "subclasses of builtin classes": """
    bag, places, shelf = Bag(), [Place(f(x), g(x)) for x in range(3)], collections.UserDict()
    for x in range(3):
        bag.append(f(x))
        bag.push(g(x))
        shelf[x] = f(x)
    return bag, [p for p in places if p.far() > 2], dict(shelf)""",
    "a helper that changes its argument": """
    ys, out = [f(x) for x in range(3)], []
    changes(ys, out)
    return out, g(1)""",
    "a helper with a global variable": """
    return [counted(x) for x in range(3)]""",
    "a nested function with a variable of the outer one": """
    count = 0
    def inner(x):
        nonlocal count
        count += 1
        return f(x)
    double = lambda x: x * 2 + count
    out = [inner(x) for x in range(3)]
    return out, count, double(2), f(4)""",
    "nested functions that are handed on": """
    def inner(x):
        return f(x) + 1
    return list(map(inner, range(3))), sorted(range(3), key=lambda x: g(-x))""",
    "a function of a module by the name of a method": """
    a = f(1)
    with contextlib.suppress(OSError):
        os.remove("/none/such")
    return a, f(2)""",
    "results that are changed": """
    out, all = [], []
    for x in range(3):
        ys = items(x)
        ys.append(f(x))
        out.append(ys)
    for x in range(3):
        table = tabled(x)
        table["k"] = f(x)
        del table["x"]
        all.append(table)
    return out, all, g(1)""",
    "named tuples in patterns": """
    places, out = [Place(x, x) for x in range(3)], []
    for place in places:
        match place:
            case Place(x=1):
                out.append(f(1))
            case _:
                out.append(g(2))
    return out""",
    "objects with slots": """
    cell = Cell(f(1))
    a = f(2)
    cell.value = g(3)
    return a, cell.value""",
    "a list that is sorted by a key": """
    out = [f(x) for x in range(3)]
    out.sort(key=lambda x: -x)
    return out, g(1)""",
    "loops and searches on results": """
    x = 0
    while (y := f(x)) < 4:
        x = y
    first = next((k for k in range(4) if odd(k)), None)
    return x, first, any(f(k) > 2 for k in range(3))""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_it_says_of_a_program_is_so(name: str) -> None:
    assert untrue(f"{HEAD}\n@schedule\ndef main():{PROGRAMS[name]}\n") == []


def explained(body: str) -> dict[str, str]:
    """Line of ``main`` -> its mark and codes."""
    _, lines, _ = run_and_explain(f"{HEAD}\n@schedule\ndef main():{body}\n")
    marks = {}
    for line in lines:
        codes = sorted({finding.code for finding in line.findings if finding.code})
        marks[line.text.strip()] = " ".join([line.mark, *codes])
    return marks


def test_code_of_a_class_is_foretold_wherever_its_object_came_from() -> None:
    marks = explained(PROGRAMS["truth, length and parts"])
    assert marks["if v:"] == marks["out.append(v[0])"] == marks["out.append(len(v))"] == "late PD302"
    marks = explained(PROGRAMS["items and attributes that a class sets itself"])
    assert marks["grid = Grid(3)"].strip() == "pure"
    assert marks["grid[x] = f(x)"] == marks["grid.shown = g(x)"] == "late PD302"


def test_lines_of_nested_functions_are_marked_and_their_calls_named() -> None:
    marks = explained(PROGRAMS["a nested function with a variable of the outer one"])
    assert marks["count += 1"] == "native PD207"
    assert marks["return f(x)"].strip() == "parallel"
    assert marks["out = [inner(x) for x in range(3)]"] == "scheduled PD104"
    assert marks["return out, count, double(2), f(4)"] == "late PD102"
    marks = explained(PROGRAMS["nested functions that are handed on"])
    assert marks["return f(x) + 1"].strip() == "parallel"


def test_a_function_by_the_name_of_a_method_is_a_call() -> None:
    marks = explained(PROGRAMS["a function of a module by the name of a method"])
    assert marks['os.remove("/none/such")'] == "sync-point PD101"


def test_a_change_of_a_result_is_foretold_and_the_cure_works() -> None:
    marks = explained(PROGRAMS["results that are changed"])
    assert marks["ys.append(f(x))"] == marks['table["k"] = f(x)'] == marks['del table["x"]'] == "late PD303"
    text = f"{HEAD}\n@schedule\ndef main():\n    tables = []\n    for x in range(4):\n"
    apart = "        tables.append(tabled(x))\n    for table in tables:\n        table['k'] = 1\n    return tables\n"
    assert run_and_explain(text + apart)[2] == 4


def test_methods_of_objects_whose_class_is_seen_are_known_unless_others_are_derived_from_it() -> None:
    head = "\nclass Model:\n    @functional\n    def predict(self, x):\n        return x\n"
    head += "    def step(self, x):\n        return f(x)\n"
    body = "\n    m = Model()\n    a = [m.predict(x) for x in range(3)]\n    return a, [m.step(x) for x in range(3)]"
    derived = "\nclass Other(Model):\n    def predict(self, x):\n        return unknown(x)\n    step = predict\n"
    for more, marks in (("", ["parallel", "scheduled"]), (derived, ["late", "late"])):
        text = f"{HEAD}{head}{more}\n@schedule\ndef main():{body}\n"
        assert untrue(text) == []
        found = {line.text.strip(): line.mark for line in run_and_explain(text)[1]}
        lines = ("a = [m.predict(x) for x in range(3)]", "return a, [m.step(x) for x in range(3)]")
        assert [found[line] for line in lines] == marks
