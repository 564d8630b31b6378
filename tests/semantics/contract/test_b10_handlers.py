"""B10: `try` and `with`."""

from __future__ import annotations

import pytest
from contract import AHEAD, OUTPUT, Item, Row, hold

ITEM = Item(
    "B10",
    "`try` and `with`",
    (
        Row(
            "calls before and after a `try`",
            "a = [f(1), f(2)]\nb = [f(3), f(4)]\ntry:\n    c = 1\nfinally:\n    d = 2\nreturn a, b, c, d",
        ),
        Row(
            "`try: r = f(x)`, `except ValueError: r = None` in each turn",
            "out = []\nfor x in range(4):\n    try:\n        r = fails(x, 2)\n    except ValueError:\n        r = None\n    out.append(r)\nreturn out",
        ),
        Row(
            "the same with `out.append(f(x))` inside",
            "out = []\nfor x in range(4):\n    try:\n        out.append(fails(x, 2))\n    except ValueError as error:\n        out.append(error.args)\nreturn out",
        ),
        Row(
            "the same with `continue` in the handler",
            "out = []\nfor x in range(4):\n    try:\n        r = fails(x, 2)\n    except ValueError:\n        continue\n    out.append(r)\nreturn out",
        ),
        Row(
            "the same with a branch on the result",
            "out, bad = [], []\nfor x in range(4):\n    try:\n        r = fails(x, 2)\n        if r > 0:\n            r = f(r)\n    except ValueError:\n        bad.append(x)\n        r = None\n    out.append(r)\nreturn out, bad",
        ),
        Row(
            "`try: total += f(x)`, `except ValueError: ...`",
            "total = 0\nfor x in range(4):\n    try:\n        total += fails(x, 2)\n    except ValueError:\n        total -= 1\nreturn total",
        ),
        Row(
            "a helper function that catches",
            "return [careful(x) for x in range(4)]",
            before="def careful(x):\n    try:\n        return fails(x, 2)\n    except ValueError:\n        return None",
        ),
        Row(
            "`try` with a `finally` that prints",
            "out = []\nfor x in range(4):\n    try:\n        r = f(x)\n    finally:\n        print('done', x)\n    out.append(r)\nreturn out",
            behaviour=OUTPUT,
        ),
        Row(
            "`try` around a whole loop",
            "out = []\ntry:\n    for x in range(4):\n        out.append(fails(x, 3))\nexcept ValueError:\n    return out",
        ),
        Row(
            "`with contextlib.suppress(ValueError):` in each turn",
            "out = []\nfor x in range(4):\n    with suppress(ValueError):\n        out.append(fails(x, 2))\nreturn out",
            before="from contextlib import suppress",
        ),
        Row(
            "`with contextlib.nullcontext():` in each turn",
            "out = []\nfor x in range(4):\n    with nullcontext():\n        r = f(x)\n    out.append(r)\nreturn out",
            before="from contextlib import nullcontext",
        ),
        Row(
            "inside of `with open(...) as file:`",
            "with open('/dev/null', 'w') as file:\n    for x in range(4):\n        file.write(str(f(x)))",
            behaviour=OUTPUT,
        ),
        Row(
            "`with open(...) as file: for line in file`",
            "out = []\nwith open(keyword.__file__) as file:\n    for line in file:\n        out.append(text(line))\n"
            "        if len(out) == 4:\n            break\n    return out, file.readline()",
            before="import keyword",
            behaviour=AHEAD,
        ),
        Row(
            "`for row in csv.reader(file)`",
            "out = []\nwith open(keyword.__file__) as file:\n    rows = csv.reader(file)\n    first = next(rows)\n"
            "    for row in rows:\n        out.append(text(row))\n        if len(out) == 4:\n            break\n"
            "return first, out",
            before="import csv, keyword",
            behaviour=AHEAD,
        ),
        Row(
            "inside of a block of an unknown manager",
            "with Unknown() as log:\n    for x in range(4):\n        log.append(f(x))\nreturn log",
            before="class Unknown:\n    def __enter__(self):\n        return []\n    def __exit__(self, *failure):\n        note(failure)",
        ),
        Row(
            "`with lock:` in each turn",
            "total = 0\nfor x in range(4):\n    with LOCK:\n        total += f(x)\nreturn total",
            before="import threading\nLOCK = threading.Lock()",
            behaviour=AHEAD,
        ),
        Row(
            "a timer of one's own in each turn",
            "out = []\nfor x in range(4):\n    with Timer() as timer:\n        r = f(x)\n    out.append((r, timer.ticks))\nreturn out",
            before="class Timer:\n    def __enter__(self):\n        self.ticks = 0\n        return self\n    def __exit__(self, *failure):\n        self.ticks += 1",
            behaviour=AHEAD,
        ),
    ),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_calls_around_handlers_overlap(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
