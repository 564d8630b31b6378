"""Generator expressions in a nested function run in parallel as well, whatever they read of the function around it."""

from __future__ import annotations

import pytest
import scheduled

STREAMS = {
    "folded": "sum(f(x) for x in range(8))",
    "collected": "list(f(x) + n for x in range(8))",
    "lent": "[i + y for i, y in enumerate(f(x) for x in range(8))]",
    "by key": "max((f(x) for x in range(8)), key=lambda y: -y)",
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_generator_expression_that_reads_enclosing_variables_overlaps(name: str) -> None:
    """The functional function itself, or a number, may be the variable."""
    text = f"""{scheduled.PRELUDE}
def make(f, n):
    @schedule
    def main():
        return {STREAMS[name]}
    return main
main = make(f, 3)
"""
    assert scheduled.peak(text) == 8


def test_an_enclosing_variable_that_is_bound_in_between_is_read_when_an_element_is_computed() -> None:
    """As Python reads it: also while the generator expression is under way."""
    scheduled.check(
        scheduled.PRELUDE
        + """
def main():
    n = 1
    @schedule
    def inner():
        nonlocal n
        n += f(1)
        steps = enumerate(f(x) + n for x in range(5))
        n += 1
        out = sum(g(x) + n for x in range(5))
        for i, y in steps:
            n += 1
            out += y
        return out
    return inner(), n
"""
    )


SHARED = {
    "read by both": ("k = 2\nsee = lambda x: abs(x - k)\na = sorted([1, 2, 3], key=see)\nreturn a, sum(f(x) * k for x in range(6))", 6),
    "bound again later": ("k = [1]\nsee = lambda: k\na = max(f(x) + k[0] for x in range(6))\nk = [2]\nreturn a, see()", 6),
    "bound by nested code": (
        "k = 1\ndef bump():\n    nonlocal k\n    k += 1\n    return k\nreturn sum(f(x) * k + bump() for x in range(4)), k", 0,
    ),
    "bound in the loop": (
        "k, out = 1, []\nsee = lambda: k\nfor i, y in enumerate(f(x) + k for x in range(4)):\n    k += 1\n"
        "    out.append((i, y, see()))\nreturn out", 0,
    ),
    "not bound yet": (
        "try:\n    a = sum(f(x) + k for x in range(4))\nexcept NameError as error:\n    a = error\nk = 1\nsee = lambda: k\n"
        "return a, see()", 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SHARED)
def test_a_generator_expression_that_shares_a_variable_with_nested_code(name: str) -> None:
    """Overlaps, unless the nested code, or the function meanwhile, binds the variable."""
    body, calls = SHARED[name]
    indented = "\n".join("    " + line for line in body.split("\n"))
    assert scheduled.peak(f"{scheduled.PRELUDE}\n@schedule\ndef main():\n{indented}\n") >= calls
