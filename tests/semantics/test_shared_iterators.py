"""An iterator that others can see is never found run ahead: after a failure it stands where plain Python leaves it."""

from __future__ import annotations

import pytest
import scheduled

PRELUDE = (
    scheduled.PRELUDE
    + """
import collections
import itertools

def key(x):
    return x[0] if isinstance(x, tuple) else x

def own():
    yield from [1, 2, 3, 4, 5]

class Holder:
    pass
"""
)

ITERATORS = {
    "list": "iter([1, 2, 3, 4, 5])",
    "range": "iter(range(1, 6))",
    "zip": "zip([1, 2, 3, 4, 5])",
    "enumerate": "enumerate('abcde')",
}

MORE_ITERATORS = {
    "tuple": "iter((1, 2, 3, 4, 5))",
    "reversed": "reversed([5, 4, 3, 2, 1])",
    "map": "map(int, '12345')",
    "map of functional calls": "map(f, [0, 1, 2, 3, 4])",
    "filter": "filter(None, [1, 2, 3, 4, 5])",
    "count": "itertools.islice(itertools.count(1), 6)",
    "cycle": "itertools.islice(itertools.cycle([1, 2, 3]), 8)",
    "chain": "itertools.chain([1, 2], [3, 4, 5])",
    "keys": "iter({1: 0, 2: 0, 3: 0, 4: 0})",
    "items": "iter({1: 0, 2: 0, 3: 0, 4: 0}.items())",
    "deque": "iter(collections.deque([1, 2, 3, 4, 5]))",
    "generator": "own()",
    "generator expression": "(x for x in [1, 2, 3, 4, 5])",
    "zip of iterators": "zip(iter([1, 2, 3, 4]), [1, 2, 3, 4])",
    "zip of a generator": "zip(own(), [1, 2, 3, 4, 5])",
}

HANDLER = """
@schedule
def main():
    it = MADE
    out = []
    try:
        for x in it:
            out.append(fails(key(x), 3))
    except ValueError:
        return out, x, list(it)
    return out
"""

PLACES = {
    "the caller": """
@schedule
def inner(it, out):
    for x in it:
        out.append(fails(key(x), 3))

def main():
    it, out = MADE, []
    try:
        inner(it, out)
    except ValueError:
        return out, list(it)
""",
    "an attribute": """
@schedule
def inner(self):
    for x in self.it:
        self.out.append(fails(key(x), 3))

def main():
    self = Holder()
    self.it, self.out = MADE, []
    try:
        inner(self)
    except ValueError:
        return self.out, list(self.it)
""",
    "a closure": """
@schedule
def main():
    it = MADE
    def rest():
        return list(it)
    try:
        return [fails(key(x), 3) for x in it]
    except ValueError:
        return rest()
""",
    "what a zip goes through": """
@schedule
def main():
    it, out = MADE, []
    try:
        for number, x in zip(range(9), it):
            out.append(fails(key(x), 3))
    except ValueError:
        return out, list(it)
""",
    "what an enumerated generator goes through": """
@schedule
def main():
    it, out = MADE, []
    try:
        for number, y in enumerate(fails(key(x), 3) for x in it):
            out.append(y)
    except ValueError:
        return out, list(it)
""",
    "a loop that is begun again": """
@schedule
def main():
    it, out = MADE, []
    for attempt in range(3):
        try:
            for x in it:
                out.append(fails(key(x), 3))
        except ValueError:
            out.append(None)
    return out
""",
    "a decision that is put off": """
@schedule
def main():
    it, out = MADE, []
    for k in range(3):
        if f(k) > 1:
            for x in it:
                out.append(g(key(x)))
                break
    return out, list(it)
""",
    "a decision over an attribute": """
@schedule
def main():
    self, out = Holder(), []
    self.it = MADE
    for k in range(3):
        if f(k) > 1:
            for x in self.it:
                out.append(g(key(x)))
                break
    return out, list(self.it)
""",
    "who leaves early": """
@schedule
def main():
    it, out = MADE, []
    for x in it:
        out.append(fails(key(x), 30))
        if len(out) == 2:
            break
    return out, next(it), list(it)
""",
}


@pytest.mark.parametrize("name", [*ITERATORS, *MORE_ITERATORS])
def test_a_handler_finds_an_iterator_where_plain_python_leaves_it(name: str) -> None:
    """Whatever iterator of the library, or generator, it is."""
    scheduled.check(PRELUDE + HANDLER.replace("MADE", (ITERATORS | MORE_ITERATORS)[name]))


@pytest.mark.parametrize("name", ITERATORS)
@pytest.mark.parametrize("place", PLACES)
def test_wherever_an_iterator_is_seen_from_it_has_not_run_ahead(place: str, name: str) -> None:
    """Callers, attributes, closures, iterators around it, and code after a loop or a decision."""
    scheduled.check(PRELUDE + PLACES[place].replace("MADE", ITERATORS[name]))


def test_a_list_that_grows_after_its_iterator_has_ended_does_not_revive_it() -> None:
    """The end of an iterator is an effect of its own, which nothing takes back."""
    scheduled.check(
        PRELUDE
        + """
@schedule
def main():
    xs, out = [1, 2], []
    it = iter(xs)
    try:
        for x in it:
            out.append(fails(x, 2))
    except ValueError:
        xs.append(3)
        out += it
    xs.append(4)
    return out, list(it)
"""
    )


LOOPS = {
    "made in the loop": "for x in iter(xs): out.append(f(x))",
    "pairs": "for x, y in zip(xs, iter(xs)): out.append(f(x))",
    "a variable that nobody reads again": "it = zip(xs, xs)\n    for x, y in it: out.append(f(x))",
    "one that can be put back": "it = iter(xs)\n    for x in it: out.append(f(x))\n    out.append(next(it, None))",
    "a zip that can be put back": "it = zip(xs, xs)\n    for x, y in it: out.append(f(x))\n    out += it",
}


@pytest.mark.parametrize("name", LOOPS)
def test_the_calls_of_a_loop_overlap(name: str) -> None:
    """Where nobody else sees the iterator, and where it can be put back, all calls are under way at once."""
    text = f"{PRELUDE}\n@schedule\ndef main(xs=(1, 2, 3, 4, 5, 6, 7, 8)):\n    out = []\n    {LOOPS[name]}\n    return out\n"
    assert scheduled.peak(text) == 8


@pytest.mark.parametrize("loop", ["number, x in it", "x in it"])
def test_calls_are_asked_for_ahead_of_an_iterator_that_cannot_be_put_back(loop: str) -> None:
    """Elements are taken in turn, and what they will be is seen without taking them."""
    text = f"""{PRELUDE}
@schedule
def main(xs=(1, 2, 3, 4, 5, 6, 7, 8)):
    out = []
    it = {"enumerate(xs)" if "number" in loop else "iter(range(8))"}
    for {loop}:
        out.append(f(x))
    return out, list(it)
"""
    assert scheduled.peak(text) > 2
