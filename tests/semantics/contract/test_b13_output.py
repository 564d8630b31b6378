"""B13: output in order, without stopping the program."""

from __future__ import annotations

import pytest
from contract import AHEAD, Item, Row, hold

LOGGING = """
import logging, sys
def show():
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(funcName)s %(lineno)s %(filename)s %(message)s"))
    logging.getLogger().handlers[:] = [handler]
    logging.getLogger().setLevel(logging.INFO)
    return handler
"""

WARNINGS = """
import sys, warnings
warnings.simplefilter("always")
"""

BAR = """
import sys
class Bar:
    def __init__(self, total):
        self.total, self.count = total, 0
    def update(self, n=1):
        self.count += n
        sys.stdout.write(f"{self.count} ")
    def close(self):
        print("done")
    def __iter__(self):
        for x in self.total:
            yield x
            self.update(1)
"""

ITEM = Item(
    "B13",
    "Ordered output",
    (
        Row("`print(f(x))`", "for x in range(4):\n    print(x, f(x))\nprint('end')"),
        Row(
            "`print(..., sep=, end=, file=sys.stderr)`",
            "import sys\nfor x in range(4):\n    print(x, f(x), sep='-', end=';')",
        ),
        Row("`sys.stdout.write(text(x))`", "import sys\nfor x in range(4):\n    sys.stdout.write(text(x))"),
        Row(
            '`logging.info("%s", f(x))`',
            "handler = show()\nfor x in range(4):\n    logging.info('%s %s', x, f(x))\nreturn handler.formatter._fmt",
            before=LOGGING,
        ),
        Row(
            '`log = logging.getLogger(...)`, `log.warning(f"{f(x)}")`',
            "log = logging.getLogger('job')\nhandler = show()\nfor x in range(4):\n    log.warning(f'{f(x)}')",
            before=LOGGING,
        ),
        Row(
            "`warnings.warn(text(x))`",
            "kept, sys.stderr = sys.stderr, sys.stdout\nfor x in range(4):\n    warnings.warn(text(x))\nsys.stderr = kept",
            before=WARNINGS,
            apart=True,
        ),
        Row(
            "`bar.update(1)` of a progress bar",
            "bar = Bar(4)\nout = []\nfor x in range(4):\n    out.append(f(x))\n    bar.update(1)\nbar.close()\nreturn out",
            before=BAR,
        ),
        Row(
            "`handle.write(text(x))` of a file",
            "handle = io.StringIO()\nfor x in range(4):\n    handle.write(text(x))\nreturn handle.getvalue()",
            before="import io",
        ),
        Row(
            "`print(f(x), file=handle)`",
            "handle = io.StringIO()\nfor x in range(4):\n    print(f(x), file=handle)\nreturn handle.getvalue()",
            before="import io",
        ),
        Row(
            "`for x in tqdm(xs)`, a real progress bar",
            "out = []\nfor x in tqdm(range(6), file=io.StringIO()):\n    out.append(f(x))\nreturn out",
            before="import io\nfrom tqdm import tqdm\n",
            behaviour=AHEAD,
        ),
        Row(
            "`for i, x in enumerate(tqdm(xs))`, `[f(x) for x in tqdm(xs)]`",
            "out = []\nfor i, x in enumerate(tqdm(range(6), file=io.StringIO())):\n    out.append(f(x))\n"
            "return out, [g(x) for x in tqdm([1, 2, 3, 4], file=io.StringIO())]",
            before="import io\nfrom tqdm import tqdm\n",
            behaviour=AHEAD,
        ),
        Row(
            "`for x in track(xs)` of `rich`",
            "out = []\nfor x in track([1, 2, 3, 4, 5], console=Console(file=io.StringIO())):\n    out.append(f(x))\n"
            "return out",
            before="import io\nfrom rich.console import Console\nfrom rich.progress import track\n",
            behaviour=AHEAD,
        ),
        Row(
            "a bar used as a manager: `with tqdm(xs) as bar: for x in bar`",
            "out = []\nwith tqdm(range(6), file=io.StringIO()) as bar:\n    for x in bar:\n        out.append(f(x))\n"
            "return out",
            before="import io\nfrom tqdm import tqdm\n",
            behaviour=AHEAD,
        ),
        Row(
            "`for x in shown(xs)`, a generator of one's own that prints",
            "for x in shown([1, 2, 3, 4, 5]):\n    print(f(x))",
            before="def shown(xs):\n    for n, x in enumerate(xs):\n        print(n, 'of', len(xs))\n        yield x\n",
            behaviour=AHEAD,
        ),
    ),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_output_takes_its_turn_without_stopping_the_program(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
