"""Warnings, and whoever else looks at the callers, name the user's lines, as in plain Python."""

from __future__ import annotations

import gc
import sys
import weakref
from typing import Any

import pytest
from scheduled import PRELUDE, WAYS, Program, by_machine, compare, executing, plain

import pydron
from pydron_runtime.testing.scripted import ScriptedExecutor

MORE = """
import sys
import warnings
import numpy as np

def show(message, category, filename, line, file=None, text=None):
    note(str(message), category.__name__, filename, line)

class Careful:
    def __init__(self):
        warnings.warn("made", stacklevel=2)
    @property
    def attribute(self):
        warnings.warn("attribute", stacklevel=2)
        return 1
    def __setitem__(self, key, value):
        warnings.warn("setitem", stacklevel=2)
    def __delitem__(self, key):
        warnings.warn("delitem", stacklevel=2)
    def __iter__(self):
        for x in range(2):
            warnings.warn("iter", stacklevel=2)
            yield x
    def __hash__(self):
        warnings.warn("hash", stacklevel=2)
        return 3

for name in "add getitem contains bool neg eq iadd lt len str".split():
    def operator(self, *operands, name=name):
        warnings.warn(name, stacklevel=2)
        return 1 if name in ("bool", "len") else "text" if name == "str" else True
    if name == "bool":
        operator = lambda self: warnings.warn("bool", stacklevel=2) is None
    setattr(Careful, f"__{name}__", operator)

@functional
def vector(x):
    return np.array([float(x), 0.0])

@functional
def careful(x):
    return Careful()

def old(level=2):
    warnings.warn("old", stacklevel=level)
    return 1

def helper(x):
    y = f(x)
    warnings.warn("helper", stacklevel=2)
    old(3)
    return y

@schedule
def inner(x):
    y = f(x)
    warnings.warn("inner", stacklevel=2)
    return y

@schedule
def quiet():
    warnings.warn("quiet", stacklevel=2)

@schedule
def whole():
    class Inside:
        names = sorted(locals())
    warnings.warn("whole", stacklevel=2)

def callers(depth):
    return [sys._getframe(level).f_code.co_name for level in range(1, depth)]
"""

BODIES = {
    "arrays": """
a = np.ones(3)
x = 1 / vector(1)
y = a / 0
a /= 0
b = vector(2)
b /= 0
z = np.log(b - 100)
np.mean(np.array([]))
np.mean(vector(1)[2:])
a = a * f(1)
c = np.zeros(3, dtype=int)
c[0] = np.float64(2.5) * 1j
bool(np.array([]) > f(1))
np.nanmean(vector(1) * np.nan)
""",
    "in the order of the program": """
first = 1 / vector(1)
second = np.ones(2) / 0
third = 1 / vector(2)
warnings.warn("fourth")
fifth = np.ones(2) / 0
print(f(6))
""",
    "operators of one's own": """
o = Careful()
o + f(1); o[1]; -o; o == 1; o < f(3); 1 in o
o[1] = f(2)
del o[1]
o.attribute
if o: note(1)
not o
len(o); str(o); hash(o)
for x in o: note(x)
a, b = o
{o}; {o: 1}
o += f(1)
""",
    "operators of results": """
o = careful(1)
o + 1; o[1]; -o; o < 3; o.attribute
""",
    "truth values": "~bool(f(1))\nif NotImplemented: note(1)\n",
    "functions that name their callers": """
r = f(1)
old(); old(3); helper(r); inner(r); quiet(); whole()
x = [old() for i in range(2)]
if r > 0:
    old()
warnings.warn("here"); warnings.warn("further up", stacklevel=2); warnings.warn("further up", UserWarning, 2)
list(map(lambda v: old(), [1]))
""",
    "a failure": """
a = 1 / vector(1)
b = fail(2)
c = 1 / vector(3)
""",
    "an error": """
warnings.simplefilter("error")
try:
    a = 1 / vector(1)
    note(a)
except RuntimeWarning as error:
    note(error)
""",
    "names of callers": "r = f(1)\nreturn callers(3)",
}


def text_of(body: str) -> str:
    indented = "\n".join("    " + line for line in body.strip("\n").split("\n"))
    main = "def main():\n    with warnings.catch_warnings():\n        warnings.simplefilter('always')\n"
    main += "        warnings.showwarning = show\n        return body()\n"
    return f"{PRELUDE}{MORE}\n@schedule\ndef body():\n{indented}\n\n{main}"


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", BODIES)
def test_warnings_name_the_lines_of_the_program_in_its_order(name: str) -> None:
    program = Program(text_of(BODIES[name]))
    expected = plain(program)
    assert expected.log or name == "names of callers" or sys.version_info < (3, 12)
    compare(program, "oldest first", expected, by_machine(program, ScriptedExecutor()))
    for way in ("newest first", "inline"):
        compare(program, way, expected, WAYS[way](program, False))


def test_who_looks_at_callers_keeps_nothing_alive() -> None:
    """A stack that was looked at is free as soon as it is left, without the collector's help."""
    text = f"{PRELUDE}\nclass Thing:\n    pass\ndef look(thing):\n    return None\n"
    text += "@schedule\ndef main():\n    r = f(1)\n    thing = Thing()\n    look(thing)\n    note(r)\n    return ref(thing)\n"
    names: dict[str, Any] = Program(text).namespace(pydron.schedule, pydron.functional)
    names["ref"] = weakref.ref
    gc.disable()
    try:
        with executing(ScriptedExecutor()):
            assert names["main"]()() is None
    finally:
        gc.enable()
