"""B15: early exits."""

from __future__ import annotations

import pytest
from contract import AHEAD, Item, Row, hold

ITEM = Item(
    "B15",
    "Early exits",
    (
        Row("`any([f(x) for x in xs])`", "return any([odd(x) for x in range(4)])"),
        Row("`any(f(x) for x in xs)`", "return any(f(x) > 50 for x in range(4))", behaviour=AHEAD),
        Row(
            "`for x in xs: if f(x) > k: return x`",
            "for x in range(4):\n    if f(x) > 50:\n        return x",
            behaviour=AHEAD,
        ),
        Row(
            "the same with `break`",
            "found = None\nfor x in range(4):\n    if f(x) > 50:\n        found = x\n        break\nreturn found",
            behaviour=AHEAD,
        ),
        Row(
            "the same over a set, a dict, an array",
            "for x in {1, 2, 3, 4}:\n    if f(x) > 50:\n        return x\n"
            "for k, x in {'a': 5, 'b': 6, 'c': 7, 'd': 8}.items():\n    if f(x) > 50:\n        return k",
            behaviour=AHEAD,
        ),
        Row(
            "the same over `enumerate` and `zip` of these",
            "for i, x in enumerate(np.arange(4)):\n    if f(x) > 50:\n        return i\n"
            "for i, (k, x) in enumerate({'a': 5, 'b': 6, 'c': 7, 'd': 8}.items(), start=1):\n"
            "    if f(x) > 50:\n        return k",
            before="import numpy as np",
            behaviour=AHEAD,
        ),
        Row(
            "`takewhile`, `dropwhile`",
            "low = list(itertools.takewhile(lambda x: f(x) < 50, range(4)))\n"
            "for x in itertools.dropwhile(odd, [1, 3, 5, 7, 8, 9]):\n    low.append(x)\nreturn low",
            before="import itertools",
            behaviour=AHEAD,
        ),
        Row(
            "the same over `itertools.count()`, `itertools.combinations(xs, 2)`",
            "for x in itertools.count():\n    if f(x) > 4:\n        break\n"
            "for a, b in itertools.combinations([1, 2, 3, 4], 2):\n    if h(a, b) > 50:\n        return a",
            before="import itertools",
            behaviour=AHEAD,
        ),
        Row(
            "the same in a helper: `if check(x): return x`",
            "for x in range(4):\n    if check(x):\n        return x",
            before="def check(x):\n    y = f(x)\n    return y > 50",
            behaviour=AHEAD,
        ),
        Row(
            "the same in a scheduled function",
            "return any(check(x) for x in range(4))",
            before="@schedule\ndef check(x):\n    return f(x) > 50",
            behaviour=AHEAD,
        ),
        Row(
            "the same in a loop within the loop",
            "for x in range(4):\n    if sum(f(x + y) for y in range(2)) > 50:\n        return x",
            behaviour=AHEAD,
        ),
        Row(
            "`while i < n: if f(xs[i]) > k: break`, then `i += 1`",
            "xs, i = list(range(6)), 0\nwhile i < len(xs):\n    if f(xs[i]) > 50:\n        break\n    i += 1\nreturn i",
            behaviour=AHEAD,
        ),
        Row(
            "`while f(xs[i]) < k: i += 1`",
            "xs, i = list(range(6)), 0\nwhile f(xs[i]) < 5:\n    i += 1\nreturn i",
            behaviour=AHEAD,
        ),
        Row("the same on one line", "i = 0\nwhile f(i) < 5: i += 1\nreturn i", behaviour=AHEAD),
        Row(
            "`while True: x = next(it, None)`, left at `None` or at a result",
            "it = iter(range(6))\nwhile True:\n    x = next(it, None)\n    if x is None:\n        break\n"
            "    if f(x) > 50:\n        return x\nreturn next(it, 'none left')",
            behaviour=AHEAD,
        ),
        Row(
            "`while queue: x = queue.pop(0)`, left at a result",
            "queue = list(range(6))\nwhile queue:\n    x = queue.pop(0)\n    if f(x) > 4:\n        break\nreturn queue",
            behaviour=AHEAD,
        ),
        Row(
            "the same with the `popleft` of a `deque`",
            "queue = collections.deque(range(6))\nwhile queue:\n    x = queue.popleft()\n    if f(x) > 4:\n        break\n"
            "return queue",
            before="import collections",
            behaviour=AHEAD,
        ),
        Row(
            "`while heap: x = heapq.heappop(heap)`, with pushes on results",
            "heap = [1, 2, 3, 4]\nout = []\nwhile heap:\n    x = heapq.heappop(heap)\n    y = f(x)\n    out.append(y)\n"
            "    if y == 2:\n        heapq.heappush(heap, y + 9)\nreturn out",
            before="import heapq",
            behaviour=AHEAD,
        ),
        Row(
            "shortest ways: `for y in items(x): heapq.heappush(heap, (d + y, y))`",
            "heap, best = [(0, 3), (1, 4), (1, 5), (2, 6)], {}\nwhile heap:\n    d, x = heapq.heappop(heap)\n"
            "    if x in best:\n        continue\n    best[x] = d\n    for y in items(x):\n"
            "        heapq.heappush(heap, (d + 3 + y, y))\nreturn best",
            before="import heapq",
            behaviour=AHEAD,
        ),
        Row(
            "a walk: `for y in items(x): if y not in seen: queue.append(y)`",
            "queue, seen = [0, 4, 5, 6], set()\nwhile queue:\n    x = queue.pop(0)\n    for y in items(x):\n"
            "        if y not in seen:\n            seen.add(y)\n            queue.append(y)\nreturn sorted(seen)",
            behaviour=AHEAD,
        ),
        Row(
            "pages until one is empty: `rows = items(page)`, `if not rows: break`",
            "page, out = 5, []\nwhile True:\n    rows = items(page)\n    if not rows:\n        break\n"
            "    out.extend(rows)\n    page -= 1\nreturn out",
            behaviour=AHEAD,
        ),
        Row(
            "batches: `while jobs: rs = [f(b) for b in jobs[:2]]`, left at their sum",
            "jobs, out = list(range(8)), []\nwhile jobs:\n    batch, jobs = jobs[:2], jobs[2:]\n"
            "    rs = [f(b) for b in batch]\n    if sum(rs) > 100:\n        break\n    out.append(rs)\nreturn out",
            behaviour=AHEAD,
        ),
        Row(
            "`while True: try: f(i)`, left at a failure",
            "i = 0\nwhile True:\n    try:\n        fails(i, 5)\n    except ValueError:\n        break\n    i += 1\nreturn i",
            behaviour=AHEAD,
        ),
        Row(
            "`for x in xs: while True: try: r = f(x)`, tried again after a failure",
            "out = []\nfor x in range(5):\n    n = 0\n    while True:\n        try:\n            r = fails(x, n + 2)\n"
            "            break\n        except ValueError:\n            n += 3\n    out.append(r)\nreturn out",
            behaviour=AHEAD,
        ),
        Row(
            "an unknown call on each result",
            "for x in range(4):\n    note(f(x))",
            behaviour=AHEAD,
        ),
    ),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_early_exits_overlap(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
