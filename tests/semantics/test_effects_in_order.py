"""Effects happen in program order, as often as in plain Python: output, logging, stores to what others can see."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check

PROGRAMS = {
    "print": """
@schedule
def main():
    print("begin")
    for x in range(4):
        print("call", x, f(x), sep=":", end="|\\n")
        if odd(x):
            print("odd", [f(x)], {"k": g(x)})
    print()
    print(*items(3), fails(1, 2))
    return print("end")
""",
    "print up to a failure": """
@schedule
def main():
    for x in range(4):
        print(f(x))
        print(fails(x, 2))
    print("never")
""",
    "print of something that changes later": """
@schedule
def main():
    xs = [f(1)]
    d = {"k": xs}
    print(xs, d)
    xs.append(f(2))
    print(xs, d, sep="\\n")
    d["k"] = 1
    xs.clear()
    print(d)
""",
    "print of objects with their own text": """
class Loud:
    def __init__(self, x):
        self.x = x
    def __str__(self):
        note("str", self.x)
        return str(self.x)
    __repr__ = __str__
@functional
def loud(x):
    return Loud(x)
@schedule
def main():
    for x in range(3):
        print(loud(x), [loud(x)], f(x))
        note("after", x)
    print(f"{loud(7)}")
""",
    "print into something else": """
import io
@schedule
def main():
    stream = io.StringIO()
    for x in range(3):
        print(f(x), file=stream)
        stream.write(str(g(x)))
    a = stream.getvalue()
    print(a, file=None, flush=True)
    print(1, nothing=2)
""",
    "standard output changed in between": """
import contextlib, io
@schedule
def main():
    first = io.StringIO()
    print("one", f(1))
    with contextlib.redirect_stdout(first):
        print("two", f(2))
    print("three", f(3), first.getvalue())
""",
    "logging": """
import logging
class Kept(logging.Handler):
    def emit(self, record):
        note(record.levelname, record.getMessage(), record.lineno, record.funcName)
LOGGER = logging.Logger("kept")
LOGGER.addHandler(Kept())
@schedule
def main():
    for x in range(3):
        LOGGER.info("value %s of %d", f(x), g(x))
        LOGGER.warning("list %s", [f(x)])
    LOGGER.error("%s", fails(3, 3))
""",
    "warnings": """
import warnings
@schedule
def main():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        inner()
        note([(str(w.message), w.lineno) for w in caught])
@schedule
def inner():
    for x in range(2):
        warnings.warn(str(f(x)))
""",
    "standard output directly": """
import sys
@schedule
def main():
    for x in range(3):
        sys.stdout.write(str(f(x)))
        n = sys.stdout.write("!")
        note(n)
    sys.stdout.write(f(1))
""",
    "stores to what others see, around functions that nobody knows": """
class Box:
    pass
BOX = Box()
BOX.items = []
TABLE = {}
def look():
    note(BOX, TABLE)
@schedule
def main(xs):
    for x in range(3):
        BOX.last = f(x)
        BOX.items.append(BOX.last)
        TABLE[x] = g(x)
        xs[x] = f(x)
        look()
    TABLE["self"] = BOX
    BOX.table = TABLE
    look()
    TABLE[5] = f(5)
    return BOX, xs
def arguments():
    return ([0, 0, 0],)
""",
    "context variables": """
import contextvars
V = contextvars.ContextVar("V", default=0)
@schedule
def main():
    V.set(f(1))
    a = V.get()
    if odd(1):
        b = V.get() + 1
    V.set(7)
    return a, b, V.get()
""",
    "random numbers and clocks of the program's own": """
import random
R = random.Random(3)
@schedule
def main():
    out = []
    for x in range(4):
        out.append(R.randint(0, 100) + f(x))
        if odd(x):
            out.append(R.random())
    R.shuffle(out)
    return out
""",
    "numbers in decimal contexts": """
import decimal
@schedule
def main():
    with decimal.localcontext() as context:
        context.prec = 3
        a = decimal.Decimal(f(0)) / 3
    return a, decimal.Decimal(f(0)) / 3
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_effects_are_those_of_plain_python(name: str) -> None:
    check(PRELUDE + PROGRAMS[name])
