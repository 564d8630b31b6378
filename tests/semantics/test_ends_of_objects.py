"""Objects end when they end in plain Python: no temporary, and nothing the machine keeps, holds them any longer.

And not earlier than what was asked for before has been made: a temporary directory goes with the variable that held it.
"""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, Program, by_machine, check

from pydron_runtime.testing.scripted import ScriptedExecutor, newest_first

MORE = """
import os, shutil, tempfile

class Thing:
    def __init__(self, name):
        self.name = name
    def __del__(self):
        note("end of", self.name)
    def __enter__(self):
        return self
    def __exit__(self, *problem):
        note("left", self.name)
    def use(self):
        note("used", self.name)
        return self.name

class Home:
    def __init__(self):
        self.path = tempfile.mkdtemp()
    def __del__(self):
        shutil.rmtree(self.path)

def steps(name):
    try:
        yield from range(5)
    finally:
        note("closed", name)

def made(name):
    return Thing(name)

def broken(thing):
    raise KeyError(thing.name)

def written(path, text="hello"):
    with open(os.path.join(path, "file"), "w") as file:
        file.write(text)

@functional
def size(path, more=0):
    return os.path.getsize(os.path.join(path, "file")) + more
"""


def program(body: str) -> str:
    indented = "\n".join("    " + line for line in body.strip("\n").split("\n"))
    return f"{PRELUDE}{MORE}\n@schedule\ndef main():\n{indented}\n"


ENDS = {
    "a temporary": "Thing(1)\nnote('next')\nThing(2).use()\nnote('next')\nmade(3).use()\nnote('next')",
    "operands": "x = Thing(1).name + Thing(2).name\nnote(x)",
    "a variable": "x = Thing(1)\nx = None\nnote('next')\nx = Thing(2)\ndel x\nnote('next')",
    "a test": "if Thing(1).name:\n    note('inside')\nwhile Thing(2).name:\n    note('body')\n    break\nnote('next')",
    "a manager": "with Thing(1) as x:\n    note('inside')\nx = None\nnote('next')\nwith Thing(2):\n    pass\nnote('next')",
    "an element": "for x in [Thing(1), Thing(2)]:\n    note('body')\nx = None\nnote('next')",
    "several targets": "x = y = Thing(1)\nx = None\ny = None\nnote('next')\n(a, [b]), c = (1, [Thing(2)]), 3\nb = None\nnote(a, c)",
    "an item that is replaced": "d = {}\nd['k'] = Thing(1)\nd['k'] = 2\nnote('next')\nd['k'] = Thing(3)\nd.clear()\nnote(d)",
    "an attribute": "x = Thing(1)\nx.y = Thing(2)\nx.y = None\nnote('next')\nx.name += 1\nnote('next')",
    "an exception": "try:\n    raise ValueError(Thing(1))\nexcept ValueError as error:\n    note('caught')\nnote('next')",
    "what a failing function had": "try:\n    broken(Thing(2))\nexcept KeyError:\n    note('caught')\nnote('next')",
    "a variable of an attempt": "try:\n    x = Thing(1)\n    note(x.name)\nexcept OSError:\n    pass\nnote('still')\nx = None\nnote('next')",
    "a variable of a branch": "if log is not None:\n    x = Thing(1)\nnote('still')\nx = None\nnote('next')",
    "a generator that a loop leaves": "for x in steps('a'):\n    break\nnote('next')\nfor n, x in enumerate(steps('b')):\n    if x > 1:\n        break\nnote(n)",
    "a generator that is asked once": "note(next(steps('a')))\nnote(any(x > 1 for x in steps('b')))\nnote('next')",
    "what a match looked at": "match Thing(1):\n    case Thing(name=n):\n        pass\nnote(n)",
    "a file": "home = Home()\npath = home.path + '/file'\nopen(path, 'w').write('hello')\nreturn f(len(open(path).read()))",
    "files in a loop": "home = Home()\npath = home.path + '/file'\nout = []\nfor n in range(3):\n    open(path, 'w').write('x' * n)\n    out.append(f(len(open(path).read())))\nreturn out",
}

STAYS = {
    "a variable": "home = Home()\nwritten(home.path)\nreturn [size(home.path, n) for n in range(3)]",
    "a variable bound anew": "out = []\nfor n in range(3):\n    home = Home()\n    written(home.path)\n    out.append(size(home.path, n))\nreturn out",
    "a variable of a branch": "if log is not None:\n    home = Home()\n    path = home.path\n    written(path)\nelse:\n    path = '.'\nreturn sum(size(path, n) for n in range(3))",
    "a variable of an attempt": "try:\n    home = Home()\n    path = home.path\n    written(path)\nexcept OSError:\n    path = '.'\nreturn [size(path, n) for n in range(3)]",
    "a variable of another function": "def inside(n):\n    home = Home()\n    path = home.path\n    written(path)\n    return size(path, n)\nreturn [inside(n) for n in range(3)]",
    "a variable that is given up": "home = Home()\nwritten(home.path)\nx = size(home.path)\nhome = None\nreturn f(x)",
}


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("name", ENDS)
def test_objects_end_when_they_end_in_plain_python(name: str) -> None:
    check(program(ENDS[name]))


@pytest.mark.parametrize("name", STAYS)
def test_what_calls_under_way_need_does_not_end(name: str) -> None:
    check(program(STAYS[name]))


def test_calls_that_need_what_a_variable_holds_overlap() -> None:
    """Keeping an object is no sync-point."""
    executor = ScriptedExecutor(newest_first)
    by_machine(Program(program(STAYS["a variable"])), executor)
    assert executor.peak == 3
