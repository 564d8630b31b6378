"""Functional calls as people write them: odd exceptions, lambdas, generators, arguments that are returned or changed.

Each program gives what it gives in plain Python. Where a call works on copies in a worker and on the objects themselves
in the program, the programs are about what is the same in both.
"""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, Program, by_machine, check, compare, plain

from pydron_runtime.executors.local import LocalExecutor

HEAD = (
    PRELUDE
    + """
import collections, threading, enum

class TwoArguments(Exception):
    def __init__(self, a, b):
        super().__init__(f"{a} and {b}")
        self.a, self.b = a, b

class KeywordOnly(Exception):
    def __init__(self, *, code):
        super().__init__()
        self.code = code

class WithLock(Exception):
    def __init__(self, text):
        super().__init__(text)
        self.lock = threading.Lock()

class WithLambda(ValueError):
    def __init__(self, x):
        super().__init__(x, lambda: x)

class Changing(Exception):
    def __init__(self, text):
        super().__init__("changed: " + text)

class Refusing(Exception):
    def __reduce__(self):
        raise RuntimeError("no pickle")

class Node:
    def __init__(self, value, *children):
        self.value, self.children = value, list(children)

KINDS = {
    "two": lambda: TwoArguments(1, 2), "keyword": lambda: KeywordOnly(code=7), "lock": lambda: WithLock("locked"),
    "lambda": lambda: WithLambda(3), "changing": lambda: Changing("x"), "refusing": lambda: Refusing(1),
    "stop": lambda: StopIteration(5), "async stop": lambda: StopAsyncIteration(6), "key": lambda: KeyError("k"),
    "os": lambda: FileNotFoundError(2, "gone", "name"), "unicode": lambda: UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"),
    "exit": lambda: SystemExit(3), "generator exit": lambda: GeneratorExit("end"), "syntax": lambda: SyntaxError("bad"),
}

@functional
def raises(kind):
    raise KINDS[kind]()

@functional
def caused(kind):
    try:
        raise KeyError("inner")
    except KeyError as error:
        raise KINDS[kind]() from error

@functional
def same(x):
    return x

@functional
def wrapped(x):
    return [x, (x, {"x": x})]

@functional
def applied(function, *args):
    return function(*args)

@functional
def made(k):
    return lambda x: x + k

@functional
def steps(n):
    for i in range(n):
        yield i

@functional
def opened(n):
    return iter([n, n + 1]), (x for x in range(n))

@functional
def weight(x):
    return sum(weight(y) for y in x) if isinstance(x, (list, tuple, set)) else x

@functional
def tree(node):
    return node.value + sum(tree(child) for child in node.children)
"""
)

KINDS = (
    "two", "keyword", "lock", "lambda", "changing", "refusing", "stop", "async stop", "key", "os", "unicode", "exit",
    "generator exit", "syntax",
)  # fmt: skip


