"""Objects of user classes: every piece of the user's own code runs as often, and in the order, it does in plain Python."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check

CLASSES = """
class Loud:
    def __init__(self, x):
        self.x = x
    def __repr__(self):
        note("repr", self.x)
        return f"Loud({self.x})"
    def __add__(self, other):
        note("add", self.x)
        return Loud(self.x + (other.x if isinstance(other, Loud) else other))
    def __radd__(self, other):
        note("radd", self.x)
        return Loud(other + self.x)
    def __iadd__(self, other):
        note("iadd", self.x)
        self.x += 1
        return self
    def __eq__(self, other):
        note("eq", self.x)
        return isinstance(other, Loud) and self.x == other.x
    def __lt__(self, other):
        note("lt", self.x)
        return self.x < other.x
    def __hash__(self):
        note("hash", self.x)
        return hash(self.x)
    def __bool__(self):
        note("bool", self.x)
        return bool(self.x)
    def __len__(self):
        note("len", self.x)
        return 3
    def __iter__(self):
        note("iter", self.x)
        for i in range(2):
            note("step", i)
            yield i
    def __contains__(self, item):
        note("contains", item)
        return True
    def __getitem__(self, index):
        note("getitem", index)
        return self.x
    def __setitem__(self, index, value):
        note("setitem", index, value)
    def __delitem__(self, index):
        note("delitem", index)
    def __call__(self, *args):
        note("call", args)
        return self.x
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        note("getattr", name)
        return name
    def __index__(self):
        note("index", self.x)
        return self.x
    def __format__(self, spec):
        note("format", spec)
        return "formatted"
    def __neg__(self):
        note("neg", self.x)
        return self.x
    @property
    def value(self):
        note("value", self.x)
        return self.x
    @value.setter
    def value(self, value):
        note("set value", value)
        self.x = value
    def method(self, y):
        note("method", y)
        return self.x + y

@functional
def loud(x):
    return Loud(x)

class Guarded:
    def __init__(self):
        object.__setattr__(self, "names", [])
    def __setattr__(self, name, value):
        note("setattr", name, value)
        object.__setattr__(self, name, value)
    def __delattr__(self, name):
        note("delattr", name)

class Slotted:
    __slots__ = ("x", "y")

class Sub(dict):
    def __setitem__(self, key, value):
        note("sub setitem", key, value)
        super().__setitem__(key, value)
    def get(self, *args):
        note("sub get", args)
        return super().get(*args)

class SubList(list):
    def append(self, value):
        note("sub append", value)
        super().append(value)
    def __iadd__(self, other):
        note("sub iadd", other)
        return super().__iadd__(other)

class Meta(type):
    def __call__(cls, *args):
        note("meta call", args)
        return super().__call__(*args)

class Made(metaclass=Meta):
    def __init__(self, x):
        note("init", x)
        self.x = x
