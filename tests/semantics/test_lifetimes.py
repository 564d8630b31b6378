"""Values end where they end in plain Python: files are written, generators closed, and ``__del__`` runs."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from scheduled import PRELUDE, WAYS, check

MORE = """
class Thing:
    def __init__(self, name, *held):
        self.name, self.held = name, held
    def __del__(self):
        note("over", self.name)
    def doubled(self):
        return self.name * 2
    def __iter__(self):
        return iter([1, 2, 3])

def gen(n):
    try:
        for i in range(n):
            yield i
    finally:
        note("closed", n)
"""

PROGRAMS = {
    "an object of one expression": """
        a = f(Thing(2).doubled())
        note("next")
        return a
    """,
    "an object whose method is called with a result": """
        a = f(1)
        note(g(Thing(a).doubled()))
        note("next")
        return a
    """,
    "an object that is dropped at once": """
        a = f(1)
        Thing(1)
        note("next")
        return a
    """,
    "a generator whose loop is left": """
        for x in gen(3):
            if odd(x):
                break
        note("next")
        return f(1)
    """,
    "a generator whose loop returns": """
        for x in gen(3):
            if odd(x):
                return x
    """,
    "a generator in an inner loop that is left": """
        out = []
        for y in range(3):
            for x in gen(y + 2):
                out.append(f(x))
                if x == y:
                    break
            note("next", y)
        return out
    """,
    "a generator whose loop fails": """
        for x in gen(3):
            f(x)
            x()
    """,
    "a generator whose loop fails within a handler's reach": """
        try:
            for x in gen(3):
                f(x)
                x()
        except TypeError:
            note("handler")
        note("next")
        return f(1)
    """,
    "a generator that is gone through": """
        out = [f(x) for x in gen(3)]
        note("next")
        return out
    """,
    "an object in a condition": """
        if Thing(3).doubled() > f(1):
            note("then")
        note("next")
        return f(2)
    """,
    "an object in each iteration": """
        out = []
        for x in range(3):
            out.append(f(Thing(x).doubled()))
            note("next")
        return out
    """,
}

MACHINE = [way for way in WAYS if way != "evaluator"]
"""(The evaluator keeps intermediate values until its function ends.)"""


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    """What the collector of cycles finds ends at no particular time."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_value_ends_as_in_plain_python(name: str) -> None:
    check(f"{PRELUDE}{MORE}\n@schedule\ndef main():{PROGRAMS[name]}", ways=MACHINE)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_a_file_is_written_when_the_statement_that_wrote_it_is_over(tmp_path: Path) -> None:
    text = f"""{PRELUDE}
@schedule
def main():
    open({str(tmp_path / "a")!r}, "w").write(f"it says {{f(2)}}")
    return open({str(tmp_path / "a")!r}).read()
"""
    assert check(text, ways=MACHINE).result == ("str", repr("it says 3"))
