"""Decisions on results that may leave a loop: calls of the next iterations are under way, and nobody notices but the clock."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, Program, by_machine, check, peak

from pydron_runtime.testing.scripted import ScriptedExecutor, newest_first, oldest_first

MORE = """
class Thing:
    def __init__(self, x):
        self.x = x
    @property
    def loud(self):
        note("loud", self.x)
        return self.x

class Pickled(Thing):
    def __getstate__(self):
        note("pickled", self.x)
        return dict(self.__dict__)

@functional
def big(x):
    return x > 4

@functional
def test(x, at=99):
    if x == at:
        raise ValueError("test", x)
    return x > 4

@functional
def weigh(thing):
    return thing.x

def effect(x):
    note("effect", x)
    return x
"""


def program(body: str, parameters: str = "", arguments: str = "") -> str:
    indented = "\n".join("    " + line for line in body.strip("\n").split("\n"))
    given = f"def arguments():\n    return {arguments}\n" if arguments else ""
    return f"{PRELUDE}{MORE}\n@schedule\ndef main({parameters}):\n{indented}\n{given}"


OVERLAPPING = {
    "return": "for x in range(20):\n    if big(x):\n        return x",
    "break": "for x in range(20):\n    if big(x):\n        break\nreturn x",
    "raise": "for x in range(8):\n    if big(x):\n        raise ValueError(x)",
    "a list": "for x in [3, 1, 2, 7, 9, 4, 1]:\n    if big(x):\n        return x",
    "a tuple of pairs": "for x, (y, z) in ((1, (2, 3)), (2, (3, 4)), (3, (4, 5)), (4, (5, 6)), (5, (6, 7))):\n    if big(x + z):\n        return x, y",
    "enumerate": "for i, x in enumerate([1, 2, 3, 4, 5, 6]):\n    if big(x):\n        return i",
    "zip": "for x, y in zip(range(6), [5, 4, 3, 2, 1, 0]):\n    if big(x * y):\n        return x",
    "arguments that are computed": "k = 3\nfor x in range(20):\n    if big(x * k - len('abc')):\n        return x",
    "two decisions": "for x in range(9):\n    if f(x) == 99:\n        return 'no'\n    if big(x):\n        return x",
    "calls of calls": "for x in range(9):\n    a = f(x)\n    if big(a):\n        return a",
    "a decision before": "for x in range(20):\n    if x % 2:\n        continue\n    if big(x):\n        return x",
    "else": "for x in range(4):\n    if big(x):\n        break\nelse:\n    x = 'none'\nreturn x",
    "not": "for x in range(9):\n    if not big(4 - x):\n        break\nreturn x",
    "and": "for x in range(9):\n    if big(x) and f(x) > 3:\n        break\nreturn x",
    "match": "for x in range(9):\n    match f(x):\n        case 5:\n            return x\n        case n:\n            note(n)",
    "inner loops": "for y in range(2):\n    for x in range(9):\n        if big(x * y):\n            return x, y",
    "any": "return any(big(x) for x in range(9))",
    "all": "return all(not big(x) for x in range(9))",
    "any with a condition": "return any(big(x) for x in range(9) if x % 2 == 0)",
    "any of a comparison": "return any(f(x) > 5 for x in [1, 2, 3, 4, 5, 6, 7])",
    "a sum with a condition on results": "return sum(g(x) for x in range(9) if odd(x))",
    "objects": "things = [Thing(x) for x in range(9)]\nfor thing in things:\n    if weigh(thing) > 4:\n        return thing.x",
    "in a try block": "for x in range(9):\n    try:\n        if test(x, 3):\n            return x\n    except ValueError:\n        note('failed')",
}


@pytest.mark.parametrize("name", OVERLAPPING)
def test_calls_of_the_next_iterations_are_under_way(name: str) -> None:
    assert peak(program(OVERLAPPING[name])) >= 4


SAME = {
    "failures beyond the exit do not count": "for x in range(9):\n    if test(x, 6):\n        return x",
    "failures before the exit do": "out = []\nfor x in range(9):\n    out.append(x)\n    if test(x, 3):\n        return x",
    "a failure is handled": "for x in range(9):\n    try:\n        if test(x, 3):\n            return x\n    except ValueError as error:\n        note(x, error)",
    "any and failures": "return any(test(x, 5) for x in range(4)), any(test(x, 6) for x in range(9)), any(test(x, 2) for x in range(9))",
    "effects keep their place": "for x in range(8):\n    if big(effect(x)):\n        return effect(-x)\n    note('stays', x)",
    "output keeps its place": "for x in range(8):\n    print('before', x)\n    if big(x):\n        break\n    print('after', f(x))",
    "properties are looked at once": "for thing in [Thing(x) for x in range(8)]:\n    if big(thing.loud):\n        return thing.x",
    "pickling is not heard twice": "for thing in [Pickled(x) for x in range(8)]:\n    if big(thing.x):\n        break\nreturn thing.x",
    "arguments that change": "k = [0]\nfor x in range(9):\n    k[0] += 1\n    if big(total(k)):\n        return x, k",
    "elements that change": "xs = [[x] for x in range(8)]\nfor x in xs:\n    xs[-1].append(1)\n    if big(total(x)):\n        return xs",
    "a list that grows": "xs = [1]\nfor x in xs:\n    xs.append(x + 1)\n    if big(x):\n        return xs",
    "a list that shrinks": "xs = list(range(9))\nfor x in xs:\n    xs.pop()\n    if big(x):\n        return xs\nreturn xs",
    "names that come to mean something else": "test_ = big\nfor x in range(9):\n    if test_(x):\n        return x\n    if x == 2:\n        test_ = odd",
    "carried values": "best = 0\nfor x in range(9):\n    best = best + f(x)\n    if big(best):\n        return best",
    "iterators are not gone through": "it = iter(range(100))\nfor x in range(5):\n    if big(next(it)):\n        break\nreturn list(it)[:3]",
    "iterators in calls": "it = iter(range(9))\nfor x in range(5):\n    if big(sum(it)):\n        break\nreturn list(it), x",
    "an enumeration that others share": "pairs = enumerate([1, 2, 3, 9, 4])\nfor i, x in pairs:\n    if big(x):\n        break\nreturn list(pairs)",
    "nested functions": "def inside(x):\n    return big(x)\nfor x in range(9):\n    if inside(x):\n        return x",
    "variables that are unbound": "for x in range(9):\n    if big(x):\n        return x, late\n    if x == 1:\n        late = f(x)",
    "assertions": "for x in range(9):\n    assert not big(x), x",
    "what is not hashable": "for x in [[1], [2], [6], [7]]:\n    if total(x) > 5:\n        return x",
    "all with user code between": "return all(effect(x) < 9 and not big(x) for x in range(9))",
    "any over a generator": "return any(big(x) for x in (f(y) for y in range(9)))",
    "division by zero in iterations that are not reached": "for x in [1, 2, 9, 0]:\n    if big(12 // x * x):\n        return x",
}


@pytest.mark.parametrize("name", SAME)
def test_looking_ahead_is_not_noticed(name: str) -> None:
    check(program(SAME[name]))


def test_what_was_asked_for_in_vain_is_cancelled() -> None:
    executor = ScriptedExecutor(oldest_first)
    by_machine(Program(program("for x in range(50):\n    if big(x):\n        break\nreturn f(x)")), executor)
    asked, ran = set(executor.submitted), set(executor.order)
    assert len(executor.submitted) < 20
    assert asked - ran and asked - ran <= set(executor.cancelled)
    assert executor.held == 0


def test_results_of_guesses_are_released() -> None:
    executor = ScriptedExecutor(newest_first)
    by_machine(Program(program("return any(big(x) for x in range(50))")), executor)
    assert executor.held == 0


def test_a_guess_that_is_right_is_not_made_again() -> None:
    executor = ScriptedExecutor(oldest_first)
    by_machine(Program(program("for x in range(4):\n    if f(x) > 9:\n        return g(x)\nreturn 0")), executor)
    assert len(executor.submitted) == 4


def test_one_worker_is_not_kept_busy_with_guesses() -> None:
    executor = ScriptedExecutor(oldest_first, workers=1)
    by_machine(Program(program("for x in range(9):\n    if big(x):\n        return x")), executor)
    assert len(executor.submitted) == 6
