"""After a failure, handlers and the code after them find variables as the failing statement had bound them so far."""

from __future__ import annotations

import sys
import textwrap

import pytest
from scheduled import PRELUDE, check

_HANDLED = """
@schedule
def handled(xs):
    a = b = c = 0
    try:
        <body>
    except Exception as error:
        note(repr(error), a, b, c)
    return a, b, c
"""

_AROUND = """
@schedule
def around(xs):
    a = b = c = 0
    try:
        a = 100
        try:
            <body>
        finally:
            note(a, b, c)
    except Exception:
        pass
    return a, b, c

def main():
    return handled([1, 2]), around([1, 2])
"""

BODIES = {
    "imported names": "from os import path as a, nothing_of_that_name",
    "imported modules": "import os as a, nothing_of_that_name",
    "nested targets": "a, (b, c) = f(1), 3",
    "a target that is no variable": "a, xs[9] = f(1), 3",
    "an assignment in a generator expression": "b = sum((a := x) for x in [1, 2, 's'])",
    "an assignment in a generator expression with calls": "b = sum(f(a := x) for x in [1, 2, 's'])",
    "a nested function that fails": """
        def inner():
            nonlocal a
            a += 8
            return xs[9]
        a = f(10)
        a = inner()
    """,
    "a nested function before something that fails late": """
        def inner(x):
            nonlocal a
            a += x
            return x
        a = f(10)
        c = inner(1)
        a = fail(f(a))
        a = f(5)
    """,
    "a nested function in a loop": """
        for a in xs:
            def inner():
                nonlocal a
                a += 7
            inner()
            b = xs[f(a)]
    """,
    "a nested generator": """
        def gen():
            nonlocal a
            a = 5
            yield f(1)
            a = 6
            yield xs[9]
        for c in gen():
            b = a
    """,
    "a nested function, and a failure that passes through another statement": """
        def inner():
            nonlocal a
            a += 1
        try:
            inner()
            a = f(a)
            b = fail(a)
            a = 50
        except KeyError:
            pass
    """,
    "a decision that is put off, beside a nested function": """
        def inner():
            nonlocal a
            a += 1
        if 0 < sum(x for x in xs) < fail(1):
            a += 1
    """,
    "a variable that is deleted": """
        def inner():
            nonlocal a, b
            del b
            a += 1
            b = a
            return xs[a + 9]
        b = f(1)
        a = inner()
    """,
}

if sys.version_info >= (3, 11):
    BODIES["what except* has handled"] = """
        try:
            raise ExceptionGroup("both", [ValueError(f(1)), KeyError(2)])
        except* KeyError:
            a = f(5)
    """


@pytest.mark.parametrize("name", BODIES)
def test_variables_are_as_the_failing_statement_left_them(name: str) -> None:
    body = textwrap.dedent(BODIES[name]).strip()
    handled, around = (
        text.replace(" " * depth + "<body>", textwrap.indent(body, " " * depth))
        for text, depth in ((_HANDLED, 8), (_AROUND, 12))
    )
    check(PRELUDE + handled + around, copies=True)
