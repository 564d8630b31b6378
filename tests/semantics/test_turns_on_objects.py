"""Operations on one object keep their order however many of them are put off, whoever else has a name for it."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check

HEAD = (
    PRELUDE
    + """
import collections
import numpy as np

@functional
def key(x):
    return x % 3

@functional
def row(x):
    return np.arange(3.0) + x

class Loud:
    def __init__(self, value):
        self.value = value
    def __hash__(self):
        note("hash", self.value, dict(SEEN))
        return hash(self.value)
    def __eq__(self, other):
        note("eq", self.value, dict(SEEN))
        return self.value == other.value
    def __radd__(self, other):
        note("radd", self.value, dict(SEEN))
        return (other, self.value)
    @property
    def loud(self):
        note("loud", self.value, dict(SEEN))
        SEEN["by loud"] = self.value
        return self.value

SEEN = {}

@functional
def loud(x):
    return Loud(x)
"""
)

PROGRAMS = {
    "a histogram under keys that are results": """
    hist = {}
    for x in range(6):
        k = key(x)
        hist[k] = hist.get(k, 0) + f(x)
    return hist, list(hist)
""",
    "augmented items under keys that are results": """
    hist = {0: 0, 1: 10, 2: 20}
    words = collections.Counter()
    for x in range(6):
        hist[key(x)] += f(x)
        words[key(x)] += 1
    return hist, words, list(words)
""",
    "augmented items that are lists with other names": """
    a, b = [1], [2]
    table = {0: a, 1: b, 2: []}
    for x in range(6):
        table[key(x)] += [f(x)]
        a.append(x)
    n = len(b)
    b.append(f(9))
    return table, a, b, n, table[0] is a
""",
    "augmented items that are results with other names": """
    a, b = items(2), items(3)
    table = {0: a, 1: b, 2: 5}
    table[key(1)] += [f(1)]
    n = len(b)
    b.append(f(2))
    table[key(0)] += [f(3)]
    a.append(4)
    return table, a, b, n, table[0] is a
""",
    "a result stored under a result, then modified": """
    table = {}
    r = items(3)
    table[key(4)] = r
    y = table[key(4)]
    n = len(y)
    same = y == items(3)
    r.append(f(9))
    return n, same, table, y is r
""",
    "an object stored under a result, then modified": """
    table = {}
    r = [1]
    table[key(4)] = r
    y = table[key(4)]
    n = len(y)
    same = y == items(3)
    r.append(f(9))
    return n, same, table, y is r
""",
    "a missing key": """
    table = {1: 1}
    out = [0]
    for x in (1, 4, 2, 7):
        out.append(x)
        note(x)
        out.append(table[key(x)])
    return out
""",
    "an index out of range": """
    out = [0, 0]
    try:
        for x in range(4):
            out[key(x)] = f(x)
    except IndexError as error:
        return out, str(error)
""",
    "a failure between stores": """
    global SEEN
    for x in range(6):
        SEEN[key(x)] = fails(x, 3)
        SEEN[x] = x
""",
    "a failure between modifications of containers that outlive the function": """
    for x in range(5):
        LIST.append(f(x)); LIST.extend(items(x)); LIST.insert(f(0), x)
        SET.add(key(x)); SET.update(items(x))
        DICT.update(table(x)); DICT.setdefault(f(x), f(x))
        DEQUE.appendleft(f(x)); DEQUE.append(x)
        ARRAY[key(x)] += fails(x, 3)
        MATRIX[key(x), :] = row(x)
        MATRIX[:, x % 2] += row(x)
        note(x)
