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
