"""Generator expressions that a builtin goes through at once: their calls overlap, and nothing else is different."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check, peak

MORE = """
class Talking:
    def __init__(self, x):
        self.x = x
    def __add__(self, other):
        note("add", self.x)
        return self.x + other
    __radd__ = __add__
    def __lt__(self, other):
        note("lt", self.x)
        return self.x < getattr(other, "x", other)
    __gt__ = __lt__
    def __hash__(self):
        note("hash", self.x)
        return 7
    def __eq__(self, other):
        note("eq", self.x)
        return True
    def __bool__(self):
        note("bool", self.x)
        return self.x > 2

@functional
def talking(x):
    return Talking(x)

@functional
def text(x):
    return str(x)

@functional
def mixed(x):
    return [1, 2.5, "text", [3], 4][x]

def effect(x):
    note("effect", x)
    return x
"""


def program(body: str, parameters: str = "", arguments: str = "") -> str:
    indented = "\n".join("    " + line for line in body.strip("\n").split("\n"))
    given = f"def arguments():\n    return {arguments}\n" if arguments else ""
    return f"{PRELUDE}{MORE}\n@schedule\ndef main({parameters}):\n{indented}\n{given}"


CONSUMERS = {
    "sum": "return sum(f(x) for x in range(5))",
    "sum with a start": "k = 10\nreturn sum((f(x) for x in range(5)), k)",
    "sum of lists": "start = []\nreturn sum((items(x) for x in range(5)), start)",
    "min": "return min(f(x) for x in range(5))",
    "max": "return max((-f(x) for x in range(5)))",
    "sorted": "return sorted(f(-x) for x in range(5))",
    "sorted with a key": "return sorted((f(x) for x in range(5)), key=abs, reverse=True)",
    "list": "return list(f(x) for x in range(5))",
    "tuple": "return tuple(f(x) + g(x) for x in range(5))",
    "dict": "return dict((x, f(x)) for x in range(5))",
    "dict of pairs": "return dict(pair(x) for x in range(5))",
    "set": "return set(f(x) % 3 for x in range(5))",
    "frozenset": "return frozenset(f(x) for x in range(5))",
    "join": "return ', '.join(text(x) for x in range(5))",
    "join of a variable": "comma = ','\nreturn comma.join(str(f(x)) for x in range(5))",
    "two loops": "return sum(f(x + y) for x in range(2) for y in range(3))",
    "a condition": "return sum(f(x) for x in range(8) if x % 2)",
    "a condition on results, all elements first": "return sorted(f(x) for x in range(5) if odd(x))",
    "a choice per element": "return sum(f(x) if odd(x) else g(x) for x in range(5))",
    "sums of sums": "return sum(sum(f(x * y) for x in range(2)) for y in range(3))",
    "sums in a comprehension": "return [sum(f(x * y) for x in range(2)) for y in range(3)]",
    "comprehensions in a sum": "return sum(total([f(x) for x in range(y)]) for y in range(4))",
    "what it captures": "k = f(1)\nreturn sum(add(x, k)[0] for x in range(5))",
    "results that are gone through": "return sum(g(x) for x in items(5))",
    "pairs": "return sum(f(x) * y for x, y in zip(range(5), items(5)))",
    "a generator over a dict": "d = {1: f(1), 2: f(2), 3: f(3), 4: f(4)}\nreturn sum(g(v) + k for k, v in d.items())",
}


@pytest.mark.parametrize("name", CONSUMERS)
def test_calls_in_a_generator_expression_overlap(name: str) -> None:
    assert peak(program(CONSUMERS[name])) >= 4


def test_a_sum_does_not_stop_what_follows() -> None:
    assert peak(program("a = sum(f(x) for x in range(3))\nb = max(g(x) for x in range(3))\nreturn a, b")) == 6


SAME = {
    "the first failure counts": "note(1)\nreturn sum(fails(x, 3) + fails(x, 2) for x in range(5))",
    "a failing sum before a failing call": "return sum(mixed(x) if x < 4 else fail(x) for x in range(5))",
    "a failing minimum before a failing call": "return min(mixed(x) if x < 4 else fail(x) for x in range(5))",
    "an unhashable element before a failing call": "return set(mixed(x) if x < 4 else fail(x) for x in range(5))",
    "a pair that is none before a failing call": "return dict(mixed(x) if x < 4 else fail(x) for x in range(5))",
    "pairs of a wrong length": "return dict(items(x) for x in range(1, 4))",
    "pairs of text": "return dict(x for x in ['ab', f(1), 'cd'])",
    "pairs with keys that cannot be": "return dict((items(x), f(x)) for x in range(4))",
    "a text that is none": "return '-'.join(mixed(x) for x in range(4))",
    "operators of the user's": "note(0)\nreturn sum(talking(x) if x % 2 else f(x) for x in range(5))",
    "comparisons of the user's": "note(0)\nreturn max(talking(x) for x in range(4)).x",
    "hashes of the user's": "note(0)\nreturn len(set(talking(x) for x in range(4)))",
    "keys with hashes of the user's": "note(0)\nreturn len(dict((talking(x), f(x)) for x in range(4)))",
    "truth of the user's": "note(0)\nreturn any(talking(x) for x in range(6)), all(talking(x) for x in range(6))",
    "floats are summed as Python does": "return sum(f(x) * 0.1 for x in range(9))",
    "whole numbers, then floats": "return sum(f(x) if x < 3 else f(x) * 0.1 for x in range(9))",
    "floats, then fractions": "import fractions\nreturn sum(fractions.Fraction(f(x), 7) if x > 3 else f(x) * 0.1 for x in range(9))",
    "nothing at all": "return sum(f(x) for x in []), list(f(x) for x in ()), max((f(x) for x in ''), default=3)",
    "a minimum of nothing": "return min(f(x) for x in [])",
    "a source that is none": "note(1)\nreturn sum(f(x) for x in 5)",
    "a start that is refused": "return sum((f(x) for x in range(3)), 'text')",
    "too many arguments": "return set((f(x) for x in range(3)), 1)",
    "effects among the calls": "return sum(f(effect(x)) for x in range(4))",
    "output among the calls": "return sum(f(x) + (print(x) or 0) for x in range(4))",
    "effects and failures": "return max(fails(effect(x), 2) for x in range(4))",
    "any stops": "return any(fails(x, 4) == 2 for x in range(6)), any(fails(x, 4) == 5 for x in range(6))",
    "all stops": "return all(fails(effect(x), 4) != 3 for x in range(6))",
    "a key": "return max((f(x) for x in range(5)), key=lambda v: -v), min((fails(x, 3) for x in range(5)), key=effect)",
    "a list that grows": "out = [1, 2]\nreturn sum(f(out.append(x) or x) for x in out if len(out) < 6), out",
    "generators of generators": "return sum(f(x) for x in (g(y) for y in range(3)))",
    "variables of their own": "x = 'mine'\nreturn sum(f(x) for x in range(3)), x",
    "a name that is bound nowhere": "return sum(f(nothing) for x in range(3))",
    "a variable without a value": "if f(1) > 5:\n    k = 1\nreturn sum(f(x + k) for x in range(3))",
    "captured by nested code as well": "k = 2\nshow = lambda: k\nreturn sum(f(x) * k for x in range(3)), show()",
    "in a deferred branch": "out = []\nfor x in range(4):\n    if odd(x):\n        y = sum(f(v) for v in range(x))\n    else:\n        y = 0\n    out.append(y)\nreturn out",
    "in a try block": "try:\n    a = sum(f(x) for x in range(3))\n    return a, max(fails(x, 2) for x in range(4))\nexcept ValueError as error:\n    return a, error",
    "in a with block": "import contextlib\nwith contextlib.suppress(ValueError):\n    return any(fails(x, 2) > 5 for x in range(4))\nreturn list(f(x) for x in range(3))",
    "results not used": "sum(f(x) for x in range(3))\nlist(print(f(x)) for x in range(3))\nreturn 1",
    "lists of results": "return list([f(x), [g(x)]] for x in range(3))",
    "a sum of lists of results": "return sum(([f(x)] for x in range(4)), [])",
    "a sum of lists, some of them results": "return sum(([f(x)] if odd(x) else items(x) for x in range(4)), [])",
    "a sum of lists that are changed later": "base = [7]\nr = sum(([f(x)] if odd(x) else base for x in range(4)), [])\nbase.append(8)\nr.append(f(9))\nreturn r",
    "a dict of lists of results": "return dict([x, f(x)] for x in range(4)), dict([f(x), [g(x)]] for x in range(4))",
    "elements that are changed later": "out = list([x, f(x)] for x in range(3))\nout[0].append(1)\nreturn out",
}


@pytest.mark.parametrize("name", SAME)
def test_a_generator_expression_does_what_it_does_in_python(name: str) -> None:
    check(program(SAME[name]))


def test_a_name_that_hides_the_builtin_is_what_is_called() -> None:
    text = program("return sum(f(x) for x in range(3))")
    check(text.replace("\n@schedule", "\ndef sum(xs):\n    return ['mine', *xs]\n\n@schedule"))
    check(program("max = effect\nreturn list(max(f(x) for x in range(3)))"))


def test_a_builtin_that_is_hidden_later_is_what_is_called() -> None:
    body = "first = sum(f(x) for x in range(3))\nglobals()['sum'] = list\nreturn first, sum(f(x) for x in range(3))"
    check(program(body))
