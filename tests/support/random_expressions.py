"""Writes expressions for random programs: functional calls among everything that could get in their way."""

from __future__ import annotations

from collections.abc import Callable

Choose = Callable[[int], int]
"""Given n, a number from 0 to n - 1. The first choices are the plainest."""


class Expressions:
    """Writes expressions over the variables ``a b c`` (numbers), ``l m`` (lists), ``d`` (a dict), ``o`` (an object).

    Args:
        choose: Makes the decisions.
    """

    def __init__(self, choose: Choose) -> None:
        self._choose = choose
        self._inner = False

    def _pick(self, options: list[str]) -> str:
        return options[self._choose(len(options))]

    def _any(self, depth: int) -> str:
        return self._number(depth) if self._choose(3) < 2 else self._list(depth)

    def _test(self, depth: int) -> str:
        match self._choose(7):
            case 0 | 1:
                return f"{self._number(depth)} > {self._pick(['2', '4', 'a'])}"
            case 2:
                return f"f({self._number(depth - 1)})"
            case 3:
                return f"{self._number(depth - 1)} in {self._list(depth - 1)}"
            case 4:
                return f"not {self._number(depth - 1)} == {self._number(depth - 1)}"
            case 5:
                return f"1 < {self._number(depth - 1)} < {self._number(depth - 1)}"
            case _:
                return self._pick(["l", "len(m) > 1", "a is b", "l is m", "d"])

    def _consumed(self, depth: int) -> str:
        """A number that a builtin makes of a generator expression."""
        consumer = self._pick(
            ["sum({})", "max({})", "min({})", "sum(sorted({}))", "len(set({}))", "len(list({}))", "sum(list({}))",
             "len(','.join(str(v) for v in ({})))", "len(tuple({}))", "any({})", "all({})", "len(dict((i, i) for i in ({})))"]
        )  # fmt: skip
        element = self._pick(
            ["f(i)", "u(i)", "i", "h(g(i))", f"f(i) + {self._number(depth)}", "f(i) * 0.5", "caller(i)"]
        )
        source = self._pick(["range(4)", "m[:3]", "l", "[3, a, 0]", "g(a)", "d.values()"])
        condition = self._pick(["", "", "", " if i", " if f(i) > 2"])
        return consumer.format(f"{element} for i in {source}{condition}")

    def _number(self, depth: int) -> str:
        simple = ["1", "a", "b", "c", "f(a)", "f(b)", "f(c)", "0", "5"]
        if depth <= 0:
            return self._pick(simple)
        n = self._number
        match self._choose(25):
            case 23 | 24:
                return self._consumed(depth - 1)
            case 20:
                return f"{self._pick(['helper', 'effect', 'caller'])}({n(depth - 1)})"
            case 21:
                return self._pick(
                    ["reader()", "sum(map(f, m[:3]))", "sum(f(x) for x in l[:2])", "max(map(f, [a, b]))", "k[0]"]
                )
            case 22:
                return self._pick(
                    ["next(iter([f(a)]))", "d.pop('k', f(b))", "len(v)", "loc(a)", "(st.pop() if st else f(a))"]
                )
            case 0 | 1 | 2:
                return self._pick(simple)
            case 3 | 4 | 5:
                return f"f({n(depth - 1)})"
            case 6 | 7:
                return f"h({self._list(depth - 1)})"
            case 8:
                return f"h({self._list(depth - 1)}, *m, k={n(depth - 1)})"
            case 9:
                return f"({n(depth - 1)} {self._pick(['+', '*', '-', '%', '//'])} {n(depth - 1)})"
            case 10:
                return f"({n(depth - 1)} if {self._test(depth - 1)} else {n(depth - 1)})"
            case 11:
                return f"({n(depth - 1)} {self._pick(['and', 'or'])} {n(depth - 1)})"
            case 12:
                return self._pick(["l[0]", "m[-1]", "l[a]", "g(a)[1]", "s(b)['k']", "o.x", "d['k']"])
            case 13:
                return self._pick(
                    ["len(l)", "d.get('k', 0)", "d.get(a)", "sum(m)", "max(a, f(b))", "len(g(a))", "abs(f(a))"]
                )
            case 14:
                return f"inner({n(depth - 1)}, {self._pick(['l', 'm', 'list(m)', 'g(a)'])})" if self._inner else "f(2)"
            case 15:
                return f"g({n(depth - 1)}, y={n(depth - 1)})[0]"
            case 16:
                return self._pick(["u(a)", "u(f(b))", "u(a).value"])
            case 17:
                return f"sum([f(x) for x in {self._list(0)}])"
            case 18:
                return f"int(f'{{{n(0)}}}')"
            case _:
                return f"(-{n(depth - 1)})"

    def _list(self, depth: int) -> str:
        simple = ["l", "m", "[a]", "[]", "g(a)", "o.items", "OUT", "list(l)", "m[1:]"]
        if depth <= 0:
            return self._pick(simple)
        match self._choose(13):
            case 11:
                return self._pick(
                    ["list(map(f, [a, b]))", "[*map(g, [a])]", "sorted({f(a), f(b)})", "list(TABLE.values())", "k[1]"]
                )
            case 12:
                return self._pick(
                    ["list(v)", "[x for x in v]", "sorted(st)", "list(zip(l, m))", "list(enumerate(l))", "BOX.items"]
                )
            case 0 | 1 | 2:
                return self._pick(simple)
            case 3:
                return f"[{self._any(depth - 1)}, {self._any(depth - 1)}]"
            case 4:
                return f"g({self._any(depth - 1)})"
            case 5:
                return f"{self._list(depth - 1)} + [{self._number(depth - 1)}]"
            case 6:
                return f"[{self._pick(['f(x)', 'g(x)', 'x', 'h([x, b])'])} for x in {self._pick(['range(3)', 'l', '[a, b]'])} {self._pick(['', 'if f(x) > 2', 'if x'])}]"
            case 7:
                return self._pick(
                    ["l[::-1]", "[*l, *m]", "[*g(a), b]", "sorted([f(a), f(b)])", "list(d.values())", "[l, l]"]
                )
            case 8:
                return f"s({self._number(depth - 1)})['v']"
            case 9:
                return "list({f(x): x for x in [a, b]}.items())"
            case _:
                return f"({self._list(depth - 1)} or {self._list(depth - 1)})"
