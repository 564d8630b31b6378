"""What ``explain`` says is what happens: sync-points stop the program at run time, and nothing else does."""

from __future__ import annotations

import contract
import pytest
from explained import run_and_explain, untrue
from scheduled import PRELUDE
from source_tree import ROOT

HEAD = (
    PRELUDE
    + """
import collections, contextlib, dataclasses, functools, json, math, os, random, re, sys, threading
SEEN = []
TABLE = {}
LOCK = threading.Lock()

def unknown(x):
    for _ in range(1):
        SEEN.append(x)
    return x

def helper(x):
    return x * 2 + math.sqrt(4)

def entering(x):
    a = f(x)
    return g(a)

@schedule
def clean(x):
    return [f(x), g(x)]

@schedule
def dirty(x):
    a = f(x)
    unknown(a)
    return a

class Loud:
    def __init__(self, x):
        self.x = x
    def __add__(self, other):
        SEEN.append(other)
        return self.x
    @property
    def value(self):
        SEEN.append(self.x)
        return self.x
    def __iter__(self):
        yield self.x
    def __enter__(self):
        return self
    def __exit__(self, *exc):
        return False

@dataclasses.dataclass
class Point:
    x: int
    y: int = 0

@functional
def loud(x):
    return Loud(x)

def numbers(n):
    for i in range(n):
        SEEN.append(i)
        yield i

class Bar:
    def __init__(self, xs):
        self.xs = xs
    def __iter__(self):
        for x in self.xs:
            SEEN.append(x)
            yield x
    def __enter__(self):
        return self
    def __exit__(self, *exc):
        return False

GLOBAL_BAR = Bar([1, 2])

class Model:
    def fit(self, x):
        return [f(x), g(x)]

MODEL = Model()
"""
)

