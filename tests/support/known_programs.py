"""What programs about known and undecorated callables begin with."""

from __future__ import annotations

from scheduled import PRELUDE

HEAD = (
    PRELUDE
    + """
import collections, copy, datetime, functools, itertools, json, math, operator, re, statistics
FACTOR = 3
NAMES = {2: "two", 3: "three", 4: "four", 5: "five"}

class Loud:
    def __init__(self, value):
        self.value = value
    def __len__(self):
        note("len", self.value)
        return 3
    def __eq__(self, other):
        note("eq", self.value)
        return self.value == getattr(other, "value", other)
    def __hash__(self):
        note("hash", self.value)
        return hash(self.value)
    def __lt__(self, other):
        note("lt", self.value)
        return self.value < other.value
    def __add__(self, other):
        note("add", self.value)
        return Loud(self.value + getattr(other, "value", other))
    __radd__ = __add__
    def __iter__(self):
        note("iter", self.value)
        for x in range(2):
            note("next", x)
            yield x

@functional
def loud(x):
    return Loud(x)

def double(x):
    return x * 2 + FACTOR

def named(x):
    return NAMES[x]

def inner(x):
    return 10 // (x - 3)

def outer(x):
    return inner(x) + 1

def spread(x):
    a = f(x)
    b = g(a)
    return a + b

def gather(xs):
    out = []
    for x in xs:
        out.append(f(x))
    return out

def logged(x):
    note("logged", x)
    return x

def by_logged(x):
    note("key", x)
    return -x
"""
)
"""Plain helpers that compute, log, or come to functional calls, and a class whose operators log."""
