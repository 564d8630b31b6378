"""``match`` on results: put off as a region, with Python's own matching, captures and failures."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check, peak

CLASSES = """
import dataclasses
import enum

@dataclasses.dataclass
class Point:
    x: int
    y: int = 0

class Plain:
    __match_args__ = ("a",)
    def __init__(self, a):
        self.a = a

class Colour(enum.Enum):
    RED = 1
    BLUE = 2

class Talking:
    __match_args__ = ("seen", "other")
    def __init__(self, value):
        self._value = value
    @property
    def seen(self):
        note("seen", self._value)
        return self._value
    @property
    def other(self):
        note("other")
        raise LookupError("other")
    def __eq__(self, other):
        note("eq", other)
        return other == self._value

class Table(dict):
    def get(self, key, default=None):
        note("get", key)
        return dict.get(self, key, default)
    def keys(self):
        note("keys")
        return dict.keys(self)

@functional
def point(x):
    return Point(x, x * 2)

@functional
def plain(x):
    return Plain(x)

@functional
def colour(x):
    return Colour.RED if x % 2 else Colour.BLUE

@functional
def talking(x):
    return Talking(x)

@functional
def mapping(x):
    return Table(k=x)
"""


def program(body: str, parameters: str = "", arguments: str = "") -> str:
    indented = "\n".join("    " + line for line in body.strip("\n").split("\n"))
    given = f"def arguments():\n    return {arguments}\n" if arguments else ""
    return f"{PRELUDE}{CLASSES}\n@schedule\ndef main({parameters}):\n{indented}\n{given}"


def each(cases: str, call: str = "f(x)") -> str:
    """A match in each of four turns of a loop."""
    inner = "\n".join("        " + line for line in cases.strip("\n").split("\n"))
    return f"out = []\nfor x in range(4):\n    match {call}:\n{inner}\n    out.append(y)\nreturn out"


OVERLAPPING = {
    "values": each("case 1: y = 'one'\ncase 2 | 3: y = 'few'\ncase _: y = 'many'"),
    "calls in the cases": each("case 1 | 2: y = g(x)\ncase n: y = f(n)"),
    "guards": each("case n if n > 2: y = n\ncase n if n == k: y = -n\ncase _: y = 0").replace(
        "out = []", "out, k = [], 2"
    ),
    "guards with calls": each("case n if odd(n): y = n\ncase n if f(n) > 3: y = g(n)\ncase _: y = 0"),
    "sequences": each(
        "case [a]: y = a\ncase [a, b]: y = (a, b)\ncase [a, *rest]: y = rest\ncase _: y = None", "items(x)"
    ),
    "tuples of results": each("case 1, [b]: y = b\ncase a, _: y = g(a)\ncase _: y = 0", "(f(x), pair(x)[1])"),
    "mappings": each(
        "case {'n': 2, **rest}: y = rest\ncase {'n': n, 'list': [m]}: y = n, m\ncase _: y = 0", "table(x)"
    ),
    "classes of builtins": each("case str(): y = 0\ncase int(n) | float(n): y = n\ncase _: y = None"),
    "data classes": each(
        "case Point(x=1): y = 'unit'\ncase Point(a, b) as p: y = (a, b, p)\ncase _: y = 0", "point(x)"
    ),
    "plain classes": each("case Plain(0): y = 'zero'\ncase Plain(a=a): y = a\ncase _: y = 0", "plain(x)"),
    "enumerations": each("case Colour.RED: y = 'r'\ncase Colour.BLUE: y = 'b'\ncase other: y = other", "colour(x)"),
    "names of what is compared": each("case box.a: y = 'a'\ncase _: y = 'b'").replace(
        "out = []", "out, box = [], Plain(2)"
    ),
    "nothing matches": "y = 9\n" + each("case 'text': y = 1\ncase None: y = 2"),
}


@pytest.mark.parametrize("name", OVERLAPPING)
def test_matches_on_results_overlap(name: str) -> None:
    assert peak(program(OVERLAPPING[name])) >= 4


SAME = {
    "user code in patterns waits its turn": """
