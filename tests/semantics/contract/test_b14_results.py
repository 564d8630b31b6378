"""B14: methods, attributes and parts of results."""

from __future__ import annotations

import pytest
from contract import Item, Row, hold

ITEM = Item(
    "B14",
    "Methods, attributes and parts of results",
    (
        Row("`r.real`, `r.bit_length()`", "return [f(x).real + f(x).bit_length() for x in range(2)]"),
        Row(
            "`r.shape`, `r.sum()` of an array",
            "return [(row(x).shape, float(row(x).sum())) for x in range(2)]",
            before="import numpy as np\n@functional\ndef row(x):\n    return np.arange(3.0) + x",
        ),
        Row('`r["k"]`', "return [table(x)['list'][0] + items(3)[1] for x in range(2)]"),
        Row(
            "`r.items()`, `r.get(k)`",
            "return [sorted(table(x).items(), key=str) for x in range(2)], [table(x).get('n') for x in range(2)]",
        ),
        Row(
            "`for k, v in r.items()`",
            "out = []\nfor x in range(4):\n    t = table(x)\n    s = 0\n    for k, v in t.items():\n        s += len(k)\n    out.append(s)\nreturn out",
        ),
        Row(
            "`a, (b,) = pair(x)`",
            "out = []\nfor x in range(4):\n    a, (b,) = pair(x)\n    out.append(a + b)\nreturn out",
        ),
        Row(
            "`a, *rest = items(5)`",
            "out = []\nfor x in range(4):\n    a, *rest = items(5)\n    out.append((a, rest))\nreturn out",
        ),
        Row("`g(*pair(x))`: a result as star arguments", "return [add(*pair(x)) for x in range(2)]", calls=2),
        Row("star and keyword arguments", "return [add(f(x), *[g(x)], k=f(x), **{'z': 1}) for x in range(2)]", calls=8),
        Row("`r[1:3]`", "return [items(5)[1:3] + items(5)[::-1] for x in range(2)]"),
        Row("arithmetic and comparisons", "return [(f(x) * 2 + g(x)) % 7 < 3 for x in range(2)]"),
        Row("`0 < f(x) < 10`", "return [0 < f(x) < 10 for x in range(4)]"),
        Row("f-strings", "return [f'{f(x):>3} {g(x)!r}' for x in range(2)]"),
        Row('`"%s" % f(x)`, `"{}".format(f(x))`', "return ['%s' % f(x) + '{}'.format(g(x)) for x in range(2)]"),
        Row(
            "`isinstance(f(x), int)`, `f(x) is None`",
            "return [(f(x) is None, isinstance(f(x), int)) for x in range(2)]",
        ),
        Row("`x in items(3)`", "return [x in items(3) for x in range(4)]"),
        Row("`len(items(x))`", "return [len(items(x)) for x in range(4)]"),
        Row("`not f(x)`, `-f(x)`", "return [(not f(x), -g(x)) for x in range(2)]"),
    ),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_parts_of_results_overlap(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
