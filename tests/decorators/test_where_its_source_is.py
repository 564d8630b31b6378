"""Source may come from anywhere: indented methods, lambdas, doctests, notebook cells, exec, zip files, edited files."""

from __future__ import annotations

import ast
import doctest
import importlib
import linecache
import sys
import types
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pydron

MODULE = """\
import pydron

@pydron.functional
def f(x):
    return x + 1

@pydron.schedule
def g(xs):
    return [f(x) for x in xs]
"""


@pydron.functional
def f(x: Any) -> Any:
    return x + 1


class Documented:
    """A class with a doctest in a scheduled method."""

    @pydron.schedule
    def method(self, x: int) -> Any:
        """Adds one.

        >>> Documented().method(1)
        [2]
        """
        return [f(x)]


def taken_apart(function: Any) -> bool:
    return len(function.graph.body.nodes) > 3


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that modules are imported from."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.endswith("_of_stars"):
            del sys.modules[name]


def test_doctests_are_found_at_their_lines_and_run() -> None:
    found = [test for test in doctest.DocTestFinder().find(Documented, "Documented") if test.examples]
    (test,) = found
    (undecorated,) = doctest.DocTestFinder().find(Documented.method.sequential, "Documented.method")  # type: ignore[attr-defined]
    assert (test.name, test.filename, test.lineno) == ("Documented.method", undecorated.filename, undecorated.lineno)
    test.globs = dict(globals())
    assert doctest.DocTestRunner(verbose=False).run(test).failed == 0


def test_functions_in_doctest_examples_are_taken_apart() -> None:
    text = """
    >>> @pydron.schedule
    ... def inner(xs):
    ...     return [f(x) for x in xs]
    >>> inner([1, 2]), taken_apart(inner)
    ([2, 3], True)
    >>> pydron.schedule(lambda x: f(x))(3)
    4
    """
    test = doctest.DocTestParser().get_doctest(text, dict(globals()), "example", "example", 0)
    assert doctest.DocTestRunner(verbose=False).run(test).failed == 0


def test_lambdas_several_on_a_line() -> None:
    one, other = pydron.schedule(lambda x, y=2: [f(x), y]), pydron.schedule(lambda x: f(x) * 2)
    assert one(1) == [2, 2] and other(1) == 4
    assert one.graph.kind == "lambda" and one.__name__ == "<lambda>"  # type: ignore[attr-defined]


def test_oddly_indented_methods() -> None:
    if True:
        for _ in [1]:

            class Inner:
                # fmt: off
                @pydron.schedule
                def method(self) -> Any:
                        return [f(x)
  for x in range(3)]

            # fmt: on

            assert Inner().method() == [1, 2, 3] and taken_apart(Inner.method)


def test_functions_made_by_exec_run_as_they_are() -> None:
    names: dict[str, Any] = {"f": f, "pydron": pydron}
    exec("@pydron.schedule\ndef g(xs):\n    return [f(x) for x in xs]\n", names)
    assert names["g"]([1]) == [2]
    assert [finding.code for finding in pydron.explain(names["g"]).sequential] == ["PD212"]


def test_notebook_cells_edited_and_run_again() -> None:
    """IPython puts each cell into linecache under a name of its own, and so does this."""

    def run_cell(text: str, number: int, names: dict[str, Any]) -> None:
        filename = f"/tmp/ipykernel_1/{number}.py"
        linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
        for statement in ast.parse(text).body:
            exec(compile(ast.Module([statement], []), filename, "exec"), names)

    names: dict[str, Any] = {"pydron": pydron, "f": f, "__name__": "__main__"}
    cell = "xs = [1, 2]\n\n@pydron.schedule\ndef g(xs):\n    return [f(x) for x in xs]\n"
    run_cell(cell, 1, names)
    assert names["g"]([1]) == [2] and taken_apart(names["g"])
    run_cell(cell.replace("f(x)", "f(x) * 10"), 2, names)
    assert names["g"]([1]) == [20] and taken_apart(names["g"])


def test_modules_in_zip_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(folder / "code.zip", "w") as archive:
        archive.writestr("zipped_of_stars.py", MODULE)
    monkeypatch.syspath_prepend(folder / "code.zip")
    module = importlib.import_module("zipped_of_stars")
    assert module.g([1, 2]) == [2, 3] and taken_apart(module.g)


def test_files_edited_since_their_import(folder: Path) -> None:
    path = folder / "edited_of_stars.py"
    path.write_text(MODULE)
    module = importlib.import_module("edited_of_stars")
    path.write_text(MODULE.replace("[f(x) for x in xs]", "'edited'").replace("import", "# moved\n\nimport"))
    assert module.g([1, 2]) == [2, 3]
    linecache.checkcache(str(path))
    importlib.reload(module)
    assert module.g([1]) == "edited"


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
@pytest.mark.parametrize("place", ["", "for _ in [0]:\n        ", "if f(1):\n        ", "class Inner:\n        "])
def test_code_that_it_compiles_has_the_futures_of_its_own_file(future: str, place: str) -> None:
    text = (
        f"{future}def compiles(code):\n    names, other = {{}}, {{}}\n    exec(code, names)\n"
        f"    {place}exec(compile(code, 'x', 'exec'), other)\n"
        "    return names['f'].__annotations__, other['f'].__annotations__\n"
    )
    filename = f"<futures {len(future)} {len(place)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    names: dict[str, Any] = {"f": f}
    exec(compile(text, filename, "exec", dont_inherit=True), names)
    expected = ({"x": "int"}, {"x": "int"}) if future else ({"x": int}, {"x": int})
    assert names["compiles"]("def f(x: int): pass") == expected
    assert pydron.schedule(names["compiles"])("def f(x: int): pass") == expected


def test_what_looks_at_its_own_frame_sees_what_it_would() -> None:
    def names_of(x: Any) -> Any:
        y = f(x)
        return sorted(locals()), eval("x + y"), sorted(vars()), dir()

    def line_of(x: Any) -> Any:
        y = f(x)
        return sys._getframe().f_code.co_name, sys._getframe().f_lineno, y

    def caller() -> Any:
        frame: types.FrameType | None = sys._getframe(1)
        assert frame is not None
        return frame.f_code.co_name, frame.f_lineno

    def called_from(x: Any) -> Any:
        y = f(x)
        return caller(), y

    for function in (names_of, line_of, called_from):
        assert pydron.schedule(function)(1) == function(1)