note("begin")
match talking(f(1)):
    case 7: return "seven"
    case Talking(1): return "one"
    case Talking(2, _): return "two"
return "none"
""",
    "a property that fails": """
out = [f(1)]
note(out)
match talking(f(1)):
    case Talking(seen=2, other=o): out.append(o)
out.append(f(2))
return out
""",
    "mappings of the user's": """
match mapping(f(3)):
    case {"z": _}: return "z"
    case {"k": v, **rest}: return v, rest
""",
    "captures stay when a guard fails": """
match pair(f(2)):
    case (a, [b]) if odd(a) and a > 5: note("first")
    case (a, c) if fails(a, 99) < 2: note("second")
    case _: note("third")
try:
    return a, b, c
except UnboundLocalError:
    return "unbound"
""",
    "captures are not bound by half a match": """
a = "before"
match [f(1), f(2)]:
    case [a, 7]: pass
    case [_, b] if b > f(9): pass
return a, b
""",
    "an unknown class in a pattern": """
note("before")
match f(1):
    case 99: return 1
    case Missing(): return 2
return 3
""",
    "a class that takes no arguments": """
out = [f(1)]
match point(f(1)):
    case Point(1, 2, 3): out.append(1)
return out
""",
    "a class that is none": """
kind = f(1)
match f(2):
    case kind(): pass
""",
    "a failing subject": """
note("begin")
match fail(1):
    case _: note("never")
""",
    "a failing guard": """
out = [f(0)]
match f(1):
    case n if fail(n): out.append(n)
    case _: out.append("never")
return out
""",
    "exits in cases": """
for x in range(6):
    match f(x):
        case 1: continue
        case 2:
            for y in range(3):
                match g(y):
                    case 10: break
                    case _: note(y)
        case 5: return x, y
        case n: note(n)
""",
    "else, break and nested matches": """
for x in range(3):
    match f(x), f(x + 1):
        case (2, n):
            match g(n):
                case 30: break
        case (a, b): note(a, b)
else:
    note("else")
return x
""",
    "subjects that cases bind anew": """
x = f(1)
match x:
    case x if odd(x): return "odd", x
    case [x]: return "list"
    case x: return "any", x
""",
    "a walrus as the subject": """
match (n := f(3)), *items(2):
    case 4, *rest: return n, rest
return n
""",
    "captured by nested code": """
match items(3):
    case [a, *rest]:
        show = lambda: (a, rest)
return show(), a
""",
    "stores in cases": """
out, table_ = [], {}
for x in range(5):
    match f(x) % 3:
        case 0: out.append(g(x))
        case 1: table_[x] = f(x)
        case n: out += [n, x]
return out, table_
""",
    "output in cases": """
for x in range(4):
    match f(x):
        case 2 | 3: print("two or three", f(x))
        case n: print(n)
""",
    "lists that hold results": """
out = [f(1), [f(2)]]
match out:
    case [a, [b, *_]] if a: out.append(a + b)
return out
""",
    "attributes that hold results": """
box = Plain(f(1))
match f(1), g(1):
    case box.a, n: return "same", n
    case _: return "other"
""",
    "an effect before and after": """
out = [f(1)]
match f(2):
    case 3:
        note("three", out)
        out.append(g(2))
    case _:
        note("other")
note(out)
""",
}


@pytest.mark.parametrize("name", SAME)
def test_matches_do_what_python_does(name: str) -> None:
    check(program(SAME[name]))


def test_a_capture_of_a_global_is_taken_whole() -> None:
    text = program("global FOUND\nmatch f(1):\n    case [FOUND]: pass\n    case FOUND: pass\nreturn FOUND")
    check(text)


def test_objects_that_are_matched_later_are_matched_as_they_were() -> None:
    body = "match f(1):\n    case box.a: y = 'same'\n    case _: y = 'other'\nbox.a = 2\nreturn y"
    check(program(body, "box", "(Plain(5),)"))
