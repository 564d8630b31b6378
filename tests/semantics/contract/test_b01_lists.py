"""B1: results collected in lists."""

from __future__ import annotations

import pytest
from contract import Item, Row, hold

ITEM = Item(
    "B1",
    "Results collected in lists",
    (
        Row("`out = out + [f(x)]`", "out = []\nfor x in range(4):\n    out = out + [f(x)]\nreturn out"),
        Row("`out += [f(x)]`", "out = []\nfor x in range(4):\n    out += [f(x)]\nreturn out"),
        Row("`out.append(f(x))`", "out = []\nfor x in range(4):\n    out.append(f(x))\nreturn out"),
        Row(
            "`out.append(f(x))`, read through another name",
            "out = []\nother = out\nfor x in range(4):\n    out.append(f(x))\nreturn out, other, other is out",
        ),
        Row(
            "`add = out.append`, `add(f(x))`",
            "out = []\nadd = out.append\nfor x in range(4):\n    add(f(x))\nreturn out",
        ),
        Row("`out.extend([f(x), g(x)])`", "out = []\nfor x in range(2):\n    out.extend([f(x), g(x)])\nreturn out"),
        Row(
            "`out.extend(items(x))`, where the call gives the list",
            "out = []\nfor x in range(4):\n    out.extend(items(x))\nreturn out",
        ),
        Row(
            "`out += items(x)`, where the call gives the list",
            "out = []\nfor x in range(4):\n    out += items(x)\nreturn out",
        ),
        Row("`out.insert(0, f(x))`", "out = []\nfor x in range(4):\n    out.insert(0, f(x))\nreturn out"),
        Row("`out[i] = f(x)`", "out = [0] * 4\nfor x in range(4):\n    out[x] = f(x)\nreturn out"),
        Row("`out.append((x, f(x)))`", "out = []\nfor x in range(4):\n    out.append((x, f(x)))\nreturn out"),
        Row("`out[x % 2].append(f(x))`", "out = [[], []]\nfor x in range(4):\n    out[x % 2].append(f(x))\nreturn out"),
        Row(
            "`queue.append(f(x))` on a `deque`",
            "queue = collections.deque()\nfor x in range(4):\n    queue.append(f(x))\nreturn list(queue)",
            before="import collections",
        ),
        Row("`out.extend(f(x) for x in xs)`", "out = []\nout.extend(f(x) for x in range(4))\nreturn out"),
        Row("`out += (f(x) for x in xs)`", "out = []\nout += (f(x) for x in range(4))\nreturn out"),
        Row(
            "`out.extend(reversed(items(x)))`",
            "out = []\nfor x in range(4):\n    out.extend(reversed([f(x), g(x)]))\nreturn out",
        ),
        Row("`out.extend(map(f, xs))`", "out = []\nout.extend(map(f, range(4)))\nreturn out"),
    ),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_results_collected_in_lists_overlap(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
