"""Loops over what unknown code makes of an iterable: the calls of later steps are guessed, and nobody notices."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, Program, by_machine, check, peak

from pydron_runtime.testing.scripted import ScriptedExecutor, oldest_first

MORE = """
def shown(xs):
    for n, x in enumerate(xs):
        print("before", n)
        yield x
        print("after", n)

def every_second(xs):
    for n, x in enumerate(xs):
        if n % 2:
            yield x

def doubled(xs):
    return (2 * x for x in xs)

class Bar:
    def __init__(self, xs):
        self.xs = xs
    def __iter__(self):
        for x in self.xs:
            note("step", x)
            yield x

def effect(x):
    note("effect", x)
    return x
"""


def program(body: str) -> str:
    indented = "\n".join("    " + line for line in body.strip("\n").split("\n"))
    return f"{PRELUDE}{MORE}\n@schedule\ndef main():\n{indented}\n"


SAME = {
    "output keeps its place": "out = []\nfor x in shown([1, 2, 3, 4]):\n    out.append(f(x))\n    print(x)\nreturn out",
    "other elements than guessed": "return [f(x) for x in every_second(range(9))], [g(x) for x in doubled([1, 2, 3])]",
    "a failure": "for x in shown([1, 2, 3, 4]):\n    note(fails(x, 3))",
    "a failure beyond the end": "return [fails(x, 2) for x in every_second([2, 1, 2, 3])]",
    "an early end": "for x in shown([1, 2, 3, 4]):\n    if f(x) > 2:\n        break\nreturn x",
    "a list that grows": "xs = [1]\nfor x in shown(xs):\n    if x < 5:\n        xs.append(f(x))\nreturn xs",
    "an object of the user's": "bar = Bar([1, 2, 3])\nreturn [f(x) for x in bar], [f(x) for x in bar]",
    "bars within bars": "out = []\nfor i, x in enumerate(Bar(shown([1, 2, 3]))):\n    for y in shown([4, 5]):\n        out.append(f(x * y))\nreturn out",
    "in a try block": "out = []\nfor x in shown([1, 2, 3]):\n    try:\n        out.append(fails(x, 2))\n    except ValueError as error:\n        note(error)\nreturn out",
    "a sum": "return sum(f(effect(x)) for x in shown([1, 2, 3])), max((g(x) for x in Bar([1, 3, 2])), key=abs)",
}


@pytest.mark.parametrize("name", SAME)
def test_guessing_what_comes_is_not_noticed(name: str) -> None:
    """Elements, output and failures are those of the plain program, whatever the wrapper does."""
    check(program(SAME[name]))


def test_wrong_guesses_are_cancelled() -> None:
    """What a wrapper leaves out was asked for in vain, and nothing of it is kept."""
    executor = ScriptedExecutor(oldest_first)
    by_machine(Program(program("return [f(x) for x in every_second(range(20))]")), executor)
    assert executor.peak >= 4
    assert executor.held == 0


def test_a_bar_that_is_entered_as_a_manager_is_seen_through() -> None:
    """``with tqdm(xs) as bar`` gives the bar itself, which is known to have been made of ``xs``."""
    body = (
        "import io\nfrom tqdm import tqdm\nout = []\nwith tqdm(range(6), file=io.StringIO()) as bar:\n    for x in bar:\n"
        "        out.append(f(x))\n        bar.set_description(str(x))\nreturn out"
    )
    assert peak(program(body)) >= 4
