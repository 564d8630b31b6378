"""What the search for a small failing program promises."""

from __future__ import annotations

import ast

from smaller import smaller

PROGRAM = """
def first(x):
    return x

def main(a):
    if a > 1:
        for x in range(3):
            try:
                first(x + bad(a, [1, 2]))
            except ValueError:
                pass
    return a
"""


def test_what_the_failure_does_not_need_is_left_out() -> None:
    assert smaller(PROGRAM, lambda text: "bad(" in text) == "bad()"


def test_what_comes_out_still_fails_and_is_a_program() -> None:
    tried: list[str] = []

    def fails(text: str) -> bool:
        tried.append(text)
        return "for x in" in text and "first" in text

    found = smaller(PROGRAM, fails)
    assert fails(found)
    for text in tried:
        ast.parse(text)
