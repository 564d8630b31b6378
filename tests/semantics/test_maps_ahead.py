"""``map`` and ``filter`` of functional calls look ahead while the program waits for one result after the other."""

from __future__ import annotations

import pytest
import scheduled

PROGRAM = (
    scheduled.PRELUDE
    + """
from itertools import filterfalse, starmap

@functional
def even_until(x, y):
    if x > 9:
        raise ValueError(x)
    return x % 2 == 0

@schedule
def main(xs=(0, 2, 4, 6, 8, 10, 12, 14)):
    out = []
    """
)

ONE_BY_ONE = {
    "any": "out.append(any(map(odd, xs)))",
    "all": "out.append(all(map(f, xs)))",
    "any, left at once": "out.append(any(map(f, xs)))",
    "two sources": "out.append(any(map(fails, range(8), [-1] * 8)))",
    "starmap": "out.append(any(starmap(fails, [(n * 0, n + 1) for n in range(8)])))",
    "filter": "out.append(any(filter(odd, xs)))",
    "filterfalse": "out.append(any(filterfalse(f, xs)))",
    "first": "out.append(next(filter(odd, xs), None))",
    "loop with effects": "for y in map(f, xs): note(y)",
    "filtered loop with effects": "for y in filter(odd, xs): note(y)",
    "over pairs": "for y in map(pair, enumerate(xs)): note(y)",
    "a variable": "m = map(f, xs)\n    for y in m: note(y)\n    out.append(list(m))",
}


@pytest.mark.parametrize("name", ONE_BY_ONE)
def test_calls_that_are_asked_for_one_by_one_overlap(name: str) -> None:
    """The calls of the next elements are under way while one result is waited for."""
    assert scheduled.peak(f"{PROGRAM}{ONE_BY_ONE[name]}\n    return out\n") > 2


PRECISE = {
    "a failure beyond the end": "out.append(all(map(even_until, [0, 2, 3, 50, 60], [0] * 5)))",
    "a failure that counts": "out.append(any(map(even_until, [1, 3, 50, 60, 2], [0] * 5)))",
    "what is left": "m = map(even_until, [1, 3, 50, 60, 2], [0] * 5)\n"
    "    try: any(m)\n"
    "    except ValueError: out.append(len([*zip(range(9), [1])]))\n"
    "    m = map(f, xs)\n"
    "    out += [next(m), next(m), any(m), *m]",
    "a list that grows": "some = [0]\n    for y in map(f, some):\n        note(y)\n        if y < 5: some.append(y)",
}


@pytest.mark.parametrize("name", PRECISE)
def test_what_is_asked_for_ahead_is_not_seen(name: str) -> None:
    """Neither failures beyond the element that ends it, nor what the sources have given."""
    scheduled.check(f"{PROGRAM}{PRECISE[name]}\n    return out\n")


UNTIL = {
    "once more": (
        "taken = itertools.takewhile(small, [1, 2, 3, 1, 2])\ndropped = itertools.dropwhile(small, [1, 2, 3, 1, 2])\n"
        "return list(taken), list(taken), next(dropped), list(dropped), list(dropped)"
    ),
    "over an iterator that others see": (
        "it, pairs = iter([1, 2, 3, 4]), enumerate([1, 2, 3, 4])\n"
        "return list(itertools.takewhile(small, it)), list(it), "
        "list(itertools.takewhile(lambda pair: f(pair[1]) < 4, pairs)), list(pairs)"
    ),
    "within one another": (
        "inner = itertools.dropwhile(odd, [1, 3, 4, 5, 2, 7])\n"
        "return list(enumerate(itertools.takewhile(lambda x: f(x) < 8, inner)))"
    ),
    "over a generator expression": (
        "return list(itertools.takewhile(lambda y: y < 4, (f(x) for x in range(6)))), "
        "sum(itertools.dropwhile(lambda y: y < 4, (f(x) for x in range(6))))"
    ),
    "left at a failure": (
        "out = []\ntry:\n    for x in itertools.takewhile(lambda x: fails(x, 3) < 100, range(6)):\n"
        "        out.append(x)\n        print(x)\nexcept ValueError as error:\n    print(error)\n"
        "return out, list(itertools.dropwhile(lambda x: fails(x, 3) < 100, range(6)))"
    ),
    "left at a result": (
        "taken = itertools.takewhile(small, [1, 0, 2, 1])\nfor x in taken:\n    if g(x) < 10:\n        break\n"
        "return x, list(taken)"
    ),
    "with a function that stops": (
        "def stops(x):\n    if f(x) == 3:\n        raise StopIteration\n    return True\n"
        "return list(itertools.takewhile(stops, range(6))), list(itertools.dropwhile(stops, range(6)))"
    ),
}


@pytest.mark.parametrize("body", UNTIL.values(), ids=UNTIL)
def test_what_takes_and_drops_until_a_result_is_false_stands_where_it_does_in_python(body: str) -> None:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    small = "import itertools\n@functional\ndef small(x):\n    return x < 3\n"
    scheduled.check(f"{scheduled.PRELUDE}{small}@schedule\ndef main():\n{lines}\n")
