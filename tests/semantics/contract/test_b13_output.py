"""B13: output in order, without stopping the program."""

from __future__ import annotations

import pytest
from contract import Item, Row, hold

LOGGING = """
import logging, sys
class Shown(logging.Handler):
    def emit(self, record):
        log.append((record.levelname, record.name, record.funcName, record.lineno, record.getMessage()))
logging.getLogger().handlers[:] = [Shown()]
logging.getLogger().setLevel(logging.INFO)
"""

WARNINGS = """
import warnings
def shown(message, category, filename, lineno, file=None, line=None):
    log.append((str(message), category.__name__, filename, lineno))
warnings.simplefilter("always")
warnings.showwarning = shown
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
        Row(
            "`print(f(x), file=handle)`",
            "handle = io.StringIO()\nfor x in range(4):\n    print(f(x), file=handle)\nreturn handle.getvalue()",
            before="import io",
        ),
    ),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_output_takes_its_turn_without_stopping_the_program(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
