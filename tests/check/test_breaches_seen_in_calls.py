"""Check mode sees each breach of the functional promise in the call that commits it, and none where there is none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scheduled import Program

import pydron
from pydron import checked
from pydron.explain.breaches import Breach
from pydron_runtime.check import mode


@pytest.fixture(autouse=True)
def afresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test begins with nothing found, and prints nothing at the end."""
    monkeypatch.setattr(mode, "tell", lambda: None)
    checked.forget()
    yield
    checked.forget()


def run(text: str, *args: Any) -> tuple[Any, tuple[Breach, ...]]:
    """The result of ``main``, and the breaches."""
    names = Program(text).namespace(pydron.schedule, pydron.functional)
    with pydron.configure(check=True):
        result = names["main"](*args)
    return result, pydron.check_report().breaches


def program(body: str, call: str = "f(3)", before: str = "") -> str:
    """A program in which ``main`` comes to one functional call."""
    return f"{before}\n@functional\n{body}\n@schedule\ndef main():\n    return {call}\n"


BREACHES = {
    "an argument grows": ("def f(x):\n    x.append(1)\n    return len(x)", "f([])", "", "PD501", "x"),
    "deep inside of an argument": ("def f(x):\n    x['a'][0].add(1)", "f({'a': [set()]})", "", "PD501", "x"),
    "a keyword argument": ("def f(*, x):\n    x.clear()", "f(x={1: 2})", "", "PD501", "x"),
    "through a helper that is given the argument": (
        "def f(x):\n    helper(x)", "f([])", "def helper(y):\n    y.append(1)", "PD501", "x",
    ),
    "an array": (
        "def f(x):\n    x += 1\n    return 0", "f(numpy.zeros(3))", "import numpy", "PD501", "x",
    ),
    "an attribute of an object": (
        "def f(x):\n    x.value = 2", "f(Box())", "class Box:\n    value = 1", "PD501", "x",
    ),
    "a global variable": ("def f(x):\n    global COUNT\n    COUNT += 1", "f(1)", "COUNT = 0", "PD502", "COUNT"),
    "a global container": ("def f(x):\n    SEEN[x] = 1", "f(1)", "SEEN = {}", "PD502", "SEEN"),
    "a global written by a helper": (
        "def f(x):\n    return helper(x)", "f(1)", "SEEN = []\ndef helper(y):\n    SEEN.append(y)", "PD502", "SEEN",
    ),
    "an attribute of a class": ("def f(x):\n    Box.n += 1", "f(1)", "class Box:\n    n = 1", "PD502", "Box"),
    "an attribute of a class, written by a method": (
        "def f(x):\n    Box.grow()", "f(1)",
        "class Box:\n    n = 1\n    @classmethod\n    def grow(cls):\n        cls.n += 1", "PD502", "Box",
    ),
    "an attribute of the class of an argument": (
        "def f(x):\n    return x.grow()", "f(Box())",
        "class Box:\n    n = 1\n    def grow(self):\n        type(self).n += 1", "PD502", "Box",
    ),
    "a registry that objects enter when they are made": (
        "def f(x):\n    Box()", "f(1)",
        "class Base:\n    made = []\n    def __init__(self):\n        self.made.append(1)\nclass Box(Base):\n    pass",
        "PD502", "Base",
    ),
    "a global generator of its own": (
        "def f(x):\n    return OWN.random()", "f(1)", "import random\nOWN = random.Random(1)", "PD502", "OWN",
    ),
    "a default value": ("def f(x, seen=[]):\n    seen.append(x)\n    return 1", "f(1)", "", "PD503", "seen"),
    "an attribute of itself": ("def f(x):\n    f.calls = x", "f(1)", "", "PD503", "f"),
    "the clock": ("def f(x):\n    return time.perf_counter_ns()", "f(1)", "import time", "PD504", ""),
    "an exception that comes once": (
        "def f(x):\n    if next(x) == 0:\n        raise KeyError(1)", "[0 for _ in [0] if not failed(f)]",
        "class Once:\n    n = [-1]\n    def __next__(self):\n        getattr(Once, 'n')[0] += 1\n        return getattr(Once, 'n')[0]\n"
        "def failed(f):\n    try:\n        f(Once())\n    except KeyError:\n        return True",
        "PD504", "",
    ),
    "the generator of the module random": (
        "def f(x):\n    return random.random()", "f(1)", "import random", "PD505", "random",
    ),
    "the generator of numpy.random": (
        "def f(x):\n    return numpy.random.rand()", "f(1)", "import numpy", "PD505", "numpy.random",
    ),
    "an argument that cannot be pickled": ("def f(x):\n    return 1", "f(iter(x for x in []))", "", "PD506", "arguments"),
    "a result that cannot be pickled": (
        "def f(x):\n    return threading.Lock()", "f(1)", "import threading", "PD506", "result",
    ),
    "an exception that cannot be read back": (
        "def f(x):\n    raise Odd(1, 2)", "failed(f)",
        "class Odd(Exception):\n    def __init__(self, a, b):\n        super().__init__('odd')\n"
        "def failed(f):\n    try:\n        f(1)\n    except Odd:\n        return True",
        "PD506", "exception",
    ),
    "an environment variable": (
        "def f(x):\n    os.environ['PYDRON_TEST_BREACH'] = '1'", "f(1)", "import os", "PD507", None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BREACHES)
def test_a_breach_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYDRON_TEST_BREACH", "0")
    body, call, before, code, subject = BREACHES[name]
    _, breaches = run(program(body, call, before))
    assert [breach.code for breach in breaches] == [code]
    (breach,) = breaches
    assert breach.function == "f" and breach.count == 1
    assert subject is None or breach.subject == subject
    assert breach.call is not None and "f(" in breach.call.text


FINE = {
    "an attribute of a class that others write": (
        "def f(x):\n    return x.value", "[f(Box(i)) for i in range(3)]",
        "class Box:\n    n = 0\n    def __init__(self, value):\n        self.value = value\n    def grow(self):\n        Box.n += 1",
    ),
    "a copy is changed": ("def f(x):\n    x = list(x)\n    x.append(1)\n    return x", "f([])", ""),
    "an own container": ("def f(x):\n    out = []\n    out.append(x)\n    return out", "f(1)", ""),
    "an argument is returned": ("def f(x):\n    return x", "f([1, {2: 3}])", ""),
    "not a number": ("def f(x):\n    return float('nan'), {1: float('nan')}", "f(1)", ""),
    "numbers from an own generator": (
        "def f(x):\n    return random.Random(x).random()", "f(1)", "import random",
    ),
    "a global that is read": ("def f(x):\n    return x + N + TABLE[1]", "f(1)", "N = 1\nTABLE = {1: 2}"),
    "a temporary file": (
        "def f(x):\n    with tempfile.TemporaryDirectory() as d:\n        p = pathlib.Path(d, 'x')\n"
        "        p.write_text('x')\n        return p.read_text()",
        "f(1)", "import pathlib, tempfile",
    ),
    "an exception": (
        "def f(x):\n    raise ValueError(x)", "failed(f)",
        "def failed(f):\n    try:\n        f(1)\n    except ValueError as error:\n        return error.args",
    ),
    "objects without __eq__ in the result": (
        "def f(x):\n    return Box(), [Box()]", "f(1)", "class Box:\n    def __init__(self):\n        self.x = [1]",
    ),
    "a cycle": ("def f(x):\n    x = [x]\n    x.append(x)\n    return x", "f(1)", ""),
    "a function that is made": (
        "def f(x):\n    def inner(y, z=[x]):\n        return x + y, inner\n    return inner, lambda: [x]", "f(1)", "",
    ),
    "an object of a class that is made": (
        "def f(x):\n    class Box:\n        def show(self):\n            return x\n"
        "    box = Box()\n    box.x = [x]\n    return Box, [box], box.show", "f(1)", "",
    ),
    "views of a dictionary": ("def f(x):\n    return {x: 1}.items(), {x: 1}.keys()", "f(1)", ""),
    "an array": ("def f(x):\n    return numpy.sort(x), x.copy()", "f(numpy.arange(5))", "import numpy"),
}  # fmt: skip


@pytest.mark.parametrize("name", FINE)
def test_what_keeps_the_promise_is_not_blamed(name: str) -> None:
    _, breaches = run(program(*FINE[name]))
    assert breaches == ()


def test_a_function_that_remembers_other_things_is_another_result() -> None:
    _, breaches = run(program("def f(x):\n    n = uuid.uuid4()\n    return lambda: n", before="import uuid"))
    assert [breach.code for breach in breaches] == ["PD504"]


def test_an_exception_that_cannot_be_pickled_is_named_by_its_type() -> None:
    before = "import threading\nclass Odd(Exception):\n    pass\n"
    before += "def failed(f):\n    try:\n        f(1)\n    except Odd:\n        return True"
    body = "def f(x):\n    error = Odd()\n    error.lock = threading.Lock()\n    raise error"
    _, (breach,) = run(program(body, "failed(f)", before))
    assert breach.code == "PD506" and ".Odd) cannot be pickled" in breach.what


def test_a_file_that_is_left_behind_is_named_with_the_line_that_wrote_it(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    body = f"def f(x):\n    if x:\n        open({str(path)!r}, 'w').close()\n    return x"
    _, (breach,) = run(program(body))
    assert breach.code == "PD507" and str(path) in breach.message
    assert breach.line == 5


def test_a_file_in_a_loop_is_one_breach_with_a_count(tmp_path: Path) -> None:
    body = f"def f(x):\n    open({str(tmp_path)!r} + '/' + str(x), 'w').close()"
    _, (breach,) = run(program(body, "[f(x) for x in range(3)]"))
    assert breach.count == 3


def test_a_global_that_the_program_changes_between_calls_is_named() -> None:
    text = (
        "LIMIT = 1\n@functional\ndef f(x):\n    return x > LIMIT\n"
        "@schedule\ndef main():\n    global LIMIT\n    a = f(1)\n    LIMIT = 0\n    return a, f(1)\n"
    )
    result, (breach,) = run(text)
    assert result == (False, True)
    assert (breach.code, breach.subject) == ("PD508", "LIMIT") and "was 1 and is 0" in breach.message


def test_the_program_behaves_as_it_would() -> None:
    """The call itself happens once, in its place, with its own arguments; the second time goes unnoticed."""
    text = (
        "import random\n@functional\ndef f(x):\n    print('f', x)\n    x.append(random.random())\n    return x\n"
        "@schedule\ndef main(x):\n    y = f(x)\n    note('between', x)\n    return y is x, f(x) is x\n"
    )
    import random

    random.seed(1)
    expected = [random.random(), random.random()]
    random.seed(1)
    given: list[float] = []
    result, _ = run(text, given)
    assert result == (True, True) and given == expected
    assert random.random() not in expected


def test_what_is_run_again_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    run(program("def f(x):\n    print(x)\n    return x", "f(3) + f(4)"))
    assert capsys.readouterr().out == "3\n4\n"


def test_the_innermost_call_is_blamed() -> None:
    text = (
        "SEEN = []\n@functional\ndef inner(x):\n    SEEN.append(x)\n    return x\n"
        "@functional\ndef outer(x):\n    return inner(x) + len(SEEN)\n@schedule\ndef main():\n    return outer(1)\n"
    )
    _, breaches = run(text)
    assert [(breach.code, breach.function) for breach in breaches] == [("PD502", "inner")]


CALLED = {
    "a method": "class C:\n    @functional\n    def f(self, x):\n        x.append(1)\n",
    "a static method": "class C:\n    @staticmethod\n    @functional\n    def f(x):\n        x.append(1)\n",
    "a class method": "class C:\n    @classmethod\n    @functional\n    def f(cls, x):\n        x.append(1)\n",
}


@pytest.mark.parametrize("name", CALLED)
def test_methods_are_watched(name: str) -> None:
    _, (breach,) = run(f"{CALLED[name]}@schedule\ndef main():\n    return C().f([])\n")
    assert (breach.code, breach.function, breach.subject) == ("PD501", "C.f", "x")


def test_functions_kept_under_other_names_and_made_on_the_way_are_watched() -> None:
    text = (
        "@functional\ndef f(x):\n    x.append(1)\nTABLE = {'f': f}\n@schedule\ndef main():\n    k = 1\n"
        "    @functional\n    def local(x, *rest, deep=2, **named):\n        x.append(k)\n        return rest, deep, named\n"
        "    TABLE['f']([])\n    return local([], 5, deep=6, more=7)\n"
    )
    result, breaches = run(text)
    assert result == ((5,), 6, {"more": 7})
    assert [(breach.code, breach.function) for breach in breaches] == [("PD501", "f"), ("PD501", "main.<locals>.local")]


def test_a_function_is_itself_again_afterwards() -> None:
    names = Program(program("def f(x):\n    return x")).namespace(pydron.schedule, pydron.functional)
    code = names["f"].__code__
    with pydron.configure(check=True):
        names["main"]()
    assert names["f"].__code__ is code
    assert pydron.check_report().calls == 1
    names["main"]()
    assert pydron.check_report().calls == 1


def test_a_failing_program_shows_its_own_lines_only() -> None:
    text = program("def f(x):\n    return 1 // x", "f(0)")
    names = Program(text).namespace(pydron.schedule, pydron.functional)
    with pydron.configure(check=True), pytest.raises(ZeroDivisionError) as caught:
        names["main"]()
    assert [entry.name for entry in caught.traceback[1:]] == ["main", "f"]


def test_check_mode_is_chosen_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Program(program("def f(x):\n    return x")).namespace(pydron.schedule, pydron.functional)
    monkeypatch.setitem(os.environ, "PYDRON_CHECK", "1")
    assert names["main"]() == 3
    assert pydron.check_report().calls == 1
