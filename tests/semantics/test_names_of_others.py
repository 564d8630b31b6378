"""Assignments to globals and to variables of enclosing functions, of what calls give: as in plain Python."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check

MORE = """
count = 0
gathered = []

def bump(x):
    global count
    count += 100
    note(count)
    return x

def look():
    return count
"""


def program(body: str) -> str:
    indented = "\n".join("    " + line for line in body.strip("\n").split("\n"))
    return f"{PRELUDE}{MORE}\n@schedule\ndef main():\n{indented}\n"


SAME = {
    "a total that others look at": "global count\nfor x in range(4):\n    if odd(x):\n        count += g(x)\n    print(look())",
    "the old value is read first": "global count\ncount += bump(1)\nnote(count)\ncount = count + bump(2)\nnote(count)\ncount = bump(3) + count",
    "an operand that fails": "global count\ncount += fails(1, 1) + bump(1)",
    "an operator that fails": "global count\ncount += [bump(1)]",
    "a failure in a loop": "global count\nfor x in range(4):\n    count += fails(x, 2)",
    "a failure that is handled": "global count\ntry:\n    count += fails(1, 1)\nexcept ValueError as error:\n    note(error, count)\n    count += f(3)",
    "a list in place": "global gathered\nsame = gathered\nfor x in range(3):\n    gathered += [f(x)]\nreturn same is gathered",
    "a name that is bound nowhere": "global missing\nmissing += bump(1)",
    "several targets": "global count\ncount = a = bump(1)\nreturn a",
    "a variable of an enclosing function": "n = 0\ndef inner():\n    nonlocal n\n    for x in range(3):\n        n += f(x)\n    n = n + g(n)\n    return n\nreturn inner(), n",
}


@pytest.mark.parametrize("name", SAME)
def test_binding_a_name_of_others_is_as_in_plain_python(name: str) -> None:
    """Values, their order, and what others see of the name in between are the same."""
    check(program(SAME[name]))
