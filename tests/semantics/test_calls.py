"""Arguments in every form, and what travels with a call, behave as in plain Python."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check

PROGRAMS = {
    "all forms of arguments": """
@schedule
def main(*args, k=2, **named):
    a = add(1)
    b = add(1, f(2), 3, *items(2), *args, k=k, z=f(3), **named, **table(1))
    c = add(*items(3), **{"k": f(1)})
    return a, b, c
def arguments():
    return 7, 8
""",
    "defaults are those of the function": """
@schedule
def main(x, y=[], *, z={"k": 1}):
    y.append(f(x))
    z["k"] += f(x)
    return y, z
def arguments():
    return (1,)
""",
    "a missing argument of a functional function": """
@schedule
def main():
    a = f(1)
    b = f()
    note(a)
""",
    "an unknown keyword": """
@schedule
def main():
    return f(1, nobody=g(2))
""",
    "the same keyword twice": """
@schedule
def main():
    return add(1, k=f(1), **{"k": 2})
""",
    "star of something that does not iterate": """
@schedule
def main():
    return add(1, *f(1))
""",
    "double star of something that is no mapping": """
@schedule
def main():
    return add(1, **items(1))
""",
    "arguments are taken when the call is made": """
@schedule
def main(xs):
    xs.append(1)
    a = total(xs)
    xs.append(2)
    b = total(xs)
    xs[0] = 100
    c = total(xs)
    xs.clear()
    note(a, b, c)
    return a, b, c, xs
def arguments():
    return ([5],)
""",
    "a result that the program changes after passing it on": """
@schedule
def main():
    a = items(3)
    b = total(a)
    a.append(50)
    c = total(a)
    a[0] = f(c)
    d = total(a)
    e = a
    e += [1]
    return a, b, c, d, total(e), e is a
""",
    "one result under two names": """
@schedule
def main():
    a = items(3)
    b = a
    b.append(1)
    c = [a, b]
    c[0].append(2)
    return a, b, c, total(a), a is b, a == b
""",
    "StopIteration from a functional call": """
@functional
def stop(x):
    raise StopIteration(x)
@schedule
def main():
    out = []
    for x in range(3):
        out.append(f(x))
        if x == 1:
            stop(x)
    return out
""",
    "StopIteration inside a deferred loop": """
@functional
def stop(x):
    raise StopIteration(x)
@schedule
def main():
    a = [stop(x) if odd(x) else x for x in items(4)]
    return a
""",
    "exceptions that cannot be pickled": """
@functional
def bad(x):
    class Odd(Exception):
        def __init__(self, a, b):
            super().__init__(a)
            self.b = lambda: b
    raise Odd(x, 2)
@schedule
def main():
    a = f(1)
    bad(a)
""",
    "exceptions with constructors of their own": """
class Odd(Exception):
    def __init__(self, a, *, b):
        super().__init__("text")
        self.a, self.b = a, b
@functional
def bad(x):
    raise Odd(x, b=2)
@schedule
def main():
    a = f(1)
    bad(a)
""",
    "chained exceptions and notes": """
@functional
def bad(x):
    try:
        [][x]
    except IndexError as error:
        raise KeyError(x) from error
@functional
def worse(x):
    try:
        [][x]
    except IndexError:
        raise KeyError(x)
@functional
def clean(x):
    try:
        [][x]
    except IndexError:
        raise KeyError(x) from None
@schedule
def one(function):
    return function(f(1))
def main():
    for function in (bad, worse, clean):
        try:
            one(function)
        except KeyError as error:
            note(error, error.__cause__, error.__context__, error.__suppress_context__)
    try:
        1 / 0
    except ZeroDivisionError:
        one(worse)
""",
    "results that do not travel": """
@functional
def gen(n):
    return (i for i in range(n))
@functional
def make(n):
    return lambda: n
@schedule
def main():
    a = list(gen(3))
    b = make(f(4))()
    c = [x for x in gen(f(2))]
    return a, b, c, sum(gen(4))
""",
    "arguments that do not travel": """
import threading
@functional
def locked(lock, x):
    with lock:
        return x + 1
@functional
def consumed(gen, x):
    return sum(gen) + x
@schedule
def main():
    lock = threading.Lock()
    a = [locked(lock, x) for x in range(3)]
    b = consumed((x for x in items(3)), f(1))
    return a, b, locked([lock, f(2)][0], f(3))
""",
    "a result that is the argument": """
@functional
def same(x):
    return x
@schedule
def main(xs):
    a = same(xs)
    b = same(a)
    a.append(1)
    return a, b, xs, same(same(b)) == b
def arguments():
    return ([0],)
""",
    "the same object twice in one call": """
@functional
def are_one(a, b):
    return a is b, a[0] is b
@schedule
def main():
    a = items(2)
    l = [a]
    l2 = [l]
    return are_one(a, a), are_one(l, a), are_one([a], a), are_one(l2, l)
""",
    "nobody's function between": """
OUT = []
def push(x):
    OUT.append(x)
    return len(OUT)
@schedule
def main():
    a = f(1)
    n = push(a)
    b = fails(n, 2)
    push(b)
    c = fails(2, 2)
    push(c)
""",
    "built-ins with keywords and callables": """
@schedule
def main():
    a = [f(3), f(1), f(2)]
    note(sorted(a, reverse=True), max(a, key=lambda x: -x), min(a, default=0), sum(a, start=f(1)))
    note(list(map(f, a)), list(filter(odd, a)), max([], default=f(7)))
    return list(zip(a, items(3), strict=True)), int("12", base=f(2)), print(*a, sep="-", end="!\\n")
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_call_behaves_as_in_plain_python(name: str) -> None:
    check(PRELUDE + PROGRAMS[name])
