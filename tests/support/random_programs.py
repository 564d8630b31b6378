"""Writes small programs that mix functional calls with everything that could get in their way.

The writer asks a function for each decision, so that any source of choices can drive it: a seeded generator, or
hypothesis, which then makes failing programs small. Programs may fail; they have to fail alike however they are run.
"""

from __future__ import annotations

from collections.abc import Callable

from random_expressions import Choose
from random_guards import MANAGERS, Guards

_HEAD = """
class Box:
    def __init__(self, x):
        self.x = x
        self.items = []
    def __repr__(self):
        return "Box"

class Loud:
    def __init__(self, x):
        self.x = x
    def __add__(self, other):
        note("add", self.x)
        return self.x + other
    def __eq__(self, other):
        note("eq", self.x)
        return False
    __hash__ = None
    def __repr__(self):
        return "Loud"
    @property
    def value(self):
        note("value", self.x)
        return self.x

@functional
def f(x):
    if type(x) is int and x == {bad_f}:
        raise ValueError("f", x)
    return (x * 3 + 1) % 7

@functional
def g(x, y=2):
    if type(x) is int and x == {bad_g}:
        raise KeyError("g", x)
    return [x, y]

@functional
def h(xs, *more, k=0):
    xs = [*xs, k]
    return len(xs) + sum(1 for x in xs if isinstance(x, list)) + len(more)

@functional
def s(x):
    return {{"k": x, "v": [x]}}

@functional
def u(x):
    return Loud(x) if x == {loud} else x

OUT = []
TABLE = {{}}
BOX = Box(0)

def helper(x):
    return x * 2 + 1

def reader():
    return len(OUT) + len(TABLE)

def effect(x):
    OUT.append(x)
    note("effect", x)
    return x

def caller(x):
    return f(x) + reader()
"""


