"""``pydron run`` says in a sentence what is wrong with its own arguments, and shows a program's failures as Python does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pydron.cli.main import main

WRONG = {
    "a missing file": (["nowhere.py"], "There is no file nowhere.py."),
    "a directory": (["."], ". is a directory."),
    "a missing module": (["-m", "no_such_module_anywhere"], "There is no module no_such_module_anywhere"),
    "a module of a missing package": (["-m", "no_such.module"], "There is no module no_such.module"),
    "an executor that nobody has": (["--executor", "remote", "fine.py"], "There is no executor 'remote'. There are: "),
    "a trace in a folder that is not there": (
        ["--trace", "none/run.pydron", "fine.py"],
        "The trace cannot be written to none/run.pydron: there is no directory none.",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_argument_is_told_before_anything_runs(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "fine.py").write_text("print('ran')\n")
    words, told = WRONG[name]
    assert main(["run", *words]) == 2
    out, err = capfd.readouterr()
    assert err.startswith(f"pydron: error: {told}") and out == ""


@pytest.mark.slow
@pytest.mark.parametrize("words", [["fails.py"], ["-m", "fails"]], ids=["script", "module"])
def test_a_program_that_fails_shows_its_own_frames_only(words: list[str], tmp_path: Path) -> None:
    (tmp_path / "fails.py").write_text("def part():\n    return 1 / 0\n\npart()\n")
    command = [sys.executable, "-m", "pydron.cli.main", "run", *words]
    finished = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert finished.returncode == 1
    assert [line for line in finished.stderr.splitlines() if line.startswith("  File")] == [
        f'  File "{tmp_path / "fails.py" if words[0] == "-m" else "fails.py"}", line 4, in <module>',
        f'  File "{tmp_path / "fails.py" if words[0] == "-m" else "fails.py"}", line 2, in part',
    ]
