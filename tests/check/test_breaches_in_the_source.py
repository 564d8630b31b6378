"""What the source of a functional function shows without running it: certain breaches, and nothing else."""

from __future__ import annotations

from types import FunctionType

import pytest
from scheduled import Program

from pydron.analysis.promise import signs_of

BEFORE = "import os, random, shutil, tempfile, numpy as np\nCOUNT = 0\nSEEN = {}\nclass Box:\n    n = 0\n"


def found(body: str) -> list[tuple[str, str, int]]:
    """Code, subject and line (from the ``def`` on, which is 1) of each sign in ``f``."""
    names = Program(BEFORE + body).namespace(lambda function: function, lambda function: function)
    function: FunctionType = names["f"]
    return [(sign.code, sign.subject, sign.line - function.__code__.co_firstlineno + 1) for sign in signs_of(function)]


SHOWN = {
    "def f(x):\n    x.append(1)": [("PD501", "x", 2)],
    "def f(x):\n    y = x.pop()": [("PD501", "x", 2)],
    "def f(x):\n    x[0] = 1": [("PD501", "x", 2)],
    "def f(x):\n    x.a.b[1] += 1": [("PD501", "x", 2)],
    "def f(x):\n    del x[0]": [("PD501", "x", 2)],
    "def f(x):\n    for x[0] in [1]: pass": [("PD501", "x", 2)],
    "def f(x):\n    global COUNT\n    COUNT = 1": [("PD502", "COUNT", 3)],
    "def f(x):\n    SEEN.update(a=1)": [("PD502", "SEEN", 2)],
    "def f(x):\n    Box.n += 1": [("PD502", "Box", 2)],
    "def f(x):\n    os.environ['A'] = x": [("PD507", "os.environ", 2)],
    "def f(x):\n    os.environ.pop(x)": [("PD507", "os.environ", 2)],
    "def make():\n    n = 0\n    def f(x):\n        nonlocal n\n        n += x\n    return f\nf = make()": [
        ("PD503", "n", 3)
    ],
    "def make():\n    n = []\n    def f(x):\n        n.append(x)\n    return f\nf = make()": [("PD503", "n", 2)],
    "def f(x):\n    f.calls = 1": [("PD503", "f", 2)],
    "def f(x):\n    return random.gauss(0, 1)": [("PD505", "random", 2)],
    "def f(x):\n    np.random.seed(x)\n    return np.random.rand()": [("PD505", "numpy.random", 2)],
    "def f(x):\n    open(x, 'w').close()": [("PD507", "open", 2)],
    "def f(x):\n    os.remove(x)": [("PD507", "os.remove", 2)],
    "def f(x):\n    shutil.rmtree(x)": [("PD507", "shutil.rmtree", 2)],
    "def f(x):\n    np.save(x, [1])": [("PD507", "np.save", 2)],
    "def f(x):\n    x.write_text('a')": [("PD507", "write_text", 2)],
}


@pytest.mark.parametrize("body", SHOWN)
def test_the_source_shows(body: str) -> None:
    assert found(body) == SHOWN[body]


SILENT = [
    "def f(x):\n    x = list(x)\n    x.append(1)",
    "def f(x):\n    y = []\n    y.append(x)\n    y[0] = 1",
    "def f(x):\n    return x.sort",
    "def f(x):\n    return x.add(1)",
    "def f(x):\n    x += 1\n    return x",
    "def f(x):\n    SEEN = {}\n    SEEN[x] = 1",
    "def f(x):\n    return [x.append for x in x]",
    "def f(x):\n    def inner(x):\n        x.append(1)\n    inner([])",
    "def f(x):\n    return random.Random(x).random(), np.random.default_rng(x).normal()",
    "def f(x):\n    return open(x).read(), open(x, 'rb').read()",
    "def f(x):\n    with tempfile.TemporaryDirectory() as d, open(d + '/x', 'w') as file:\n        file.write(x)",
    "def f(x):\n    n = 0\n    def inner():\n        nonlocal n\n        n += 1\n    inner()\n    return n",
    "def f(x):\n    import os\n    os.sep = 1",
    "def f(x):\n    try:\n        pass\n    except KeyError as SEEN:\n        SEEN.value = 1",
]


@pytest.mark.parametrize("body", SILENT)
def test_the_source_shows_nothing_that_is_not_certain(body: str) -> None:
    assert found(body) == []


def test_there_is_nothing_to_say_without_source() -> None:
    names: dict[str, FunctionType] = {}
    exec("def f(x): x.append(1)", names)
    assert signs_of(names["f"]) == ()
