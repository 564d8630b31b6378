"""Callees of every kind: nested scheduled functions, recursion, methods, closures, wrapped functions."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check

PROGRAMS = {
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
    "static methods of builtin types": """
@schedule
def main():
    table = bytes.maketrans(b"ab", b"cd")
    other = str.maketrans({"a": text(f(1)), "b": None})
    return b"abc".translate(table), "abc".translate(other), dict.fromkeys([f(1)], 2), int.from_bytes(b"\\x01", "big")
def text(x):
    return str(x)
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
def test_a_callee_is_called_as_in_plain_python(name: str) -> None:
    check(PRELUDE + PROGRAMS[name])


@pytest.mark.parametrize(
    "loop",
    [
        "for x in range(6):\n        bump()\n        out.append(f(x + k))",
        "while len(out) < 6:\n        bump()\n        out.append(f(k))",
        "if f(1):\n        bump()\n        out.append(f(k))",
    ],
)
def test_a_variable_that_a_nested_function_rebinds_is_read_where_the_program_reads_it(loop: str) -> None:
    check(
        f"""{PRELUDE}
@schedule
def main():
    out = []
    k = 0
    def bump():
        nonlocal k
        k += 1
    {loop}
    return out, k
"""
    )
