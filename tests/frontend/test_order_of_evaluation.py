"""Operands are evaluated in Python's order, as often as Python does, whatever stands around them."""

from __future__ import annotations

import pytest
from loud import LOUD
from twins import program, same, twin, watch

EXPRESSIONS = """
c("f")(c("x"))
g(c("x"), g, change(), g)
g.m(c("x"), change(), g.n)
a.m(change(), g)
a[c("i")] + a[c("j")]
a.b + c("x") + a.d
g + change() + g
g(a.b, c("x"), a.d)
g(*a, c("x"), *b)
g(*a, k=c("x"))
g(c("x"), *a, k=b, **c("d"))
g(c("x"), **c("d"), **{"z": c("y")})
g(x=a.b, y=c("x"), z=a.d)
[a.b, c("x"), a.d]
[*a, c("x"), *b, c("y")]
(a.b, *a, c("x"))
len({a.b, c("x")})
len({a.b, *c("x"), b, c("y")})
len({a.b, [], *c("x")})
len({*c("x"), [], c("y")})
{[]: a.b, **c("x")}
{**a, [] : a.b, "m": c("x")}
{"k": a.b, **a, **c("x"), "l": c("y"), **b}
{"k": a.b, **a, "m": c("x"), "n": a.d}
list({"p": c("x"), "q": a.e, "r": c("z")}.items())
a and c("x")
a.b and a.d and c("x") and a.e
c("x", False) and c("y")
c("x", False) or c("y")
a and (c("x", False) or c("y")) and c("z")
not (a.b and c("x"))
1 if a.b and c("x", False) and a.d else 2
1 if a.b or c("x", False) and a.d else 2
1 if not (a.b or c("x")) else 2
c("x") if a.b else c("y")
c("x") if n else c("y")
(c("x") if c("t", False) else a.b) + c("z")
(a if c("t", False) else b).attribute
a < c("x") < c("y")
a.b < a.d < c("x")
n < c("x", False) < c("y") < c("z")
a.b < n < a.d < c("x") < b.e
1 if a < c("x", False) < c("y") else 2
1 if a.b < c("x") < c("y", False) > a.d else 2
c("x") in a
a.b in a and c("x") not in c("y")
a.b is c("x")
f"{a} {c('x')} {a.b!r:>{n}} {c('y')!s:{c('w')}}"
f"{a:{b}} and {c('x'):{a}} {b}"
f"plain {c('x')}"
a[c("i"):c("j"), a.b]
a[a.b:c("j"):a.d]
a[a.b][c("i")][a.d]
-c("x") + -a.b
(w := c("x")) + w
a.b + (w := c("x")) + w.z
(w := a.b, w, (w := c("x")), w)
[w, w := c("x"), w, (w := c("y")), w]
(lambda p=c("x"), *, q=a.b: (p, q))()
g(lambda: a, c("x"), lambda: b)()
[c(x, True, y) for x in a for y in b]
[x.p + c("e", True, x) for x in a if x if c("k", True, x)]
{c("key", True, x).name: c("value", True, x) for x in a}
{x.k: x.v for x in a}
{x.k: c("v", True, x) for x in a}
len({c("s", True, x) for x in a})
[[c("i", True, x, y) for y in x.ys] for x in a]
[x for x in c("xs", True, [x for x in b])]
[c("out"), [x for x in a], a.b]
a.b + [x for x in b][0]
[y for x in a if (y := c("w", True, x))], y
list(c("gen", True, x) for x in a.b)
g(a.b, (x for x in c("xs")), a.d)
sum(len(row) for row in [[1], [2, 3]])
[sum(y for y in [n, row]) for row in [1, 2]]
[(lambda: x)() for x in a]
[h() for h in [(lambda: x) for x in a]]
[(lambda x: x)(x) for x in a]
a.append(b)
a.pop(b)
[1, 2].pop(quiet())
{1: 2}.pop(quiet(), c("x"))
c("x").update(a.b, k=a.d)
g.m(c("x")).n(c("y")).o
g[c("x")](c("y"))
(a.b or c("x"))(c("y"))
g(*[c("x")], *a.b, c("y"), **a)
a.b(a.d, *a.e)
print(*a, sep=c("x").name, end="") is None
""".strip().splitlines()

