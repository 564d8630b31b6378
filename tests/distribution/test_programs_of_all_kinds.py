"""Programs that live in odd places, or whose functional calls do odd things, behave as without Pydron.

Each is a script that runs with real worker processes, and compares with ``.sequential`` what it can compare.
"""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import odd_programs
import pytest
import surrounded_programs
from odd_programs import DOUBLES

PROGRAMS = odd_programs.PROGRAMS | surrounded_programs.PROGRAMS

pytestmark = pytest.mark.slow


def python(folder: Path, *words: str, stdin: str | None = None, **settings: str) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYDRON_", "OMP_", "OPENBLAS_", "MKL_"))
    }
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**kept, "PYDRON_WORKERS": "2", **settings},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=100,
    )


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_of_this_kind_behaves_as_without(name: str, tmp_path: Path) -> None:
    text, expected = PROGRAMS[name]
    (tmp_path / "shared.py").write_text(DOUBLES)
    (tmp_path / "program.py").write_text(text)
    finished = python(tmp_path, "program.py")
    assert (finished.returncode, finished.stdout) == (0, expected), finished.stderr
    assert "Traceback" not in finished.stderr and "Exception ignored" not in finished.stderr


MAIN = DOUBLES + "\n\nprint([value for value, _ in doubles(5)])\n"


def test_a_program_in_a_zip_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "program.zip", "w") as archive:
        archive.writestr("shared.py", DOUBLES)
        archive.writestr("__main__.py", "from shared import elsewhere\nprint(elsewhere(5))\n")
    assert python(tmp_path, "program.zip").stdout == "True\n"


def test_a_program_from_the_standard_input_the_command_line_and_the_prompt(tmp_path: Path) -> None:
    """No file has the source; where nobody has it, the function runs as it is."""
    for words in (["-"], ["-c", MAIN], ["-i"]):
        assert python(tmp_path, *words, stdin=MAIN).stdout == "[0, 2, 4, 6, 8]\n"


def test_workers_of_pytest_xdist(tmp_path: Path) -> None:
    """Several processes of one test run have pools of their own, side by side."""
    (tmp_path / "shared.py").write_text(DOUBLES)
    (tmp_path / "test_doubles.py").write_text(
        "import pytest, sys, os\nsys.path.insert(0, os.path.dirname(__file__))\nfrom shared import elsewhere\n"
        "@pytest.mark.parametrize('n', range(2))\ndef test_it(n):\n    assert elsewhere(n + 5)\n"
    )
    words = ["-m", "pytest", "-q", "-p", "xdist", "-n", "2", "-p", "no:cacheprovider", "test_doubles.py"]
    finished = python(tmp_path, *words, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    assert "2 passed" in finished.stdout, finished.stdout + finished.stderr


def test_a_program_without_standard_streams_ends_without_a_word(tmp_path: Path) -> None:
    """As a daemon runs. What its calls write to descriptors goes nowhere: the numbers are those of other files."""
    (tmp_path / "program.py").write_text(
        "import os, pydron\n@pydron.functional\ndef f(n):\n    os.write(1, b'lost')\n    return n\n"
        "@pydron.schedule\ndef main():\n    return [f(n) for n in range(6)]\n"
        "with open('result', 'w') as file:\n    file.write(str(main()))\n"
    )
    words = ["-c", f"exec {sys.executable} program.py <&- >&-"]
    finished = subprocess.run(
        ["sh", *words], cwd=tmp_path, env={**os.environ, "PYDRON_ALWAYS": "1", "PYDRON_WORKERS": "2"},
        stderr=subprocess.PIPE, timeout=100,
    )  # fmt: skip
    assert (finished.returncode, finished.stderr) == (0, b"")
    assert (tmp_path / "result").read_text() == "[0, 1, 2, 3, 4, 5]"