@pytest.mark.parametrize("how", ["raises", "caused"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_exception_arrives_as_it_was_raised(kind: str, how: str) -> None:
    check(
        f"{HEAD}\n@schedule\ndef main():\n    a = f(1)\n    note(a)\n    b = {how}({kind!r})\n    note('never')\n    return a, b\n"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_an_exception_is_caught_where_it_would_be(kind: str) -> None:
    check(
        f"{HEAD}\n@schedule\ndef main():\n    out = []\n    for x in range(3):\n        try:\n            out.append(f(x))\n"
        f"            out.append(raises({kind!r}))\n        except BaseException as error:\n"
        "            out.append((type(error).__name__, str(error).split(' at 0x')[0], error.args[:1], sorted(vars(error))))\n    return out\n"
    )


PROGRAMS = {
    "StopIteration in loops and next": """
@schedule
def main():
    out = []
    for x in range(3):
        try:
            out.append(raises("stop"))
        except StopIteration as error:
            out.append(error.value)
    out.append(next(iter([]), f(1)))
    it = iter([f(0), f(1)])
    out += [next(it), next(it), next(it, "end")]
    return out
""",
    "StopIteration inside a generator becomes a RuntimeError": """
@schedule
def main():
    def inside():
        yield f(1)
        yield raises("stop")
    try:
        return list(inside())
    except RuntimeError as error:
        return str(error), type(error.__cause__).__name__, f(2)
""",
    "lambdas as arguments and results": """
@schedule
def main():
    k = f(1)
    doubled = applied(lambda x: x * k, f(2))
    adder = made(f(3))
    return doubled, adder(1), applied(adder, 10), applied(sorted, [3, 1]), [made(i)(1) for i in range(3)]
""",
    "generators and iterators as results": """
@schedule
def main():
    a = steps(3)
    b = list(a)
    c = list(a)
    it, gen = opened(f(1))
    return b, c, sum(steps(4)), next(it), list(it), list(gen), [x for x in steps(2)]
""",
    "generators and iterators as arguments": """
@schedule
def main():
    it = iter([1, 2, 3, 4])
    a = applied(next, it)
    b = applied(list, (x for x in range(3)))
    c = applied(sum, map(abs, [-1, -2]))
    return b, c, applied(len, dict(a=1).keys())
""",
    "an argument is returned": """
@schedule
def main():
    xs = [1, [2]]
    a = same(5)
    b = same("text"), same(None), same((1, "a")), same(f), same(len), same(int), same(Ellipsis)
    c = same(xs)
    d = wrapped(xs)
    return a, b[:4], b[4] is f, b[5] is len, b[6] is int, b[7] is Ellipsis, c == xs, d[0] is d[1][0], d[1][1]["x"] is d[0]
""",
    "an argument changes right after it was passed": """
@schedule
def main():
    out = []
    xs = []
    for x in range(4):
        xs.append(x)
        out.append(weight(xs))
    xs.clear()
    return out, xs
""",
    "an argument changes deep inside": """
@schedule
def main():
    deep = [[1], ([2], [3, [4]])]
    a = weight(deep)
    deep[1][1][1].append(100)
    b = weight(deep)
    deep[1][0][0] = f(6)
    c = weight(deep)
    del deep[0][:]
    d = weight(deep)
    deep[1][1][1] += [f(1)]
    return a, b, c, d, weight(deep)
""",
    "an object changes right after it was passed": """
@schedule
def main():
    root = Node(1, Node(2, Node(3)))
    a = tree(root)
    root.children[0].value = f(9)
    b = tree(root)
    root.children[0].children.append(Node(f(99)))
    c = tree(root)
    root.value += 1
    d = tree(root)
    root.children = []
    return a, b, c, d, tree(root)
""",
    "a result is put into an argument and changed": """
@schedule
def main():
    box = {"a": []}
    for x in range(3):
        box["a"].append(f(x))
        box[x] = weight(box["a"])
    box["a"][0] = 50
    box["b"] = weight(box["a"])
    return box
""",
    "an array changes right after it was passed": """
import numpy
@functional
def total_of(a):
    return float(a.sum())
@schedule
def main():
    a = numpy.zeros(2000)
    out = []
    for x in range(3):
        a[x] = x + 1
        out.append(total_of(a))
        a[:] *= 2
        view = a[:10]
        out.append(total_of(view))
        view += 1
    return out, float(a.sum())
""",
    "the same object twice, and cycles": """
@functional
def shared(a, b):
    return a is b, len(a)
@functional
def cyclic(a):
    return a[0] is a, len(a)
@schedule
def main():
    xs = [f(1)]
    ring = []
    ring.append(ring)
    a = shared(xs, xs), shared(xs, [2])
    b = cyclic(ring)
    ring.append(1)
    return a, b, cyclic(ring)
""",
    "callables of every kind are functional": """
class Scale:
    def __init__(self, k):
        self.k = k
    @functional
    def times(self, x):
        return self.k * x
    @staticmethod
    @functional
    def plus(x):
        return x + 1
    @classmethod
    @functional
    def named(cls, x):
        return cls.__name__, x
import functools
@schedule
def main():
    s = Scale(f(1))
    times = s.times
    part = functools.partial(add, 1, k=2)
    return s.times(3), times(4), Scale.times(s, 5), s.plus(1), Scale.plus(2), s.named(3), part(5), [s.times(i) for i in range(3)]
""",
    "keyword arguments, stars and defaults that change": """
@functional
def collect(x, y=[1], *rest, k=(), **named):
    return [x, list(y), list(rest), k, sorted(named.items())]
@schedule
def main():
    args, named = [f(1), [2]], {"k": f(3), "z": [4]}
    a = collect(*args, 5, **named)
    args[1].append(9)
    named["z"].append(8)
    b = collect(*args, **named)
    return a, b, collect(f(0))
""",
    "big integers, odd floats and texts": """
@schedule
def main():
    nan = float("nan")
    return same(10**100), str(same(nan)), same(-0.0), same("\\ud800".encode("utf-8", "surrogatepass")), same(1 + 2j), same(b"x" * 10000)[-1]
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_in_the_wild(name: str) -> None:
    check(HEAD + PROGRAMS[name])


@pytest.mark.slow
def test_the_same_on_workers() -> None:
    failures = "".join(
        f"    try:\n        raises({kind!r})\n    except BaseException as error:\n"
        "        out.append((type(error).__name__, str(error).split(' at 0x')[0], error.args[:1]))\n"
        for kind in KINDS
    )
    programs = [HEAD + text for text in PROGRAMS.values()]
    programs.append(f"{HEAD}\n@schedule\ndef main():\n    out = []\n{failures}    return out\n")
    executor = LocalExecutor(2)
    try:
        for text in programs:
            program = Program(text)
            compare(program, "workers", plain(program), by_machine(program, executor))
    finally:
        executor.close()
