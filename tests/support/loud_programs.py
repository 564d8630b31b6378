"""Writes functions whose operands are loud (see ``loud``), of every kind of expression and statement.

The writer asks for each decision, so that any source of choices can drive it. Loops end: they go over few things,
or count down.
"""

from __future__ import annotations

from collections.abc import Callable

Choose = Callable[[int], int]
"""Given n, a number from 0 to n - 1. The first choices are the plainest."""

_NAMES = ("a", "b", "g", "x", "y", "n")
_OPERATORS = ("+", "*", "-")
_COMPARISONS = ("<", "==", "in", "is", ">")


class Writer:
    """Writes one function ``f(a, b, n)``. Its choices decide everything."""

    def __init__(self, choose: Choose) -> None:
        self._choose = choose
        self._count = 0

    def function(self) -> str:
        lines = ["def f(a, b, n):", "    x = y = None"]
        lines += self._block(3, loop=False)
        return "\n".join([*lines, "    return a, b, x, y, n"]) + "\n"

    def _pick(self, options: tuple[str, ...]) -> str:
        return options[self._choose(len(options))]

    def _new(self) -> int:
        self._count += 1
        return self._count

    def _truth(self) -> str:
        return self._pick(("", ", False"))

    # ---- expressions

    def expression(self, depth: int, *, deciding: bool = True) -> str:
        if depth == 0:
            return self._leaf()
        forms: tuple[Callable[[int], str], ...] = (
            self._call, self._binary, self._display, self._part, self._comprehension, self._text, self._star_call,
            self._lambda, self._method, self._walrus, self._choice, self._logic, self._compare, self._negation,
        )  # fmt: skip
        return forms[self._choose(len(forms) if deciding else len(forms) - 4)](depth - 1)

    def _leaf(self) -> str:
        kind = self._choose(4)
        if kind == 0:
            return self._pick(_NAMES)
        if kind == 1:
            return str(self._choose(3))
        return f"c('{self._new()}'{self._truth()})" if kind == 2 else f"{self._pick(_NAMES[:3])}.p{self._choose(3)}"

    def _call(self, depth: int) -> str:
        return f"c('{self._new()}', True, {self.expression(depth)}, k={self.expression(depth)})"

    def _binary(self, depth: int) -> str:
        return f"({self.expression(depth)} {self._pick(_OPERATORS)} {self.expression(depth)})"

    def _choice(self, depth: int) -> str:
        return f"({self.expression(depth)} if {self.expression(depth)} else {self.expression(depth)})"

    def _logic(self, depth: int) -> str:
        """How often the truth of an operand is asked for is up to CPython's optimizer where it is a decision itself."""
        word = self._pick((" and ", " or "))
        return f"({word.join(self.expression(depth, deciding=False) for _ in range(2 + self._choose(2)))})"

    def _compare(self, depth: int) -> str:
        text = self.expression(depth)
        for _ in range(1 + self._choose(3)):
            text += f" {self._pick(_COMPARISONS)} {self.expression(depth)}"
        return f"({text})"

    def _display(self, depth: int) -> str:
        parts = [self._pick(("", "*")) + self.expression(depth) for _ in range(1 + self._choose(3))]
        kind = self._choose(4)
        if kind == 3:
            return f"{{{self.expression(depth)}: {self.expression(depth)}, 'z': {self.expression(depth)}}}"
        return (f"[{', '.join(parts)}]", f"({', '.join(parts)},)", f"len({{{', '.join(parts)}}})")[kind]

    def _part(self, depth: int) -> str:
        index = self._pick(("", ":", "::"))
        inner = self.expression(depth) + (index + self.expression(depth) if index else "")
        return f"a[{inner}]" if self._choose(2) else f"c('{self._new()}')[{inner}].q"

    def _comprehension(self, depth: int) -> str:
        name = self._pick(("x", "v", "a"))
        clause = f"for {name} in {self.expression(depth)}"
        if self._choose(2):
            clause += f" if {self.expression(depth)}"
        if self._choose(3) == 2:
            clause += f" for w in {name}"
        element = self._pick((name, self.expression(depth)))
        forms = (f"[{element} {clause}]", f"list({element} {clause})", f"list({{1: {element} {clause}}}.items())")
        return forms[self._choose(3)]

    def _text(self, depth: int) -> str:
        parts = [self._pick(_NAMES), self._leaf().replace("'", '"'), self._pick(_NAMES)]
        return "f'" + " ".join(f"{{{part}{self._pick(('', '!r', ':{n}'))}}}" for part in parts) + "'"

    def _star_call(self, depth: int) -> str:
        return f"g({self.expression(depth)}, *{self.expression(depth)}, {self.expression(depth)}, **{{'k': b}})"

    def _walrus(self, depth: int) -> str:
        return f"({self._pick(('x', 'y'))} := {self.expression(depth)})"

    def _lambda(self, depth: int) -> str:
        return f"(lambda p={self.expression(depth)}: (p, b))()"

    def _negation(self, depth: int) -> str:
        return f"(not {self.expression(depth)})"

    def _method(self, depth: int) -> str:
        return f"{self._pick(_NAMES[:3])}.m({self.expression(depth)}).o"

    # ---- statements

    def _block(self, depth: int, *, loop: bool) -> list[str]:
        lines: list[str] = []
        for _ in range(1 + self._choose(3)):
            lines += self._statement(depth, loop=loop)
        return ["    " + line for line in lines]

    def _statement(self, depth: int, *, loop: bool) -> list[str]:
        if depth == 0:
            return [self._simple(loop=loop)]
        kind = self._choose(9)
        if kind < 4:
            return [self._simple(loop=loop)]
        inner = self._block(depth - 1, loop=loop)
        body = self._block(depth - 1, loop=True)
        otherwise = ["else:", *inner] if self._choose(2) else []
        if kind == 4:
            return [f"if {self.expression(2)}:", *inner, "else:", *self._block(depth - 1, loop=loop)]
        if kind == 5:
            return [f"for x in {self.expression(1)}:", *body, *otherwise]
        if kind == 6:
            return [f"for a.b, y in [(1, {self.expression(1)}), (2, b)]:", *body, *otherwise]
        if kind == 7:
            count = f"i{self._new()}"
            test = f"({count} := {count} - 1) > 0 and {self.expression(1)}"
            return [f"{count} = 3", f"while {test}:", *body, *otherwise]
        return ["try:", *inner, "except (TypeError, IndexError) as y:", f"    log.append({self.expression(1)})"]

    def _simple(self, *, loop: bool) -> str:
        e = self.expression
        forms = [
            f"x = {e(2)}", e(2), f"x, y = {e(1)}", f"a.q = {e(2)}", f"b[{e(1)}] = {e(1)}", f"y += {e(1)}",
            f"a.q += {e(1)}", f"b[{e(1)}] += {e(1)}", f"x = a.q = {e(1)}", f"a.q, (x, b[{e(1)}]) = 1, {e(1)}",
            f"del a.q, b[{e(1)}]", f"assert {e(1)}, {e(1)}", f"return {e(2)}", "del x", f"raise KeyError({e(1)})",
            f"log.append({self._leaf()})",
        ]  # fmt: skip
        forms += ["break", "continue"] if loop else []
        return forms[self._choose(len(forms))]