STATEMENTS = """
x = y = c("x"); log.append(x is y)
x = a.b = c("x")
x = a[c("i")] = c("x"); log.append(x)
a.b = a.d = c("x")
(a if n else b).q = c("x")
a[a.b] = c("x")
a[c("i")] = a.b
c("o").p = c("x")
c("o")[c("i")] = c("x")
c("o")[a.i] = a.v
x, y = c("x"), c("y"); log.append((x, y))
x, (y, *z) = a.b, [1, 2, 3]; log.append((x, y, z))
a.b, x = x, a.b = c("p"), c("q")
a[c("i")], b[c("j")] = c("x")
[a.b, [x, a.d], *a.e] = 1, (2, 3), 4, 5
*a.b, x = c("x")
n += c("x")
n += n
a += c("x"); log.append(a)
g2 = g; g2 += change()
a.b += c("x")
a[c("i")] += c("x")
a[a.i] += a.v
c("o").p += c("x")
c("o")[c("i"):c("j")] += c("x")
a[n:a.k] += c("x")
x = 1; x += (x := 5); log.append(x)
del a.b, a[c("i")], c("o").p
del (a[a.b], [n, a.d])
x: c("never") = c("x")
a.b: c("never") = c("x")
c("o").b: c("never")
a and c("x")
a.b or c("x", False) and c("y")
c("x") if a.b else c("y")
assert a.b and c("x"), c("never")
assert c("x", False), c("message")
assert c("x", False)
raise ValueError(c("x"), a.b)
raise c("e", True, KeyError("k")) from c("x")
return c("x"), a.b, c("y")
return
for a.b in [1, 2]: log.append("body")
for a[c("i")], x in [(1, 2)]: log.append(x)
for x in c("xs"): break
while c("t", False) or quiet(): pass
while (x := quiet()) or a.b < c("z", False) < c("y"): log.append(x)
if a.b and c("x"): log.append("then")
if not c("x") or a.b: log.append("then")
pass
a
a.b
unknown(c("x"))
unknown.attribute(c("x"))
n.attribute(c("x"))
none.append(c("x"))
none.other(c("x"))
late + c("x"); late = 1
late.append(c("x")); late = 1
late += c("x")
del late; late = 1
""".strip().splitlines()

PROGRAM = """
def f(a, b, n, none=None):
    {}
"""


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_operands_of_expressions(expression: str) -> None:
    same(LOUD + PROGRAM.format(f"return {expression}"), arguments="(Loud('a'), Loud('b'), 3)")


@pytest.mark.parametrize("statement", STATEMENTS)
def test_operands_of_statements(statement: str) -> None:
    same(LOUD + PROGRAM.format(statement), arguments="(Loud('a'), Loud('b'), 3)")


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_operands_of_expressions_over_captured_variables(expression: str) -> None:
    """The same where every variable belongs to an enclosing function."""
    source = f"""
def outer(a, b, n):
    def inner():
        return {expression}
    return inner
f = outer(Loud('a'), Loud('b'), 3)
"""
    same(LOUD + source)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_lambdas_are_functions(expression: str) -> None:
    same(LOUD + f"f = lambda a, b, n: ({expression})\n", arguments="(Loud('a'), Loud('b'), 3)")


MUTATIONS = """
a.pop(c("x"))
c("x").update(a.b, k=c("y"))
a.b.append(c("x"))
a.append([x for x in b])
""".strip().splitlines()


@pytest.mark.parametrize("expression", MUTATIONS)
def test_methods_named_like_those_of_containers_are_looked_up_before_and_in_the_call(expression: str) -> None:
    """The look-up fails when Python's would; an object that writes down look-ups sees it twice."""
    source = LOUD + PROGRAM.format(f"return {expression}")
    first, second = program(source), program(source)
    arguments = "(Loud('a'), Loud('b'), 3)"
    expected = watch(first["f"], first, eval(arguments, first))
    found = watch(twin(second["f"]), second, eval(arguments, second))
    assert found.outcome == expected.outcome
    assert tuple(dict.fromkeys(found.log)) == tuple(dict.fromkeys(expected.log))
    assert len(found.log) == len(expected.log) + 1
