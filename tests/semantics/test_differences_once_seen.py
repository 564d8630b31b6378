"""Small programs that once did something else than under plain Python, each for what it shows."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check

PROGRAMS = {
    "a failure of output in a finally, after a failure that has already been raised further": """
@schedule
def inner(a):
    try:
        print(fails(a, 1))
    except KeyError:
        note(1)
        raise
    finally:
        print("ending", fails(f(5), 6))
    return a
@schedule
def main():
    try:
        x = inner(1)
    finally:
        note(2)
    return x
""",
    "tuples within tuples that iterators of the interpreter hand on": """
import functools
@schedule
def main():
    inner = ((3,), f(2))
    xs = [((f(1),), 2), (inner,)]
    same = [a is xs[i] and b is xs[i] for i, (a, b) in enumerate(zip(xs, xs))]
    (long,) = [functools.reduce(lambda rest, x: (x, rest), range(500), ())]
    for i, (x, y) in enumerate(zip([long], [f(3)])):
        same.append(x is long)
    return same, y
""",
    "lists that were filled ahead of an operator of the program's own": """
class Loud:
    def __add__(self, other):
        note("add", other)
        return other
@functional
def loud(x):
    return Loud()
@schedule
def main(table):
    y = loud(1) + 1
    print([[f(x) for x in xs] for xs in [[1, 2], [y]]])
    table["k"] = {}
    table["k"]["l"] = f(2)
    z = loud(2) + table["k"]["l"]
    table["k"]["m"] = f(3)
    print(table)
    note(table)
    return z
def arguments():
    return ({},)
""",
    "a loop over a tuple of results, taken over by the form as written": """
@schedule
def main(xs):
    b = f(1)
    c = b + max(map(f, xs))
    for xs[1] in (4, 5, b, c):
        pass
    for x in (4, 5, 6, b, c):
        xs.append(x)
    return xs
def arguments():
    return ([1, 2],)
""",
    "an operator that has no result for a constant, before a call": """
@schedule
def main():
    return ~2.5 > note(f(1))
""",
    "defaults that run code of the program's own, after a call that fails": """
class Thing:
    @property
    def size(self):
        note("size")
        return 2
@schedule
def inner(x, thing):
    a = fails(x, 1)
    def loc(z, y=thing.size, *, w=thing.size + a):
        return z + y + w
    shown = lambda z=thing.size: z + a
    return loc(a) + shown()
@schedule
def main():
    x = inner(2, Thing())
    return x, inner(1, Thing())
""",
    "lists made of pairs": """
@functional
def length(pairs):
    n = 0
    while pairs:
        n, pairs = n + 1, pairs[1]
    return n
@schedule
def main():
    plain, results, total = (), (), 0
    for i in range(1500):
        plain = (i, plain)
        results = (f(i) if i % 100 == 0 else i, results)
    short = results
    while short:
        x, short = short
        total += x
    return total, length(plain), sum(1 for pair in [plain] if pair is plain)
""",
    "results unpacked into the display of a set": """
@schedule
def main():
    a = {*map(f, range(4))}
    b = {f(1), *[f(2), f(1)], *a}
    c = {*zip(map(f, range(2)), "ab"), (f(5), 1)}
    return sorted(a), sorted(b), sorted(c)
""",
    "a result that has no hash, unpacked into the display of a set": """
@schedule
def main():
    note("begin")
    return {*map(items, range(2)), note("after")}
""",
    "elements with hashes of the program's own, unpacked into the display of a set": """
class Loud:
    def __init__(self, x):
        self.x = x
    def __hash__(self):
        note("hash", self.x)
        return self.x
def made(n):
    for i in range(n):
        note("next", i)
        yield Loud(i)
@schedule
def main():
    a = f(1)
    b = {*made(2), a}
    return len(b)
""",
    "an exception in a guarded statement within a handler, in a stack of its own": """
@schedule
def main():
    seen = []
    try:
        try:
            fails(1, 1)
        except ValueError as e:
            try:
                fails(2, 2)
            except ValueError as e2:
                seen.append((e2.args, e2.__context__ is e))
            try:
                raise LookupError(f(1))
            except LookupError as e3:
                seen.append((e3.args, e3.__context__ is e))
    except KeyError:
        pass
    return seen
""",
    "what is being handled, in a stack of its own": """
import sys
def handled():
    return repr(sys.exc_info()[1])
@schedule
def main():
    seen = []
    try:
        fail(f(1))
    except ValueError:
        try:
            if f(2) > 1:
                seen.append(handled())
                raise
        except ValueError as e:
            seen.append((e.args, repr(e.__context__)))
        seen.append(handled())
    seen.append(handled())
    return seen
""",
    "objects that tell when they are looked at": """
