"""Functions are found wherever a file defines them: in classes, in functions, in packages, in what runs as a program."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pydron.cli.main import main

NEIGHBOUR = "import pydron\n\n@pydron.functional\ndef work(x):\n    return x\n"

MODULE = """\
from .my_neighbour import work
import pydron

class Tools:
    @property
    @pydron.schedule
    def size(self):
        return work(1)

    class Inner:
        @staticmethod
        @pydron.schedule
        def run(xs):
            return [work(x) for x in xs]

def factory(k):
    @pydron.functional
    def own(x):
        return x + k

    @pydron.schedule
    def made(xs):
        return [own(x) for x in xs]

    return made

if __name__ == "__main__":
    @pydron.schedule
    def program(xs):
        return [work(x) for x in xs]

    raise SystemExit(program([1]))
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    modules = set(sys.modules)
    folder = tmp_path / "my_package"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "my_neighbour.py").write_text(NEIGHBOUR)
    (folder / "my_module.py").write_text(MODULE)
    yield folder
    for name in set(sys.modules) - modules:
        if name.startswith("my_"):
            del sys.modules[name]


def explained(capsys: pytest.CaptureFixture[str], target: str) -> list[str]:
    assert main(["explain", "--json", target]) == 0
    found = json.loads(capsys.readouterr().out)
    return [report["function"] for report in (found if isinstance(found, list) else [found])]


def test_a_file_of_a_package_is_loaded_as_a_part_of_it(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = ["Tools.size", "Tools.Inner.run", "factory.<locals>.made", "program"]
    assert explained(capsys, "my_package/my_module.py") == named


@pytest.mark.parametrize(
    ("name", "functions"),
    [
        ("Tools.size", ["Tools.size"]),
        ("Tools.Inner.run", ["Tools.Inner.run"]),
        ("Tools", ["Tools.size", "Tools.Inner.run"]),
        ("factory.made", ["factory.<locals>.made"]),
        ("factory.<locals>.made", ["factory.<locals>.made"]),
        ("program", ["program"]),
    ],
)
def test_a_function_is_found_by_its_name(
    name: str, functions: list[str], package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explained(capsys, f"my_package/my_module.py:{name}") == functions


def test_functions_of_one_function_know_one_another(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "my_package/my_module.py:factory.made"]) == 0
    out = capsys.readouterr().out
    assert "1 functional call in parallel, nothing stands in the way" in out and "not decorated" not in out


def test_a_class_without_scheduled_methods_is_told_to_be_one(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("my_class.py").write_text("class Box:\n    def show(self):\n        pass\n")
    assert main(["explain", "my_class.py:Box"]) == 2
    assert "Name one, as in my_class.py:Box.show." in capsys.readouterr().err


def test_a_program_that_ends_itself_is_read_to_its_end(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "import pydron, sys\nif len(sys.argv) < 2:\n    sys.exit(2)\n@pydron.schedule\ndef late(xs):\n    return xs\n"
    )
    Path("my_program.py").write_text(text)
    assert main(["explain", "my_program.py"]) == 0
    out, err = capsys.readouterr()
    assert "late: no functional calls" in out
    assert "my_program.py ended itself (exit status 2) while it was loaded; of the rest only the definitions" in err


def test_helpers_of_the_file_are_shown_with_what_runs_them(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = NEIGHBOUR + "COUNT = 0\ndef helper(x):\n    global COUNT\n    COUNT += 1\n    return work(x)\n"
    text += "@pydron.schedule\ndef my_main(xs):\n    return [helper(x) for x in xs]\n"
    Path("my_helpers.py").write_text(text)
    assert explained(capsys, "my_helpers.py") == ["my_main", "helper"]
    assert explained(capsys, "my_helpers.py:my_main") == ["my_main"]
    assert main(["explain", "my_helpers.py"]) == 0
    out = capsys.readouterr().out
    assert "1 call of functions with sync-points" in out and "(line 9: PD207 COUNT)" in out