class Writer(Guards):
    """Writes one program.

    Args:
        choose: Makes the decisions.
        size: Roughly how many statements ``main`` has.
    """

    def __init__(self, choose: Choose, size: int = 8) -> None:
        super().__init__(choose)
        self._size = size
        self._lines: list[str] = []
        self._loops = 0
        self._counters = 0

    def program(self) -> str:
        """The text of a program."""
        head = _HEAD.format(
            bad_f=[99, 5, 3, 1][self._choose(4)], bad_g=[99, 2, 4][self._choose(3)], loud=[99, 4, 1][self._choose(3)]
        )
        self._lines = [head, MANAGERS]
        with_inner = self._choose(2)
        if with_inner:
            self._lines += [
                "@schedule",
                "def inner(a, l):",
                "    b = c = 1; m = []; d = {}; o = BOX; k = (1, []); v = (2,); st = set(); loc = f",
            ]
            self._block(1, 1 + self._choose(3))
            self._lines.append(f"    return {self._number(1)}")
        self._inner = bool(with_inner)
        self._lines += [
            "@schedule",
            "def main(a, l, d, o):",
            "    b = 2; c = 0; m = [7]; k = (0, [1]); v = []; st = {1}; loc = helper",
        ]
        self._block(1, 2 + self._choose(self._size))
        if self._choose(2):
            self._lines.append("    return a, b, c, l, m, d, o")
        self._lines += [
            "def arguments():",
            "    shared = [1, 2]",
            '    return 3, shared, {"k": 4, "l": shared}, Box(shared)',
            "",
        ]
        return "\n".join(self._lines)

    # Statements.

    def _block(self, depth: int, count: int) -> None:
        for _ in range(count):
            self._statement(depth)

    def _say(self, depth: int, text: str) -> None:
        self._lines.append("    " * depth + text)

    def _statement(self, depth: int) -> None:
        kinds: list[Callable[[int], None]] = [
            self._bind, self._bind, self._modify, self._modify, self._augment, self._effect, self._choice, self._for,
            self._while, self._unpack, self._leave, self._native, self._match, self._try, self._try, self._with,
        ]  # fmt: skip
        if depth > 3:
            kinds = kinds[:6]
        kinds[self._choose(len(kinds))](depth)

    def _bind(self, depth: int) -> None:
        match self._choose(6):
            case 0 | 1:
                self._say(depth, f"{self._pick(['a', 'b', 'c'])} = {self._number(2)}")
            case 2 | 3:
                self._say(depth, f"{self._pick(['l', 'm'])} = {self._list(2)}")
            case 4:
                self._say(depth, f"d = {self._pick(['s(a)', 'dict(k=b)', 'TABLE', 's(' + self._number(1) + ')'])}")
            case _:
                self._say(depth, f"{self._pick(['m = l', 'l = m', 'a = b', 'm = OUT', 'o = BOX', 'l = o.items'])}")

    def _modify(self, depth: int) -> None:
        target = self._pick(["l", "m", "OUT", "o.items", "d['v']"])
        match self._choose(12):
            case 0 | 1 | 2:
                self._say(depth, f"{target}.append({self._any(2)})")
            case 3:
                self._say(depth, f"{target}.extend({self._list(1)})")
            case 4:
                self._say(depth, f"{target}.insert(0, {self._number(1)})")
            case 5:
                self._say(depth, f"{self._pick(['l', 'm'])}[{self._pick(['0', '-1', 'a', '0:1'])}] = {self._any(1)}")
            case 6:
                self._say(depth, f"{self._pick(['d', 'TABLE'])}[{self._pick(['1', repr('k'), 'a'])}] = {self._any(1)}")
            case 7:
                self._say(depth, f"o.x = {self._any(1)}")
            case 8:
                self._say(
                    depth,
                    f"{self._pick(['d', 'TABLE'])}.setdefault({self._pick(['1', 'a'])}, []).append({self._number(1)})",
                )
            case 9:
                self._say(depth, self._pick(["del l[0]", "c = m.pop()", "l.reverse()", "m.clear()", "l.sort(key=str)"]))
            case 10:
                self._say(depth, f"d.update({self._pick(['s(a)', '{1: f(b)}', 'TABLE'])})")
            case _:
                self._say(depth, "m[0] = l")

    def _augment(self, depth: int) -> None:
        match self._choose(6):
            case 0 | 1:
                self._say(depth, f"{self._pick(['a', 'b', 'c'])} {self._pick(['+', '*', '-'])}= {self._number(1)}")
            case 2:
                self._say(depth, f"{self._pick(['l', 'm'])} += {self._list(1)}")
            case 3:
                self._say(depth, f"d['k'] += {self._number(1)}")
            case 4:
                self._say(depth, f"l[0] += {self._number(1)}")
            case _:
                self._say(depth, f"o.x += {self._pick(['[1]', self._list(1)])}")

    def _effect(self, depth: int) -> None:
        self._say(
            depth, self._pick([f"note({self._any(1)})", f"print({self._number(1)})", "note(l, d, o)", "note(OUT)"])
        )

    def _choice(self, depth: int) -> None:
        self._say(depth, f"if {self._test(2)}:")
        self._block(depth + 1, 1 + self._choose(2))
        if self._choose(2):
            self._say(depth, "else:")
            self._block(depth + 1, 1 + self._choose(2))

    def _for(self, depth: int) -> None:
        source = self._pick(
            ["range(3)", "[4, 0, 2]", "list(l)", "g(a)", "l[:2]", "enumerate(m[:3])", "zip(l[:3], m)", "d.values()"]
        )
        target = "i, c" if source.startswith("enumerate") else "c, b" if source.startswith("zip") else "c"
        self._say(depth, f"for {target} in {source}:")
        self._loops += 1
        self._block(depth + 1, 1 + self._choose(3))
        self._loops -= 1
        if not self._choose(4):
            self._say(depth, "else:")
            self._block(depth + 1, 1)

    def _while(self, depth: int) -> None:
        self._counters += 1
        counter = f"n{self._counters}"
        self._say(depth, f"{counter} = 0")
        self._say(depth, f"while {self._test(1)} and {counter} < 3:")
        self._say(depth + 1, f"{counter} += {self._pick(['1', '1 + f(a) * 0'])}")
        self._loops += 1
        self._block(depth + 1, 1 + self._choose(2))
        self._loops -= 1

    def _match(self, depth: int) -> None:
        subjects = ["f(a)", "g(a)", "s(b)", "u(a)", "l", "o", "d", "f(a), g(b)", "k", self._number(1), self._list(1)]
        patterns = [
            "1 | 2", "[a, *m]", "[b]", "{'k': c}", "{'k': a, **d}", "Box(x=c)", "int(b)", "Loud(x=a)", "Loud(value=5)",
            "(1, _) | [_, 2]", "a, [b, c]", "BOX.x", "list()", "[Loud(), *_]", "str() | None", "Box(items=[a, *_])",
        ]  # fmt: skip
        self._say(depth, f"match {self._pick(subjects)}:")
        for _ in range(1 + self._choose(3)):
            guard = self._pick(["", "", f" if {self._test(1)}", " if a", f" if f({self._pick(['a', 'b', 'c'])}) > 2"])
            self._say(depth + 1, f"case {self._pick(patterns)}{guard}:")
            self._block(depth + 2, 1 + self._choose(2))
        if self._choose(2):
            self._say(depth + 1, f"case {self._pick(['_', 'c', 'm'])}:")
            self._block(depth + 2, 1)

    def _unpack(self, depth: int) -> None:
        self._say(
            depth,
            self._pick(
                [f"a, b = {self._number(1)}, {self._number(1)}", "a, b = b, a", "a, c = g(b)", f"a, *m = {self._list(1)}",
                 "a, (b, c) = f(a), g(c)", f"a = b = {self._number(1)}"]
            ),
        )  # fmt: skip

    def _leave(self, depth: int) -> None:
        options = [
            f"if {self._test(1)}: return {self._any(1)}",
            f"if {self._test(1)}: raise RuntimeError({self._number(1)})",
        ]
        if self._loops:
            options += [f"if {self._test(1)}: break", f"if {self._test(1)}: continue", f"if {self._test(1)}: break"]
        self._say(depth, self._pick(options))

    def _native(self, depth: int) -> None:
        match self._choose(12):
            case 4:
                self._say(
                    depth,
                    f"{self._pick(['v = d.values()', 'v = l', 'v = iter(m)', 'v = enumerate(l)', 'v = d.items()'])}",
                )
            case 5:
                self._say(depth, f"push = {self._pick(['l.append', 'OUT.append', 'o.items.append', 'st.add'])}")
                self._say(depth, f"push({self._number(1)})")
            case 6:
                self._say(depth, f"BOX.{self._pick(['x', 'y', 'items'])} = {self._any(1)}")
                self._say(depth, f"note(BOX.{self._pick(['x', 'items'])})")
            case 7:
                self._say(depth, f"st.{self._pick(['add', 'discard'])}({self._number(1)})")
            case 8:
                self._say(depth, f"k = {self._number(1)}, {self._list(0)}")
                self._say(depth, f"k[1].append({self._number(0)})")
            case 9:
                self._say(depth, "def loc(z, y=a):")
                self._say(depth + 1, self._pick(["return z + y", "return f(z) + b", "l.append(z); return y"]))
            case 10:
                self._say(depth, f"d = {{**d, 'k': {self._number(1)}, a: {self._any(0)}}}")
            case 11:
                self._say(
                    depth,
                    self._pick(
                        ["l, m = m, l", "l[:] = m", "del l[:1]", "m = l[:]", "l = l * 2", "d = dict(d, k=f(a))"]
                    ),
                )
            case 0 | 1:
                self._say(depth, "p = lambda z: z + 1")
                self._say(depth, f"c = p({self._number(1)})")
            case 2:
                self._say(depth, "assert a is not None, f(1)")
            case _:
                self._say(depth, f"c = u({self._number(1)}) + 1")
