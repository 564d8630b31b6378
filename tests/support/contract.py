"""The contract as a table: ordinary code, and how many of its functional calls are in flight at once.

Each module ``tests/semantics/contract/test_bNN_*.py`` holds one numbered item: an :class:`Item` named ``ITEM`` with a
:class:`Row` for each construct, and a test that holds every row (:func:`hold`). ``tools/write_contract_table.py`` makes
``docs/contract.md`` from the same rows. To add a construct, add a row to the item, and run that tool.

``f``, ``g``, ``h`` and their like are the functional functions of :data:`FUNCTIONS`.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scheduled import PRELUDE, Program, by_machine, compare, plain

from pydron_runtime.testing.scripted import ScriptedExecutor, newest_first, oldest_first

FUNCTIONS = (
    PRELUDE
    + """
@functional
def h(x, y=0):
    return x * 2 + y
@functional
def text(x):
    return f"<{x}>"
"""
)
"""Functional functions that the rows use."""

ALL = "in parallel"
OUTPUT = "in parallel, the output in order"
AHEAD = "asked for ahead, while the program waits"
IN_PLACE = "in parallel, the changes in order"


@dataclass(frozen=True, slots=True)
class Row:
    """One construct.

    Attributes:
        construct: As the table shows it.
        body: The body of a scheduled function.
        calls: How many functional calls are in flight at once, at least.
        before: Definitions in front of the scheduled function.
        behaviour: As the table tells it.
        apart: Held in an interpreter of its own, because the test runner has changed what the row is about.
    """

    construct: str
    body: str
    calls: int = 4
    before: str = ""
    behaviour: str = ALL
    apart: bool = False

    def __str__(self) -> str:
        return self.construct

    @property
    def program(self) -> str:
        """The whole program."""
        body = textwrap.indent(self.body.strip("\n"), "    ")
        return f"{FUNCTIONS}{self.before}\n@schedule\ndef main():\n{body}\n"


@dataclass(frozen=True, slots=True)
class Item:
    """One numbered item of the contract.

    Attributes:
        number: Such as "B1".
        title: For people.
        rows: Its constructs.
    """

    number: str
    title: str
    rows: tuple[Row, ...]


def hold(row: Row) -> None:
    """The scheduled run equals the plain one in three orders of completion, and the calls overlap as the row says.

    Raises:
        Difference: A run differs from plain Python.
        AssertionError: Fewer calls were in flight.
    """
    if row.apart:
        _hold_apart(row)
        return
    program = Program(row.program)
    expected = plain(program)
    executor = ScriptedExecutor(oldest_first)
    compare(program, "oldest first", expected, by_machine(program, executor))
    compare(program, "newest first", expected, by_machine(program, ScriptedExecutor(newest_first)))
    compare(program, "all at once", expected, by_machine(program, ScriptedExecutor(oldest_first, ahead=1000)))
    assert executor.peak >= row.calls, f"{executor.peak} calls were in flight, not {row.calls}\n{row.body}"


def _hold_apart(row: Row) -> None:
    program = f"import sys; sys.path[:0] = {sys.path!r}\nimport contract\ncontract.hold(contract.Row(*{_parts(row)!r}))"
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert finished.returncode == 0, finished.stderr


def _parts(row: Row) -> tuple[str, str, int, str]:
    return row.construct, row.body, row.calls, row.before


def items(folder: Path) -> Iterator[Item]:
    """The items of all modules in a folder, in order."""
    for path in sorted(folder.glob("test_b[0-9][0-9]_*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        item = module.ITEM
        assert isinstance(item, Item)
        yield item


def page(folder: Path) -> str:
    """The documentation page of all items."""
    lines = [
        "# What runs in parallel, construct by construct",
        "",
        "This page is made from the tests in `tests/semantics/contract`: each row is a program that is run plain and",
        "scheduled, in several orders of completion, and compared in everything that can be observed. `f`, `g` and `h` stand",
        "for functional functions; nothing else in the code is marked. The last column says how many functional calls of",
        "the row's program are in flight at once, at least; the loops have as few turns as show it.",
        "",
    ]
    for item in items(folder):
        lines += [f"## {item.number}. {item.title}", "", "| code | behaviour | calls at once |", "|---|---|---|"]
        for row in item.rows:
            shown = row.construct.replace("|", "\\|")
            lines.append(f"| {shown} | {row.behaviour} | {row.calls} |")
        lines.append("")
    return "\n".join(lines)