class Nosy:
    def __init__(self):
        object.__setattr__(self, "k", 1)
    @property
    def __class__(self):
        note("class")
        return int
    def __getattr__(self, name):
        note("getattr", name)
        raise AttributeError(name)
    def __call__(self, *more):
        return more
    def __add__(self, other):
        return 5
    def m(self, x):
        return self.k + x
class Slotted:
    __slots__ = ("k", "v")
    def __init__(self):
        self.k = 1
    def __getattr__(self, name):
        note("getattr", name)
        raise AttributeError(name)
    def __call__(self, *more):
        return more
    def m(self, x):
        return self.k + x
class Every:
    k = 1
    def __getattribute__(self, name):
        note("every", name)
        return object.__getattribute__(self, name)
    def __call__(self, *more):
        return more
    def m(self, x):
        return x
@schedule
def use(o):
    a = f(1)
    b = o(f(2)), o.m(f(1))
    c = [o, f(3)]
    d = {"o": o, f(2): (o, a)}
    if a:
        e = o
    o.k = f(7)
    for x in c:
        last = x
    c.append(o)
    c[0] = o
    q = f(1) if o is None else f(2)
    def inner(y=o):
        return y is o, f(1)
    match q:
        case 2:
            q = 3
    return b, o is c[0], e is o, len(d), list(map(o, [f(1)])), [o(x) for x in [1, f(2)]], inner(), q, type(last)
@schedule
def main():
    return [use(o)[1:] for o in (Nosy(), Slotted(), Every())]
""",
    "a variable that a call failed to give a value, where a handler elsewhere has the same name": """
@schedule
def main():
    c = 5
    n = 0
    for make in (fail, f, fail):
        try:
            c = make(n)
            n += 1
        except ValueError:
            note(c, n)
        finally:
            note(c, n)
        try:
            if (c := make(1)) > 1 and (n := fail(2)):
                note(1)
        except ValueError as e:
            note(c, n, e.args)
    try:
        note(1)
    except KeyError as c:
        pass
    except LookupError as n:
        pass
    del c
    try:
        c = fail(f(1))
    except ValueError:
        try:
            return c
        except UnboundLocalError as error:
            return str(error)
    finally:
        note(n)
""",
    "an exception that is raised once more shows where it was raised before": """
import sys, traceback
def text():
    here = text.__code__.co_filename
    return [(at.name, at.lineno) for at in traceback.extract_tb(sys.exc_info()[2]) if at.filename == here]
@schedule
def again(errors):
    for error in errors:
        if f(1):
            raise error
@schedule
def main():
    errors = []
    for x in range(2):
        try:
            fail(f(x))
        except ValueError as error:
            errors.append(error)
    try:
        raise errors[0]
    except ValueError:
        note(text())
    try:
        try:
            raise errors[1] from errors[0]
        finally:
            note(f(1))
    except ValueError:
        note(text())
    for number in range(2):
        try:
            again(errors)
        except ValueError:
            note(text())
    last = errors[1]
    if f(last is None):
        raise last
""",
    "a failing assertion or deletion is underlined as by Python": """
import sys, traceback
def text():
    (at,) = traceback.extract_tb(sys.exc_info()[2])
    return at.lineno, getattr(at, "colno", 0), getattr(at, "end_colno", 0)
@schedule
def main(table=None):
    table = {"a": [1]}
    for case in range(6):
        try:
            if case == 0:
                assert f(case) == 99, f(case)
            elif case == 1:
                assert isinstance(f(case), str) and case, "text"
            elif case == 2:
                assert (f(case) ==
                        7)
            elif case == 3:
                del table["none"]
            elif case == 4:
                del table["a"][f(0)], table[
                    f(case)]
            else:
                assert not f(case)
        except (AssertionError, LookupError):
            note(text())
    return table
""",
    "the name of a handler in a loop after statements that always raise": """
@schedule
def main():
    try:
        raise KeyError(f(1))
    except KeyError as error:
        note(error)
    for x in range(2):
        try:
            fail(x)
        except ValueError as error:
            note(error, f(x))
    return error
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_does_what_plain_python_does(name: str) -> None:
    check(PRELUDE + PROGRAMS[name])


SENTINELS = [
    "return helper(f(1))",
    "return pick(S), f(1)",
    "x = [S, f(1)]\n    y = len(x)\n    return y, pick(x[0])",
    "return [helper(y) for y in (f(1), S)][0]",
]


@pytest.mark.parametrize("body", SENTINELS)
def test_helpers_may_compare_with_an_object_that_only_marks_something(body: str) -> None:
    """``object()`` is no record of a dataclass: it has no fields to look at."""
    helpers = "S = object()\ndef helper(x):\n    return 1 if x is S else x\ndef pick(x, default=S):\n    return x is default\n"
    check(f"{PRELUDE}{helpers}@schedule\ndef main():\n    {body}\n")
