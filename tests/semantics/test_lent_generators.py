"""Generator expressions lent to iterators of the library: their calls overlap, and laziness is what it is in Python."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check
from shouting import SHOUTING

MORE = """
import functools
import itertools

class Loud:
    def __init__(self, n):
        self.n = n
    def __iter__(self):
        note("iter")
        for i in range(self.n):
            note("step", i)
            yield i

def effect(x):
    note("effect", x)
    return x

def keeps(iterable):
    return [*iterable]

kept = []

def keeps_for_later(iterable):
    kept.append(iterable)
    return iterable
"""


def program(body: str) -> str:
    indented = "\n".join("    " + line for line in body.strip("\n").split("\n"))
    return f"{PRELUDE}{SHOUTING}{MORE}\n@schedule\ndef main():\n{indented}\n"


LAZY = {
    "the first failure counts": "out = []\nfor i, y in enumerate(fails(x, 3) for x in range(6)):\n    out.append(y)\n    note(i)",
    "a failure is handled": "out = []\ntry:\n    for i, y in enumerate(fails(x, 3) for x in range(6)):\n        out.append(y)\nexcept ValueError as error:\n    return out, i, error",
    "of two failures the first in turns": "return list(zip((fails(x, 3) for x in range(6)), (fails(x, 2) for x in range(6))))",
    "zip stops at the shortest": "return list(zip((fails(x, 3) for x in range(6)), range(2)))",
    "zip asks in turns": "return list(zip((f(effect(x)) for x in range(6)), (g(effect(-x)) for x in range(3))))",
    "zip is strict": "return list(zip((f(effect(x)) for x in range(3)), (g(effect(-x)) for x in range(6)), strict=True))",
    "zip with an iterable of the user's": "for a, b in zip((f(effect(x)) for x in range(6)), Loud(4)):\n    note(a, b)",
    "a loop that is left": "for i, y in enumerate(f(effect(x)) for x in range(6)):\n    if y == 2:\n        break\nreturn y",
    "keys in turns with elements": "return max((f(effect(x)) for x in range(4)), key=effect), sorted((f(effect(x)) for x in range(4)), key=effect)",
    "an unknown function": "return list(map(effect, (f(effect(x)) for x in range(4)))), list(filter(effect, (f(effect(x)) for x in range(4))))",
    "a function that fails before an element": "return list(map(lambda v: 10 // (v - 2), (fails(x, 3) for x in range(4))))",
    "a test that fails before an element": "return list(filter(lambda v: 10 // (v - 2), (fails(x, 3) for x in range(4))))",
    "a key that fails before an element": "return max((fails(x, 3) for x in range(4)), key=lambda v: 10 // (v - 2))",
    "a sum that fails before an element": "return sum((fails(x, 3) if x != 2 else 'a' for x in range(4)), start=0)",
    "a caller that goes through it": "return keeps(f(effect(x)) for x in range(3)), keeps(zip((f(effect(x)) for x in range(3)), range(3)))",
    "a caller that keeps it": "k = 1\ngen = keeps_for_later(f(x) + k for x in range(3))\nk = 5\nreturn list(gen)",
    "what it captures": "k = f(1)\nreturn keeps(enumerate(f(x) + k for x in range(3))), list(enumerate(f(x) + k for x in range(3)))",
    "what it captures, after a sync-point": "k = f(1)\nz = zip((f(x) + k for x in range(3)), range(3))\nnote(1)\nreturn [*z]",
    "a variable that changes before": "k = 1\ngen = (f(x) + k for x in range(3))\nk = 5\nreturn list(gen)",
    "a variable that changes meanwhile": "k = 1\nout = []\nfor y in (f(x) + k for x in range(3)):\n    k = 5\n    out.append(y)\nreturn out",
    "a variable that changes later": "out = []\nfor k in range(3):\n    out.append(dict(zip(range(2), (add(x, k)[1] for x in range(2)))))\nreturn out",
    "made in a loop": "out = []\nfor k in range(3):\n    for i, y in enumerate(add(x, k)[1] for x in range(2)):\n        out.append((i, y))\nreturn out",
    "no iterable": "return list(enumerate(f(x) for x in 5))",
    "no iterable beside it": "return list(zip((f(effect(x)) for x in range(5)), 1))",
    "a start that is none": "return list(enumerate((f(x) for x in range(5)), 'a'))",
    "an argument that fails": "return list(enumerate(f(1 // x) for x in [1, 1, 0, 1]))",
    "an element that fails": "return list(enumerate(1 // f(x) for x in [1, 1, -1, 1]))",
    "an iterator that goes on": "it = iter(range(10))\nreturn list(zip((f(x) for x in it), range(3))), list(it)",
    "a generator beneath": "def gen():\n    try:\n        yield 1\n        yield 2\n    finally:\n        note('closed')\nreturn list(zip((f(x) for x in gen()), range(5)))",
    "two loops in it": "return list(zip((f(x + y) for x in range(3) for y in range(2)), (g(x) for x in range(5))))",
    "many elements": "return list(enumerate(f(x) for x in range(150) if x % 2)), sum(y for i, y in enumerate(g(x) for x in range(60)))",
    "in a function that is entered": "def inner(xs):\n    return [y for i, y in enumerate(f(x) for x in xs)]\nreturn [inner(range(n)) for n in range(3)]",
    "handed to a function that is entered": "def inner(it):\n    f(1)\n    return sum(it)\nreturn inner(f(x) for x in range(3)), inner(map(f, range(3)))",
    "in a deferred branch": "out = []\nfor x in range(4):\n    if odd(x):\n        out.append(list(enumerate(f(y) for y in range(x))))\nreturn out",
    "the first that is found": "return next((x for x in range(8) if fails(x, 4) > 2), None), next((x for x in range(3) if f(x) > 9), effect(4))",
    "a failure before the first is found": "return next((x for x in range(8) if fails(x, 2) > 2), None)",
    "none is found": "return next((x for x in range(3) if f(x) > 9))",
    "any of an enumeration": "return any(y > 2 for i, y in enumerate(f(effect(x)) for x in range(8))), all(map(odd, [1, 3, 4, 5]))",
    "nothing to reduce": "return functools.reduce(lambda a, b: a + b, (f(x) for x in []))",
    "a reduction": "return functools.reduce(lambda a, b: [*a, b], map(f, range(4)), [f(9)])",
    "the largest of nothing": "return max((f(x) for x in []), default=effect(3)), max((f(x) for x in []), key=abs, default=2), max(map(f, []))",
    "unpacking": "a, *b = map(f, range(4))\n(c, d), *e = enumerate(f(x) for x in range(3))\nx, y = (g(x) for x in range(3))",
    "pairs of a dict": "return dict(enumerate(f(x) for x in range(3))), dict(zip(map(f, range(3)), map(g, range(3))))",
    "sums of elements": "return list(enumerate(max((f(x) for x in range(n)), default=0) for n in range(3)))",
    "maps of several": "return list(map(add, (f(x) for x in range(3)), range(3))), list(map(f, range(3), (g(x) for x in range(2))))",
    "the rest of a map": "m = map(f, range(6))\nfirst = next(m)\nfor y in m:\n    if y > 2:\n        break\nreturn first, y, list(m)",
    "the rest of an enumeration": "z = enumerate(map(f, range(6)))\nfor i, y in z:\n    if y > 2:\n        break\nreturn i, list(z)",
    "a name that means something else": "zip = keeps_for_later\nreturn list(zip(f(x) for x in range(3)))",
    "the generator itself": "gen = (f(x) for x in range(3))\nsame = keeps_for_later(gen)\nreturn type(gen).__name__, gen.__name__, gen.__qualname__, list(same)",
    "in a try block": "try:\n    a = dict(enumerate(f(x) for x in range(3)))\n    return a, max((fails(x, 2) for x in range(4)), key=abs)\nexcept ValueError as error:\n    return a, error",
    "a set of results": "ys = [f(x) for x in range(4)]\nreturn {*ys}, {*ys, 1, *range(3)}, {*map(f, range(3))}, {*(f(x) for x in range(3))}",
    "a set with hashes of the user's": "note(0)\nreturn len({*(shouts(x) for x in range(3))}), len({shouts(1): 1, shouts(2): f(3)})",
    "a set of what has no hash": "return {*(items(x) for x in range(3))}",
    "a display of what is no mapping": "return {**f(1), 'a': fail(2)}",
    "a display of what cannot be gone through": "return [*f(1), fail(2)]",
    "keys that have no hash": "return {items(1): f(2)}",
    "a display that is changed": "a = {**table(1), 'x': f(2)}\na['y'] = 3\nb = [*items(3), f(1)]\nb.append(4)\nreturn a, b, {**a, **table(2)}, [*b, *b]",
    "parts that are changed": "a = table(1)\nb = {**a}\nb['list'].append(2)\nnote(b)\nc = [*pair(3)]\nc[1].append(f(4))\nreturn a, b, c",
    "a list that takes it in": "out = [1]\nsame = out\nout.extend(f(x) for x in range(4))\nout += (g(x) for x in range(4))\nout.extend(map(f, range(3)))\nreturn out, same is out",
    "a list that takes in what fails": "out = []\ntry:\n    out.extend(fails(x, 2) for x in range(4))\nexcept ValueError as error:\n    return out, error",
    "a list that takes it in among effects": "out = []\nout.extend(f(effect(len(out))) for x in range(4))\nnote(out)\nout += (g(effect(x)) for x in range(2))\nreturn out",
    "a set that takes it in": "s = {1}\ns.update(f(x) for x in range(4))\nnote(len(s))\ns.update(items(x) for x in range(2))\nreturn s",
    "operands that are changed": "xs = [1, 2]\nys = [*items(2), *xs]\nxs.append(3)\nd = {'a': 1}\ne = {**table(1), **d}\nd['b'] = 2\nreturn xs, ys, d, e",
}


@pytest.mark.parametrize("name", LAZY)
def test_a_generator_that_is_lent_does_what_it_does_in_python(name: str) -> None:
    """Results, failures, order of effects and what is left over are those of the plain program."""
    check(program(LAZY[name]))
