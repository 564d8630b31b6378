"""Writes small programs that mix functional calls with everything that could get in their way.

The writer asks a function for each decision, so that any source of choices can drive it: a seeded generator, or
hypothesis, which then makes failing programs small. Programs may fail; they have to fail alike however they are run.
"""

from __future__ import annotations

import re
import sys

from random_expressions import EXPRESSIONS
from random_grammar import Choose, Writing
from random_guards import GUARDS, MANAGERS
from random_scopes import SCOPES
from random_statements import COMPOUND, SIMPLE
from random_world import AROUND, FUNCTIONAL

_DEEPEST = 3
_STARTING = "b = 2; c = 0; m = [7]; k = (0, [1]); v = []; st = {1}; loc = helper; w = 5; vec = Vector(1, 3)"
_MORE = "arr = np.arange(4); point = Point(3)"

_ARGUMENTS = """
def arguments():
    shared = [1, 2]
    return 3, shared, {"k": 4, "l": shared}, Box(shared)
"""

_DRIVEN = """
def main(*args):
    found = work(*args)
    while True:
        try:
            note("yielded", found.send(None))
        except StopIteration as stop:
            return stop.value
"""


class Writer:
    """Writes one program.

    Args:
        choose: Makes the decisions.
        size: Roughly how many statements ``main`` has at most.
    """

    def __init__(self, choose: Choose, size: int = 8) -> None:
        self._choose = choose
        self._size = size
        self._writing = Writing({**EXPRESSIONS, **SIMPLE, **COMPOUND, **GUARDS, **SCOPES}, choose)
        self._loops = 0

    def program(self) -> str:
        """The text of a program."""
        head = FUNCTIONAL.format(
            bad_f=[99, 99, 5, 4, 1][self._choose(5)],
            bad_g=[99, 2, 4][self._choose(3)],
            loud=[99, 4, 1][self._choose(3)],
        )
        return "\n".join([head, MANAGERS, AROUND, *self._inner(), *self._main(), _ARGUMENTS])

    def _inner(self) -> list[str]:
        """A scheduled function that ``main`` calls, and that does not call itself."""
        lines = [
            "@schedule",
            "def inner(a, l):",
            "    global GLOBAL",
            f"    d = {{}}; o = BOX; {_STARTING}; {_MORE}",
            *self._block(1, 1 + self._choose(3)),
            f"    return {self._writing.phrase('number', 1)}",
        ]
        return [lines[0], lines[1], *(line.replace("inner(", "g(") for line in lines[2:])]

    def _main(self) -> list[str]:
        """``main``: mostly a scheduled function, sometimes a method, a generator or a coroutine."""
        kind = ["", "", "", "", "", "", "method", "generator", "coroutine"][self._choose(9)]
        body = ["    global GLOBAL", f"    {_STARTING}; {_MORE}", *self._block(1, 2 + self._choose(self._size))]
        if self._choose(3):
            body.append("    return a, b, c, l, m, d, o")
        match kind:
            case "method":
                method = ["@schedule", "def work(self, a, l, d, o):", *body]
                return ["class Owner:", *("    " + line for line in method), "main = Owner().work"]
            case "generator":
                return ["@schedule", "def work(a, l, d, o):", *body, "    yield f(a)", _DRIVEN]
            case "coroutine":
                return ["@schedule", "async def work(a, l, d, o):", *body, "    await Step()", _DRIVEN]
            case _:
                return ["@schedule", "def main(a, l, d, o):", *body]

    def _block(self, depth: int, count: int) -> list[str]:
        return [line for _ in range(count) for line in self._statement(depth)]

    def _statement(self, depth: int) -> list[str]:
        families = ["simple"] * 5
        if depth <= _DEEPEST:
            families += ["compound"] * 3 + ["guarded"] * 3 + ["scope"] * 2 + ["leave"]
            families += ["group"] if sys.version_info >= (3, 11) else []
        family = families[self._choose(len(families))]
        if family == "leave" and self._loops and self._choose(3):
            family = "leave loop"
        return self._written(family, depth)

    def _written(self, symbol: str, depth: int) -> list[str]:
        """A statement for a symbol, in lines."""
        lines: list[str] = []
        for line in self._writing.production(symbol, 1).splitlines():
            text = line.strip()
            inside = depth + (len(line) - len(line.lstrip())) // 4
            alone = re.fullmatch("<([a-z ]+)>", text)
            match alone[1] if alone else "":
                case "":
                    lines.append("    " * inside + self._writing.filled(text, 2))
                case "block":
                    lines += self._block(inside, 1 + self._choose(2))
                case "turn":
                    self._loops += 1
                    lines += self._block(inside, 1 + self._choose(3))
                    self._loops -= 1
                case "way out" if self._loops and self._choose(2):
                    lines += self._written("way out of loop", inside)
                case statement:
                    lines += self._written(statement, inside)
        return lines
