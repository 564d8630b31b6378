"""Guarded statements within one another: each failure goes to the innermost that may handle it."""

from __future__ import annotations

from scheduled import PRELUDE, check


def test_a_failure_that_an_inner_statement_handles_is_not_seen_by_the_outer_one() -> None:
    """Three statements within one another, each put off; the innermost waits before its body fails."""
    check(
        PRELUDE
        + """
@schedule
def main():
    m = [7]
    c = 0
    try:
        try:
            try:
                m[0:1] = f(c)
            except KeyError:
                c = 3
        except Exception:
            c = f(f(c))
    finally:
        note(m)
    return m, c
""",
        copies=True,
    )


def test_a_failure_found_while_a_loop_within_is_under_way_is_handled() -> None:
    """The loop within, which was put off and has waited, is ended; the code that ends it goes on."""
    check(
        PRELUDE
        + """
@schedule
def main():
    i, seen = 0, []
    while f(i) < 50 and i < 2:
        try:
            b = fails(f(f(i)), f(f(i)))
            n = 0
            while f(n) < 5 and n < 4:
                n += 1
        except ValueError as error:
            seen.append(str(error))
        i += 1
    return {"k": f(2) if seen else 5}, seen
"""
    )
