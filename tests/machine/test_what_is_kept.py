"""Programs that are over leave nothing behind: their functions and classes can be collected."""

from __future__ import annotations

import gc
import weakref

from scheduled import PRELUDE, Program, executing

import pydron
from pydron_runtime.testing.scripted import ScriptedExecutor

TEXT = f"""{PRELUDE}
class Thing:
    def __init__(self, x):
        self.x = x
    def __add__(self, other):
        return Thing(self.x + other)

@functional
def thing(x):
    return Thing(x)

@schedule
def main():
    found = {{}}
    for x in range(3):
        a = thing(x)
        found[x] = a + f(x)
        if a.x > 1:
            print(a.x, found[x].x, len(found))
    try:
        return [fails(one, 1) for one in found], Thing(f(1))
    except ValueError:
        return sum(f(x) for x in found)
"""


def test_functions_and_classes_of_a_program_go_with_it() -> None:
    """A notebook in which a cell runs again and again, or a test run, would keep each edition of them else."""
    names = Program(TEXT).namespace(pydron.schedule, pydron.functional)
    with executing(ScriptedExecutor()):
        names["main"]()
    kept = [weakref.ref(names[name]) for name in ("Thing", "thing", "main", "fails")]
    names.clear()
    del names
    gc.collect()
    assert [reference() for reference in kept] == [None] * len(kept)
