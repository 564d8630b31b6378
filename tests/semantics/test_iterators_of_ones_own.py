"""Loops over iterators of one's own ask for as many elements as plain Python does, in whatever form they go on."""

from __future__ import annotations

import pytest
import scheduled

PROGRAM = (
    scheduled.PRELUDE
    + """
class Steps:
    def __init__(self, end):
        self.count, self.end = 0, end
    def __iter__(self):
        log.append("begun")
        return self
    def __next__(self):
        self.count += 1
        log.append(("asked", self.count))
        if self.count == self.end:
            raise StopIteration
        return self.count

def own():
    try:
        yield from range(20)
    finally:
        log.append("closed")

@schedule
def main():
    out = []
    """
)

LOOPS = {
    "an iterator that is gone through": "for x in Steps(9): out.append(f(x))\n    out.append(sum(f(x) for x in Steps(5)))",
    "an iterator that goes on after its end": "it = Steps(9)\n    for x in it: out.append(f(x))\n    out.append(next(it))",
    "an iterator that is left": "it = Steps(90)\n"
    "    for x in it:\n        out.append(f(x))\n        if x > 20: break\n    out.append(next(it))",
    "a generator that is left": "it = own()\n"
    "    for x in it:\n        out.append(f(x))\n        if x > 10: break\n"
    "    log.append('left')\n    out += it",
    "a generator that fails": "it = (fails(x, 12) for x in own())\n"
    "    try:\n        for x in it: out.append(f(x))\n    except ValueError: out += it",
}


@pytest.mark.parametrize("name", LOOPS)
def test_an_iterator_of_ones_own_is_asked_as_plain_python_asks_it(name: str) -> None:
    """Once for an iterator, not beyond its end, not ahead of where the loop is left, and it is not closed by the loop."""
    scheduled.check(f"{PROGRAM}{LOOPS[name]}\n    return out\n")
