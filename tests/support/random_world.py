"""What random programs find around them: functions of all kinds, and classes with code of their own."""

from __future__ import annotations

FUNCTIONAL = """
import contextlib, dataclasses, functools, itertools, operator, threading
import numpy as np

class Box:
    def __init__(self, x):
        self.x = x
        self.items = []
    def __repr__(self):
        return "Box"

class Loud:
    def __init__(self, x):
        self.x = x
    def __add__(self, other):
        note("add", self.x)
        return self.x + other
    def __eq__(self, other):
        note("eq", self.x)
        return False
    __hash__ = None
    def __repr__(self):
        return "Loud"
    @property
    def value(self):
        note("value", self.x)
        return self.x

class Vector:
    def __init__(self, *xs):
        self.xs = list(xs)
    def __repr__(self):
        return f"Vector{{self.xs}}"
    def __add__(self, other):
        return Vector(*self.xs, other)
    __radd__ = __add__
    def __iadd__(self, other):
        self.xs.append(other)
        return self
    def __matmul__(self, other):
        return sum(map(operator.mul, self.xs, other.xs))
    def __len__(self):
        return len(self.xs)
    def __getitem__(self, index):
        return self.xs[index]
    def __setitem__(self, index, x):
        self.xs[index] = x
    def __bool__(self):
        return len(self.xs) != 1
    def __contains__(self, x):
        return x in self.xs
    def __call__(self, x):
        return f(x) + len(self.xs)
    @property
    def total(self):
        return sum(self.xs)

@functional
def f(x):
    if type(x) is int and x == {bad_f}:
        raise ValueError("f", x)
    if hasattr(x, "__len__"):
        x = len(x)
    return (x * 3 + 1) % 7

@functional
def g(x, y=2):
    if type(x) is int and x == {bad_g}:
        raise KeyError("g", x)
    return [x, y]

@functional
def h(xs, *more, k=0):
    xs = [*xs, k]
    return len(xs) + sum(1 for x in xs if isinstance(x, list)) + len(more)

@functional
def s(x):
    return {{"k": x, "v": [x]}}

@functional
def u(x):
    return Loud(x) if x == {loud} else x

@functional
def mk(x):
    return Vector(x, 2)

@functional
def na(x):
    return np.arange(4) * int(x)

"""
"""Functional functions, which fail for some arguments, and classes of what they give."""

AROUND = """
OUT = []
TABLE = {}
BOX = Box(0)
GLOBAL = 0

def helper(x):
    return x * 2 + 1

def reader():
    return len(OUT) + len(TABLE)

def effect(x):
    OUT.append(x)
    note("effect", x)
    return x

def caller(x):
    return f(x) + reader()

def push(xs, x):
    xs.append(x)
    return xs

def counted(n):
    global GLOBAL
    GLOBAL += n
    return GLOBAL

def each(n):
    for i in range(n if type(n) is int and n in range(9) else 2):
        yield f(i)

def noted(function):
    @functools.wraps(function)
    def call(*args):
        note("call", args)
        return function(*args)
    return call

def twice(function):
    return lambda x: function(function(x))

@schedule
@noted
def decorated(x):
    return f(x) + 1

@noted
@schedule
def other(x):
    y = f(x)
    return y if y in (1, 2) else f(y)

@functools.lru_cache(None)
@schedule
def memo(x):
    return f(x) + f(x + 1)

partly = functools.partial(g, y=3)

@schedule
def recursive(n, xs):
    if n <= 0:
        return f(len(xs))
    xs.append(n)
    return f(n) + recursive(n - 1, xs) + (recursive(n - 2, xs) if n > 2 else 0)

class Account:
    limit = 9
    def __init__(self, x):
        self.x = x
        self.items = []
    def __repr__(self):
        return "Account"
    @property
    def double(self):
        return self.x * 2
    @functools.cached_property
    def cached(self):
        return f(self.x)
    @schedule
    def add(self, x, *more):
        self.x += f(x)
        self.items.append(x)
        for other in more:
            self.items += [f(other)]
        return self.x
    def plain(self, x):
        self.items.append(x)
        return f(x)
    @classmethod
    @schedule
    def made(cls, x):
        return cls(f(x))

class Richer(Account):
    limit = 3
    @schedule
    def add(self, x, *more):
        found = super().add(x, *more)
        return found if found < self.limit else __class__.limit

ACCOUNT = Richer(1)

@dataclasses.dataclass
class Point:
    x: int
    items: list = dataclasses.field(default_factory=list)
    def shifted(self, by):
        self.items.append(by)
        return dataclasses.replace(self, x=self.x + by)

class Async:
    def __init__(self, x):
        self.x = x
    async def __aenter__(self):
        note("aenter", f(self.x))
    async def __aexit__(self, *failure):
        note("aexit", failure[0] is None)

class Step:
    def __await__(self):
        yield 1
        return 1

async def quick(n):
    return f(n)

async def waits(n):
    return await Step() + f(n)

async def aeach(n):
    for i in range(n):
        await Step()
        yield f(i)

@schedule
async def co(n):
    x = await quick(n)
    async with Async(x):
        async for y in aeach(2):
            x += y
    return x + await waits(n)

def run(coroutine):
    try:
        while True:
            coroutine.send(None)
    except StopIteration as stop:
        return stop.value
"""
"""Everything else: helpers, decorators, methods, recursion, coroutines."""
