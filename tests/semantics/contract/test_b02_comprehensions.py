"""B2: comprehensions, and built-ins that go through all of an iterable."""

from __future__ import annotations

import pytest
from contract import AHEAD, Item, Row, hold

ITEM = Item(
    "B2",
    "Comprehensions, and what goes through all of an iterable",
    (
        Row("`[f(x) for x in xs]`", "return [f(x) for x in range(4)]"),
        Row("`{f(x) for x in xs}`", "return {f(x) for x in range(4)}"),
        Row("`{x: f(x) for x in xs}`", "return {x: f(x) for x in range(4)}"),
        Row("`{f(x): x for x in xs}`", "return {f(x): x for x in range(4)}"),
        Row("`{f(x): g(x) for x in xs}`", "return {f(x): g(x) for x in range(2)}"),
        Row("`[[f(x + y) for x in xs] for y in ys]`", "return [[f(x + y) for x in range(2)] for y in range(2)]"),
        Row("`[f(x + y) for x in xs for y in ys]`", "return [f(x + y) for x in range(2) for y in range(2)]"),
        Row("`[x for x in xs if odd(x)]`", "return [x for x in range(4) if odd(x)]"),
        Row("`[y for x in xs if (y := f(x)) > 2]`", "return [y for x in range(4) if (y := f(x)) > 2]"),
        Row(
            "`[g(y) for y in ys if y > 2]`, conditions on results",
            "ys = [f(x) for x in range(4)]\nreturn [g(y) for y in ys if y > 2]",
        ),
        Row("`{x for x in xs if odd(x)}`", "return {x for x in range(4) if odd(x)}"),
        Row("`{x: x for x in xs if odd(x)}`", "return {x: x for x in range(4) if odd(x)}"),
        Row("`sum([f(x) for x in xs])`", "return sum([f(x) for x in range(4)])"),
        Row("`min([...])`, `max([...])`", "return min([f(x) for x in range(2)]), max([g(x) for x in range(2)])"),
        Row("`any([...])`, `all([...])`", "return any([odd(x) for x in range(2)]), all([odd(x) for x in range(2)])"),
        Row(
            "`sorted([...])`, `sorted(..., key=...)`",
            "return sorted([f(x) for x in range(2)]), sorted([g(x) for x in range(2)], key=lambda y: -y)",
        ),
        Row("`sorted(xs, key=f)`", "return sorted(range(4), key=f)"),
        Row("`max(xs, key=f)`", "return max(range(4), key=f), min(range(4), key=g)", calls=8),
        Row("`xs.sort(key=f)`", "xs = [3, 1, 2, 0]\nxs.sort(key=f)\nreturn xs"),
        Row(
            "`list`, `tuple`, `set`, `dict` of results",
            "return list([f(1)]), tuple([f(2)]), set([f(3)]), dict([(1, f(4))])",
        ),
        Row('`"".join([...])`', "return ''.join([text(x) for x in range(4)])"),
        Row("`zip`, `enumerate`", "return [i + x + y for (i, x), y in zip(enumerate([f(1), f(2)]), [f(3), f(4)])]"),
        Row("`map(f, xs)`", "return list(map(f, range(4)))"),
        Row("`filter(odd, xs)`", "return list(filter(odd, range(4)))"),
        Row("`map(lambda x: f(x) + 1, xs)`", "return list(map(lambda x: f(x) + 1, range(4)))"),
        Row(
            "`for i, y in enumerate(f(x) for x in xs)`",
            "out = []\nfor i, y in enumerate(f(x) for x in range(4)):\n    out.append((i, y))\nreturn out",
        ),
        Row(
            "`for a, b in zip((f(x) for x in xs), (g(x) for x in xs))`",
            "out = []\nfor a, b in zip((f(x) for x in range(4)), (g(x) for x in range(4))):\n    out.append(a + b)\n"
            "return out",
            calls=8,
        ),
        Row(
            "`for y in (f(x) for x in xs)`, `for y in map(f, xs)`",
            "out = []\nfor y in (f(x) for x in range(4)):\n    out.append(y)\nfor y in map(f, range(4)):\n    out.append(y)\n"
            "return out",
            calls=8,
        ),
        Row("`dict(zip(xs, (f(x) for x in xs)))`", "return dict(zip(range(4), (f(x) for x in range(4))))"),
        Row("`dict(zip(xs, map(f, xs)))`", "return dict(zip(range(4), map(f, range(4))))"),
        Row("`list(map(g, (f(x) for x in xs)))`", "return list(map(g, (f(x) for x in range(4))))", calls=8),
        Row("`list(filter(odd, (f(x) for x in xs)))`", "return list(filter(odd, (f(x) for x in range(4))))", calls=8),
        Row("`list(filter(lambda y: y > 2, map(f, xs)))`", "return list(filter(lambda y: y > 2, map(f, range(4))))"),
        Row("`max((f(x) for x in xs), key=...)`", "return max((f(x) for x in range(4)), key=lambda y: -y)"),
        Row(
            "`max(enumerate(f(x) for x in xs), key=...)`", "return max(enumerate(map(f, range(4))), key=lambda p: p[1])"
        ),
        Row("`sum((f(x) for x in xs), start)`", "return sum((f(x) for x in range(4)), start=10)"),
        Row(
            "`sum(a * b for a, b in zip(map(f, xs), map(g, xs)))`",
            "return sum(a * b for a, b in zip(map(f, range(4)), map(g, range(4))))",
            calls=8,
        ),
        Row("`', '.join(map(str, map(f, xs)))`", "return ', '.join(map(str, map(f, range(4))))"),
        Row(
            "`functools.reduce(lambda a, b: a + b, map(f, xs))`",
            "return functools.reduce(lambda a, b: a + b, map(f, range(4)))",
            before="import functools\n",
        ),
        Row(
            "`Counter`, `statistics.median`, `math.fsum`, `heapq.nlargest` of generator expressions",
            "a = collections.Counter(f(x) % 3 for x in range(4)), statistics.median(f(x) for x in range(4))\n"
            "return a, math.fsum(f(x) for x in range(4)), heapq.nlargest(2, (f(x) for x in range(4)))",
            before="import collections, heapq, math, statistics\n",
            behaviour=AHEAD,
        ),
        Row("`set().union(f(x) for x in xs)`", "return set().union(f(x) for x in range(4))", behaviour=AHEAD),
        Row(
            "`max(d, key=d.get)`",
            "d = {x: f(x) for x in range(4)}\nreturn max(d, key=d.get), [g(x) for x in range(4)]",
            8,
        ),
        Row("`[g(y) for y in reversed(ys)]`", "ys = [f(x) for x in range(4)]\nreturn [g(y) for y in reversed(ys)]", 8),
        Row(
            "`functools.reduce(lambda a, x: a + f(x), xs)`",
            "return functools.reduce(lambda a, x: a + f(x), range(5), 0)",
            before="import functools\n",
        ),
        Row(
            "`itertools.accumulate(f(x) for x in xs)`",
            "return list(itertools.accumulate(f(x) for x in range(4)))",
            before="import itertools\n",
            behaviour=AHEAD,
        ),
        Row("`sum((pair(x) for x in xs), ())`", "return sum((pair(x) for x in range(4)), ())"),
        Row("`sum(([f(x)] for x in xs), [])`", "return sum(([f(x)] for x in range(4)), [])"),
        Row(
            "`itertools.starmap(h, pairs)`",
            "return list(itertools.starmap(h, [(1, 2), (3, 4), (5, 6), (7, 8)]))",
            before="import itertools\n",
        ),
        Row(
            "`itertools.chain`, `itertools.islice` of generator expressions",
            "both = itertools.chain((f(x) for x in range(2)), (g(x) for x in range(9)))\n"
            "return list(itertools.islice(both, 4))",
            before="import itertools\n",
        ),
        Row(
            "`[*(f(x) for x in xs)]`, `print(*map(f, xs))`",
            "print(*map(f, range(4)))\nreturn [*(f(x) for x in range(4))]",
        ),
        Row("`a, *b = (f(x) for x in xs)`", "a, *b = (f(x) for x in range(4))\nreturn b, a"),
        Row(
            "`ys = (f(x) for x in xs)`, then `sum(ys)`",
            "ys = (f(x) for x in range(4))\nk = 2\nreturn sum(ys) * k",
        ),
        Row(
            "`zs = (g(y) for y in ys)` over such a `ys`",
            "zs = (g(y) for y in (f(x) for x in range(4)))\nreturn list(zs)",
            calls=8,
        ),
        Row(
            "an unknown call on each element of `enumerate(f(x) for x in xs)`",
            "for i, y in enumerate(f(x) for x in range(6)):\n    note(i, y)",
            behaviour=AHEAD,
        ),
        Row(
            "`next((x for x in xs if odd(x)), None)`",
            "return next((x for x in [2, 4, 6, 8, 10, 1] if odd(x)), None)",
            behaviour=AHEAD,
        ),
    ),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_comprehensions_and_what_goes_through_all_of_an_iterable_overlap(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
