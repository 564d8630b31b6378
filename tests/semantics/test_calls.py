"""Calls in every form, of every kind of callee, behave as in plain Python."""

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
    "a scheduled function calls another": """
@schedule
def inner(x, ys):
    ys.append(f(x))
    note("inner", x)
    return g(x)
@schedule
def main():
    ys = []
    a = [inner(x, ys) for x in range(3)]
    note(ys)
    return a, ys
""",
    "a scheduled function that only computes": """
@schedule
def inner(x):
    a = f(x)
    if a > 2:
        return g(a)
    return [a]
@schedule
def main():
    a = [inner(x) for x in range(4)]
    b = inner(inner(1)[0])
    return a, b
""",
    "recursion": """
@schedule
def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2) + 0 * f(n)
@schedule
def main():
    return fib(7)
""",
    "merge sort": """
@functional
def merge(a, b):
    out = []
    a, b = list(a), list(b)
    while a and b:
        out.append(a.pop(0) if a[0] <= b[0] else b.pop(0))
    return out + a + b
@schedule
def main(xs):
    if len(xs) <= 1:
        return xs
    middle = len(xs) // 2
    return merge(main(xs[:middle]), main(xs[middle:]))
def arguments():
    return ([5, 2, 9, 1, 5, 6, 0],)
""",
    "a failure deep in a recursion has all its lines": """
@schedule
def down(n):
    if n == 0:
        return fail(n)
    a = down(n - 1)
    return a
@schedule
def main():
    b = f(1)
    return down(3) + b
""",
    "a failure of the program deep in a recursion": """
@schedule
def down(n):
    if n == 0:
        return [][f(n)]
    a = down(n - 1)
    return a
@schedule
def main():
    b = f(1)
    return down(3), b
""",
    "methods": """
class Box:
    def __init__(self, x):
        self.x = x
        self.all = []
    @functional
    def grown(self, n):
        return self.x + n
    @schedule
    def work(self, n):
        for i in range(n):
            self.all.append(self.grown(i))
            self.x += 1
        return self.all
    @staticmethod
    @functional
    def twice(x):
        return 2 * x
    @classmethod
    @schedule
    def make(cls, x):
        return cls(Box.twice(x))
@schedule
def main():
    box = Box.make(3)
    note(box)
    a = box.work(3)
    box.x = f(box.x)
    return box, a
""",
    "closures": """
def maker(k):
    @functional
    def grown(x):
        return x + k
    @schedule
    def inner(xs):
        nonlocal k
        a = [grown(x) for x in xs]
        k += 1
        b = [grown(x) for x in xs]
        return a, b, k
    return inner
@schedule
def main():
    inner = maker(5)
    return inner([1, 2]), inner([1, 2])
""",
    "local functions and lambdas that call functional functions": """
@schedule
def main():
    k = f(1)
    def local(x):
        note("local", k)
        return g(x) + k
    a = [local(x) for x in range(3)]
    k = f(5)
    h = lambda x: f(x) + k
    return a, h(1), list(map(h, items(2))), sorted(items(3), key=lambda x: -f(x))
""",
    "a functional function that is known only when it runs": """
TABLE = {"f": f, "g": g}
@schedule
def main():
    return [TABLE[name](x) for name in ("f", "g") for x in range(2)]
""",
    "a function as an argument": """
@functional
def apply(function, x):
    return function(x)
@schedule
def main():
    return apply(f, 1), apply(lambda x: x + 7, 1), apply(len, [1, 2])
""",
    "a functional function changed in between": """
@schedule
def main():
    global f
    a = f(1)
    f = g
    b = f(1)
    return a, b
""",
    "wrapped by another decorator below": """
import functools
def logged(function):
    @functools.wraps(function)
    def call(*args):
        note("call", args)
        return function(*args)
    return call
@logged
@functional
def h(x):
    return x + 1
@functional
@logged
def k(x):
    return x + 1
@schedule
@logged
def main():
    return h(1), f(1)
""",
    "wrapped by another decorator above": """
import functools
def logged(function):
    @functools.wraps(function)
    def call(*args):
        note("call", args)
        return function(*args)
    return call
@logged
@schedule
def inner(x):
    return f(x), g(x)
@schedule
def main():
    return inner(1), inner(f(2))
""",
    "lru_cache below and above": """
import functools
@functional
@functools.lru_cache
def h(x):
    return x + 1
@functools.lru_cache
@functional
def k(x):
    return x + 2
@schedule
def main():
    return [h(x % 2) for x in range(4)] + [k(x % 2) for x in range(4)]
""",
    "partial": """
import functools
@schedule
def main():
    p = functools.partial(add, f(1), k=f(2))
    return p(), p(3)
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
    "pending arguments of a nested function: the rest, and variables that nested code sees": """
@schedule
def rest(x, *args, **named):
    note(x, args, named)
    return args, named, add(x, *args, **named)
@schedule
def seen(x, y):
    local = lambda z: x + z
    return local(1), [local(z) for z in range(2)], y
@schedule
def main():
    return rest(f(1), f(2), g(3), k=f(3), z=items(2)), seen(f(1), f(2)), seen(y=f(1), x=items(3)[0])
""",
    "looking at itself": """
@schedule
def main(x):
    a = f(x)
    note(main.__name__, sorted(locals()))
    return eval("a + x")
def arguments():
    return (1,)
""",
    "generator functions and coroutines stay lazy": """
import asyncio
@schedule
def gen(n):
    for i in range(n):
        note("step", i)
        yield f(i)
@schedule
async def co(x):
    return f(x)
@schedule
def main():
    steps = gen(2)
    note("made")
    return list(steps), asyncio.run(co(3))
""",
    "wrong arguments for a nested scheduled function": """
@schedule
def inner(x):
    return f(x)
def main():
    try:
        return outer()
    except TypeError as error:
        note(str(error))
@schedule
def outer():
    return inner(f(1), 2, 3)
""",
    "super and private names": """
class A:
    def go(self, x):
        return f(x)
class B(A):
    __k = 3
    @schedule
    def go(self, x):
        return super().go(x) + self.__k + f(x)
@schedule
def main():
    return B().go(f(1))
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_call_behaves_as_in_plain_python(name: str) -> None:
    check(PRELUDE + PROGRAMS[name])