"""

STATEMENTS = """
r = loud(1) + f(1)
r = f(1) + loud(1)
r = loud(1) + loud(2)
r = [loud(1)] + [loud(2)]; s = r[0] + r[1]
r = loud(1) == loud(1)
r = [loud(1)] == [loud(1)]
r = loud(1) in [loud(2), loud(1)]
r = loud(1) != f(1)
r = loud(1) < loud(2) < loud(3)
r = {loud(1): f(1)}; s = r[Loud(1)]
r = {f(1): loud(1)}; s = r[2] + 1
r = {loud(1), loud(2)}
r = not loud(1)
r = 1 if loud(0) else f(1)
r = loud(0) or loud(1)
r = loud(1) and f(2)
r = len(loud(1))
r = list(loud(1))
r = [x + f(x) for x in loud(1)]
a, b = loud(1)
a, *b = loud(1)
r = [*loud(1), f(1)]
r = f(1) in loud(1)
r = loud(1)[f(1)]
r = loud(1)[f(1):2]
loud(1)[f(1)] = g(2)
del loud(1)[f(1)]
r = loud(1)(f(1))
r = loud(1).anything
r = loud(1).value
x = loud(1); x.value = f(2); r = x.value
x = loud(1); x += f(1); r = x.x
x = loud(1); y = x; x += 1; r = x is y, y.x
x = loud(1); x.x += f(1); r = x.x
x = loud(1); x.y = f(1); r = x.y, x.x
r = loud(1).method(f(1))
r = items(5)[loud(2)]
r = [1, 2, 3][loud(1)]
r = f'{loud(1)} {loud(2)!r} {f(1)}'
r = '%s' % loud(1)
r = str(loud(1)), repr(loud(2))
r = -loud(1)
r = sorted([loud(2), loud(1)])
r = max([loud(2), loud(1)])
r = sum([loud(2), loud(1)])
r = isinstance(loud(1), Loud), type(loud(1)) is Loud
r = any([loud(0), loud(1)]), all([loud(1), loud(0)])
r = loud(1) is loud(1)
r = list(zip(loud(1), items(2)))
r = list(enumerate(loud(1)))
r = dict.fromkeys([loud(1)], f(1))
r = print(loud(1), f(1))
r = [loud(1), loud(2)].index(Loud(2))
r = [loud(1), loud(2)].count(Loud(2)); s = [loud(1)]; s.remove(Loud(1))
r = hash(loud(1))
r = range(loud(3))
r = loud(3) * 2
x = [loud(1)]; x[0] += f(1); r = x
x = {1: loud(1)}; x[1] += f(1); r = x
x = Guarded(); x.a = f(1); x.a += g(1); r = x.a; del x.a
x = Slotted(); x.x = f(1); x.x += 1; r = x.x; r = x.y
x = Sub(); x['k'] = f(1); x.update(z=f(2)); r = x.get('k'), dict(x)
x = SubList(); x.append(f(1)); x += [f(2)]; r = list(x), x
r = Made(f(1)).x
x = Made; r = x(f(1)).x + x(2).x
OBJ.x = f(1); OBJ.x += 1; r = OBJ.x
OBJ.items.append(f(1)); OBJ.table['k'] = g(1); r = OBJ.items, OBJ.table
Kept.shared.append(f(1)); Kept.number = g(1); r = Kept.shared, Kept.number
x = POINT; x.x = f(1); r = x, x == Point(2, 2)
r = Point(f(1), loud(2)).x
x = COUNT; x['a'] += f(1); x['b'] = g(1); r = dict(x)
x = DEFAULT; x['a'].append(f(1)); x['b']['c'] = 1
x = DEQUE; x.append(f(1)); x.appendleft(2); r = list(x)
r = NAMED(f(1), 2).x
r = FLAG.A | FLAG.B, FLAG(f(0)).name
""".strip().split("\n")

SETUP = """
import collections, dataclasses, enum
class Kept:
    shared = []
    number = 1
OBJ = Kept()
OBJ.x, OBJ.items, OBJ.table = 1, [], {}
@dataclasses.dataclass
class Point:
    x: int
    y: int
POINT = Point(1, 2)
COUNT = collections.Counter("aab")
DEFAULT = collections.defaultdict(list)
DEQUE = collections.deque([1], maxlen=2)
NAMED = collections.namedtuple("NAMED", "x y")
class FLAG(enum.Flag):
    A = 1
    B = 2
"""


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_users_code_runs_when_it_would(statement: str) -> None:
    check(
        f"{PRELUDE}{CLASSES}{SETUP}\n@schedule\ndef main():\n    r = s = a = b = x = y = None\n    p = f(0)\n"
        f"    {statement}\n    q = fails(1, 2)\n    note('end', p, q)\n    return r, s, a, b\n"
    )


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_users_code_does_not_run_after_a_failure(statement: str) -> None:
    """What stands after a failing call has no effect, even where it was done ahead of it."""
    check(
        f"{PRELUDE}{CLASSES}{SETUP}\n@schedule\ndef main():\n    r = s = a = b = x = y = None\n    p = fails(1, 1)\n"
        f"    {statement}\n    return r, s, a, b\n"
    )


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_users_code_runs_inside_a_branch_on_a_result(statement: str) -> None:
    check(
        f"{PRELUDE}{CLASSES}{SETUP}\n@schedule\ndef main():\n    r = s = a = b = x = y = None\n    p = f(0)\n"
        f"    if odd(p):\n        {statement}\n    note(p)\n    t = fails(p, 5)\n    return r, s, a, b, t\n"
    )