PROGRAMS = {
    "unknown calls in a loop": """
    out = []
    for x in range(3):
        a = f(x)
        unknown(a)
        out.append(g(a))
    return out""",
    "unknown calls before and after": """
    xs = unknown([1, 2, 3])
    ys = [f(x) for x in xs]
    unknown(ys)
    return ys""",
    "library functions, known and unknown": """
    a = math.sqrt(f(3))
    b = json.dumps([f(1)])
    c = re.sub("a", "b", "banana")
    d = os.getpid() > 0
    e = random.Random(1)
    h = copyright
    return a, b, c, d, f(2)""",
    "helpers that only compute": """
    return [helper(x) for x in range(3)], [helper(f(x)) for x in range(3)]""",
    "helpers that come to functional calls": """
    return [entering(x) for x in range(3)]""",
    "scheduled functions": """
    a = [clean(x) for x in range(3)]
    b = dirty(1)
    return a, b""",
    "output": """
    for x in range(3):
        print("value", f(x))
    return f(9)""",
    "try and except": """
    out = []
    for x in range(3):
        try:
            out.append(fails(x, 1))
        except ValueError as error:
            out.append(str(error))
        finally:
            out.append(x)
    return out""",
    "methods of global objects": """
    out = []
    for x in range(3):
        out.append(MODEL.fit(x))
        TABLE.get(x)
        sys.stdout.write(str(f(x)))
        sys.stdout.flush()
    return out, dict.fromkeys(f(x) for x in range(3))""",
    "the lines of a file": """
    out = []
    with open(os.devnull) as file:
        for line in file:
            out.append(f(line))
    return out""",
    "try with an unknown call": """
    out = []
    try:
        a = f(1)
        unknown(a)
        out.append(fails(a, 2))
    except ValueError:
        unknown(2)
    return out""",
    "known and unknown managers": """
    with contextlib.suppress(ValueError):
        a = f(1)
    with LOCK:
        b = f(2)
    with Loud(1) as c:
        d = f(3)
    return a, b, d""",
    "match": """
    out = []
    for x in range(3):
        match f(x):
            case 1:
                out.append("one")
            case int(n) if n > 2:
                out.append(g(n))
            case _:
                out.append(None)
    return out""",
    "early exits": """
    for x in range(5):
        if f(x) > 3:
            return x
    return None""",
    "while on results": """
    x = 0
    while f(x) < 4:
        x = f(x)
    return x""",
    "a global variable": """
    global COUNT
    COUNT = f(1)
    a = f(2)
    return a""",
    "globals that are containers": """
    SEEN.append(f(1))
    TABLE["k"] = f(2)
    return f(3)""",
    "an import": """
    a = f(1)
    import string
    return a, f(2), string.digits""",
    "a class inside": """
    a = f(1)
    class Inner:
        x = 1
    return a, f(2), Inner.x""",
    "functions inside": """
    k = f(1)
    def inner(x):
        return f(x)
    double = lambda x: x * 2
    return [inner(x) for x in range(3)], double(2), k""",
    "generator expressions": """
    return sum(f(x) for x in range(3)), any(odd(x) for x in range(3)), list(f(x) for x in range(3))""",
    "operators and properties of a class": """
    a = loud(1)
    b = a + f(1)
    c = a.value
    return b, c, f(2)""",
    "objects of one's own": """
    p = Point(f(1))
    p.y = f(2)
    p.x += 1
    return p.x, p.y""",
    "a loop over an object of a class": """
    out = []
    for x in Loud(3):
        out.append(f(x))
    return out""",
    "a bar used as a manager": """
    with Bar(range(3)) as bar:
        for x in bar:
            f(x)
    return f(1)""",
    "iterables of unknown code, made before": """
    bar = Bar(range(3))
    g = h = numbers(3)
    pairs = enumerate(numbers(2))
    a = f(1)
    for x in bar:
        f(x)
    out = [f(x) for x in h]
    for i, x in pairs:
        out.append(f(x))
    for x in GLOBAL_BAR:
        out.append(f(x))
    return a, out""",
    "generators taken all at once": """
    g1, g2, g3, g4, g5 = numbers(2), numbers(2), numbers(3), numbers(2), numbers(2)
    a = f(1)
    b = list(g1)
    a = f(1)
    c, d = g2
    a = f(1)
    e = [*g3]
    a = f(1)
    k = add(*g4)
    a = f(1)
    m = 1 in g5
    return a, b, c, d, e, k, m""",
    "iterables of plain values": """
    xs = sorted([f(1), 2])
    ys = list(enumerate(xs))
    out = [f(y) for i, y in ys]
    for x, y in zip(xs, out):
        out.append(f(x))
    a, b = xs
    return [*xs, a in out]""",
    "containers of one's own": """
    d = collections.defaultdict(list)
    for x in range(4):
        d[x % 2].append(f(x))
    c = collections.Counter()
    c["a"] += f(1)
    q = collections.deque([f(2)])
    q.append(f(3))
    return d, c, q""",
    "texts": """
    parts = ["%s" % f(1), f"{f(2)!r}", str(f(3)).zfill(3), "-".join([str(f(x)) for x in range(2)])]
    return " ".join(parts).upper().split()""",
    "callees known only at run time": """
    pick = [f, g]
    out = [pick[x % 2](x) for x in range(3)]
    part = functools.partial(add, 1)
    return out, part(2)""",
    "assertions and conditional expressions": """
    a = f(1) if odd(1) else g(1)
    assert f(2) == 3, f"never {a}"
    b = f(3) and unknown(4)
    return a, b""",
    "starred arguments and unpacking": """
    a, (b,) = pair(1)
    c = add(*items(3), **{"k": f(1)})
    first, *rest = items(4)
    return a, b, c, first, rest""",
    "deletions": """
    xs = items(3)
    d = {"a": f(1)}
    del xs[0], d["a"]
    y = f(2)
    del y
    return xs, d""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_it_says_of_a_program_is_so(name: str) -> None:
    assert untrue(f"{HEAD}\n@schedule\ndef main():{PROGRAMS[name]}\n") == []


def test_what_it_says_of_the_contract_is_so() -> None:
    found = {
        f"{item.number} {row.construct}": wrong
        for item in contract.items(ROOT / "tests" / "semantics" / "contract")
        for row in item.rows
        if (wrong := untrue(row.program))
    }
    assert found == {}


def test_the_comparison_finds_what_is_not_so() -> None:
    text = f"{HEAD}\n@schedule\ndef main():\n    a = f(1)\n    unknown(a)\n    return g(a)\n"
    stops, lines, peak = run_and_explain(text)
    first = stops[0]
    (line,) = [line for line in lines if line.text.strip() == "unknown(a)"]
    assert (first.line, first.code) == (line.number, "PD101") and peak == 1
