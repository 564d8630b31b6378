"""Known functions go through generator expressions at their own pace: what they see and raise is what it is in Python."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check
from shouting import SHOUTING

HEAD = f"""{PRELUDE}{SHOUTING}
import collections, heapq, itertools, math, statistics

def effect(x):
    note("effect", x)
    return x

def entered(x):
    return [fails(y, 2) for y in (x,)][0]

"""

BODIES = {
    "what the function raises comes before later failures": "math.fsum(fails(x, 4) if x != 2 else 'two' for x in range(6))",
    "a failure comes out of the function": "statistics.median(fails(x, 2) for x in range(6))",
    "a failure comes out of functions within one another": "sum(statistics.median(fails(x + y, 3) for x in range(3)) for y in range(3))",
    "a failure comes out of a generator in a generator": "statistics.median(g(y) for y in (fails(x, 2) for x in range(6)))",
    "a failure comes out of a map": "statistics.median(map(fails, range(6), [2] * 6)), 1",
    "a failure before counts first": "(fail(7), statistics.median(fails(x, 2) for x in range(6)))",
    "a failure in a function that is entered": "statistics.median(entered(x) for x in range(6))",
    "effects are by turns with what is taken in": "collections.Counter(f(effect(x)) if x != 2 else [x] for x in range(4))",
    "keys with code of their own": "collections.Counter(shouts(effect(x)) for x in range(3))",
    "no elements": "statistics.median(f(x) for x in [])",
    "functions besides": "heapq.nlargest(2, (f(x) for x in range(5)), key=lambda y: -y)",
    "maps": "math.fsum(map(f, range(4))), {1, 2}.union(map(f, range(3)))",
    "a start that is no number": "sum((collections.Counter(items(x)) for x in range(4)), collections.Counter())",
    "more than one": "{2, 9}.union((f(x) for x in range(3)), (g(x) for x in range(3)))",
}

UPDATES = {
    "pairs": "d = {0: 1}\nd.update((x, f(x)) for x in range(4))\nreturn d",
    "pairs that are results": "d = {}\nd.update(pair(x) for x in range(4))\nd[1].append(f(2))\nreturn d",
    "results as keys": "d = {}\nd.update((f(x) % 3, [g(x)]) for x in range(4))\nreturn d",
    "a pair that is none": "d = {}\ntry:\n    d.update((x, f(x)) if x < 2 else (x,) for x in range(4))\nexcept ValueError as error:\n    return d, error",
    "no sequence": "d = {}\ntry:\n    d.update((x, f(x)) if x < 2 else x for x in range(4))\nexcept TypeError as error:\n    return d, error",
    "a key without a hash": "d = {}\ntry:\n    d.update(([x], f(x)) if x > 1 else [x, f(x)] for x in range(4))\nexcept TypeError as error:\n    return d, error",
    "a failure": "d = {}\ntry:\n    d.update((x, fails(x, 2)) for x in range(4))\nexcept ValueError as error:\n    return d, error",
    "a mapping that looks at itself": "d = {}\nd.update((x, f(len(d))) for x in range(4))\nreturn d",
    "defaults": "d = collections.defaultdict(list)\nd.update((x, [f(x)]) for x in range(3))\nd[9].append(f(1))\nreturn d",
    "a counter": "c = collections.Counter()\ntry:\n    c.update(f(x) if x < 3 else [1] for x in range(5))\nexcept TypeError as error:\n    return c, error",
    "a set": "s = set()\ntry:\n    s.update(f(x) if x < 3 else [x] for x in range(5))\nexcept TypeError as error:\n    return s, error",
    "a set of what has code of its own": "s = set()\ns.update(shouts(x) for x in range(3))\nreturn len(s)",
}


@pytest.mark.parametrize("name", BODIES)
def test_a_known_function_takes_elements_as_it_does_in_python(name: str) -> None:
    """Results, failures and the order of effects, as a part of other code and as the last thing."""
    check(f"{HEAD}\n@schedule\ndef main():\n    a = f(1)\n    note('before')\n    return a, ({BODIES[name]})\n")


def test_a_failure_within_a_known_function_is_handled() -> None:
    """With the frames of the library in its traceback, and the variables as they were."""
    body = "    r = f(1)\n    try:\n        r = statistics.median(fails(x, 2) for x in range(6))\n"
    check(f"{HEAD}\n@schedule\ndef main():\n{body}    except ValueError as error:\n        return r, error\n")


@pytest.mark.parametrize("name", UPDATES)
def test_a_container_is_updated_as_it_is_in_python(name: str) -> None:
    """What is in it, also when it fails half-way."""
    body = "\n".join("    " + line for line in UPDATES[name].split("\n"))
    check(f"{HEAD}\n@schedule\ndef main():\n{body}\n")
