"""Values end where they end in plain Python: files are written, generators closed, and ``__del__`` runs."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from scheduled import PRELUDE, WAYS, check

MORE = """
import os, tempfile, types

@functional
def entries(path):
    return len(os.listdir(path))

class Thing:
    def __init__(self, name, *held):
        self.name, self.held = name, held
    def __del__(self):
        print("over", self.name)
    def doubled(self):
        return self.name * 2
    def __enter__(self):
        return self
    def __exit__(self, *problem):
        print("left", self.name)
    def __iter__(self):
        return iter([1, 2, 3])

def failing(thing):
    raise KeyError(thing.name)

def gen(n):
    try:
        for i in range(n):
            yield i
    finally:
        print("closed", n)

def looping(n):
    found = []
    for x in gen(n):
        found.append(fails(x, 2))
    return found
"""

PROGRAMS = {
    "an object of one expression": """
        a = f(Thing(2).doubled())
        print("next", f(5))
        return a
    """,
    "an object whose method is called with a result": """
        a = f(1)
        note(g(Thing(a).doubled()))
        print("next", f(5))
        return a
    """,
    "a generator of a loop that fails, in the loop's function": """
        for number in range(2):
            try:
                for x in gen(5):
                    note(fails(x, 2))
                    if number and fails(x, 1) > 1:
                        break
            except ValueError as error:
                print("handled", error.args)
            print("next", f(number))
        return number
    """,
    "a generator of a loop that fails, in a function that is entered": """
        try:
            return looping(f(3))
        except ValueError as error:
            print("handled", error.args)
        return f(1)
    """,
    "the generator below a generator expression that is left": """
        first = next((g(x) for x in gen(4) if f(x) > 2), None)
        print("first", first)
        pairs = list(zip(gen(2), (f(x) for x in gen(5))))
        print("pairs", pairs)
        return any(f(x) == 2 for x in gen(6))
    """,
    "an object that is dropped at once": """
        a = f(1)
        Thing(1)
        print("next", f(5))
        return a
    """,
    "a generator whose loop is left": """
        for x in gen(3):
            if odd(x):
                break
        print("next", f(5))
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
            print("next", y)
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
            print("handler")
        print("next", f(5))
        return f(1)
    """,
    "a generator that is gone through": """
        out = [f(x) for x in gen(3)]
        print("next", f(5))
        return out
    """,
    "an object in a condition": """
        if Thing(3).doubled() > f(1):
            note("then")
        print("next", f(5))
        return f(2)
    """,
    "a variable when the function ends": """
        thing = Thing(1)
        print(f(1))
        return g(2)
    """,
    "a variable that is deleted": """
        thing = Thing(1)
        print(f(1))
        del thing
        print(f(2))
        return g(2)
    """,
    "a variable that is bound again": """
        thing = Thing(1)
        print(f(1))
        thing = Thing(2)
        print(f(2))
        thing = g(3)
        return g(thing)
    """,
    "a variable of a function that is called": """
        @schedule
        def inner(x):
            thing = Thing(x)
            print(f(x))
            return g(x)
        return [inner(1), inner(2)]
    """,
    "what an object has": """
        thing = Thing(1)
        holder = types.SimpleNamespace(thing=thing)
        del thing
        print(f(1))
        del holder
        return g(f(2))
    """,
    "a directory that calls look into": """
        directory = tempfile.TemporaryDirectory()
        open(os.path.join(directory.name, "a"), "w").close()
        return f(entries(directory.name))
    """,
    "an object in each iteration": """
        out = []
        for x in range(3):
            out.append(f(Thing(x).doubled()))
            print("next", f(5))
        return out
    """,
    "operands": """
        x = Thing(1).name + Thing(2).name
        print(x)
    """,
    "a test": """
        if Thing(1).name:
            print("inside")
        while Thing(2).name:
            print("body")
            break
        print("next")
    """,
    "a manager": """
        with Thing(1) as x:
            print("inside")
        x = None
        print("next")
        with Thing(2):
            pass
        print("next")
    """,
    "an element": """
        for x in [Thing(1), Thing(2)]:
            print("body")
        x = None
        print("next")
    """,
    "several targets": """
        x = y = Thing(1)
        x = None
        y = None
        print("next")
        (a, [b]), c = (1, [Thing(2)]), 3
        b = None
        print(a, c)
    """,
    "an item that is replaced": """
        d = {}
        d['k'] = Thing(1)
        d['k'] = 2
        print("next")
        d['k'] = Thing(3)
        d.clear()
        print(d)
    """,
    "an attribute": """
        x = Thing(1)
        x.y = Thing(2)
        x.y = None
        print("next")
        x.name += 1
        print("next")
    """,
    "an exception": """
        try:
            raise ValueError(Thing(1))
        except ValueError as error:
            note("caught")
        print("next")
    """,
    "what a failing function had": """
        try:
            failing(Thing(2))
        except KeyError:
            note("caught")
        print("next")
    """,
    "a variable of an attempt": """
        try:
            x = Thing(1)
            print(x.name)
        except OSError:
            pass
        print("still")
        x = None
        print("next")
    """,
    "a variable of a branch": """
        if log is not None:
            x = Thing(1)
        print("still")
        x = None
        print("next")
    """,
    "a generator that is asked once": """
        print(next(gen(5)))
        print(any(x > 1 for x in gen(6)))
        print("next")
    """,
    "operands that are used twice": """
        x = Thing(1)
        d = {x: 1, f(2): 3}
        a = x is None or x
        b = None is not x is not d
        del d, a, x
        print("next", b)
        if Thing(2) is not None is not log:
            print("in the branch")
        while None is Thing(3) is None:
            pass
        print("after the loop")
    """,
    "what iterators go through that nobody has used up": """
        things = [Thing(1), Thing(2)]
        one = iter(things)
        pairs = zip(things, one)
        for x, y in enumerate(things):
            a = f(x)
            break
        next(pairs)
        y = None
        return a
    """,
    "what a match looked at": """
        match Thing(1):
            case Thing(name=n):
                pass
        print(n)
    """,
    "a variable of a branch that calls look into": """
        if log is not None:
            home = tempfile.TemporaryDirectory()
            path = home.name
            open(os.path.join(path, 'a'), 'w').close()
        else:
            path = '.'
        return sum(entries(path) + n for n in range(3))
    """,
    "a variable of an attempt that calls look into": """
        try:
            home = tempfile.TemporaryDirectory()
            path = home.name
            open(os.path.join(path, 'a'), 'w').close()
        except OSError:
            path = '.'
        return [entries(path) + n for n in range(3)]
    """,
}


pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
"""Python says of some of these files and directories that nobody has closed them."""


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    """What the collector of cycles finds ends at no particular time."""
    gc.disable()
    yield
    gc.enable()


FAILING = "a generator whose loop fails"
"""(The evaluator's frame, which is in the traceback, has the generator until that goes.)"""


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_value_ends_as_in_plain_python(name: str) -> None:
    check(
        f"{PRELUDE}{MORE}\n@schedule\ndef main():{PROGRAMS[name]}",
        ways=[w for w in WAYS if w != "evaluator" or name != FAILING],
    )


def test_a_file_is_written_when_the_statement_that_wrote_it_is_over(tmp_path: Path) -> None:
    text = f"""{PRELUDE}
@schedule
def main():
    open({str(tmp_path / "a")!r}, "w").write(f"it says {{f(2)}}")
    return open({str(tmp_path / "a")!r}).read()
"""
    assert check(text).result == ("str", repr("it says 3"))
