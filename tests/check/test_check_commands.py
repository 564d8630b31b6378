"""``pydron run --check`` and ``pydron check``: what they print, as text and JSON, and their exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pydron.cli.main import main

PROGRAM = """\
import sys
import pydron

@pydron.functional
def clean(table):
    table.append(0)
    return len(table)

@pydron.functional
def good(x):
    return x

@pydron.schedule
def run(xs):
    return [good(x) for x in xs] + [clean(xs) for _ in range(2)]

if __name__ == "__main__":
    print(run([1, 2]))
    sys.exit(int(sys.argv[1]) if len(sys.argv) > 1 else None)
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "survey_of_stars.py"
    path.write_text(PROGRAM)
    return path


def start(words: list[str], folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYDRON_")}
    return subprocess.run(
        words, cwd=folder, env={**clean, **settings}, capture_output=True, text=True, timeout=60
    )  # fmt: skip


def pydron(*words: str) -> list[str]:
    return [sys.executable, "-m", "pydron.cli.main", *words]


@pytest.mark.slow
def test_a_run_is_checked_and_reported(script: Path) -> None:
    finished = start(pydron("run", "--check", script.name), script.parent)
    assert finished.stdout == "[1, 2, 3, 4]\n"
    assert finished.returncode == 1
    assert "4 calls of 2 functional functions: 1 breach of the promise" in finished.stderr
    assert "survey_of_stars.py:6: PD501 argument modified" in finished.stderr
    assert "Seen in the call at line 15, in run: " in finished.stderr and "and in 1 other call" in finished.stderr
    assert finished.stderr.count("PD501") == 1


@pytest.mark.slow
def test_the_report_as_a_document_has_the_standard_output_to_itself(script: Path) -> None:
    finished = start(pydron("run", "--check", "--json", script.name), script.parent)
    document = json.loads(finished.stdout)
    assert (document["schema"], document["version"], document["calls"]) == ("pydron-check", 1, 4)
    (breach,) = document["breaches"]
    assert (breach["code"], breach["function"], breach["line"], breach["count"]) == ("PD501", "clean", 6, 2)
    assert breach["call"]["line"] == 15 and breach["hint"]
    assert "[1, 2, 3, 4]" in finished.stderr


@pytest.mark.slow
def test_the_status_of_the_program_comes_first(script: Path) -> None:
    assert start(pydron("run", "--check", script.name, "7"), script.parent).returncode == 7


@pytest.mark.slow
def test_the_environment_is_enough(script: Path) -> None:
    finished = start([sys.executable, script.name], script.parent, PYDRON_CHECK="1")
    assert finished.returncode == 0
    assert finished.stderr.count("PD501") == 1 and "1 breach" in finished.stderr


@pytest.mark.slow
def test_a_program_that_keeps_its_promises_ends_well(script: Path) -> None:
    script.write_text(PROGRAM.replace("table.append(0)", "table = table + [0]"))
    finished = start(pydron("run", "--check", script.name), script.parent)
    assert finished.returncode == 0 and "no breach of the promise" in finished.stderr


def test_the_source_alone_is_checked(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(script)]) == 1
    out, _ = capsys.readouterr()
    assert "2 functional functions: 1 breach of the promise" in out
    assert "clean modifies its argument 'table' (table.append(0))." in out and "Found in the source." in out
    assert main(["check", f"{script}:good"]) == 0
    assert main(["check", str(script), "--json"]) == 1
    assert json.loads(capsys.readouterr().out.partition("\n{")[2].join(["{", ""]))["breaches"][0]["line"] == 6


def test_a_file_without_functional_functions_is_told_to_be_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "empty_of_promises.py"
    path.write_text("x = 1\n")
    assert main(["check", str(path)]) == 2
    assert "@pydron.functional" in capsys.readouterr().err


def test_a_document_needs_a_check(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--json", str(script)]) == 2
    assert "--check" in capsys.readouterr().err
