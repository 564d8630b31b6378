"""Programs as people write them do the same with decorators that do nothing, on the machine, and on workers.

Each file of ``corpus`` is a script. What it prints, how it ends and which files it leaves are compared, tracebacks
with all their lines.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.program"))

WITHOUT = """
def schedule(function=None, **settings):
    return function if function is not None else lambda function: function
functional = schedule
"""
"""Stands for Pydron in the plain run."""

WAYS = {
    "on the machine, in one process": {"PYDRON_EXECUTOR": "inline", "PYDRON_ALWAYS": "1"},
    "on workers": {"PYDRON_WORKERS": "2"},
}


def seen(program: Path, folder: Path, **settings: str) -> tuple[int, str, str, list[str]]:
    """How a program ended, what it wrote, and the files that are there."""
    home = folder / "home"
    home.mkdir(parents=True)
    script = home / "program.py"
    script.write_text(program.read_text())
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYDRON_")}
    finished = subprocess.run(
        [sys.executable, "-B", "program.py"],
        cwd=home,
        env={**kept, "PYTHONHASHSEED": "0", "COLUMNS": "120", **settings},
        capture_output=True,
        text=True,
        timeout=100,
    )
    written = [finished.stdout, finished.stderr]
    out, err = (re.sub(r"0x[0-9a-f]+", "0x", text.replace(str(home), "home")) for text in written)
    return finished.returncode, out, err, sorted(str(path.relative_to(home)) for path in home.rglob("*"))


@pytest.mark.parametrize("program", CORPUS, ids=lambda program: program.stem)
def test_a_program_does_what_it_does_without_pydron(program: Path, tmp_path: Path) -> None:
    (tmp_path / "pydron.py").write_text(WITHOUT)
    expected = seen(program, tmp_path / "plain", PYTHONPATH=str(tmp_path))
    assert expected[1], "it shows nothing"
    for way, settings in WAYS.items():
        assert seen(program, tmp_path / way.replace(" ", "-"), **settings) == expected, way
