"""``StopIteration`` does not leave a generator: it becomes the cause of a ``RuntimeError`` (PEP 479), wherever calls run."""

from __future__ import annotations

import pytest
from scheduled import check, peak

PRELUDE = """
import itertools
from collections import deque

@functional
def f(x):
    if x == 2:
        raise StopIteration("stop", x)
    return x * 10

def ends(x):
    raise StopIteration(x)

@schedule
def within(x):
    y = f(x)
    note(x)
    return [y]

@schedule
def main():
"""

FORMS = """
return list(f(x) for x in range(4))
return sorted(f(x) for x in range(4) if x)
return ",".join(str(f(x)) for x in range(4))
return {f(x) for x in range(4)}
return [f(x) for x in range(4)]
return frozenset(f(x) for x in range(4))
return dict((x, f(x)) for x in range(4))
return sum(f(x) for x in range(4))
return any(f(x) > 100 for x in range(4))
return [*(f(x) for x in range(4))]
a, *b = (f(x) for x in range(4))
return list(enumerate(f(x) for x in range(4)))
return list(zip("abcd", (f(x) for x in range(4))))
return list(map(str, (f(x) for x in range(4))))
return list(itertools.islice((f(x) for x in range(4)), 1, 4))
for i, y in enumerate(f(x) for x in range(4)): note(i)
for y in (f(x) for x in range(4)): pass
return list(x for x in range(4) if f(x) < 15)
return list(f(y) for y in (f(x) for x in range(4)))
return list(f(y) + x for x in range(4) for y in range(x))
return tuple([f(y) for y in range(x)] for x in range(4))
return tuple(list(f(y) for y in range(x)) for x in range(4))
return tuple(sum(f(y) for y in range(x)) for x in range(4))
return next((f(x) for x in (2, 3)), 7)
return list((f(1), ends(x)) for x in range(2))
return sum((f(1), ends(x))[0] for x in range(2))
return [(f(1), ends(x)) for x in range(2)]
return list(f(x) if x else 0 for x in range(4))
return list(within(x) for x in range(4))
return list(map(f, range(4)))
return sum(map(f, (1, 2, 3))), max(map(f, (1, 2))), any(map(f, (0, 2)))
return list(filter(f, range(4))), list(itertools.filterfalse(f, range(4)))
return list(itertools.starmap(f, [(1,), (2,), (3,)]))
return (m := map(f, range(5))) and (list(m), list(m))
for y in map(f, range(4)): note(y)
return [f(y) for y in map(f, (0, 1, 2))]
return list(zip(map(f, range(4)), "abcd"))
return list(map(within, range(4))), {*map(f, (1, 2, 3))}
return next(map(f, (2, 3)), 7)
return list(map(lambda x: ends(f(x)), range(3)))
return dict((x, within(x)) for x in range(4))
return deque(f(x) for x in range(4))
y = f(2); return list(f(x) for x in range(2))
y = f(2); return sum(f(x) for x in range(2))
""".strip().split("\n")


@pytest.mark.parametrize("form", FORMS)
def test_it_ends_what_it_ends_in_plain_python(form: str) -> None:
    check(f"{PRELUDE}    {form}\n")


@pytest.mark.parametrize("form", FORMS)
def test_handlers_see_what_they_see_in_plain_python(form: str) -> None:
    check(
        f"{PRELUDE}    try:\n        {form}\n    except StopIteration as error:\n        return 'stop', error\n"
        "    except RuntimeError as error:\n        return error, error.__cause__\n"
    )


def test_what_is_being_handled_stands_at_the_end_of_the_contexts() -> None:
    check(f"{PRELUDE}    try:\n        {{}}[1]\n    except KeyError:\n        return list(f(x) for x in range(4))\n")


def test_calls_that_may_end_a_map_are_asked_for_ahead() -> None:
    text = """
@functional
def first(xs):
    return next(iter(xs))

@schedule
def main():
    return list(map(first, [[1], [2], [3], [], [5]]))
"""
    assert peak(text) > 2
