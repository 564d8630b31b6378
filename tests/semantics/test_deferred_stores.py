"""Deferred regions that modify objects: whoever else has a name for them sees it in program order."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check

PROGRAMS = {
    "an augmented attribute that is a list with another name": """
class Box:
    pass

@schedule
def main():
    shared = [1, 2]
    o = Box()
    o.x = shared
    m = [7]
    for c in list(shared):
        n = 0
        while n < 3:
            n += 1 + f(c) * 0
            o.x += [1]
            c = m.pop()
    shared.append(c)
    return shared, m
""",
    "an augmented item that is a list with another name": """
@schedule
def main():
    inner = [0]
    table = {"k": inner}
    for x in range(4):
        if odd(x):
            table["k"] += [f(x)]
        inner.append(x)
    return table, inner
""",
    "items and attributes that are numbers": """
class Box:
    count = 0

@schedule
def main():
    box, counts = Box(), {0: 0, 1: 0}
    for x in range(6):
        if odd(x):
            counts[1] += f(x)
            box.count += 1
        else:
            counts[0] += 1
        note(x)
    return counts, vars(box)
""",
    "a container behind an attribute": """
class Box:
    def __init__(self):
        self.kept, self.table, self.last = [], {}, None

@schedule
def main():
    box = Box()
    for x in range(6):
        a = f(x)
        if a > 3:
            box.kept.append(g(a))
            box.table[x] = a
        else:
            box.last = a
        box.kept.append(x)
    return vars(box)
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_stores_of_deferred_regions_keep_their_place(name: str) -> None:
    """However late a region runs, nobody sees its stores early, late, or not at all."""
    check(PRELUDE + PROGRAMS[name])