""",
    "modifications of containers one after the other": """
    for x in range(4):
        LIST.append(f(x)); LIST.extend(items(x)); LIST.insert(f(0), x); LIST[key(x)] = x
        SET.add(key(x)); SET.update(items(x)); SET.discard(f(x))
        DICT.update(table(x)); DICT.setdefault(f(x), f(x)); DICT.pop(key(x), None)
        DEQUE.appendleft(f(x)); DEQUE.append(x); DEQUE.rotate(f(x)); DEQUE.popleft()
        ARRAY[key(x)] += f(x)
        MATRIX[key(x), :] = row(x)
        MATRIX[:, x % 2] += row(x)
    LIST.sort()
    return LIST, SET, DICT, DEQUE, ARRAY.tolist(), MATRIX.tolist()
""",
    "looks between modifications": """
    for x in range(4):
        SET.add(key(x))
        if key(x) in SET:
            LIST.append(x)
        note(len(SET), len(LIST))
        DICT[key(x)] = x
        note(key(x) in DICT, DICT.get(key(x)), sorted(DICT.items()))
        ARRAY[key(x)] = f(x)
        note(ARRAY[0], ARRAY.sum(), ARRAY[x % 3])
""",
    "views of an array": """
    view, other = MATRIX[0], MATRIX[:, 1]
    for x in range(4):
        MATRIX[key(x), x % 3] = f(x)
        view += row(x)
        other[key(x)] += 1
        LIST.append(view.sum() + f(x))
    for line in MATRIX:
        MATRIX[2] = row(7)
        LIST.append(line.tolist())
    return LIST, MATRIX.tolist(), view.base is MATRIX
""",
    "fancy indices of an array that is restored": """
    MATRIX[[0, 2], :] = row(1)
    MATRIX[MATRIX > 2] = f(7)
    ARRAY[[0, 1]] += f(1)
    fail(1)
""",
    "an augmented list whose operand has an operator of its own": """
    out = [1]
    same = out
    out += loud(1)
    note(out)
    out += [2]
    return out, same
""",
    "an augmented set, dict and list": """
    s, d, l = {1}, {1: 1}, [1]
    names = s, d, l
    for x in range(3):
        s |= set(items(x)); d |= table(x); l += items(x); s -= {f(x)}
    return s, d, l, [a is b for a, b in zip(names, (s, d, l))]
""",
    "keys that run code": """
    for x in range(3):
        SEEN[x] = f(x)
        DICT[loud(x)] = f(x)
        SEEN[x] = g(x)
    return len(DICT), list(DICT.values())
""",
    "elements of a defaultdict": """
    d = collections.defaultdict(list)
    e = collections.defaultdict(lambda: note("made") or 7)
    for x in range(4):
        d[key(x)].append(f(x))
        d[x].append(x)
        e[key(x)] += f(x)
    n = len(d)
    d[n].append(g(1))
    return d, e, n
""",
    "a container that a branch on a result modifies": """
    for x in range(4):
        if odd(x):
            LIST.append(f(x))
            DICT[x] = f(x)
        LIST.append(x)
        DICT[-x] = x
        if odd(f(x)):
            LIST.pop()
    return LIST, DICT, LIST[0], DICT.get(1)
""",
    "an element given back by a container that is waited for": """
    a = [1]
    LIST.append(a)
    if odd(1):
        LIST.append(items(2))
    b = LIST.pop()
    b.append(f(1))
    c = LIST.pop()
    c.append(f(2))
    return a, b, c is a, LIST
""",
    "an operand that is modified while it waits": """
    for x in range(3):
        if odd(x):
            LIST.append(x)
        more = [f(x), x]
        LIST.extend(more)
        LIST += more
        SET.update({x, f(x)})
        more.append(9)
    return LIST, SET
""",
    "elements and attributes of objects that change hands": """
    class Box:
        pass
    box = Box()
    for x in range(4):
        if odd(x):
            box.last = f(x)
        box.count = x
        box.last = box.count
        box.table = {key(x): box.last}
    return vars(box)
""",
    "a queue of bounded length": """
    queue = collections.deque(maxlen=3)
    for x in range(5):
        queue.append(f(x))
        queue.appendleft(g(x))
        queue.extend(items(2))
    return list(queue), queue.maxlen
