"""B3: results in dicts and sets."""

from __future__ import annotations

import pytest
from contract import AHEAD, Item, Row, hold

ITEM = Item(
    "B3",
    "Results in dicts and sets",
    (
        Row("`d[k] = f(x)`", "d = {}\nfor x in range(4):\n    d[x] = f(x)\nreturn d"),
        Row("`d[f(x)] = x`, a result as key", "d = {}\nfor x in range(4):\n    d[f(x)] = x\nreturn d"),
        Row("`d[f(x)] = g(x)`", "d = {}\nfor x in range(2):\n    d[f(x)] = g(x)\nreturn d"),
        Row(
            "`d[a][b] = f(x)` on a `defaultdict(dict)`",
            "d = collections.defaultdict(dict)\nfor x in range(4):\n    d[x % 2][x] = f(x)\nreturn d",
            before="import collections",
        ),
        Row(
            "`d[k].append(f(x))` on a `defaultdict(list)`",
            "d = collections.defaultdict(list)\nfor x in range(4):\n    d[x % 2].append(f(x))\nreturn d",
            before="import collections",
        ),
        Row(
            "`d[k] += f(x)` on a `defaultdict(int)`",
            "d = collections.defaultdict(int)\nfor x in range(4):\n    d[x % 2] += f(x)\nreturn d",
            before="import collections",
        ),
        Row(
            "`d.setdefault(k, []).append(f(x))`",
            "d = {}\nfor x in range(4):\n    d.setdefault(x % 2, []).append(f(x))\nreturn d",
        ),
        Row(
            "`d.setdefault(near(x, centres), []).append(x)`: in groups by a result",
            "d, centres = {}, [1, 2, 3]\nfor x in range(4):\n    d.setdefault(near(x, centres), []).append(x)\nreturn d",
            before="@functional\ndef near(x, centres):\n    return x % len(centres)",
            behaviour=AHEAD,
        ),
        Row(
            "the same with `if k not in d: d[k] = []`",
            "d, centres = {}, [1, 2, 3]\nfor x in range(4):\n    k = near(x, centres)\n    if k not in d:\n"
            "        d[k] = []\n    d[k].append(x)\nreturn d",
            before="@functional\ndef near(x, centres):\n    return x % len(centres)",
            behaviour=AHEAD,
        ),
        Row("`d.setdefault(k, f(x))`", "d = {}\nfor x in range(4):\n    d.setdefault(x, f(x))\nreturn d"),
        Row("`d.update({k: f(x)})`", "d = {}\nfor x in range(4):\n    d.update({x: f(x)})\nreturn d"),
        Row("`d.update(k=f(x))`", "d = {}\nd.update(a=f(1), b=f(2))\nd.update([('c', f(3))], e=f(4))\nreturn d"),
        Row("`d.update((x, f(x)) for x in xs)`", "d = {}\nd.update((x, f(x)) for x in range(4))\nreturn d"),
        Row("`s.update(f(x) for x in xs)`", "s = set()\ns.update(f(x) for x in range(4))\nreturn s"),
        Row(
            "`d.update(table(x))`, where the call gives the dict",
            "d = {}\nfor x in range(4):\n    d.update(table(x))\nreturn d",
        ),
        Row("`d |= {k: f(x)}`", "d = {}\nfor x in range(4):\n    d |= {x: f(x)}\nreturn d"),
        Row(
            "`hist[k] = hist.get(k, 0) + f(x)`",
            "hist = {}\nfor x in range(4):\n    hist[x % 2] = hist.get(x % 2, 0) + f(x)\nreturn hist",
        ),
        Row(
            "`hist[f(x)] = hist.get(f(x), 0) + 1`",
            "hist = {}\nfor x in range(4):\n    k = f(x % 2)\n    hist[k] = hist.get(k, 0) + 1\nreturn hist",
        ),
        Row("`hist[k] += f(x)`", "hist = {0: 0, 1: 0}\nfor x in range(4):\n    hist[x % 2] += f(x)\nreturn hist"),
        Row(
            "`if k in d: ... else: d[k] = f(x)`",
            "d = {}\nfor x in range(4):\n    if x % 3 in d:\n        d[x % 3] += f(x)\n    else:\n        d[x % 3] = f(x)\nreturn d",
        ),
        Row("`s.add(f(x))`", "s = set()\nfor x in range(4):\n    s.add(f(x))\nreturn s"),
        Row("`s |= {f(x)}`", "s = set()\nfor x in range(4):\n    s |= {f(x)}\nreturn s"),
        Row(
            "`counter.update([f(x)])`, `counter[f(x)] += 1`",
            "counter = collections.Counter()\nfor x in range(4):\n    counter[f(x)] += 1\nreturn counter",
            before="import collections",
        ),
        Row("`{f(x): x}`, a display", "return [{f(x): x} for x in range(4)]"),
        Row("`{**table(x)}`, where the call gives the dict", "return [{**table(x), 'x': x} for x in range(4)]"),
        Row("`[*items(x)]`, where the call gives the list", "return [[*items(x), x] for x in range(4)]"),
        Row("`{*items(x)}`, `(*items(x),)`", "return [({*items(x), x}, (*items(x),)) for x in range(2)]"),
        Row("`{*ys}`, `[*ys]` of results", "ys = [f(x) for x in range(4)]\nreturn {*ys, 1}, [*ys, *ys]"),
    ),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_results_in_dicts_and_sets_overlap(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
