"""``pydron explain`` and ``pydron graph`` on files, modules and graph documents, and what they say of bad ones."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pydron.cli.main import main
from pydron.export.notebook import find_renderer
from pydron.ir.nodes import Graph

PROGRAM = '''\
"""A pipeline."""
import sys
import pydron

print("loading", __name__, sys.argv)


@pydron.functional
def process(x):
    return x + 1


@pydron.schedule
def pipeline(xs):
    return [process(x) for x in xs]


def plain(x):
    return process(x)


class Tools:
    @pydron.schedule
    def run(self, xs):
        return [process(x) for x in xs]


value = 3

if __name__ == "__main__":
    raise SystemExit("run as a program")
'''


@pytest.fixture(autouse=True)
def clean_imports() -> Iterator[None]:
    modules, path = set(sys.modules), list(sys.path)
    yield
    for name in set(sys.modules) - modules:
        if not name.startswith("pydron"):
            del sys.modules[name]
    sys.path[:] = path


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "my_pipeline.py"
    path.write_text(PROGRAM)
    return path


def said(capsys: pytest.CaptureFixture[str], status: int, *argv: str) -> str:
    """What the command writes: to the standard output for status 0, else the error."""
    assert main(list(argv)) == status
    out, err = capsys.readouterr()
    assert "Traceback" not in err or "my_" in err
    return out if status == 0 else err


def test_a_file_is_explained_without_its_main_part(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, 0, "explain", "my_pipeline.py")
    assert "pipeline: 1 functional call in parallel" in out and "Tools.run: 1 functional call" in out
    assert "loading" not in out and "plain" not in out
    assert list(program.parent.iterdir()) == [program]


def test_one_function_is_explained_decorated_or_not(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, 0, "explain", f"{program}:pipeline")
    assert out.startswith(f"{program}:13: pipeline:") and "Tools" not in out
    assert "not decorated" in said(capsys, 0, "explain", f"{program}:plain")
    assert "Tools.run" in said(capsys, 0, "explain", f"{program}:Tools.run")


def test_modules_are_found_by_name(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "pipeline: 1 functional" in said(capsys, 0, "explain", "my_pipeline:pipeline")
    assert "dumps" in said(capsys, 0, "explain", "json:dumps")


def test_explain_speaks_json(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = json.loads(said(capsys, 0, "explain", "my_pipeline.py:pipeline", "--json"))
    assert one["function"] == "pipeline"
    both = json.loads(said(capsys, 0, "explain", "my_pipeline.py", "--json"))
    assert [report["function"] for report in both] == ["pipeline", "Tools.run"]


def test_a_graph_is_written_in_every_form(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, 0, "graph", "my_pipeline.py:pipeline")
    assert text.startswith("graph pipeline(xs)\n")
    for form, start in (("txt", b"graph pipeline"), ("dot", b"digraph"), ("json", b'{"schema":"pydron-graph"')):
        assert said(capsys, 0, "graph", "my_pipeline.py:pipeline", "-o", f"out.{form}") == ""
        assert Path(f"out.{form}").read_bytes().startswith(start)
        assert said(capsys, 0, "graph", "my_pipeline.py:pipeline", "--format", form).encode().startswith(start)
    graph = Graph.from_json(Path("out.json").read_text())
    assert graph([1, 2]) == [2, 3]
    assert {entry.name for entry in graph.globals} == {"process", "pydron"}
    assert sorted(path.name for path in Path().iterdir()) == ["my_pipeline.py", "out.dot", "out.json", "out.txt"]


def test_a_document_is_explained_and_drawn_without_its_source(
    program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, 0, "graph", "my_pipeline.py:pipeline", "-o", "g.json")
    program.unlink()
    assert "1 functional call in parallel" in said(capsys, 0, "explain", "g.json")
    assert said(capsys, 0, "graph", "g.json", "--format", "dot").startswith("digraph")


def test_pictures_come_from_whatever_package_draws(
    program: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pydron.cli.graph.find_renderer", lambda: lambda dot, form: f"{form}:{dot[:7]}".encode())
    said(capsys, 0, "graph", "my_pipeline.py:pipeline", "-o", "g.PNG")
    assert Path("g.PNG").read_bytes() == b"png:digraph"
    monkeypatch.setattr("pydron.cli.graph.find_renderer", lambda: None)
    assert "pip install pydron-viz" in said(capsys, 1, "graph", "my_pipeline.py:pipeline", "-o", "g.svg")
    assert not Path("g.svg").exists()


@pytest.mark.slow
def test_a_real_picture_is_drawn(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if find_renderer() is None:
        pytest.skip("no package that draws is installed")
    said(capsys, 0, "graph", "my_pipeline.py:pipeline", "-o", "g.svg")
    assert b"<svg" in Path("g.svg").read_bytes()


BAD_FILES = [
    (b"x = (\n", 1, ["my_bad.py is not Python:", 'File "my_bad.py", line 1', "SyntaxError"]),
    (b"x = 1\x00", 1, ["my_bad.py is not Python"]),
    (b"x = '\xff'", 1, ["my_bad.py is not Python"]),
    (
        b"def f():\n    return 1 / 0\nf()\n",
        1,
        ['File "my_bad.py", line 2, in f', "ZeroDivisionError: division by zero"],
    ),
    (b"raise SystemExit(3)", 1, ["ended itself (exit status 3)", "__main__"]),
    (b"raise ValueError('mine')", 1, ["failed while it was loaded", "ValueError: mine"]),
    (b"import no_such_module_anywhere", 1, ["ModuleNotFoundError: No module named 'no_such_module_anywhere'"]),
    (b"x = 1", 2, ["No function in my_bad.py is decorated", "defines no functions"]),
    (b"def f(): pass", 2, ["Functions there: f. Name one, as in my_bad.py:f."]),
]


@pytest.mark.parametrize(("content", "status", "parts"), BAD_FILES, ids=range(len(BAD_FILES)))
def test_bad_files_are_told_in_the_users_terms(
    content: bytes, status: int, parts: list[str], program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("my_bad.py").write_bytes(content)
    told = said(capsys, status, "explain", "my_bad.py")
    assert told.startswith("pydron: error: ")
    for part in parts:
        assert part in told
    assert "target.py" not in told and "importlib" not in told


BAD_TARGETS = [
    ("nothing.py", 2, "There is no file nothing.py."),
    ("nothing.at.all", 2, "neither a file nor a module 'nothing.at.all'"),
    (".", 2, ". is a directory."),
    ("my_pipeline.py:pipelin", 2, "no function 'pipelin' in my_pipeline.py. Scheduled there: pipeline, Tools.run."),
    ("my_pipeline.py:Tools.go", 2, "no function 'Tools.go'"),
    ("my_pipeline.py:value", 2, "'value' in my_pipeline.py is not a function"),
    ("nothing.json", 2, "nothing.json cannot be read"),
    ("cut.json", 1, "cut.json: The text is not a complete JSON document"),
    ("newer.json", 1, "schema version 2; this Pydron reads version 1"),
]


@pytest.mark.parametrize(("target", "status", "message"), BAD_TARGETS)
@pytest.mark.parametrize("command", ["explain", "graph"])
def test_what_is_not_there_is_named(
    command: str, target: str, status: int, message: str, program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("cut.json").write_text('{"schema": "pydron-graph", "vers')
    Path("newer.json").write_text('{"schema": "pydron-graph", "version": 2}')
    assert message in said(capsys, status, command, target)


def test_the_form_has_to_be_known_and_the_place_writable(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "does not tell a format" in said(capsys, 2, "graph", "my_pipeline.py:pipeline", "-o", "out.pdf")
    assert "cannot be written" in said(capsys, 2, "graph", "my_pipeline.py:pipeline", "-o", "no/such/out.txt")
    assert "several scheduled functions: pipeline, Tools.run" in said(capsys, 2, "graph", "my_pipeline.py")
    assert "has no graph" in said(capsys, 2, "graph", "builtins:len")


def test_functions_that_call_on_imported_modules_are_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """How Python compiles ``math.sqrt(x)`` depends on whether the file imports ``math``."""
    path = tmp_path / "my_roots.py"
    path.write_text(
        "import math\ntry:\n    import json as coded\nexcept ImportError:\n    coded = None\nimport pydron\n"
        "@pydron.functional\ndef f(x):\n    return math.sqrt(x)\n"
        "@pydron.schedule\ndef main(xs):\n    return [coded.dumps(math.floor(f(x))) for x in xs]\n"
    )
    assert "main: 1 functional call in parallel, nothing stands" in said(capsys, 0, "explain", str(path))
