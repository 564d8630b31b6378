"""The same programs on real worker processes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scheduled import PRELUDE, Program, by_machine, compare, plain

from pydron_runtime.executors.local import LocalExecutor

pytestmark = pytest.mark.slow

PROGRAMS = {
    "branches, containers, failures": """
OUT = []
@schedule
def main(xs):
    for x in range(6):
        a = f(x)
        if odd(a):
            xs.append(g(a))
        OUT.append(fails(x, 4))
        note(x) if x == 3 else None
    return xs
def arguments():
    return ([],)
""",
    "classes and closures of the program's own": """
class Point:
    def __init__(self, x):
        self.x = x
def maker(k):
    @functional
    def grown(point):
        return Point(point.x + k)
    return grown
@schedule
def main():
    grown = maker(f(1))
    points = [grown(Point(x)) for x in range(3)]
    again = [grown(point) for point in points]
    return points, again, points[0] is again[0], [type(p) is Point for p in again]
""",
    "what does not travel": """
import threading
@functional
def gen(n):
    return (i for i in range(n))
@functional
def locked(lock, x):
    with lock:
        return x
@functional
def bad(x):
    class Odd(Exception):
        pass
    raise Odd(lambda: x)
@schedule
def main():
    lock = threading.Lock()
    a = [list(gen(x)) for x in range(3)], locked(lock, f(1))
    note(a)
    bad(1)
""",
    "exceptions of every kind": """
@functional
def worse(x):
    try:
        [][x]
    except IndexError as error:
        raise KeyError(x) from error
@functional
def stop(x):
    raise StopIteration(x)
@schedule
def one(function):
    return function(f(1))
def main():
    for function in (worse, stop, fail):
        try:
            one(function)
        except Exception as error:
            note(error)
""",
    "two stages, recursion, references": """
@schedule
def fib(n):
    if n < 2:
        return f(n)
    return fib(n - 1) + fib(n - 2)
@schedule
def main():
    ys = [items(x) for x in range(5)]
    zs = [total(y) for y in ys]
    ys[0].append(total(ys[4]))
    return ys, zs, fib(5), total(ys[0])
""",
}


@pytest.fixture(scope="module")
def executor() -> Iterator[LocalExecutor]:
    made = LocalExecutor(2)
    yield made
    made.close()


@pytest.mark.parametrize("name", PROGRAMS)
def test_workers_give_what_plain_python_gives(name: str, executor: LocalExecutor) -> None:
    program = Program(PRELUDE + PROGRAMS[name])
    compare(program, "real workers", plain(program), by_machine(program, executor))