""",
    "an ordered dict": """
    d = collections.OrderedDict()
    for x in range(4):
        d[key(x)] = f(x)
        d.move_to_end(key(0))
    first = d.popitem(last=False)
    return d, first
""",
}

STATE = """
LIST, SET, DICT, DEQUE = [], set(), {}, collections.deque()
ARRAY, MATRIX = np.zeros(3), np.zeros((3, 3))
"""


@pytest.mark.parametrize("name", PROGRAMS)
def test_operations_on_an_object_keep_their_order(name: str) -> None:
    """Result, output, exceptions and all state are as in plain Python, in every order of completion."""
    check(f"{HEAD}{STATE}\n@schedule\ndef main():{PROGRAMS[name]}", copies=True)


READ_LATER = {
    "by an operation": """
    r = items(3)
    same = r == items(f(2))
    r.append(9)
    return r, same
""",
    "by a branch": """
    r, n = items(3), 0
    if odd(1):
        n = len(r)
    r.append(9)
    return r, n
""",
    "by a loop": """
    r, n = items(3), 0
    for y in items(f(1)):
        n += len(r) + y
    r.append(9)
    return r, n
""",
    "by a call, as a computed value": """
    r = items(3)
    part = r[1:]
    both = add(part, f(f(1)))
    part.append(9)
    return part, both
""",
    "by a call of a helper": """
    def helper(a, b):
        if b > 1:
            return len(a)
        return 0
    r = items(3)
    n = helper(r, f(f(1)))
    r.append(9)
    return r, n
""",
    "by output": """
    r = items(3)
    print(r, f(f(1)))
    r.append(9)
    return r
""",
    "under another name": """
    r = items(3)
    names = {1: r}
    y = names[f(0)]
    same = y == items(f(f(1)))
    r.append(9)
    return r, same
""",
    "by a format": """
    r = items(3)
    s = f"{r} {f(f(1))}"
    r += [9]
    r[0] = 7
    return r, s
""",
}


@pytest.mark.parametrize("name", READ_LATER)
def test_a_result_that_is_modified_is_first_read_by_what_stands_before(name: str) -> None:
    """Work that was put off, and waits for something else as well, sees a result as it was at its place."""
    check(f"{HEAD}\n@schedule\ndef main():{READ_LATER[name]}", copies=True)


DRAWS = {
    "numbers, between branches and failures": """
    out = []
    for x in range(4):
        if odd(x):
            out.append(RNG.random())
        out.append(f(RNG.randint(0, 9)))
        note(RNG.getrandbits(8))
        out.append(RNG.gauss(0, 1) + fails(x, 3))
    return out
""",
    "elements": """
    xs = [1, 2, 3]
    out = [RNG.choice(xs), RNG.sample(xs, k=2), RNG.choices(xs, k=f(2))]
    RNG.shuffle(xs)
    xs.append(f(1))
    RNG.shuffle(xs)
    return out, xs, RNG.uniform(0, f(1)), RNG.random()
""",
    "arrays": """
    out = []
    for x in range(3):
        out.append(f(float(NUMPY.normal())))
        out.append(NUMPY.integers(0, 10, size=3).tolist())
        part = NUMPY.random(f(x))
        part += 1
        out.append(part.sum())
    return out, fails(3, 3)
""",
}


@pytest.mark.parametrize("name", DRAWS)
def test_draws_of_random_numbers_keep_their_order(name: str) -> None:
    """A generator gives the same numbers, and is left in the same state, also after a failure."""
    own = "import random\nRNG, NUMPY = random.Random(1), np.random.default_rng(1)\n"
    left = "\ndef arguments():\n    return ()\ndef state():\n    return RNG.getstate(), NUMPY.bit_generator.state\n"
    body = DRAWS[name].replace("\n    return ", "\n    note(state())\n    return ")
    check(f"{HEAD}{own}{left}\n@schedule\ndef main():{body}", copies=True)
