"""Expressions on results of functional calls mean what they mean in plain Python."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check

EXPRESSIONS = """
f(1) + g(2)
f(1) - 2 * g(3) ** 2 // 7 % 5
-f(1), +f(1), ~f(1), not f(1)
f(1) / g(2)
f(1) << 2 | g(1) & 6 ^ 3
f(1) < 2 <= g(1) != 7
1 < f(5) < f(2) < f(f(f(1)))
f(1) == 2, f(1) is None, f(1) is not None
f(0) and g(1)
f(0) or g(1)
f(-1) and fail(1)
f(1) or fail(1)
f(-1) or [] or g(2)
(f(1) if odd(2) else g(3)) + 1
f(1) if odd(3) else fail(2)
[f(1), [g(2)], (f(3),)]
{f(1): g(2), 'k': [f(3)]}
{f(1), g(2), 3}
(f(1), g(2))[1]
items(5)[1:3], items(5)[::-1], items(5)[f(0):], items(5)[:f(1):f(0)]
items(5)[f(2)]
[10, 20, 30][f(0)]
{2: 'two'}[f(1)]
table(3)['list'][0]
table(3).get('n'), table(3).get('no', f(1))
'abc'.upper() + str(f(1))
'-'.join([str(f(1)), str(g(2))])
f'{f(1)} {g(2)!r:>5} {f(3):0{f(4)}d} {[f(1)]}'
'%s and %s' % (f(1), g(2))
'{} {k}'.format(f(1), k=g(2))
str(f(1)).zfill(f(3))
f(1) in items(5), f(9) in items(5), f(1) not in [2], 'n' in table(1)
len(items(f(2))), sum(items(5)), max(f(1), g(2)), min([f(1), g(2)]), sorted([f(3), f(1)])
abs(f(-5)), round(f(1) / 3, 2), divmod(g(7), f(3)), pow(f(1), f(2)), int(str(f(1))), bool(f(-1))
list(reversed([f(1), f(2)])), list(enumerate([f(1), f(2)])), list(zip([f(1)], [f(2)]))
any([f(-1), f(1)]), all([f(-1), f(1)]), tuple([f(1)]), set([f(1)]), dict(a=f(1)), list((f(1), 2))
isinstance(f(1), int), type(f(1)), callable(f(1)), hash(f(1)), repr(f(1)), id(f(1)) == 0
[*items(3), *[f(1)], f(2)]
(*items(2), f(7))
{*items(3), f(1)}
{**table(1), 'x': f(1), **{'y': g(2)}}
[f(x) for x in range(4)]
[f(x) for x in items(3) if odd(x)]
[y for x in items(3) for y in items(x)]
[[f(x) + y for x in range(y)] for y in range(3)]
{f(x) % 3 for x in range(6)}
{x: f(x) for x in range(3)}
{f(x): g(x) for x in items(3) if f(x) > 1}
sum(f(x) for x in range(3))
any(f(x) > 2 for x in range(4))
max(f(x) * (-1) ** x for x in range(4))
(lambda y: y + f(1))(g(2))
(z := f(1)) + z
[last := f(x) for x in range(3)], last
f(f(f(1))), add(f(1), g(f(2)), k=f(3))
pair(1)[1].append(2)
items(3).index(f(1)), items(3).count(f(0)), items(3).copy()
table(1).keys() | {'z'}, list(table(1).items()), list(table(2).values())
(1).__add__(f(1)), f(1).bit_length(), f(1).real
f(1).__class__.__name__
f(1) @ g(2)
f(1) + 'text'
items(3)['no']
table(1)['no']
f(1).no
f(1)(2)
-items(1)
len(f(1))
[1, 2][f(5)]
int('x' + str(f(1)))
1 / f(-1)
f'{f(1):z!}'
f('no')
{items(1): 1}
{items(1)}
sorted([f(1), 'x'])
[] < f(1) < fail(2)
fail(1) + fail(2)
[fail(1), fail(2)]
f(fail(1))
undefined + f(1)
f(1) + undefined
f(undefined)
""".strip().split("\n")


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_has_pythons_value_or_error(expression: str) -> None:
    check(f"{PRELUDE}\n@schedule\ndef main():\n    value = {expression}\n    note(value)\n    return value\n")


@pytest.mark.parametrize("expression", EXPRESSIONS[::4])
def test_an_expression_counts_in_its_place_among_effects(expression: str) -> None:
    check(
        f"{PRELUDE}\n@schedule\ndef main():\n    note('before')\n    a = f(1)\n    value = {expression}\n"
        "    note('after', a)\n    return [value, value, a]\n"
    )


UNPACKING = """
a, b = f(1), g(2)
a, b = pair(1)
a, (b, c) = f(1), pair(2)
a, *b = items(4)
*a, b = items(4)
a, *b, c = [f(1), g(2), f(3), g(4)]
[a, b] = [f(1), [g(2)]]
a = b = c = items(2)
a, b = b, a = f(1), g(2)
a, b = items(3)
a, b, c = items(2)
a, *b, c = items(1)
a, b = f(1)
a, b = 'xy'
(a, b), c = pair(f(1)), 3
a, b = {f(1): 1, f(2): 2}
a, b = {f(1): 1, f(2): 2}.items()
a, b = (x for x in items(2))
a, b = zip(items(2), items(2))
a, b = map(str, items(2))
a, b = fail(1), undefined
a[0], b = f(1), g(2)
""".strip().split("\n")


@pytest.mark.parametrize("statement", UNPACKING)
def test_unpacking_gives_pythons_parts_or_error(statement: str) -> None:
    check(
        f"{PRELUDE}\n@schedule\ndef main():\n    a = [0]\n    b = c = None\n    {statement}\n"
        "    note(a, b)\n    return a, b, c\n"
    )


AUGMENTED = [
    (start, operator, operand)
    for start, operator, operand in [
        ("1", "+=", "f(1)"), ("f(1)", "+=", "1"), ("f(1)", "*=", "f(2)"), ("2.5", "-=", "f(1)"), ("7", "//=", "f(1)"),
        ("'a'", "+=", "str(f(1))"), ("str(f(1))", "*=", "2"), ("(1,)", "+=", "(f(1),)"), ("b'x'", "*=", "f(1)"),
        ("[1]", "+=", "[f(1)]"), ("[1]", "+=", "items(3)"), ("[1]", "+=", "pair(1)"), ("items(2)", "+=", "[f(1)]"),
        ("items(2)", "+=", "items(3)"), ("items(2)", "*=", "f(1)"), ("[f(1)]", "*=", "2"), ("[1]", "+=", "'ab'"),
        ("[1]", "+=", "table(1)"), ("[1]", "+=", "(x for x in items(2))"), ("{1}", "|=", "{f(1)}"),
        ("{1, 2}", "-=", "set(items(2))"), ("{'a': 1}", "|=", "{'b': f(1)}"), ("table(1)", "|=", "{'b': f(1)}"),
        ("set(items(3))", "&=", "{f(1)}"), ("bytearray(b'a')", "+=", "bytes([f(1)])"), ("1", "+=", "'x'"),
        ("[1]", "+=", "f(1)"), ("f(1)", "+=", "[1]"), ("None", "+=", "f(1)"), ("True", "&=", "odd(1)"), ("1", "/=", "f(-1)"),
        ("[1]", "+=", "[fail(1)]"), ("items(2)", "+=", "fail(1)"),
    ]
]  # fmt: skip


@pytest.mark.parametrize("start, operator, operand", AUGMENTED, ids=" ".join)
def test_augmented_assignment_changes_in_place_what_python_changes_in_place(
    start: str, operator: str, operand: str
) -> None:
    check(
        f"{PRELUDE}\nKEPT = []\n@schedule\ndef main():\n    a = {start}\n    b = a\n    KEPT.append(b)\n"
        f"    a {operator} {operand}\n    c = [a, b]\n    note(a is b)\n    a {operator} {operand}\n    return a, b, c\n"
    )
